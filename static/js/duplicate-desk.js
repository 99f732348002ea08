// <duplicate-desk>: two pictures in one viewport, flipped by key, wheel or tap with their zoom
// locked, as their difference, or side by side; decisions by keys without leaving the page.
// Without JavaScript both stand side by side, and its forms are forms.

import { announce } from "./announce.js";
import { answerOf } from "./desk-forms.js";
import { bind } from "./keys.js";

const MOST = 12;
const NOTCH = 0.0015;
const COARSE = 2;
const SHARP = 1.4; // from this zoom on, thumbnails are not enough
const SLOP = 6;
const CHOICES = ["1", "2", "3", "4", "5", "s", "Backspace"];

class DuplicateDesk extends HTMLElement {
  #unbind = () => {};
  #busy = false;
  #zoom = 1;
  #x = 0;
  #y = 0;
  #grip = null;
  #fingers = new Map();

  connectedCallback() {
    this.classList.add("is-live");
    this.addEventListener("submit", this.#submit);
    this.addEventListener("click", this.#click);
    this.addEventListener("wheel", this.#wheel, { passive: false });
    this.addEventListener("pointerdown", this.#press);
    this.addEventListener("pointermove", this.#move);
    this.addEventListener("pointerup", this.#lift);
    this.addEventListener("pointercancel", this.#lift);
    this.#unbind = bind(document, [
      { action: "duplicates.decide", keys: CHOICES, once: true, run: (event) => this.#choose(event.key) },
      { action: "duplicates.flip", keys: "Space", once: true, run: () => this.#look("flip") },
      { action: "duplicates.difference", keys: "d", once: true, run: () => this.#look("difference") },
      { action: "duplicates.beside", keys: "w", once: true, run: () => this.#look("beside") },
      { action: "duplicates.zoom", keys: "z", once: true, run: () => this.#look("zoom") },
      { action: "duplicates.leave", keys: "Escape", once: true, run: () => this.#leave() },
    ]);
    this.#begin();
  }

  disconnectedCallback() {
    this.#unbind();
  }

  get #stage() {
    return this.querySelector(".pair-stage");
  }

  #begin() {
    this.#set(1, 0, 0);
    const bar = this.querySelector(".stage-bar");
    if (bar) bar.hidden = false;
    const ahead = this.querySelector("[data-ahead]")?.dataset.ahead ?? "";
    for (const address of ahead.split(" ").filter(Boolean)) new Image().src = address;
    const news = this.querySelector("[data-tell]");
    if (news) announce(news.textContent.trim());
  }

  // How they are looked at

  #look(way) {
    if (!this.#stage) return false;
    if (way === "zoom") this.#set(this.#zoom > 1 ? 1 : COARSE, 0, 0);
    else if (way === "flip") this.#show(this.#stage.dataset.shows === "b" ? "a" : "b");
    else this.#show(this.#stage.dataset.shows === way ? "a" : way);
    return true;
  }

  #show(what) {
    this.#stage.dataset.shows = what;
    for (const button of this.querySelectorAll("[data-look]")) {
      const { look } = button.dataset;
      if (look !== "zoom") button.ariaPressed = String(look === what || (look === "flip" && what === "b"));
    }
    const caption = this.querySelector(`[data-pane="${what}"] strong`);
    const button = this.querySelector(`[data-look="${what}"]`);
    announce((caption ?? button).firstChild.textContent.trim() || button.textContent.trim());
  }

  #set(zoom, x, y) {
    this.#zoom = Math.min(MOST, Math.max(1, zoom));
    const free = this.#zoom > 1;
    this.#x = free ? x : 0;
    this.#y = free ? y : 0;
    this.style.setProperty("--zoom", this.#zoom);
    this.style.setProperty("--x", `${this.#x}px`);
    this.style.setProperty("--y", `${this.#y}px`);
    const button = this.querySelector('[data-look="zoom"]');
    if (button) button.ariaPressed = String(free);
    if (this.#zoom >= SHARP) this.#sharpen();
  }

  #sharpen() {
    for (const image of this.querySelectorAll(".pane img[data-original]")) {
      const { original } = image.dataset;
      delete image.dataset.original;
      const whole = new Image();
      whole.src = original;
      whole.decode().then(() => (image.src = original), () => {});
    }
  }

  // The wheel flips, as in a filter of duplicates; with Ctrl, or once magnified, it zooms.
  #wheel = (event) => {
    const panes = event.target.closest(".panes");
    if (!panes) return;
    event.preventDefault();
    if (!event.ctrlKey && this.#zoom === 1) {
      if (Math.abs(event.deltaY) > 1) this.#show(event.deltaY > 0 ? "b" : "a");
      return;
    }
    const box = panes.getBoundingClientRect();
    const at = { x: event.clientX - box.x - box.width / 2, y: event.clientY - box.y - box.height / 2 };
    const zoom = Math.min(MOST, Math.max(1, this.#zoom * Math.exp(-event.deltaY * NOTCH)));
    const ratio = zoom / this.#zoom;
    this.#set(zoom, at.x - (at.x - this.#x) * ratio, at.y - (at.y - this.#y) * ratio);
  };

  #press = (event) => {
    if (!event.target.closest(".panes") || event.target.closest("a") || event.button !== 0) return;
    event.preventDefault();
    this.#fingers.set(event.pointerId, event);
    this.#hold();
  };

  #move = (event) => {
    if (!this.#fingers.has(event.pointerId)) return;
    this.#fingers.set(event.pointerId, event);
    const { x, y, spread } = this.#measure();
    const grip = this.#grip;
    grip.moved ||= Math.hypot(x - grip.x, y - grip.y) > SLOP || Boolean(spread);
    const zoom = spread && grip.spread ? (grip.zoom * spread) / grip.spread : grip.zoom;
    if (grip.moved) this.#set(zoom, grip.left + x - grip.x, grip.top + y - grip.y);
  };

  #lift = (event) => {
    if (!this.#fingers.delete(event.pointerId)) return;
    if (this.#fingers.size) return this.#hold();
    if (event.type === "pointerup" && !this.#grip.moved) this.#look("flip");
    this.#grip = null;
  };

  #hold() {
    const moved = this.#grip?.moved ?? false;
    this.#grip = { ...this.#measure(), zoom: this.#zoom, left: this.#x, top: this.#y, moved };
  }

  #measure() {
    const [one, other = one] = [...this.#fingers.values()];
    return {
      x: (one.clientX + other.clientX) / 2,
      y: (one.clientY + other.clientY) / 2,
      spread: other === one ? 0 : Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY),
    };
  }

  // What is decided

  #click = (event) => {
    const button = event.target.closest("[data-look]");
    if (button) this.#look(button.dataset.look);
  };

  // Esc fits what is magnified, then leaves; what was decided stays decided.
  #leave() {
    if (this.#zoom > 1) return this.#look("zoom");
    this.querySelector("[data-leave]").click();
    return true;
  }

  #choose(key) {
    const button = this.querySelector(`[data-press="${key}"]`);
    button?.click();
    return Boolean(button);
  }

  #submit = async (event) => {
    event.preventDefault();
    if (this.#busy) return;
    this.#busy = true;
    try {
      this.innerHTML = await answerOf(event);
      this.querySelector(".question")?.focus({ preventScroll: true });
      this.#begin();
    } catch {
      announce(this.dataset.failed);
    }
    this.#busy = false;
  };
}

customElements.define("duplicate-desk", DuplicateDesk);
