// <view-menu>: the menu around the form of preferences. A choice is kept at once; what the server
// has to draw anew (data-reload) sends the form. Without JavaScript the form has a button.

import { remember, show } from "./preferences.js";

const PAUSE = 250;

class ViewMenu extends HTMLElement {
  #timer = 0;
  #leave = (event) => {
    if (!this.contains(event.target)) this.#close();
  };

  connectedCallback() {
    this.addEventListener("input", this.#choose);
    this.addEventListener("keydown", this.#press);
    document.addEventListener("pointerdown", this.#leave);
    document.addEventListener("focusin", this.#leave);
    for (const button of this.querySelectorAll("[data-without-script]")) button.hidden = true;
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.removeEventListener("input", this.#choose);
    this.removeEventListener("keydown", this.#press);
    document.removeEventListener("pointerdown", this.#leave);
    document.removeEventListener("focusin", this.#leave);
  }

  get #details() {
    return this.querySelector("details");
  }

  #close() {
    this.#details.open = false;
  }

  #press = (event) => {
    if (event.key !== "Escape" || !this.#details.open) return;
    event.preventDefault();
    this.#close();
    this.querySelector("summary").focus();
  };

  #choose = ({ target }) => {
    const form = target.form;
    if (!form) return;
    clearTimeout(this.#timer);
    if (target.dataset.reload !== undefined) return form.requestSubmit();
    show(form);
    // A slider speaks many times a second; the page follows each word, the server hears the last.
    const pause = target.type === "range" ? PAUSE : 0;
    this.#timer = setTimeout(() => remember(form).catch(() => form.requestSubmit()), pause);
  };
}

customElements.define("view-menu", ViewMenu);
