// <picture-stage>: a picture that fits its stage, and is zoomed and moved by key, mouse, wheel and
// finger. A swipe takes the step that a link beside the picture would take. Without JavaScript the
// picture fits as well; the buttons that need this script are then not to be seen.

import { bind } from "./keys.js";
import { paint } from "./thumbhash.js";

const SWIPE = 60;
const SLOP = 6;
const NOTCH = 0.0015;
const PINCH_NOTCH = 0.01;
const LINE = 16;
const DOUBLE_TAP = 300;
const MOST = 8;
const COARSE = 3;
const SHARPER = 1.2;
const BAR_OF_FILM = 80;

// Whoever wants originals wants them of the next post too.
let wantsOriginal = false;

class PictureStage extends HTMLElement {
  #canvas = null;
  #picture = null;
  #zoom = 1;
  #x = 0;
  #y = 0;
  #fingers = new Map();
  #grip = null;
  #dragged = false;
  #byMouse = true;
  #lastTap = { time: 0, x: 0, y: 0 };
  #lastZoom = 0;
  #undo = [];

  connectedCallback() {
    this.#canvas = this.querySelector(".canvas");
    this.#picture = this.querySelector("img.picture");
    this.#listen(this, "pointerdown", (event) => this.#press(event));
    this.#listen(this, "pointermove", (event) => this.#move(event));
    this.#listen(this, "pointerup", (event) => this.#lift(event));
    this.#listen(this, "pointercancel", (event) => this.#lift(event));
    this.#listen(this, "click", (event) => this.#click(event), { capture: true });
    this.#listen(this.#canvas, "touchmove", (event) => this.#holdPage(event), { passive: false });
    if (this.#picture) this.#enablePicture();
  }

  disconnectedCallback() {
    for (const undo of this.#undo.splice(0)) undo();
    this.#fingers.clear();
    this.#grip = null;
    this.#canvas.style.translate = "";
    if (this.#picture) this.#set(1, 0, 0);
  }

  get isZoomed() {
    return this.#zoom > 1.001;
  }

  #enablePicture() {
    this.#listen(this.#canvas, "wheel", (event) => this.#wheel(event), { passive: false });
    this.#listen(this.#canvas, "dblclick", (event) => this.#byMouse && this.#toggleAt(this.#place(event)));
    this.#listen(this.#picture, "load", () => this.#tell());
    const watcher = new ResizeObserver(() => this.#set(this.#zoom, this.#x, this.#y));
    watcher.observe(this.#canvas);
    this.#undo.push(() => watcher.disconnect());
    this.#undo.push(bind(document, [
      { action: "post.zoom", keys: "z", once: true, run: () => this.#toggleAt({ x: 0, y: 0 }) },
      { action: "post.fit", keys: "Escape", run: () => this.isZoomed && this.#animate(1, 0, 0) },
    ]));
    if (this.dataset.original) {
      this.#undo.push(bind(document, [
        { action: "post.original", keys: "v", once: true, run: () => this.#toggleOriginal() },
      ]));
      if (wantsOriginal) this.#showOriginal();
    }
    this.#set(1, 0, 0);
    this.#showLooks();
  }

  // Stands in for the picture until it comes, in the same place.
  #showLooks() {
    const { looks } = this.#canvas.dataset;
    if (!looks || this.#picture.complete) return;
    const canvas = document.createElement("canvas");
    paint(canvas, looks);
    const { width, height } = this.#size;
    const scale = this.#fit;
    canvas.className = "looks";
    canvas.style.width = `${width * scale}px`;
    canvas.style.height = `${height * scale}px`;
    canvas.ariaHidden = "true";
    this.#canvas.prepend(canvas);
    const gone = () => canvas.remove();
    this.#listen(this.#picture, "load", gone);
    this.#undo.push(gone);
  }

  #listen(target, kind, run, options) {
    target.addEventListener(kind, run, options);
    this.#undo.push(() => target.removeEventListener(kind, run, options));
  }

  // Fingers and mouse

  #press(event) {
    this.#dragged = false;
    this.#byMouse = event.pointerType === "mouse"; // some browsers make a double click of two taps too
    const inPicture = this.#canvas.contains(event.target) || event.target.closest(".edge");
    if (!inPicture || event.button !== 0 || this.#isOfFilm(event)) return;
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#hold();
  }

  #move(event) {
    if (!this.#fingers.has(event.pointerId)) return;
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const { middle, spread, start } = this.#measure();
    if (!this.#dragged && Math.hypot(middle.x - start.x, middle.y - start.y) < SLOP && !spread) return;
    if (!this.#dragged && this.#picture && event.pointerType === "mouse") this.setPointerCapture(event.pointerId);
    this.#dragged = true;
    if (spread && this.#picture) this.#pinch(middle, spread);
    else if (this.isZoomed) this.#pan(middle);
    else if (event.pointerType !== "mouse" && !spread) this.#drag(middle.x - start.x);
  }

  #lift(event) {
    if (!this.#fingers.delete(event.pointerId)) return;
    if (this.#fingers.size) return this.#hold();
    const way = event.clientX - this.#grip.middle.x;
    const aside = Math.abs(event.clientY - this.#grip.middle.y);
    const swiped = this.#dragged && !this.isZoomed && this.#grip.fingers === 1 && event.pointerType !== "mouse";
    this.#grip = null;
    this.#canvas.style.translate = "";
    if (event.type === "pointercancel") return;
    if (swiped && Math.abs(way) >= SWIPE && Math.abs(way) > aside) this.#link(way < 0)?.click();
    else if (!this.#dragged && event.pointerType !== "mouse") this.#tap(event);
  }

  // What is done from now on is measured from here.
  #hold() {
    const { middle, spread } = this.#measure();
    const most = Math.max(this.#fingers.size, this.#grip?.fingers ?? 0);
    this.#grip = { middle, spread, zoom: this.#zoom, x: this.#x, y: this.#y, fingers: most };
  }

  #measure() {
    const fingers = [...this.#fingers.values()];
    const middle = {
      x: fingers.reduce((sum, finger) => sum + finger.x, 0) / fingers.length,
      y: fingers.reduce((sum, finger) => sum + finger.y, 0) / fingers.length,
    };
    const spread = fingers.length > 1 ? Math.hypot(fingers[0].x - fingers[1].x, fingers[0].y - fingers[1].y) : 0;
    return { middle, spread, start: this.#grip?.middle ?? middle };
  }

  #pinch(middle, spread) {
    const grip = this.#grip;
    const from = this.#place({ clientX: grip.middle.x, clientY: grip.middle.y });
    const to = this.#place({ clientX: middle.x, clientY: middle.y });
    const zoom = this.#clamp((grip.zoom * spread) / (grip.spread || spread));
    const growth = zoom / grip.zoom;
    this.#set(zoom, to.x - (from.x - grip.x) * growth, to.y - (from.y - grip.y) * growth);
  }

  #pan(middle) {
    const { x, y, middle: start } = this.#grip;
    this.#set(this.#zoom, x + middle.x - start.x, y + middle.y - start.y);
  }

  // The picture follows the finger, unwillingly where there is nothing on that side.
  #drag(way) {
    this.#canvas.style.translate = `${this.#link(way < 0) ? way : way / 4}px 0`;
  }

  #tap(event) {
    const { clientX: x, clientY: y, timeStamp: time } = event;
    const last = this.#lastTap;
    this.#lastTap = { time, x, y };
    if (time - last.time > DOUBLE_TAP || Math.hypot(x - last.x, y - last.y) > 4 * SLOP) return;
    this.#lastTap.time = 0;
    if (this.#picture && !event.target.closest(".edge")) this.#toggleAt(this.#place(event));
  }

  // A drag that ends over a link or a button is no click.
  #click(event) {
    if (this.#dragged && event.detail > 0 && event.isTrusted) {
      this.#dragged = false;
      event.preventDefault();
      return event.stopPropagation();
    }
    const name = event.target.closest("button[name]")?.name;
    if (name === "zoom") this.#toggleAt({ x: 0, y: 0 });
    if (name === "original") this.#toggleOriginal();
  }

  // Two fingers, or one on a zoomed picture, are for the picture and not for the page.
  #holdPage(event) {
    if (this.#picture && (event.touches.length > 1 || this.isZoomed) && event.cancelable) event.preventDefault();
  }

  #wheel(event) {
    const grows = event.deltaY < 0;
    const justZoomed = event.timeStamp - this.#lastZoom < DOUBLE_TAP;
    if (!grows && !this.isZoomed && !justZoomed && !event.ctrlKey) return;
    event.preventDefault();
    const notches = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1);
    if (grows || this.isZoomed) this.#lastZoom = event.timeStamp;
    this.#zoomAt(this.#zoom * Math.exp(-notches * (event.ctrlKey ? PINCH_NOTCH : NOTCH)), this.#place(event));
  }

  #isOfFilm(event) {
    const film = event.target.closest("video");
    if (!film) return false;
    return event.pointerType === "mouse" || event.clientY > film.getBoundingClientRect().bottom - BAR_OF_FILM;
  }

  #link(forward) {
    return this.querySelector(forward ? "a[rel=next]" : "a[rel=prev]");
  }

  // Size and place of the picture; places are counted from the middle of the stage

  // How many pixels of the screen a pixel of the picture takes where it fits.
  get #fit() {
    const { offsetWidth, offsetHeight } = this.#picture;
    return Math.min(offsetWidth / this.#size.width, offsetHeight / this.#size.height) || 1;
  }

  get #size() {
    const { width, height } = this.dataset;
    return { width: Number(width) || this.#picture.naturalWidth || 1, height: Number(height) || this.#picture.naturalHeight || 1 };
  }

  // The size to change to: that of the picture, or for a small one as large as the stage lets it.
  get #full() {
    const whole = 1 / this.#fit;
    if (whole > 1.02) return whole;
    const { width, height } = this.#size;
    const room = Math.min(this.#canvas.clientWidth / width, this.#canvas.clientHeight / height);
    return Math.max(room / this.#fit, 2);
  }

  #place({ clientX, clientY }) {
    const box = this.#canvas.getBoundingClientRect();
    return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  }

  #clamp(zoom) {
    return Math.min(Math.max(zoom, 1), Math.max(MOST / this.#fit, this.#full, 4));
  }

  #toggleAt(place) {
    if (this.isZoomed) this.#animate(1, 0, 0);
    else this.#animate(...this.#around(this.#full, place));
  }

  #zoomAt(zoom, place) {
    this.#set(...this.#around(this.#clamp(zoom), place));
  }

  // What is under `place` stays there.
  #around(zoom, { x, y }) {
    const growth = zoom / this.#zoom;
    return [zoom, x - (x - this.#x) * growth, y - (y - this.#y) * growth];
  }

  #animate(zoom, x, y) {
    this.#set(zoom, x, y);
    this.#picture.classList.add("moving");
  }

  #set(zoom, x, y) {
    const { width, height } = this.#size;
    const scale = this.#fit * zoom;
    const beyond = (length, room) => Math.max(0, (length * scale - room) / 2);
    const held = (value, most) => Math.min(Math.max(value, -most), most);
    this.#zoom = zoom;
    this.#x = held(x, beyond(width, this.#canvas.clientWidth));
    this.#y = held(y, beyond(height, this.#canvas.clientHeight));
    this.#picture.style.transform = this.isZoomed ? `translate(${this.#x}px, ${this.#y}px) scale(${zoom})` : "";
    this.#picture.classList.remove("moving");
    this.#picture.classList.toggle("coarse", scale >= COARSE);
    this.toggleAttribute("data-zoomed", this.isZoomed);
    if (zoom > SHARPER) this.#showOriginal();
    this.#tell();
  }

  // The original and the smaller copy

  get #isOriginal() {
    const { original } = this.dataset;
    return Boolean(original) && this.#picture.currentSrc === new URL(original, document.baseURI).href;
  }

  #toggleOriginal() {
    wantsOriginal = !this.#isOriginal;
    if (wantsOriginal) this.#showOriginal();
    else this.#show(this.#picture.dataset.sample);
  }

  // The new picture takes the place of the old one once it is whole.
  async #showOriginal() {
    if (!this.dataset.original || this.#isOriginal) return;
    const original = new Image();
    original.src = this.dataset.original;
    try {
      await original.decode();
    } catch {
      return; // the copy that is shown is better than nothing
    }
    if (this.isConnected && (wantsOriginal || this.#zoom > SHARPER)) this.#show(this.dataset.original);
  }

  #show(address) {
    for (const source of this.#picture.parentElement.querySelectorAll("source")) source.remove();
    this.#picture.removeAttribute("srcset");
    this.#picture.removeAttribute("sizes");
    this.#picture.src = address;
  }

  #tell() {
    const zoom = this.querySelector("[name=zoom]");
    zoom?.setAttribute("aria-pressed", String(this.isZoomed));
    const percent = zoom?.querySelector("[data-percent]");
    const spelled = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
    if (percent) percent.textContent = spelled.format(this.#fit * this.#zoom);
    this.querySelector("[name=original]")?.setAttribute("aria-pressed", String(this.#isOriginal));
  }
}

customElements.define("picture-stage", PictureStage);
