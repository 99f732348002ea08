// <slide-show>: steps on by itself, inside a <post-steps>. A film plays to its end, a moving
// picture at least once. Started by key, by button, or by an address that ends in #slideshow.

import { announce } from "./announce.js";
import { bind } from "./keys.js";

const STORE = "homebooru.slideshow";
const LONGEST_LOOP = 60;

class SlideShow extends HTMLElement {
  #steps = null;
  #timer = 0;
  #film = null;
  #awake = null;
  #unbind = null;
  #unbindStop = null;
  #shown = () => this.#wait();
  #looked = () => (document.hidden ? this.#rest() : this.#wait());
  #addressed = () => location.hash === "#slideshow" && this.#start();
  #started = (event) => event.target.closest("[name=slideshow]") && this.#start();
  #ended = () => this.#next();

  connectedCallback() {
    this.#steps = this.closest("post-steps");
    this.#seconds.value = kept() ?? this.#seconds.value;
    this.addEventListener("click", this);
    this.addEventListener("change", this);
    this.#steps.addEventListener("click", this.#started);
    window.addEventListener("hashchange", this.#addressed);
    this.#unbind = bind(document, [
      { action: "post.slideshow", keys: "s", once: true, run: () => (this.hidden ? this.#start() : this.#stop()) },
    ]);
    this.#addressed();
  }

  disconnectedCallback() {
    if (!this.hidden) this.#stop();
    this.#unbind();
    this.#steps.removeEventListener("click", this.#started);
    window.removeEventListener("hashchange", this.#addressed);
  }

  handleEvent(event) {
    const name = event.target.closest("[name]")?.getAttribute("name");
    if (event.type === "change") keep(this.#seconds.value);
    else if (name === "stop") return this.#stop();
    else if (name === "run") this.#run.setAttribute("aria-pressed", String(!this.#isRunning));
    else return;
    if (this.#isRunning) this.#wait();
    else this.#rest();
  }

  get #run() {
    return this.querySelector("[name=run]");
  }

  get #seconds() {
    return this.querySelector("[name=seconds]");
  }

  get #isRunning() {
    return !this.hidden && this.#run.getAttribute("aria-pressed") === "true";
  }

  #start() {
    if (!this.hidden) return;
    this.hidden = false;
    this.#steps.toggleAttribute("data-sliding", true);
    this.#run.setAttribute("aria-pressed", "true");
    this.#steps.addEventListener("post-shown", this.#shown);
    document.addEventListener("visibilitychange", this.#looked);
    this.#unbindStop = bind(document, [
      { action: "post.slideshow-stop", keys: "Escape", once: true, run: () => this.#stop() },
      { action: "post.slideshow-pause", keys: "Space", once: true, run: () => this.#run.click() },
    ]);
    this.#run.focus({ preventScroll: true });
    this.#stayAwake();
    this.#wait();
  }

  #stop() {
    const hadFocus = this.contains(document.activeElement);
    this.hidden = true;
    this.#rest();
    this.#steps.toggleAttribute("data-sliding", false);
    this.#steps.removeEventListener("post-shown", this.#shown);
    document.removeEventListener("visibilitychange", this.#looked);
    this.#unbindStop?.();
    this.#awake?.release().catch(() => {});
    this.#awake = null;
    if (location.hash === "#slideshow") history.replaceState(null, "", location.href.replace(/#.*/, ""));
    if (document.fullscreenElement === this.#steps) document.exitFullscreen();
    if (hadFocus) this.#steps.querySelector("[name=slideshow]")?.focus({ preventScroll: true });
  }

  #rest() {
    clearTimeout(this.#timer);
    if (!this.#film) return;
    this.#film.removeEventListener("ended", this.#ended);
    this.#film.pause();
    this.#film.loop = true;
    this.#film = null;
  }

  // Leaves the present post its time, counted from when it can be seen.
  async #wait() {
    this.#rest();
    if (!this.#isRunning || document.hidden) return;
    const post = this.#steps.querySelector(".post");
    if ("veiled" in post.dataset) return this.#next(); // nobody wants to see that
    const film = post.querySelector("video");
    if (film) return this.#play(film);
    await post.querySelector("img.picture")?.decode().catch(() => {});
    if (!this.#isRunning || post !== this.#steps.querySelector(".post")) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#next(), 1000 * this.#timeFor(post.querySelector("picture-stage")));
  }

  #timeFor(stage) {
    const once = "moves" in stage.dataset ? Number(stage.dataset.seconds) || 0 : 0;
    return Math.max(Number(this.#seconds.value), Math.min(once, LONGEST_LOOP));
  }

  async #play(film) {
    this.#film = film;
    film.loop = false;
    film.addEventListener("ended", this.#ended);
    if (film.ended) film.currentTime = 0;
    try {
      await film.play();
    } catch {
      this.#playSilently(film);
    }
  }

  // Browsers may refuse sound before somebody clicked; a film that does not play at all is passed over.
  async #playSilently(film) {
    if (film !== this.#film || !film.paused) return;
    film.dataset.hushed = "";
    film.muted = true;
    try {
      await film.play();
    } catch {
      if (film === this.#film) this.#timer = setTimeout(() => this.#next(), 1000 * Number(this.#seconds.value));
    }
  }

  async #next() {
    const went = await this.#steps.step("next", { replace: true });
    if (went || this.hidden) return;
    this.#stop();
    announce(this.dataset.atEnd);
  }

  async #stayAwake() {
    try {
      this.#awake = await navigator.wakeLock?.request("screen");
    } catch {
      // The screen may go dark then; nothing else depends on it.
    }
  }
}

function kept() {
  try {
    const seconds = localStorage.getItem(STORE);
    return Number(seconds) > 0 ? seconds : null;
  } catch {
    return null;
  }
}

function keep(seconds) {
  try {
    localStorage.setItem(STORE, seconds);
  } catch {
    // A browser that keeps nothing for us begins with the usual time again.
  }
}

customElements.define("slide-show", SlideShow);
