// <post-grid>: lays the posts of a page out edge to edge, and goes on to the pages before and
// behind it while one scrolls. Only what is near the window exists as elements. Without JavaScript
// the list inside is a plain page of posts, and links lead on.

import { announce } from "./announce.js";
import { Blocks } from "./grid-blocks.js";
import { GridKeys } from "./grid-keys.js";
import { fitting } from "./grid-layout.js";
import { GridPlace } from "./grid-place.js";
import { GridPointer } from "./grid-pointer.js";
import { Selection } from "./grid-selection.js";
import { GridWindow } from "./grid-window.js";
import { HoverCard } from "./hover-card.js";
import { SelectionBar } from "./selection-bar.js";

const AHEAD = 2; // blocks that are asked for before they are needed
const KEPT = 4; // blocks around the window whose elements are kept
const REST = 250; // milliseconds without scrolling until the address tells where one is
const FAR = 0.6; // of a window from one frame to the next is flying past
const LANDING = 100; // milliseconds without it until one has landed

class PostGrid extends HTMLElement {
  static tallest = 8_000_000; // pixels; browsers end at 17 million
  current = -1; // the post that Tab reaches
  #ready = false;
  #window = new GridWindow(this);
  #place = new GridPlace(this);
  #frame = 0;
  #width = 0;
  #rest = 0;
  #at = 0;
  #shown = -1;
  #going = false;
  #landing = 0;
  #failed = false;
  #busy = new Set();
  #selecting = false;
  #watching = null;
  #stops = [];

  connectedCallback() {
    if (!this.#ready) this.#begin();
    this.#listen(window, "scroll", this.#scrolled, { passive: true });
    this.#listen(window, "pagehide", () => this.#place.remember());
    this.#listen(document, "leaving", () => this.#place.lead());
    this.#listen(document, "preferences", ({ detail }) => this.#prefer(detail));
    this.#listen(document, "submit", this.#jumped);
    this.#listen(document, "click", this.#clicked);
    this.#listen(this.list, "focusin", ({ target }) => this.#focused(target));
    this.#watching = new ResizeObserver(() => this.#resized());
    this.#watching.observe(this.list);
    const card = new HoverCard(this, this.querySelector(".hover-card"));
    const pointer = new GridPointer(this);
    const bar = new SelectionBar(this);
    const keys = new GridKeys(this, card);
    this.#stops.push(() => [card, pointer, bar, keys, this.#place].forEach((each) => each.stop()));
    this.arrange();
    this.#place.restore();
    this.#window.render();
    this.#fill();
  }

  disconnectedCallback() {
    this.#watching.disconnect();
    this.blocks.stop();
    clearTimeout(this.#rest);
    clearTimeout(this.#landing);
    this.#landing = 0;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#window.stop();
    for (const stop of this.#stops.splice(0)) stop();
  }

  get list() {
    return this.querySelector(".grid");
  }

  get isScrolling() {
    return this.dataset.paging === "scroll";
  }

  // Whether a click selects: because something is selected, or because somebody said so.
  get isSelecting() {
    return this.#selecting || this.selection.size > 0;
  }

  set isSelecting(wish) {
    this.#selecting = wish;
  }

  // The search as it is written.
  get query() {
    return new URL(this.dataset.address, location.href).searchParams.get("tags") ?? "";
  }

  // The address of a post's page. Those of all posts differ in the number alone.
  addressOf(id) {
    return id ? this.dataset.post.replace(/\d+(?=\?|$)/, id) : "";
  }

  // A text of the page with numbers in it.
  words(name, values) {
    const format = new Intl.NumberFormat(document.documentElement.lang || "en");
    return this.dataset[name].replace(/\{(\w+)\}/g, (whole, key) =>
      (key in values ? format.format(values[key]) : whole));
  }

  // Which post an element belongs to, by its place; -1 for none.
  indexOf(element) {
    const item = element?.closest?.(".item");
    return item && this.list.contains(item) ? Number(item.dataset.index) : -1;
  }

  item(index) {
    return this.#window.item(index);
  }

  // Left, top, width and height of a post in the list, or null where it is not known.
  box(index) {
    const block = this.blocks.at(index);
    if (!block) return null;
    const at = (index - block.first) * 4;
    const [left, top, width, height] = block.boxes.subarray(at, at + 4);
    return { left, top: top + block.top, width, height };
  }

  // Posts that a frame in the list touches.
  within({ left, top, right, bottom }) {
    const found = [];
    for (const block of this.blocks.between(top, bottom)) {
      for (let index = block.first; index < block.end; index += 1) {
        const box = this.box(index);
        const apart = box.left > right || box.left + box.width < left || box.top > bottom || box.top + box.height < top;
        if (!apart) found.push(block.ids[index - block.first]);
      }
    }
    return found;
  }

  // Puts the focus on a post, and the post into the window.
  focusOn(index) {
    const box = this.box(index);
    if (!box) return;
    this.current = index;
    const top = this.list.getBoundingClientRect().top + box.top;
    const [high, low] = [this.ceiling, this.#floor - this.#gap];
    if (top < high) window.scrollBy({ top: top - high, behavior: "instant" });
    else if (top + box.height > low) window.scrollBy({ top: Math.min(top - high, top + box.height - low), behavior: "instant" });
    this.#window.render();
    this.item(index)?.querySelector("a").focus({ preventScroll: true });
  }

  // Goes to a page that may not be known yet; returns the place of its first post.
  async jump(page) {
    const first = (page - 1) * Number(this.dataset.limit);
    if (!this.blocks.at(first)) {
      this.#busy.clear();
      this.#state("loading");
      try {
        await this.blocks.jump(page);
      } catch (error) {
        return this.#fail(error);
      }
      this.#state(null);
      this.#window.clear();
      this.arrange();
    }
    const top = this.list.getBoundingClientRect().top + (this.box(first)?.top ?? 0);
    window.scrollBy({ top: top - this.ceiling, behavior: "instant" });
    this.#window.render();
    this.#fill();
    return first;
  }

  // The post whose row covers a height and whose middle is nearest to that of `box`.
  nearest({ left, width }, height, by) {
    const { blocks } = this;
    const middle = left + width / 2;
    const at = Math.max(0, Math.min(height + by, blocks.list.at(-1).bottom));
    let [found, least] = [-1, Infinity];
    for (const block of blocks.between(at - 1000, at + 1000)) {
      for (let index = block.first; index < block.end; index += 1) {
        const box = this.box(index);
        const beyond = by > 0 ? box.top >= height - 1 : box.top + box.height <= height + 1;
        if (!beyond) continue;
        const far = Math.abs((by > 0 ? box.top : box.top + box.height) - height) * 100 + Math.abs(box.left + box.width / 2 - middle);
        if (far < least) [found, least] = [index, far];
      }
    }
    return found >= 0 ? found : by > 0 ? blocks.end - 1 : blocks.first;
  }

  // Where one is, or is going: what was asked for last, while its row is on top, else the first one.
  get here() {
    const first = this.topmost();
    return this.#going || this.box(first)?.top === this.box(this.#shown)?.top ? this.#shown : first;
  }

  // Brings any place in the search to the top of the window.
  async show(index, { focused = false } = {}) {
    this.#shown = index;
    this.#going = !this.box(index);
    if (this.#going) await this.jump(Math.floor(index / Number(this.dataset.limit)) + 1);
    if (this.#shown !== index) return;
    this.#going = false;
    window.scrollBy({ top: this.topOf(index) - this.ceiling, behavior: "instant" });
    this.#window.render();
    if (focused) this.focusOn(index);
    this.#fill();
  }

  // Goes to any place in the search, and puts the focus there.
  async goTo(index) {
    if (!this.box(index)) await this.jump(Math.floor(index / Number(this.dataset.limit)) + 1);
    this.focusOn(Math.min(index, this.blocks.end - 1));
  }

  arrange() {
    this.#lay();
    this.#window.replace();
    this.#window.render();
  }

  // Finds the place of each post and the height of the whole.
  #lay() {
    const width = this.list.clientWidth;
    if (!width) return;
    const gap = this.#gap;
    const ends = this.blocks.ended.after || !this.isScrolling;
    const isLast = (block) => ends && block === this.blocks.list.at(-1);
    const size = fitting(Number(this.dataset.size), width);
    let top = 0;
    for (const block of this.blocks.list) {
      block.lay({ layout: this.dataset.layout, width, size, gap, isLast: isLast(block) });
      block.top = top;
      top += block.step;
    }
    this.list.style.height = `${this.blocks.list.at(-1)?.bottom ?? 0}px`;
  }

  // Where the window begins for a post: below the bar on top.
  get ceiling() {
    return this.#covered + this.#gap;
  }

  // A new button that selects a post.
  pick(id) {
    const button = this.querySelector('[data-part="pick"]').content.cloneNode(true).firstElementChild;
    button.setAttribute("aria-label", this.dataset.pick.replace("{id}", id));
    return button;
  }

  get #gap() {
    return parseFloat(getComputedStyle(this.list).rowGap) || 0;
  }

  // How much of the window the bar on top covers.
  get #covered() {
    return Math.max(0, document.querySelector(".top")?.getBoundingClientRect().bottom ?? 0);
  }

  // Where the window ends for a post: above the bar that belongs to the selection.
  get #floor() {
    const bar = this.querySelector(".selection-bar:not([hidden])");
    return window.innerHeight - (bar ? bar.offsetHeight + 2 * this.#gap : 0);
  }

  #listen(target, name, handler, options) {
    target.addEventListener(name, handler, options);
    this.#stops.push(() => target.removeEventListener(name, handler, options));
  }

  #begin() {
    const { address, limit, count, offset } = this.dataset;
    this.blocks = new Blocks({ address, limit: Number(limit), count: Number(count) });
    this.selection = new Selection(this.blocks);
    const elements = [...this.list.children];
    this.blocks.begin(Number(offset), elements);
    this.#window.adopt(elements, Number(offset));
    this.#ready = true;
    this.classList.add("live");
    if (this.isScrolling) document.documentElement.classList.add("scrolls-on");
  }

  // Shows anew which posts are selected.
  reselect() {
    this.#window.reselect();
    this.classList.toggle("selecting", this.isSelecting);
  }

  // The first post that is whole in the window.
  topmost() {
    const line = this.#covered - this.list.getBoundingClientRect().top;
    for (const block of this.blocks.between(line, line + window.innerHeight)) {
      for (let at = 0; at < block.length; at += 1) {
        if (block.top + block.boxes[at * 4 + 1] >= line - 1) return block.first + at;
      }
    }
    return this.blocks.list.length ? this.blocks.first : -1;
  }

  #focused(target) {
    const index = this.indexOf(target);
    if (index < 0) return;
    this.current = index;
    this.#window.rove();
  }

  #scrolled = () => {
    if (!this.#frame) this.#frame = requestAnimationFrame(this.#moved);
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#place.remember(), REST);
  };

  #moved = () => {
    this.#frame = 0;
    if (Math.abs(window.scrollY - this.#at) > window.innerHeight * FAR) {
      this.#window.flying = true;
      clearTimeout(this.#landing);
      this.#landing = setTimeout(this.#land, LANDING);
    }
    this.#at = window.scrollY;
    this.#window.render();
    this.#fill();
  };

  #land = () => {
    this.#landing = 0;
    this.#window.flying = false;
    this.#window.render();
  };

  #resized() {
    const width = this.list.clientWidth;
    if (this.#width === width) return;
    this.#width = width;
    this.#held(() => this.arrange());
    this.#fill();
  }

  #prefer({ layout, size }) {
    this.dataset.layout = layout ?? this.dataset.layout;
    this.dataset.size = size ?? this.dataset.size;
    this.list.className = `grid grid-${this.dataset.layout}`;
    this.#held(() => this.arrange());
    this.#fill();
  }

  // Changes the layout, while the first picture in the window stays where it is.
  #held(change) {
    const index = this.topmost();
    const before = this.topOf(index);
    change();
    const moved = this.topOf(index) - before;
    if (moved) window.scrollBy({ top: moved, behavior: "instant" });
    this.#window.render();
  }

  topOf(index) {
    return this.list.getBoundingClientRect().top + (this.box(index)?.top ?? 0);
  }

  // Asks for what is missing: first what is in sight, then what comes next on both sides.
  #fill() {
    if (!this.blocks.list.length) return;
    const { top } = this.list.getBoundingClientRect();
    const seen = this.blocks.between(-top, -top + window.innerHeight);
    const list = this.blocks.list;
    const first = seen.length ? list.indexOf(seen[0]) : -top > 0 ? list.length - 1 : 0;
    const last = seen.length ? list.indexOf(seen.at(-1)) : first;
    for (const [at, block] of list.entries()) {
      if (block.elements && (at < first - KEPT || at > last + KEPT)) block.forget();
    }
    const ghosts = list.slice(Math.max(0, first - 1), last + 2).find((block) => !block.elements);
    if (ghosts) this.#ask("recall", () => this.#recall(ghosts));
    if (!this.isScrolling || this.#failed) return;
    if (list.length - 1 - last < AHEAD && !this.blocks.ended.after) this.#ask("after", () => this.#extend("after"));
    if (first < AHEAD && !this.blocks.ended.before) this.#ask("before", () => this.#extend("before"));
    this.#state(this.blocks.ended.after ? "ended" : last === list.length - 1 ? "loading" : null);
  }

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
    if (this.isConnected) this.#fill();
  }

  async #extend(side) {
    const block = await this.blocks.extend(side);
    if (side === "after" && block) this.#append();
    else this.#held(() => this.#rearrange(side));
    this.#shed(side);
    if (block) announce(this.words("loaded", { first: block.first + 1, last: block.end, count: this.blocks.count }));
  }

  // What comes behind moves nothing of what is there.
  #append() {
    this.#lay();
    this.#window.render();
  }

  #rearrange(side) {
    if (side === "before") this.#window.reindex();
    this.arrange();
  }

  async #recall(block) {
    await this.blocks.recall(block);
    this.#window.refresh(block);
  }

  // A list that gets too tall for browsers loses the half where one is not; going there brings it
  // again.
  #shed(side) {
    const { list } = this.blocks;
    if (list.at(-1).bottom < PostGrid.tallest || list.length < 2 * KEPT) return;
    this.#held(() => {
      this.blocks.shed(side === "after" ? "before" : "after");
      this.arrange();
    });
  }

  #fail(error) {
    if (error.name === "AbortError" || !this.isConnected) return -1;
    this.#failed = true;
    this.#state("failed");
    return -1;
  }

  #state(shown) {
    for (const part of this.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== shown;
  }

  #clicked = ({ target }) => {
    if (target.closest?.('[data-do="retry"]')) {
      this.#failed = false;
      this.#fill();
    }
    for (const menu of document.querySelectorAll(".gallery-head details[open]")) {
      if (!menu.contains(target)) menu.open = false;
    }
  };

  #jumped = (event) => {
    if (!event.target.matches?.(".jump") || !this.isScrolling) return;
    event.preventDefault();
    const input = event.target.querySelector('[name="page"]');
    this.jump(Math.max(1, Math.min(Number(input.value) || 1, Number(input.max))));
  };
}

customElements.define("post-grid", PostGrid);
