// Asks for the posts that a grid lacks: first what is in sight, then what comes next on both sides;
// and lets go of what is far away.

import { announce } from "./announce.js";

const AHEAD = 2; // blocks that are asked for before they are needed
const KEPT = 4; // blocks around the window whose elements are kept

export class GridSupply {
  #grid;
  #busy = new Set();
  #failed = false;

  constructor(grid) {
    this.#grid = grid;
  }

  fill(view = this.#grid.sight.view) {
    const { blocks, isScrolling } = this.#grid;
    const { list, ended } = blocks;
    if (!list.length) return;
    const [first, last] = this.#seen(-view.top);
    for (const [at, block] of list.entries()) {
      if (block.elements && (at < first - KEPT || at > last + KEPT)) block.forget();
    }
    const ghosts = list.slice(Math.max(0, first - 1), last + 2).find((block) => !block.elements);
    if (ghosts) this.#ask("recall", () => blocks.recall(ghosts));
    if (!isScrolling || this.#failed) return;
    if (list.length - 1 - last < AHEAD && !ended.after) this.#ask("after", () => this.#extend("after"));
    if (first < AHEAD && !ended.before) this.#ask("before", () => this.#extend("before"));
    this.#state(ended.after ? "ended" : last === list.length - 1 ? "loading" : null);
  }

  // Goes to another part of the search; tells whether that came.
  async jump(page) {
    this.#busy.clear();
    this.#state("loading");
    try {
      await this.#grid.blocks.jump(page);
    } catch (error) {
      this.#fail(error);
      return false;
    }
    this.#state(null);
    return true;
  }

  retry() {
    this.#failed = false;
    this.fill();
  }

  // The places in the list of the first and the last block in sight, where the window begins at `high`.
  #seen(high) {
    const { blocks } = this.#grid;
    const { list } = blocks;
    const seen = blocks.between(high, high + window.innerHeight);
    const first = seen.length ? list.indexOf(seen[0]) : high > 0 ? list.length - 1 : 0;
    return [first, seen.length ? list.indexOf(seen.at(-1)) : first];
  }

  // What has come is shown with the next frame.
  async #ask(name, work) {
    if (this.#busy.has(name)) return;
    this.#busy.add(name);
    try {
      await work();
    } catch (error) {
      this.#fail(error);
      return;
    } finally {
      this.#busy.delete(name);
    }
    if (this.#grid.isConnected) this.#grid.renew();
  }

  async #extend(side) {
    const grid = this.#grid;
    const block = await grid.blocks.extend(side);
    if (side === "after" && block) grid.append();
    else grid.insert(side);
    this.#shed(side);
    if (block) announce(grid.words("loaded", { first: block.first + 1, last: block.end, count: grid.blocks.count }));
  }

  // A list that gets too tall for browsers loses the half where one is not; going there brings it
  // again.
  #shed(side) {
    const { list } = this.#grid.blocks;
    if (list.at(-1).bottom < this.#grid.constructor.tallest || list.length < 2 * KEPT) return;
    this.#grid.hold(() => this.#grid.blocks.shed(side === "after" ? "before" : "after"));
  }

  #fail(error) {
    if (error.name === "AbortError" || !this.#grid.isConnected) return;
    this.#failed = true;
    this.#state("failed");
  }

  #state(shown) {
    for (const part of this.#grid.querySelectorAll("[data-state]")) {
      const isHidden = part.dataset.state !== shown;
      if (part.hidden !== isHidden) part.hidden = isHidden;
    }
  }
}
