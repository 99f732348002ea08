// <live-fragment src="…" every="2">: asks for its content again every few seconds, and sends its
// forms without leaving the page. Without JavaScript a reload shows the rest, and forms are forms.
//
// - What has an id and data-tell is told to a screen reader when these words change; with data-loud
//   also when it is new.
// - With data-steady it keeps the room that it had, so that nothing below moves when less is to say.
// - data-lost and data-refused name elements of the page: shown while nothing answers, and when
//   something could not be done (its words go into data-part="words").

import { announce } from "./announce.js";
import { morph } from "./morph.js";

const PATIENCE = 2;

class LiveFragment extends HTMLElement {
  #timer = 0;
  #failures = 0;
  #asked = 0;
  #width = 0;
  #look = () => this.#schedule(0);

  connectedCallback() {
    this.#width = this.offsetWidth;
    this.#schedule(this.#pause());
    document.addEventListener("visibilitychange", this.#look);
    this.addEventListener("submit", this.#submit);
    this.#refused?.querySelector("button")?.addEventListener("click", this.#forgive);
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    document.removeEventListener("visibilitychange", this.#look);
    this.removeEventListener("submit", this.#submit);
    this.#refused?.querySelector("button")?.removeEventListener("click", this.#forgive);
  }

  get #lost() {
    return document.getElementById(this.dataset.lost);
  }

  get #refused() {
    return document.getElementById(this.dataset.refused);
  }

  #pause() {
    const seconds = Number(this.getAttribute("every")) || 3;
    return seconds * 1000 * 2 ** Math.min(this.#failures, 5);
  }

  #schedule(wait) {
    clearTimeout(this.#timer);
    if (!document.hidden && this.isConnected) this.#timer = setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    const number = ++this.#asked;
    try {
      const answer = await fetch(this.getAttribute("src"), { headers: { "X-Fragment": "1" } });
      if (answer.status === 401 || answer.status === 403) return location.reload();
      if (!answer.ok) throw new Error(`${answer.status}`);
      const text = await answer.text();
      // A form that was sent meanwhile knows better.
      if (number === this.#asked) this.#show(text);
      this.#count(0);
    } catch {
      this.#count(this.#failures + 1);
    }
    if (number === this.#asked) this.#schedule(this.#pause());
  }

  #count(failures) {
    this.#failures = failures;
    if (this.#lost) this.#lost.hidden = failures < PATIENCE;
  }

  #submit = async (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("button");
    if (button?.getAttribute("aria-busy")) return;
    button?.setAttribute("aria-busy", "true");
    const number = ++this.#asked;
    clearTimeout(this.#timer);
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Fragment": "1" },
      });
      const text = await answer.text();
      this.#refuse(answer.ok ? "" : text);
      if (answer.ok && number === this.#asked) this.#show(text);
    } catch {
      this.#count(PATIENCE);
    }
    button?.removeAttribute("aria-busy");
    if (number === this.#asked) this.#schedule(this.#pause());
  };

  #forgive = () => this.#refuse("");

  #refuse(html) {
    if (!this.#refused) return;
    const words = this.#refused.querySelector('[data-part="words"]');
    const told = new DOMParser().parseFromString(html, "text/html").querySelector('[role="alert"]');
    if (told) words.textContent = told.textContent;
    this.#refused.hidden = !html;
  }

  #show(text) {
    const before = this.#told();
    const focused = this.contains(document.activeElement) ? document.activeElement : null;
    const around = focused ? ancestors(focused) : [];
    const height = this.offsetHeight;
    morph(this, text);
    if (this.dataset.steady !== undefined) this.#keepRoom(height);
    // What was moved has lost the focus; what went leaves it to what stood around it.
    const heir = focused?.isConnected ? focused : around.find((one) => one.isConnected && one.hasAttribute("tabindex"));
    if (focused && document.activeElement !== focused) heir?.focus({ preventScroll: true });
    for (const [id, { words, loud }] of this.#told()) {
      const known = before.get(id);
      if (words && (known ? known.words !== words : loud)) announce(words);
    }
  }

  // The room is that of a width: on another screen the words need another one.
  #keepRoom(height) {
    if (this.#width !== this.offsetWidth) this.style.minHeight = "";
    else this.style.minHeight = `${height}px`;
    this.#width = this.offsetWidth;
  }

  #told() {
    return new Map([...this.querySelectorAll("[data-tell][id]")].map((one) => [
      one.id, { words: one.dataset.tell, loud: one.dataset.loud !== undefined },
    ]));
  }
}

function ancestors(element) {
  const found = [];
  for (let one = element.parentElement; one; one = one.parentElement) found.push(one);
  return found;
}

customElements.define("live-fragment", LiveFragment);
