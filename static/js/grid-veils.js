// ThumbHashes that stand until pictures are there. Painting one takes a moment, so each frame paints
// only what it has time for, and what is out of sight again by then not at all. Making a canvas
// takes longer than painting it: they are used again.

import { paint } from "./thumbhash.js";

const TIME = 5; // milliseconds of a frame
const SPARE = 120; // canvases that are kept

export class Veils {
  #waiting = new Map();
  #spare = [];
  #frame = 0;

  // To be painted over an item soon.
  lay(item, looks) {
    if (looks && !item.querySelector("canvas")) this.#waiting.set(item, looks);
  }

  lift(item) {
    this.#waiting.delete(item);
    const canvas = item.querySelector("canvas");
    canvas?.remove();
    if (canvas && this.#spare.length < SPARE) this.#spare.push(canvas);
  }

  // Its canvas goes elsewhere.
  leave(item) {
    this.#waiting.delete(item);
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#waiting.clear();
  }

  paint = () => {
    cancelAnimationFrame(this.#frame);
    const end = performance.now() + TIME;
    for (const [item, looks] of this.#waiting) {
      this.#waiting.delete(item);
      const canvas = this.#spare.pop() ?? document.createElement("canvas");
      paint(canvas, looks);
      item.querySelector("a").prepend(canvas);
      if (performance.now() > end) break;
    }
    this.#frame = this.#waiting.size ? requestAnimationFrame(this.paint) : 0;
  };
}
