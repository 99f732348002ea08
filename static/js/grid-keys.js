// The keys of the grid: arrows and hjkl go from picture to picture, "x" selects, "f" likes, "i"
// tells more.

import { bind } from "./keys.js";

const MUCH = 0.85; // of a window: what PageUp and PageDown go

export class GridKeys {
  #grid;
  #card;
  #unbind;

  constructor(grid, card) {
    this.#grid = grid;
    this.#card = card;
    const own = (action, keys, run) => ({ action: `grid.${action}`, keys, run });
    this.#unbind = bind(document, [
      own("left", ["ArrowLeft", "h"], (event) => this.#step(event, -1)),
      own("right", ["ArrowRight", "l"], (event) => this.#step(event, 1)),
      own("up", ["ArrowUp", "k"], (event) => this.#row(event, -1)),
      own("down", ["ArrowDown", "j"], (event) => this.#row(event, 1)),
      own("first", "Home", (event) => this.#end(event, "first")),
      own("last", "End", (event) => this.#end(event, "last")),
      own("page-up", "PageUp", (event) => this.#screen(event, -1)),
      own("page-down", "PageDown", (event) => this.#screen(event, 1)),
      own("open", "Enter", () => this.#open()),
      own("select", "x", () => this.#select()),
      own("favourite", "f", () => this.#like()),
      own("details", "i", () => this.#tell()),
      own("clear", "Escape", () => this.#leave()),
    ]);
  }

  stop() {
    this.#unbind();
  }

  get #focused() {
    return this.#grid.indexOf(document.activeElement);
  }

  // Keys that scroll the page are ours only once a picture has the focus; letters and sideways
  // arrows may begin.
  #isOurs(event) {
    if (this.#focused >= 0) return true;
    const idle = document.activeElement === document.body || document.activeElement?.id === "content";
    return idle && ["ArrowLeft", "ArrowRight", "h", "j", "k", "l"].includes(event.key);
  }

  #step(event, by) {
    if (!this.#isOurs(event)) return false;
    this.#card.hide();
    if (this.#focused < 0) return this.#go(this.#grid.sight.topmost());
    return this.#go(this.#focused + by);
  }

  #row(event, by) {
    if (!this.#isOurs(event)) return false;
    this.#card.hide();
    if (this.#focused < 0) return this.#go(this.#grid.sight.topmost());
    const box = this.#grid.sight.box(this.#focused);
    return this.#go(this.#grid.sight.nearest(box, by > 0 ? box.top + box.height : box.top, by));
  }

  #screen(event, by) {
    if (this.#focused < 0) return false;
    this.#card.hide();
    const box = this.#grid.sight.box(this.#focused);
    return this.#go(this.#grid.sight.nearest(box, box.top + box.height / 2 + by * window.innerHeight * MUCH, by));
  }

  #end(event, which) {
    if (this.#focused < 0) return false;
    this.#card.hide();
    this.#grid.goTo(which === "first" ? 0 : this.#grid.blocks.count - 1);
    return true;
  }

  #go(index) {
    if (this.#grid.sight.box(index)) this.#grid.focusOn(index);
    return true;
  }

  // Links open by themselves; an action of its own lets people give it another key.
  #open() {
    if (this.#focused < 0) return false;
    this.#grid.item(this.#focused)?.querySelector("a").click();
    return true;
  }

  #select() {
    const index = this.#focused;
    if (index < 0) return false;
    this.#grid.selection.toggle(index);
    return true;
  }

  #like() {
    const heart = this.#grid.item(this.#focused)?.querySelector(".heart");
    heart?.click();
    return Boolean(heart);
  }

  #tell() {
    const item = this.#grid.item(this.#focused);
    if (item) this.#card.toggle(item);
    return Boolean(item);
  }

  #leave() {
    if (this.#card.isOpen) this.#card.hide();
    else if (this.#grid.selection.size) this.#grid.selection.clear();
    else return false;
    return true;
  }
}
