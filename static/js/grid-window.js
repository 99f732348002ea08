// The posts of a grid that exist as elements: those near the window, in reading order, and the one
// that has the focus. While one flies past, and until elements that were let go come again, ghosts
// stand for them: a place with its ThumbHash, and nothing in it.

import { Veils } from "./grid-veils.js";

const AROUND = 1.5; // screens above and below the window that exist
const NEAR = 0.25; // the same of those that have to be there at once
const AT_ONCE = 8; // others that come to be in one frame
const STEP = 20; // pixels in which a picture's width is told, so that few changes ask for a new one

export class GridWindow {
  #grid;
  #items = new Map();
  #ghosts = new Set();
  #veils = new Veils();

  constructor(grid) {
    this.#grid = grid;
  }

  item(index) {
    return this.#items.get(index) ?? null;
  }

  stop() {
    this.#veils.stop();
  }

  // Takes the elements that the server sent.
  adopt(items, first) {
    for (const [at, item] of items.entries()) this.#take(item, first + at);
  }

  // Lets exist what is to be seen in a view, and nothing else. What is far from sight comes frame by
  // frame.
  render(view = this.#grid.sight.view) {
    const { list, sight } = this.#grid;
    const first = sight.topmost(view);
    const kept = this.#within(-view.top, AROUND);
    for (const index of [...this.#items.keys()]) if (!kept.has(index)) this.#release(index);
    const wanted = new Set([...this.#items.keys(), ...this.#within(-view.top, NEAR)]);
    if (!this.#grid.flight.isOn) this.#add(kept, wanted);
    let next = list.firstElementChild;
    for (const index of [...wanted].sort((one, other) => one - other)) {
      const item = this.#items.get(index) ?? this.#create(index);
      if (item === next) next = next.nextElementSibling;
      else list.insertBefore(item, next);
    }
    this.rove(first);
    this.#veils.paint();
  }

  // Ghosts become pictures before there are more of either.
  #add(kept, wanted) {
    const ready = [...this.#ghosts].filter((index) => this.#known(index));
    const missing = [...kept].filter((index) => !wanted.has(index));
    for (const index of ready.slice(0, AT_ONCE)) this.#exchange(index);
    for (const index of missing.slice(0, Math.max(0, AT_ONCE - ready.length))) wanted.add(index);
    if (ready.length + missing.length > AT_ONCE) this.#grid.renew();
  }

  // What is meant stands there itself, however fast one came.
  reveal(index) {
    if (this.#ghosts.has(index) && this.#known(index)) this.#exchange(index);
  }

  // Puts everything where the layout has it now.
  replace() {
    for (const [index, item] of this.#items) this.#put(item, index);
  }

  // Shows anew which posts are selected.
  reselect() {
    for (const item of this.#items.values()) this.#select(item);
  }

  // One post of the grid is reached by Tab: the one that had the focus last, else the first in sight.
  rove(first = this.#grid.current) {
    if (!this.#items.has(this.#grid.current)) this.#grid.current = first;
    for (const [index, item] of this.#items) {
      const wish = index === this.#grid.current ? 0 : -1;
      const link = item.querySelector("a");
      if (link.tabIndex !== wish || !link.hasAttribute("tabindex")) link.tabIndex = wish;
    }
  }

  // Places may have changed by posts that came or went.
  reindex() {
    const items = [...this.#items.values()];
    this.#items.clear();
    this.#ghosts.clear();
    for (const item of items) {
      const index = this.#grid.blocks.indexOf(Number(item.dataset.post));
      if (index < 0) item.remove();
      else this.#take(item, index);
    }
  }

  clear() {
    for (const index of [...this.#items.keys()]) this.#release(index);
  }

  // The places of what is in the window or so many screens away from it, and of what has the focus.
  #within(top, screens) {
    const { blocks } = this.#grid;
    const room = window.innerHeight * screens;
    const [high, low] = [top - room, top + window.innerHeight + room];
    const wanted = new Set();
    for (const block of blocks.between(high, low)) {
      for (let at = 0; at < block.length; at += 1) {
        const top = block.top + block.boxes[at * 4 + 1];
        if (top < low && top + block.boxes[at * 4 + 3] > high) wanted.add(block.first + at);
      }
    }
    const focused = this.#grid.indexOf(document.activeElement);
    if (focused >= 0 && blocks.at(focused)) wanted.add(focused);
    return wanted;
  }

  #create(index) {
    const item = (this.#grid.flight.isOn ? null : this.#known(index)) ?? this.#ghost(index);
    this.#take(item, index);
    this.#put(item, index);
    return item;
  }

  // The element of a post, unless it was let go.
  #known(index) {
    const block = this.#grid.blocks.at(index);
    return block?.elements?.[index - block.first] ?? null;
  }

  #ghost(index) {
    const block = this.#grid.blocks.at(index);
    const at = index - block.first;
    const item = document.createElement("li");
    item.className = "item ghost";
    item.dataset.post = block.ids[at];
    item.dataset.ratio = block.ratios[at];
    item.append(document.createElement("a"));
    this.#veils.lay(item, block.looks[at]);
    return item;
  }

  #exchange(index) {
    const [ghost, item] = [this.#items.get(index), this.#known(index)];
    const focused = ghost.contains(document.activeElement);
    const veil = ghost.querySelector("canvas");
    this.#ghosts.delete(index);
    this.#veils.leave(ghost);
    if (veil) item.querySelector("a").prepend(veil);
    ghost.replaceWith(item);
    this.#take(item, index);
    this.#put(item, index);
    if (focused) item.querySelector("a").focus({ preventScroll: true });
  }

  // Gives an element its place among all.
  #take(item, index) {
    this.#items.set(index, item);
    item.dataset.index = index;
    item.setAttribute("aria-posinset", index + 1);
    item.setAttribute("aria-setsize", this.#grid.blocks.count);
    item.querySelector("a").tabIndex = index === this.#grid.current ? 0 : -1;
    if (item.matches(".ghost")) this.#ghosts.add(index);
    else this.#equip(item);
    this.#select(item);
  }

  // Adds what only the script can work with.
  #equip(item) {
    const link = item.querySelector("a");
    link.draggable = false;
    const heart = item.querySelector(".heart");
    if (heart) heart.tabIndex = -1;
    if (!item.querySelector(".pick")) link.after(this.#grid.pick(item.dataset.post));
    this.#show(item);
  }

  // The ThumbHash stands until the picture does.
  #show(item) {
    const image = item.querySelector("img");
    if (!image || (image.complete && image.naturalWidth)) return this.#veils.lift(item);
    ask(image);
    this.#veils.lay(item, item.dataset.looks);
    image.onload = () => this.#veils.lift(item);
  }

  #select(item) {
    const chosen = this.#grid.selection.has(Number(item.dataset.post));
    item.classList.toggle("picked", chosen);
    item.querySelector(".pick")?.setAttribute("aria-pressed", chosen);
  }

  #put(item, index) {
    const box = this.#grid.sight.box(index);
    if (!box) return;
    item.style.transform = `translate(${box.left}px, ${box.top}px)`;
    item.style.width = `${box.width}px`;
    item.style.height = `${box.height}px`;
    const image = item.querySelector("img[srcset]");
    if (!image) return;
    const ratio = Number(item.dataset.ratio) || 1;
    const needed = `${Math.ceil(Math.max(box.width, box.height * ratio) / STEP) * STEP}px`;
    if (image.sizes !== needed) image.sizes = needed;
  }

  // A picture that is still on its way is not waited for once it is out of sight.
  #release(index) {
    const item = this.#items.get(index);
    this.#items.delete(index);
    this.#ghosts.delete(index);
    item.remove();
    this.#veils.lift(item);
    const image = item.querySelector("img");
    if (image && !image.complete) withhold(image);
  }
}

function withhold(image) {
  if (!image.hasAttribute("src")) return;
  image.dataset.src = image.getAttribute("src");
  image.dataset.srcset = image.getAttribute("srcset") ?? "";
  image.removeAttribute("srcset");
  image.removeAttribute("src");
}

function ask(image) {
  if (!image.dataset.src) return;
  if (image.dataset.srcset) image.srcset = image.dataset.srcset;
  image.src = image.dataset.src;
  delete image.dataset.src;
}
