// <post-grid>: lays the posts of a page out edge to edge, and goes on to the pages before and
// behind it while one scrolls. Only what is near the window exists as elements. Without JavaScript
// the list inside is a plain page of posts, and links lead on.

import { Blocks } from "./grid-blocks.js";
import { GridFlight } from "./grid-flight.js";
import { GridKeys } from "./grid-keys.js";
import { fitting } from "./grid-layout.js";
import { GridPlace } from "./grid-place.js";
import { GridPointer } from "./grid-pointer.js";
import { Selection } from "./grid-selection.js";
import { GridSight } from "./grid-sight.js";
import { GridSupply } from "./grid-supply.js";
import { GridWindow } from "./grid-window.js";
import { HoverCard } from "./hover-card.js";
import { SelectionBar } from "./selection-bar.js";

const REST = 250; // milliseconds without scrolling until the address tells where one is

class PostGrid extends HTMLElement {
  static tallest = 8_000_000; // pixels; browsers end at 17 million
  current = -1; // the post that Tab reaches
  room = { before: 0, after: 0 }; // pixels that are kept free for posts that are not known yet
  sight = new GridSight(this);
  flight = new GridFlight(() => this.renew());
  #ready = false;
  #window = new GridWindow(this);
  #supply = new GridSupply(this);
  #place = new GridPlace(this);
  #frame = 0;
  #width = 0;
  #rest = 0;
  #shown = -1;
  #going = false;
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
    const parts = [card, new GridPointer(this), new SelectionBar(this), new GridKeys(this, card), this.#place, this.flight];
    this.#stops.push(() => parts.forEach((each) => each.stop()));
    this.arrange();
    this.#place.restore();
    this.#window.render();
    this.#supply.fill();
  }

  disconnectedCallback() {
    this.#watching.disconnect();
    this.blocks.stop();
    clearTimeout(this.#rest);
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

  // Puts the focus on a post, and, unless all keeps `still`, the post into the window.
  focusOn(index, { still = false } = {}) {
    if (!this.sight.box(index)) return;
    this.current = index;
    const missing = still ? 0 : this.sight.missing(index);
    if (missing) window.scrollBy({ top: missing, behavior: "instant" });
    this.#window.render();
    this.#window.reveal(index);
    this.item(index)?.querySelector("a").focus({ preventScroll: true });
  }

  // Goes to a page that may not be known yet.
  async jump(page) {
    const first = (page - 1) * Number(this.dataset.limit);
    const isElsewhere = !this.blocks.at(first);
    if (isElsewhere && !(await this.#supply.jump(page))) return;
    this.#bring(first, { isElsewhere });
  }

  // Where one is, or is going: what was asked for last, while its row is on top, else the first one.
  get here() {
    const first = this.sight.topmost();
    return this.#going || this.sight.box(first)?.top === this.sight.box(this.#shown)?.top ? this.#shown : first;
  }

  // Brings any place in the search to the top of the window.
  async show(index, { focused = false } = {}) {
    this.#shown = index;
    this.#going = !this.sight.box(index);
    if (this.#going) await this.jump(Math.floor(index / Number(this.dataset.limit)) + 1);
    if (this.#shown !== index) return;
    this.#going = false;
    this.#bring(index);
    if (focused) this.focusOn(index);
  }

  #bring(index, { isElsewhere = false } = {}) {
    const { ceiling } = this.sight;
    this.#go((view) => {
      if (isElsewhere) this.#leave();
      const by = view.top + this.sight.box(index).top - ceiling;
      this.flight.moved(window.scrollY + by);
      return by;
    });
    this.#supply.fill();
  }

  // Nothing of another part of the search stays.
  #leave() {
    this.room = { before: 0, after: 0 };
    this.flight.begin();
    this.#window.clear();
    this.#lay();
  }

  // Moves the window by as much as `change` tells. What is to be seen then is put there before, so
  // that one layout is enough.
  #go(change) {
    const { view } = this.sight;
    const from = window.scrollY;
    const by = change(view);
    this.#window.render({ ...view, top: view.top - by });
    if (by) window.scrollTo({ top: from + by, behavior: "instant" });
  }

  // Goes to any place in the search, and puts the focus there.
  async goTo(index) {
    if (!this.sight.box(index)) await this.jump(Math.floor(index / Number(this.dataset.limit)) + 1);
    this.focusOn(Math.min(index, this.blocks.end - 1));
  }

  // Lets everything be where it belongs with the next frame.
  renew() {
    this.#frame ||= requestAnimationFrame(this.#moved);
  }

  arrange() {
    this.#lay();
    this.#window.replace();
    this.#window.render();
  }

  // A block came behind the last one, which moves nothing of what is there.
  append() {
    this.room.after = 0;
    this.#lay();
  }

  // Blocks came before the first one, or an end turned out to be one.
  insert(side) {
    this.hold(() => {
      this.room[side] = 0;
      if (side === "before") this.#window.reindex();
    });
  }

  // Finds the place of each post and the height of the whole.
  #lay() {
    const width = this.list.clientWidth;
    if (!width) return;
    const { gap } = this.sight;
    const ends = this.blocks.ended.after || !this.isScrolling;
    const isLast = (block) => ends && block === this.blocks.list.at(-1);
    const size = fitting(Number(this.dataset.size), width);
    let top = this.room.before;
    for (const block of this.blocks.list) {
      block.lay({ layout: this.dataset.layout, width, size, gap, isLast: isLast(block) });
      block.top = top;
      top += block.step;
    }
    this.list.style.height = `${(this.blocks.list.at(-1)?.bottom ?? 0) + this.room.after}px`;
  }

  // A new button that selects a post.
  pick(id) {
    const button = this.querySelector('[data-part="pick"]').content.cloneNode(true).firstElementChild;
    button.setAttribute("aria-label", this.dataset.pick.replace("{id}", id));
    return button;
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

  #focused(target) {
    const index = this.indexOf(target);
    if (index < 0) return;
    this.current = index;
    this.#window.rove();
  }

  #scrolled = () => {
    this.renew();
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#place.remember(), REST);
  };

  // All that has to be measured comes first: after changes it would cost a layout.
  #moved = () => {
    this.#frame = 0;
    this.flight.moved();
    const { view } = this.sight;
    this.dispatchEvent(new Event("moved"));
    this.#supply.fill(view);
    this.#window.render(view);
  };

  #resized() {
    const width = this.list.clientWidth;
    if (this.#width === width) return;
    this.#width = width;
    this.hold();
    this.#supply.fill();
  }

  #prefer({ layout, size }) {
    this.dataset.layout = layout ?? this.dataset.layout;
    this.dataset.size = size ?? this.dataset.size;
    this.list.className = `grid grid-${this.dataset.layout}`;
    this.hold();
    this.#supply.fill();
  }

  // Lays all out anew after a change, while the first picture in the window stays where it is.
  hold(change = () => {}) {
    this.#go((view) => {
      const index = this.sight.topmost(view);
      const before = this.sight.box(index)?.top ?? 0;
      change();
      this.#lay();
      this.#window.replace();
      const by = (this.sight.box(index)?.top ?? 0) - before;
      this.flight.follow(by);
      return by;
    });
  }

  #clicked = ({ target }) => {
    if (target.closest?.('[data-do="retry"]')) this.#supply.retry();
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
