// <keyboard-help>: "?" opens the list of all keys that work on this page; each can be changed.
// Its words lie in <template>s of the page (templates/_keyboard_help.html).

import { announce } from "./announce.js";
import { bind, bindings, chordOf, rebind } from "./keys.js";

class KeyboardHelp extends HTMLElement {
  #unbind = () => {};
  #chosen = "";

  connectedCallback() {
    this.#unbind = bind(document, [
      { action: "help.show", keys: "?", once: true, run: () => this.open() },
    ]);
    for (const opener of document.querySelectorAll("[data-opens-keys]")) {
      opener.hidden = false;
      opener.addEventListener("click", this.open);
    }
    this.#dialog.addEventListener("click", this.#click);
    this.#dialog.addEventListener("keydown", this.#press);
  }

  disconnectedCallback() {
    this.#unbind();
    for (const opener of document.querySelectorAll("[data-opens-keys]")) {
      opener.removeEventListener("click", this.open);
    }
    this.#dialog.removeEventListener("click", this.#click);
    this.#dialog.removeEventListener("keydown", this.#press);
  }

  open = () => {
    this.#draw();
    if (!this.#dialog.open) this.#dialog.showModal();
  };

  get #dialog() {
    return this.querySelector("dialog");
  }

  #part(name) {
    return this.querySelector(`template[data-part="${name}"]`).content.cloneNode(true);
  }

  #say(name, action = "") {
    const text = this.querySelector(`template[data-part="${name}"]`).content.textContent.trim();
    const status = this.querySelector("[data-status]");
    status.textContent = text.replace("{action}", action);
    announce(status.textContent);
  }

  #draw() {
    const groups = Map.groupBy
      ? Map.groupBy(bindings(), ({ group }) => group)
      : bindings().reduce((all, one) => all.set(one.group, [...(all.get(one.group) ?? []), one]), new Map());
    const list = this.querySelector("[data-groups]");
    list.replaceChildren(...[...groups].filter(([name]) => name).map(([name, lines]) => this.#group(name, lines)));
  }

  #group(name, lines) {
    const group = this.#part("group");
    group.querySelector("h3").textContent = name;
    group.querySelector("ul").append(...lines.map((line) => this.#line(line)));
    return group;
  }

  #line({ action, label, keys }) {
    const line = this.#part("line");
    line.querySelector("[data-label]").textContent = label;
    line.querySelector("[data-keys]").replaceChildren(...keys.map((chord) => this.#keys(chord)));
    const button = line.querySelector("button");
    button.dataset.rebinds = action;
    button.querySelector("[data-for]").textContent = label;
    button.setAttribute("aria-pressed", String(action === this.#chosen));
    return line;
  }

  #keys(chord) {
    const words = this.querySelector('template[data-part="names"]').content;
    const key = document.createElement("kbd");
    key.textContent = chord
      .split(/ |\+(?=.)/)
      .map((part) => words.querySelector(`[data-key="${CSS.escape(part)}"]`)?.textContent ?? part)
      .join(" ");
    return key;
  }

  #click = ({ target }) => {
    if (target === this.#dialog || target.closest("[data-closes]")) return this.#dialog.close();
    if (target.closest("[data-resets]")) return this.#reset();
    const button = target.closest("[data-rebinds]");
    if (button) this.#choose(button.dataset.rebinds);
  };

  #choose(action) {
    this.#chosen = action === this.#chosen ? "" : action;
    this.#redraw(action);
    if (this.#chosen) this.#say("press", this.#labelOf(action));
  }

  #press = (event) => {
    if (!this.#chosen || ["Shift", "Control", "Alt", "Meta", "Tab"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const action = this.#chosen;
    this.#chosen = "";
    if (event.key !== "Escape") this.#take(action, chordOf(event));
    this.#redraw(action);
  };

  #take(action, chord) {
    const taken = bindings().find((one) => one.action !== action && one.keys.some((keys) => keys.split(" ")[0] === chord));
    if (taken) return this.#say("taken", taken.label);
    rebind(action, chord);
    this.#say("changed", this.#labelOf(action));
  }

  #reset() {
    for (const { action } of bindings()) rebind(action, null);
    this.#chosen = "";
    this.#draw();
    this.#say("reset");
  }

  #redraw(action) {
    this.#draw();
    this.querySelector(`[data-rebinds="${action}"]`)?.focus();
  }

  #labelOf(action) {
    return bindings().find((one) => one.action === action)?.label ?? "";
  }
}

customElements.define("keyboard-help", KeyboardHelp);
