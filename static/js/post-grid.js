// <post-grid>: lays the posts of a page out edge to edge, and goes on to the pages before and
// behind it while one scrolls. Only what is near the window exists as elements. Without JavaScript
// the list inside is a plain page of posts, and links lead on.

import { announce } from "./announce.js";
import { Blocks } from "./grid-blocks.js";
import { GridKeys } from "./grid-keys.js";
import { fitting, rows, squares } from "./grid-layout.js";
import { GridPointer } from "./grid-pointer.js";
import { Selection } from "./grid-selection.js";
import { SelectionBar } from "./selection-bar.js";
import { HoverCard } from "./hover-card.js";
import { paint } from "./thumbhash.js";

const AROUND = 1.5; // screens above and below the window that exist
const AHEAD = 2; // blocks that are asked for before they are needed
const KEPT = 4; // blocks around the window whose elements are kept
const REST = 250; // milliseconds without scrolling until the address tells where one is
const TALLEST = 8_000_000; // pixels; browsers end at 17 million

class PostGrid extends HTMLElement {
  #ready = false;
  #mounted = new Map();
  #ghosts = new WeakSet();
  #current = -1;
  #frame = 0;
  #rest = 0;
  #failed = false;
  #busy = new Set();
  #selecting = false;
  #watching = null;
  #stops = [];

  connectedCallback() {
    if (!this.#ready) this.#begin();
    this.#listen(window, "scroll", this.#scrolled, { passive: true });
    this.#listen(window, "pagehide", () => this.#remember());
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
    this.#stops.push(() => [card, pointer, bar, keys].forEach((each) => each.stop()));
    this.arrange();
    this.#restore();
    this.#fill();
  }

  disconnectedCallback() {
    this.#watching.disconnect();
    this.blocks.stop();
    clearTimeout(this.#rest);
    cancelAnimationFrame(this.#frame);
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
    return this.#mounted.get(index) ?? null;
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
    this.#current = index;
    const top = this.list.getBoundingClientRect().top + box.top;
    const [high, low] = [this.#covered + this.#gap, this.#floor - this.#gap];
    if (top < high) window.scrollBy({ top: top - high, behavior: "instant" });
    else if (top + box.height > low) window.scrollBy({ top: Math.min(top - high, top + box.height - low), behavior: "instant" });
    this.#render();
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
      for (const [index] of this.#mounted) this.#unmount(index);
      this.arrange();
    }
    const top = this.list.getBoundingClientRect().top + (this.box(first)?.top ?? 0);
    window.scrollBy({ top: top - this.#covered - this.#gap, behavior: "instant" });
    this.#render();
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

  // Goes to any place in the search, and puts the focus there.
  async goTo(index) {
    if (!this.box(index)) await this.jump(Math.floor(index / Number(this.dataset.limit)) + 1);
    this.focusOn(Math.min(index, this.blocks.end - 1));
  }

  arrange() {
    const width = this.list.clientWidth;
    if (!width) return;
    const gap = this.#gap;
    const isLast = (block) => this.blocks.ended.after && block === this.blocks.list.at(-1);
    const size = fitting(Number(this.dataset.size), width);
    let top = 0;
    for (const block of this.blocks.list) {
      const ratios = block.ratios;
      const laid = this.dataset.layout === "squares"
        ? squares(block.length, block.first, { width, size, gap })
        : rows(ratios, { width, size, gap, isLast: isLast(block) || !this.isScrolling });
      Object.assign(block, { boxes: laid.boxes, height: laid.height, top });
      top += laid.step ?? laid.height + gap;
    }
    this.list.style.height = `${this.blocks.list.at(-1)?.bottom ?? 0}px`;
    for (const [index, item] of this.#mounted) this.#put(item, index);
    this.#render();
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
    for (const [at, item] of elements.entries()) this.#prepare(item, Number(offset) + at);
    this.#ready = true;
    history.scrollRestoration = "manual";
    this.classList.add("live");
    if (this.isScrolling) document.documentElement.classList.add("scrolls-on");
  }

  // Adds what only the script can work with.
  #prepare(item, index) {
    item.dataset.index = index;
    item.setAttribute("aria-posinset", index + 1);
    item.setAttribute("aria-setsize", this.blocks.count);
    this.#mounted.set(index, item);
    const link = item.querySelector("a");
    link.tabIndex = index === this.#current ? 0 : -1;
    link.draggable = false;
    if (!item.querySelector(".pick")) {
      const pick = this.querySelector('[data-part="pick"]').content.cloneNode(true).firstElementChild;
      pick.setAttribute("aria-label", this.dataset.pick.replace("{id}", item.dataset.post));
      link.after(pick);
    }
    this.#show(item);
    this.#select(item);
  }

  // The ThumbHash stands until the picture does.
  #show(item) {
    const image = item.querySelector("img");
    if (!image) return;
    if (image.dataset.src) {
      image.src = image.dataset.src;
      if (image.dataset.srcset) image.srcset = image.dataset.srcset;
      delete image.dataset.src;
    }
    if (image.complete && image.naturalWidth) return;
    this.#veil(item, image);
  }

  #veil(item, image) {
    if (item.dataset.looks && !item.querySelector("canvas")) {
      const canvas = document.createElement("canvas");
      paint(canvas, item.dataset.looks);
      item.querySelector("a").prepend(canvas);
    }
    image.addEventListener("load", () => item.querySelector("canvas")?.remove(), { once: true });
  }

  #select(item) {
    const chosen = this.selection.has(Number(item.dataset.post));
    item.classList.toggle("picked", chosen);
    item.querySelector(".pick")?.setAttribute("aria-pressed", chosen);
  }

  // Shows anew which posts are selected.
  reselect() {
    for (const item of this.#mounted.values()) this.#select(item);
    this.classList.toggle("selecting", this.isSelecting);
  }

  #put(item, index) {
    const box = this.box(index);
    if (!box) return;
    item.style.transform = `translate(${box.left}px, ${box.top}px)`;
    item.style.width = `${box.width}px`;
    item.style.height = `${box.height}px`;
    const image = item.querySelector("img[srcset]");
    if (!image) return;
    const ratio = Number(item.dataset.ratio) || 1;
    const needed = Math.ceil(Math.max(box.width, box.height * ratio) / 20) * 20;
    if (image.sizes !== `${needed}px`) image.sizes = `${needed}px`;
  }

  // Lets exist what is near the window, in reading order, and the post that has the focus.
  #render() {
    const { top } = this.list.getBoundingClientRect();
    const room = window.innerHeight * AROUND;
    const [high, low] = [-top - room, -top + window.innerHeight + room];
    const wanted = this.#wanted(high, low);
    for (const index of [...this.#mounted.keys()]) if (!wanted.has(index)) this.#unmount(index);
    let next = this.list.firstElementChild;
    for (const index of [...wanted].sort((one, other) => one - other)) {
      const item = this.#mounted.get(index) ?? this.#mount(index);
      if (item === next) next = next.nextElementSibling;
      else this.list.insertBefore(item, next);
    }
    this.#rove();
  }

  #wanted(high, low) {
    const wanted = new Set();
    for (const block of this.blocks.between(high, low)) {
      for (let at = 0; at < block.length; at += 1) {
        const top = block.top + block.boxes[at * 4 + 1];
        if (top < low && top + block.boxes[at * 4 + 3] > high) wanted.add(block.first + at);
      }
    }
    const focused = this.indexOf(document.activeElement);
    if (focused >= 0 && this.blocks.at(focused)) wanted.add(focused);
    return wanted;
  }

  #mount(index) {
    const block = this.blocks.at(index);
    const at = index - block.first;
    const item = block.elements?.[at] ?? this.#ghost(block, at);
    this.#prepare(item, index);
    this.#put(item, index);
    return item;
  }

  // What stands for a post whose element was let go, until it comes again.
  #ghost(block, at) {
    const item = document.createElement("li");
    item.className = "item ghost";
    item.dataset.post = block.ids[at];
    item.dataset.ratio = block.ratios[at];
    const link = document.createElement("a");
    item.append(link);
    if (block.looks[at]) {
      const canvas = document.createElement("canvas");
      paint(canvas, block.looks[at]);
      link.append(canvas);
    }
    this.#ghosts.add(item);
    return item;
  }

  // A picture that is still on its way is not waited for once it is out of sight.
  #unmount(index) {
    const item = this.#mounted.get(index);
    this.#mounted.delete(index);
    item.remove();
    item.querySelector("canvas")?.remove();
    const image = item.querySelector("img");
    if (!image || image.complete) return;
    image.dataset.src = image.getAttribute("src");
    image.dataset.srcset = image.getAttribute("srcset") ?? "";
    image.removeAttribute("srcset");
    image.removeAttribute("src");
  }

  // One post of the grid is reached by Tab: the one that had the focus last, else the first in sight.
  #rove() {
    if (!this.#mounted.has(this.#current)) this.#current = this.topmost();
    for (const [index, item] of this.#mounted) {
      item.querySelector("a").tabIndex = index === this.#current ? 0 : -1;
    }
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
    this.#current = index;
    this.#rove();
  }

  #scrolled = () => {
    if (!this.#frame) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#render();
        this.#fill();
      });
    }
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#remember(), REST);
  };

  #resized() {
    const width = this.list.clientWidth;
    if (this.#width === width) return;
    this.#width = width;
    this.#held(() => this.arrange());
    this.#fill();
  }

  #width = 0;

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
    const before = this.#topOf(index);
    change();
    const moved = this.#topOf(index) - before;
    if (window.scrollY > 0 && moved) window.scrollBy({ top: moved, behavior: "instant" });
    this.#render();
  }

  #topOf(index) {
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
    this.#held(() => {
      if (side === "before") this.#reindex();
      this.arrange();
    });
    if (side === "after") this.#shed();
    if (block) announce(this.words("loaded", { first: block.first + 1, last: block.end, count: this.blocks.count }));
  }

  // Places may have changed by posts that came or went.
  #reindex() {
    const items = [...this.#mounted.values()];
    this.#mounted.clear();
    for (const item of items) {
      const index = this.blocks.indexOf(Number(item.dataset.post));
      if (index < 0) item.remove();
      else this.#prepare(item, index);
    }
  }

  async #recall(block) {
    await this.blocks.recall(block);
    for (let index = block.first; index < block.end; index += 1) {
      const item = this.#mounted.get(index);
      if (item && this.#ghosts.has(item)) this.#unmount(index);
    }
    this.#render();
  }

  // A list that gets too tall for browsers loses its beginning; scrolling up brings it again.
  #shed() {
    const list = this.blocks.list;
    if (list.at(-1).bottom < TALLEST || list.length < 2 * KEPT) return;
    const gone = list.splice(0, Math.floor(list.length / 2));
    this.blocks.ended.before = false;
    const height = list[0].top;
    for (const block of gone) {
      for (let index = block.first; index < block.end; index += 1) {
        if (this.#mounted.has(index)) this.#unmount(index);
      }
    }
    this.arrange();
    window.scrollBy({ top: list[0].top - height, behavior: "instant" });
    this.#render();
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

  // The address tells where one is; what it cannot tell is kept with the entry of the history.
  #remember() {
    const index = this.topmost();
    const id = this.blocks.id(index);
    if (!id) return;
    const focus = this.blocks.id(this.indexOf(document.activeElement));
    const grid = { post: id, top: Math.round(this.#topOf(index)), focus, scrolled: window.scrollY > 0 };
    const address = new URL(location.href);
    if (this.isScrolling) {
      address.hash = "";
      for (const name of ["page", "after", "before"]) address.searchParams.delete(name);
      if (index > 0 && window.scrollY > 0) address.searchParams.set("at", id);
      else address.searchParams.delete("at");
      const input = document.querySelector(".jump input[name='page']");
      if (input && input !== document.activeElement) input.value = Math.floor(index / Number(this.dataset.limit)) + 1;
    }
    history.replaceState({ ...history.state, grid }, "", address);
  }

  #restore() {
    const known = history.state?.grid;
    const named = Number(/^#post-(\d+)$/.exec(location.hash)?.[1] ?? 0);
    const at = Number(new URLSearchParams(location.search).get("at") ?? 0);
    const focus = this.blocks.indexOf(known?.focus || named);
    const index = this.blocks.indexOf(known?.post || named || at);
    if (index >= 0 && known?.scrolled !== false) {
      const wish = known ? known.top : named ? this.#middle(index) : this.#covered + this.#gap;
      window.scrollBy({ top: this.#topOf(index) - wish, behavior: "instant" });
      this.#render();
    }
    if (focus < 0) return;
    this.focusOn(focus);
    // Browsers that follow the address to its fragment take the focus away again.
    if (document.readyState !== "complete") {
      this.#listen(window, "load", () => requestAnimationFrame(() => {
        if (document.activeElement === document.body) this.focusOn(focus);
      }), { once: true });
    }
  }

  #middle(index) {
    return Math.max(this.#covered, (window.innerHeight - (this.box(index)?.height ?? 0)) / 2);
  }
}

customElements.define("post-grid", PostGrid);
