// <post-steps>: steps to the post before or after without loading a page. The next two and the one
// before are fetched while nothing else is to do, pictures included. Every step is in the history.
// Without JavaScript the same links lead from page to page.

import { announce } from "./announce.js";
import { bind } from "./keys.js";
import { keep } from "./preferences.js";

const KEPT = 8;
const PATIENCE = 150;
const STEPS = "a[rel=prev], a[rel=next], .family a";
const NARROW = "(max-width: 60rem)";

class PostSteps extends HTMLElement {
  #posts = new Map();
  #shown = "";
  #wanted = "";
  #turning = null;
  #unbind = null;
  #back = () => this.#returned();
  #full = () => this.#tell();

  connectedCallback() {
    this.#shown = this.#wanted = here();
    this.#remember(this.#shown, Promise.resolve(this.#post));
    this.addEventListener("click", this);
    window.addEventListener("popstate", this.#back);
    document.addEventListener("fullscreenchange", this.#full);
    this.#unbind = bind(document, [
      { action: "post.back", keys: "Escape", once: true, run: () => !this.#isZoomed && this.#follow(".back") },
      { action: "post.previous", keys: ["a", "ArrowLeft"], run: () => void this.step("prev") },
      { action: "post.next", keys: ["d", "ArrowRight"], run: () => void this.step("next") },
      { action: "post.info", keys: "i", once: true, run: () => this.#toggleAbout() },
      { action: "post.fullscreen", keys: "F", once: true, run: () => this.toggleFullscreen() },
      { action: "post.immich", keys: "o", once: true, run: () => this.#follow("[name=immich]") },
      { action: "post.download", keys: "D", once: true, run: () => this.#follow("[name=download]") },
    ]);
    this.#tell();
    this.#lookAhead();
  }

  disconnectedCallback() {
    this.#unbind();
    this.removeEventListener("click", this);
    window.removeEventListener("popstate", this.#back);
    document.removeEventListener("fullscreenchange", this.#full);
  }

  handleEvent(event) {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest(STEPS);
    const name = event.target.closest("[name]")?.getAttribute("name");
    if (link) this.show(link.href);
    else if (name === "info" || name === "sheet") this.#toggleAbout();
    else if (name === "fullscreen") this.toggleFullscreen();
    else return;
    event.preventDefault();
  }

  // Tells whether there was a post to step to.
  async step(rel, { replace = false } = {}) {
    const link = this.#post.querySelector(`a[rel=${rel}]`);
    if (!link) return false;
    await this.show(link.href, { replace });
    return true;
  }

  async show(address, { replace = false, past = false } = {}) {
    this.#wanted = address;
    let post = null;
    try {
      post = await this.#ask(address);
      await Promise.race([seen(post), pause(PATIENCE)]);
    } catch {
      return location.assign(address); // the page itself says what is wrong
    }
    if (this.#wanted !== address || this.#shown === address) return;
    this.#shown = address;
    if (replace) history.replaceState(null, "", address);
    else if (!past) history.pushState(null, "", address);
    await this.#turn(post);
    this.#tell();
    document.title = document.title.replace(/^.*(?= · )/, () => post.dataset.title);
    announce(post.dataset.title);
    this.dispatchEvent(new CustomEvent("post-shown", { bubbles: true }));
    this.#lookAhead();
  }

  // Something was changed: what was fetched before is not as it is now.
  forget() {
    this.#posts.clear();
  }

  // Shows the post anew.
  async again() {
    this.forget();
    const address = this.#shown;
    const post = await this.#ask(address);
    if (this.#shown !== address) return;
    this.#swap(post);
    this.#tell();
    this.dispatchEvent(new CustomEvent("post-shown", { bubbles: true }));
  }

  toggleFullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.requestFullscreen().catch(() => {}); // a browser may refuse; all stays as it is
  }

  get #post() {
    return this.querySelector(":scope > .post");
  }

  get #isZoomed() {
    return Boolean(this.#post.querySelector("picture-stage").isZoomed);
  }

  #returned() {
    const address = here();
    if (address !== this.#shown) this.show(address, { past: true });
  }

  #follow(wanted) {
    const link = this.#post.querySelector(wanted);
    if (!link) return false;
    link.click();
  }

  // Beside the picture it is shown or hidden, also on the next visit; below the picture it is scrolled to, and back.
  #toggleAbout() {
    const isNarrow = matchMedia(NARROW).matches;
    if (!isNarrow) keep("about", this.toggleAttribute("data-alone") ? "0" : "1").catch(() => {}); // then it is for this page
    else if (window.scrollY > window.innerHeight / 4) window.scrollTo(0, 0);
    else this.#post.querySelector(".about").scrollIntoView();
    this.#tell();
  }

  #tell() {
    const isFull = document.fullscreenElement === this;
    for (const button of this.querySelectorAll("[name=fullscreen]")) {
      button.hidden = !document.fullscreenEnabled;
      button.setAttribute("aria-pressed", String(isFull));
    }
    const info = this.#post.querySelector("[name=info]");
    info.setAttribute("role", "button");
    info.setAttribute("aria-expanded", String(!this.hasAttribute("data-alone") || matchMedia(NARROW).matches));
  }

  // Posts that were fetched, as they will be shown: their pictures load while they wait.

  #ask(address) {
    const post = this.#posts.get(address) ?? fetchPost(address);
    this.#remember(address, post);
    post.catch(() => this.#posts.delete(address));
    return post;
  }

  #remember(address, post) {
    this.#posts.delete(address);
    this.#posts.set(address, post);
    for (const old of this.#posts.keys()) {
      if (this.#posts.size <= KEPT) break;
      if (old !== this.#shown) this.#posts.delete(old);
    }
  }

  async #lookAhead() {
    const from = this.#shown;
    if (navigator.connection?.saveData) return;
    try {
      await seen(this.#post);
      let post = this.#post;
      for (const rel of ["next", "next", "prev"]) {
        await idle();
        if (this.#shown !== from || !this.isConnected) return;
        const link = (rel === "prev" ? this.#post : post).querySelector(`a[rel=${rel}]`);
        if (link) post = await this.#ask(link.href);
      }
    } catch {
      // Whoever steps there is told by the page itself.
    }
  }

  async #turn(post) {
    const swap = () => this.#swap(post);
    this.#turning?.skipTransition();
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!document.startViewTransition || isCalm || document.hidden || this.#turning) return swap();
    const turning = document.startViewTransition(swap);
    this.#turning = turning;
    turning.ready.catch(() => {}); // skipped, because the next step came
    turning.finished.catch(() => {}).then(() => {
      if (this.#turning === turning) this.#turning = null;
    });
    await turning.updateCallbackDone;
  }

  // What had the focus has it again, in the new post.
  #swap(post) {
    const old = this.#post;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const [rel, name] = [focused?.rel, focused?.getAttribute("name")];
    old.replaceWith(post);
    if (!focused) return;
    const same = (rel && post.querySelector(`a[rel=${rel}]`)) || (name && post.querySelector(`[name=${name}]`));
    (same || post.querySelector(".back")).focus({ preventScroll: true });
  }
}

function here() {
  return location.href.replace(/#.*/, "");
}

async function fetchPost(address) {
  const answer = await fetch(address, { headers: { "X-Fragment": "1" } });
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
  const holder = document.createElement("div");
  holder.innerHTML = await answer.text();
  return holder.querySelector(".post") ?? Promise.reject(new Error("no post"));
}

// Settles once the picture can be painted, or never will be.
async function seen(post) {
  await post.querySelector("img.picture")?.decode().catch(() => {});
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

function idle() {
  return new Promise((done) => (window.requestIdleCallback ?? setTimeout)(done));
}

customElements.define("post-steps", PostSteps);
