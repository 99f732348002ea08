// Selecting with mouse and finger: Ctrl-click adds one post, Shift-click all up to it, a frame all
// that it touches, a long press begins on a phone. Once something is selected, a click selects.

const STILL = 8; // pixels that a pointer may move and still press
const LONG = 500; // milliseconds
const EDGE = 60; // pixels from the window's edge where a frame scrolls
const SPEED = 18;

export class GridPointer {
  #grid;
  #frame = null;
  #from = null;
  #before = [];
  #timer = 0;
  #scrolling = 0;
  #last = null;
  #pressed = false;

  constructor(grid) {
    this.#grid = grid;
    for (const [name, handler] of this.#handlers) grid.addEventListener(name, handler, name === "click");
  }

  stop() {
    this.#drop();
    clearTimeout(this.#timer);
    for (const [name, handler] of this.#handlers) this.#grid.removeEventListener(name, handler, name === "click");
  }

  get #handlers() {
    return [
      ["click", this.#click],
      ["pointerdown", this.#down],
      ["pointermove", this.#move],
      ["pointerup", this.#up],
      ["pointercancel", this.#up],
      ["contextmenu", this.#menu],
      ["dragstart", this.#drag],
    ];
  }

  #click = (event) => {
    const index = this.#grid.indexOf(event.target);
    if (this.#pressed) {
      this.#pressed = false;
      return event.preventDefault();
    }
    if (index < 0 || event.target.closest(".heart")) return;
    const { selection } = this.#grid;
    const byKey = event.detail === 0 && !event.target.closest(".pick");
    const selects = event.target.closest(".pick") || this.#grid.isSelecting || event.ctrlKey || event.metaKey;
    if (byKey || !(selects || event.shiftKey)) return;
    event.preventDefault();
    if (event.shiftKey) selection.extend(index);
    else selection.toggle(index);
  };

  #down = (event) => {
    this.#pressed = false;
    const index = this.#grid.indexOf(event.target);
    if (event.pointerType === "mouse") {
      if (event.button === 0 && this.#grid.list.contains(event.target)) this.#from = this.#place(event);
      return;
    }
    if (index < 0) return;
    this.#from = { x: event.clientX, y: event.clientY };
    this.#timer = setTimeout(() => this.#long(index), LONG);
  };

  #move = (event) => {
    this.#last = event;
    if (!this.#from) return;
    if (event.pointerType !== "mouse") {
      const far = Math.hypot(event.clientX - this.#from.x, event.clientY - this.#from.y) > STILL;
      if (far) this.#rest();
      return;
    }
    if (!(event.buttons & 1)) return this.#up(event);
    const here = this.#place(event);
    if (!this.#frame && Math.hypot(here.x - this.#from.x, here.y - this.#from.y) <= STILL) return;
    if (!this.#frame) this.#open(event);
    this.#draw(event);
  };

  #up = () => {
    this.#rest();
    if (this.#frame) this.#pressed = true;
    this.#drop();
  };

  #menu = (event) => {
    if (this.#pressed) event.preventDefault();
  };

  // Pictures and links would be carried away by the browser instead of being framed.
  #drag = (event) => event.preventDefault();

  #long(index) {
    this.#pressed = true;
    this.#from = null;
    this.#grid.selection.toggle(index);
    navigator.vibrate?.(10);
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#from = null;
  }

  #open(event) {
    this.#frame = document.createElement("div");
    this.#frame.className = "frame";
    this.#grid.list.after(this.#frame);
    this.#before = event.ctrlKey || event.metaKey || event.shiftKey ? this.#grid.selection.ids : [];
    this.#grid.setPointerCapture(event.pointerId);
    this.#scroll();
  }

  #draw(event) {
    const here = this.#place(event);
    const left = Math.min(here.x, this.#from.x);
    const top = Math.min(here.y, this.#from.y);
    const [right, bottom] = [Math.max(here.x, this.#from.x), Math.max(here.y, this.#from.y)];
    Object.assign(this.#frame.style, {
      transform: `translate(${left}px, ${top + this.#grid.list.offsetTop}px)`,
      width: `${right - left}px`,
      height: `${bottom - top}px`,
    });
    this.#grid.selection.replace([...this.#before, ...this.#grid.sight.within({ left, top, right, bottom })]);
  }

  // A frame that reaches the window's edge takes the page along.
  #scroll = () => {
    if (!this.#frame) return;
    const { clientY } = this.#last;
    const by = clientY < EDGE * 2 ? -SPEED : clientY > window.innerHeight - EDGE ? SPEED : 0;
    if (by) {
      window.scrollBy({ top: by, behavior: "instant" });
      this.#draw(this.#last);
    }
    this.#scrolling = requestAnimationFrame(this.#scroll);
  };

  #drop() {
    cancelAnimationFrame(this.#scrolling);
    this.#frame?.remove();
    this.#frame = null;
    this.#from = null;
  }

  #place(event) {
    const box = this.#grid.list.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }
}
