// <pool-order>: moves posts of a pool without leaving the page, by its buttons or by dragging.
// Without JavaScript each button sends the page's form.

import { announce } from "./announce.js";
import { morph } from "./morph.js";

class PoolOrder extends HTMLElement {
  #dragged = null;

  connectedCallback() {
    for (const kind of ["click", "dragstart", "dragover", "drop", "dragend"]) this.addEventListener(kind, this);
    this.#allowDragging();
  }

  handleEvent(event) {
    this[`on${event.type}`](event);
  }

  get #list() {
    return this.querySelector("ol");
  }

  #allowDragging() {
    for (const item of this.#list.children) item.draggable = true;
  }

  onclick(event) {
    const button = event.target.closest("button[form=arrange]");
    if (!button) return;
    event.preventDefault();
    this.#send({ [button.name]: button.value }, button);
  }

  ondragstart(event) {
    this.#dragged = event.target.closest?.("li");
    if (!this.#dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.#dragged.dataset.post);
    this.#dragged.classList.add("is-dragged");
  }

  ondragover(event) {
    const over = this.#target(event);
    if (!over) return;
    event.preventDefault();
    this.#mark(over, this.#isBehind(event, over));
  }

  ondrop(event) {
    const over = this.#target(event);
    if (!over) return;
    event.preventDefault();
    const side = this.#isBehind(event, over) ? "after" : "before";
    this.#send({ move: this.#dragged.dataset.post, [side]: over.dataset.post });
  }

  ondragend() {
    this.#dragged?.classList.remove("is-dragged");
    this.#dragged = null;
    this.#mark(null);
  }

  #target(event) {
    const over = event.target.closest?.("li");
    return this.#dragged && over && over !== this.#dragged ? over : null;
  }

  #isBehind(event, over) {
    const { left, width } = over.getBoundingClientRect();
    const isRight = event.clientX > left + width / 2;
    return isRight === (getComputedStyle(this).direction === "ltr");
  }

  #mark(over, isBehind) {
    for (const item of this.#list.children) {
      item.classList.toggle("drop-before", item === over && !isBehind);
      item.classList.toggle("drop-after", item === over && isBehind);
    }
  }

  async #send(wish, button) {
    const form = document.getElementById("arrange");
    const body = new FormData(form);
    for (const [name, value] of Object.entries(wish)) body.set(name, value);
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Fragment": "1" } }).catch(() => null);
    if (!answer?.ok) return announce(this.dataset.failed);
    morph(this.#list, await answer.text());
    this.#allowDragging();
    this.#tell(Object.values(wish)[0], button);
  }

  // Says where the post is now, and leaves the focus on the button that moved it.
  #tell(post, button) {
    const item = document.getElementById(`in-pool-${post}`);
    if (!item) return announce(this.dataset.out);
    announce(this.dataset.moved.replace("{number}", [...this.#list.children].indexOf(item) + 1));
    if (!button) return;
    const same = item.querySelector(`button[name=${button.name}]:enabled`);
    (same ?? item.querySelector("button:enabled"))?.focus();
  }
}

customElements.define("pool-order", PoolOrder);
