// The part of a search that the grid knows: blocks of posts, side by side, in reading order.
// Each block was a page of an answer. Elements of blocks out of sight are let go; what is kept of
// every post is its id, its proportions and its ThumbHash, so that the layout stays.

import { rows, squares } from "./grid-layout.js";

export class Block {
  #laid = "";

  constructor(first, elements) {
    this.first = first;
    this.ids = elements.map(({ dataset }) => Number(dataset.post));
    this.ratios = Float32Array.from(elements, ({ dataset }) => Number(dataset.ratio));
    this.looks = elements.map(({ dataset }) => dataset.looks ?? "");
    this.elements = elements;
    this.top = 0;
    this.height = 0;
    this.step = 0; // from its top to that of the next
    this.boxes = new Float32Array(0);
  }

  get length() {
    return this.ids.length;
  }

  get end() {
    return this.first + this.length;
  }

  get bottom() {
    return this.top + this.height;
  }

  // Finds out where its posts lie, unless that is known already.
  lay({ layout, width, size, gap, isLast }) {
    const asked = [layout, width, size, gap, isLast, layout === "squares" ? this.first : 0].join();
    if (asked === this.#laid) return;
    this.#laid = asked;
    const laid = layout === "squares"
      ? squares(this.length, this.first, { width, size, gap })
      : rows(this.ratios, { width, size, gap, isLast });
    Object.assign(this, { boxes: laid.boxes, height: laid.height, step: laid.step ?? laid.height + gap });
  }

  forget() {
    this.elements = null;
  }

  // Posts that the server no longer gives keep their place, without a picture.
  recall(elements) {
    const known = new Map(elements.map((element) => [Number(element.dataset.post), element]));
    this.elements = this.ids.map((id) => known.get(id) ?? null);
  }
}

export class Blocks {
  #address;
  #limit;
  #asking = new AbortController();

  constructor({ address, limit, count }) {
    this.#address = address;
    this.#limit = limit;
    this.count = count;
    this.list = [];
    this.ended = { after: false, before: false };
  }

  get first() {
    return this.list[0]?.first ?? 0;
  }

  get end() {
    return this.list.at(-1)?.end ?? 0;
  }

  begin(first, elements) {
    this.stop();
    this.list = elements.length ? [new Block(first, elements)] : [];
    this.ended = { after: elements.length < this.#limit || first + elements.length >= this.count, before: first <= 0 };
  }

  stop() {
    this.#asking.abort();
    this.#asking = new AbortController();
  }

  // Goes to another part of the search: nothing of the old part stays.
  async jump(page) {
    this.stop();
    const elements = await this.#ask("page", page);
    this.begin((page - 1) * this.#limit, elements);
  }

  // Adds the block behind the last or before the first one; returns it, or null at the end.
  async extend(side) {
    const edge = this.#edge(side);
    const elements = await this.#ask(side, side === "after" ? edge.ids.at(-1) : edge.ids[0]);
    if (this.#edge(side) !== edge) return null; // it was forgotten meanwhile
    this.ended[side] = elements.length < this.#limit;
    if (!elements.length) return this.#settle(side);
    const block = new Block(side === "after" ? edge.end : edge.first - elements.length, elements);
    if (side === "after") this.list.push(block);
    else this.list.unshift(block);
    this.#settle(side);
    return block;
  }

  async recall(block) {
    const at = this.list.indexOf(block);
    const before = this.list[at - 1];
    const side = before ? "after" : "before";
    const post = before ? before.ids.at(-1) : this.list[at + 1]?.ids[0];
    if (post) block.recall(await this.#ask(side, post));
  }

  // Forgets the half of all blocks that lies on one side.
  shed(side) {
    const half = Math.floor(this.list.length / 2);
    this.list.splice(side === "before" ? 0 : this.list.length - half, half);
    this.ended[side] = false;
  }

  at(index) {
    const block = this.list[this.#search((each) => each.end > index)];
    return block && block.first <= index ? block : null;
  }

  // The blocks that have a part between two heights.
  between(top, bottom) {
    const found = [];
    for (let at = this.#search((each) => each.bottom > top); at < this.list.length; at += 1) {
      if (this.list[at].top >= bottom) break;
      found.push(this.list[at]);
    }
    return found;
  }

  indexOf(id) {
    for (const block of this.list) {
      const at = block.ids.indexOf(id);
      if (at >= 0) return block.first + at;
    }
    return -1;
  }

  id(index) {
    const block = this.at(index);
    return block ? block.ids[index - block.first] : 0;
  }

  // Posts came or went since the count was made: places are told from the real beginning on.
  #settle(side) {
    if (side === "before" && this.ended.before && this.first) {
      const shift = this.first;
      for (const block of this.list) block.first -= shift;
      this.count -= shift;
    }
    if (this.ended.after) this.count = this.end;
    this.count = Math.max(this.count, this.end);
    return null;
  }

  #edge(side) {
    return side === "after" ? this.list.at(-1) : this.list[0];
  }

  #search(isPast) {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isPast(this.list[middle])) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  async #ask(name, value) {
    const { signal } = this.#asking;
    const address = new URL(this.#address, location.href);
    address.searchParams.set(name, value);
    const answer = await fetch(address, { headers: { "X-Fragment": "1" }, signal });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    await turn();
    signal.throwIfAborted();
    return [...template.content.children];
  }
}

// Lets the browser do what waits: reading an answer and laying it out would be one long task.
function turn() {
  return new Promise((done) => setTimeout(done));
}
