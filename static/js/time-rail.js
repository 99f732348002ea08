// The line beside the grid: where one is among all posts of a search, and by what month. It is pulled
// along with mouse or finger, and is a slider to keys and screen readers.

const APART = 22; // pixels between the names of two years
const DOTS = 7; // and between the dots of two months

export class TimeRail {
  #rail;
  #grid;
  #months;
  #spoken;
  #pulled = false;
  #watching = new ResizeObserver(() => this.#draw());

  constructor(rail, grid, months, spoken) {
    this.#rail = rail;
    this.#grid = grid;
    this.#months = months;
    this.#spoken = spoken;
    for (const [name, handler] of this.#handlers) rail.addEventListener(name, handler);
    grid.addEventListener("moved", this.#moved);
    rail.setAttribute("aria-valuemax", months.length - 1);
    rail.hidden = false;
    this.#watching.observe(rail);
  }

  stop() {
    for (const [name, handler] of this.#handlers) this.#rail.removeEventListener(name, handler);
    this.#grid.removeEventListener("moved", this.#moved);
    this.#watching.disconnect();
  }

  get #handlers() {
    return [
      ["pointerdown", this.#take],
      ["pointermove", this.#pull],
      ["pointerup", this.#leave],
      ["pointercancel", this.#drop],
      ["pointerleave", this.#drop],
      ["keydown", this.#press],
    ];
  }

  get #count() {
    return Math.max(1, this.#grid.blocks.count);
  }

  #draw() {
    const height = this.#rail.clientHeight;
    const parts = [];
    let [named, dotted] = [-APART, -DOTS];
    for (const [at, { begin, offset }] of this.#months.entries()) {
      const top = (offset / this.#count) * height;
      const year = begin.slice(0, 4);
      if (year !== this.#months[at - 1]?.begin.slice(0, 4) && top - named >= APART && top < height - APART / 2) {
        parts.push(part("time-year", top, year));
        [named, dotted] = [top, top + APART - DOTS];
      } else if (top - dotted >= DOTS) {
        parts.push(part("time-month", top));
        dotted = top;
      }
    }
    this.#rail.replaceChildren(...parts, part("time-here", 0), part("time-word", 0));
    this.#tell();
  }

  #moved = () => this.#tell();

  // Shows where one is.
  #tell() {
    const index = Math.max(0, this.#grid.here);
    const at = this.#at(index);
    this.#move(".time-here", index);
    this.#rail.setAttribute("aria-valuenow", at);
    this.#rail.setAttribute("aria-valuetext", this.#words(this.#months[at]));
  }

  #at(index) {
    return Math.max(0, this.#months.findLastIndex(({ offset }) => offset <= index));
  }

  #words({ label, count }) {
    const format = new Intl.NumberFormat(document.documentElement.lang || "en");
    return this.#spoken.replace("{date}", label).replace("{count}", format.format(count));
  }

  #move(name, index) {
    const element = this.#rail.querySelector(name);
    if (element) element.style.translate = `0 ${(index / this.#count) * this.#rail.clientHeight}px`;
  }

  #index({ clientY }) {
    const { top, height } = this.#rail.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (clientY - top) / height));
    return Math.min(this.#count - 1, Math.floor(share * this.#count));
  }

  #take = (event) => {
    if (event.button) return;
    this.#pulled = true;
    this.#rail.setPointerCapture(event.pointerId);
    this.#pull(event);
  };

  // What is there already follows at once, the rest when one lets go.
  #pull = (event) => {
    const index = this.#index(event);
    const word = this.#rail.querySelector(".time-word");
    word.textContent = this.#months[this.#at(index)].label;
    this.#rail.classList.add("pointed");
    this.#move(".time-word", index);
    if (this.#pulled && this.#grid.sight.box(index)) this.#grid.show(index);
  };

  #leave = (event) => {
    if (!this.#pulled) return;
    this.#drop();
    this.#grid.show(this.#index(event));
  };

  #drop = () => {
    this.#pulled = false;
    this.#rail.classList.remove("pointed");
  };

  #press = (event) => {
    const last = this.#months.length - 1;
    const here = this.#at(Math.max(0, this.#grid.here));
    const year = (way) => {
      const from = this.#months[here].begin.slice(0, 4);
      const beyond = (month, at) => (at - here) * way > 0 && month.begin.slice(0, 4) !== from;
      return way > 0 ? this.#months.findIndex(beyond) : this.#months.findLastIndex(beyond);
    };
    const wished = {
      ArrowDown: here + 1, ArrowRight: here + 1, ArrowUp: here - 1, ArrowLeft: here - 1,
      PageDown: year(1), PageUp: year(-1), Home: 0, End: last,
    }[event.key];
    if (wished === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const month = this.#months[wished];
    if (month) this.#grid.show(month.offset);
  };
}

function part(name, top, text = "") {
  const element = document.createElement("span");
  element.className = name;
  element.style.top = `${top}px`;
  element.textContent = text;
  return element;
}
