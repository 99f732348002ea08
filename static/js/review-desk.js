// <review-desk>: one question after the other by keys, clicks and swipes, without leaving the page.
// Without JavaScript its forms are forms, and the page is sent anew.

import { announce } from "./announce.js";
import { answerOf } from "./desk-forms.js";
import { bind } from "./keys.js";

const SWIPE = 60;
const SLOPE = 1.5; // how much flatter than steep a swipe has to be
const NUMBERS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

class ReviewDesk extends HTMLElement {
  #unbind = () => {};
  #busy = false;
  #touch = null;
  #swiped = false;

  connectedCallback() {
    // Here `?` tells why; so it is bound after the help that it opens elsewhere.
    document.addEventListener("DOMContentLoaded", this.#bind, { once: true });
    this.addEventListener("submit", this.#submit);
    this.addEventListener("pointerdown", this.#grip);
    this.addEventListener("pointermove", this.#drag);
    this.addEventListener("touchmove", this.#own, { passive: false });
    this.addEventListener("pointerup", this.#drop);
    this.addEventListener("pointercancel", this.#release);
    this.addEventListener("click", this.#click, true);
    this.#fetchAhead();
  }

  disconnectedCallback() {
    this.#unbind();
  }

  #bind = () => {
    this.#unbind = bind(document, [
      { action: "review.yes", keys: "y", once: true, run: () => this.#press("y") },
      { action: "review.no", keys: "x", once: true, run: () => this.#press("x") },
      { action: "review.skip", keys: "s", once: true, run: () => this.#press("s") },
      { action: "review.undo", keys: "u", once: true, run: () => this.#press("u") },
      { action: "review.next", keys: "n", once: true, run: () => this.#press("n") },
      { action: "review.why", keys: "?", once: true, run: () => this.#explain() },
      { action: "review.choose", keys: NUMBERS, once: true, run: (event) => this.#choose(event.key) },
    ]);
  };

  #press(key) {
    const button = this.querySelector(`[data-press="${key}"]`);
    button?.click();
    return Boolean(button);
  }

  #choose(number) {
    const button = this.querySelector(`[data-number="${number}"]`);
    button?.click();
    return Boolean(button);
  }

  #explain() {
    const why = this.querySelector(".why");
    if (!why) return false;
    why.open = !why.open;
    if (why.open) announce([...why.querySelectorAll("li")].map((line) => line.textContent).join(" "));
    return true;
  }

  #submit = async (event) => {
    event.preventDefault();
    if (this.#busy) return;
    this.#busy = true;
    try {
      this.#show(await answerOf(event));
    } catch {
      announce(this.dataset.failed);
      this.#release();
    }
    this.#busy = false;
  };

  #show(html) {
    this.innerHTML = html;
    const question = this.querySelector(".question");
    question?.focus({ preventScroll: true });
    this.#fetchAhead();
  }

  #fetchAhead() {
    const address = this.querySelector("[data-following]")?.dataset.following;
    if (address) new Image().src = address;
  }

  #grip = (event) => {
    const picture = event.target.closest(".desk-picture");
    if (picture && event.pointerType === "touch") this.#touch = { picture, x: event.clientX, y: event.clientY };
  };

  #drag = (event) => {
    if (!this.#touch) return;
    const { along, across } = this.#way(event);
    if (Math.abs(along) < SLOPE * Math.abs(across)) return;
    const { picture } = this.#touch;
    picture.style.transform = `translateX(${along}px) rotate(${along / 40}deg)`;
    picture.dataset.leans = along > SWIPE ? "yes" : along < -SWIPE ? "no" : "";
  };

  // What is left to the browser becomes a fling, and the next tap would only end that.
  #own = (event) => {
    if (this.#touch?.picture.style.transform && event.cancelable) event.preventDefault();
  };

  #drop = (event) => {
    if (!this.#touch) return;
    const { along, across } = this.#way(event);
    this.#swiped = Math.abs(along) > 10;
    const far = Math.abs(along) > SWIPE && Math.abs(along) > SLOPE * Math.abs(across);
    if (!(far && this.#press(along > 0 ? "y" : "x"))) this.#release();
    this.#touch = null;
  };

  #release = () => {
    const picture = this.querySelector(".desk-picture");
    picture?.style.removeProperty("transform");
    picture?.removeAttribute("data-leans");
    this.#touch = null;
  };

  // A swipe ends on the picture, which is a link.
  #click = (event) => {
    if (this.#swiped && event.target.closest(".desk-picture")) event.preventDefault();
    this.#swiped = false;
  };

  #way(event) {
    return { along: event.clientX - this.#touch.x, across: event.clientY - this.#touch.y };
  }
}

customElements.define("review-desk", ReviewDesk);
