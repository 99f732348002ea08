// <view-menu>: the menu around the form of preferences. A choice is kept at once; what the server
// has to draw anew (data-reload) sends the form. Without JavaScript the form has a button.

import { DropMenu } from "./drop-menu.js";
import { remember, show } from "./preferences.js";

const PAUSE = 250;

class ViewMenu extends DropMenu {
  #timer = 0;

  connectedCallback() {
    super.connectedCallback();
    this.addEventListener("input", this.#choose);
    for (const button of this.querySelectorAll("[data-without-script]")) button.hidden = true;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.removeEventListener("input", this.#choose);
  }

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
