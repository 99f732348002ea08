// <review-wall>: arrows go from picture to picture, and the button tells what it will do. Without
// JavaScript the boxes are boxes, and Enter sends the form as it does anywhere.

import { bind } from "./keys.js";

class ReviewWall extends HTMLElement {
  #unbind = () => {};

  connectedCallback() {
    this.#unbind = bind(document, [
      { action: "review.left", keys: "ArrowLeft", run: () => this.#step(-1) },
      { action: "review.right", keys: "ArrowRight", run: () => this.#step(1) },
      { action: "review.up", keys: "ArrowUp", run: () => this.#step(-this.#columns()) },
      { action: "review.down", keys: "ArrowDown", run: () => this.#step(this.#columns()) },
      { action: "review.wrong", keys: "x", once: true, run: () => this.#mark() },
    ]);
    this.addEventListener("change", this.#tell);
    this.#tell();
  }

  disconnectedCallback() {
    this.#unbind();
  }

  get #boxes() {
    return [...this.querySelectorAll('input[type="checkbox"]')];
  }

  #columns() {
    const tops = this.#boxes.map((box) => box.closest("li").offsetTop);
    return Math.max(1, tops.filter((top) => top === tops[0]).length);
  }

  #step(by) {
    const boxes = this.#boxes;
    const now = boxes.indexOf(document.activeElement);
    const next = now < 0 ? 0 : Math.max(0, Math.min(now + by, boxes.length - 1));
    boxes[next]?.focus();
    return boxes.length > 0;
  }

  #mark() {
    const box = document.activeElement;
    if (!this.#boxes.includes(box)) return false;
    box.click();
    return true;
  }

  #tell = () => {
    const wrong = this.#boxes.filter((box) => box.checked).length;
    const words = this.querySelector('[data-part="words"]');
    words.textContent = this.dataset.words
      .replace("{yes}", this.#boxes.length - wrong)
      .replace("{no}", wrong);
  };
}

customElements.define("review-wall", ReviewWall);
