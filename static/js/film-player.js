// <film-player>: a film that starts and falls silent by key, as loud as the last one was.
// The film inside has the browser's own controls, with which it works without JavaScript too.

import { bind } from "./keys.js";

const STORE = "homebooru.sound";

class FilmPlayer extends HTMLElement {
  #film = null;
  #unbind = null;
  #keep = () => {
    const { muted, volume } = this.#film;
    // A film that had to be silenced to play at all says nothing of what somebody likes.
    if (!muted || !("hushed" in this.#film.dataset)) keep({ muted, volume });
  };

  connectedCallback() {
    this.#film = this.querySelector("video");
    const { muted, volume } = kept();
    this.#film.muted = muted === true;
    if (volume >= 0 && volume <= 1) this.#film.volume = volume;
    this.#film.addEventListener("volumechange", this.#keep);
    this.#unbind = bind(document, [
      { action: "post.play", keys: ["Space", "k"], once: true, run: () => this.#toggle() },
      { action: "post.mute", keys: "m", once: true, run: () => { this.#film.muted = !this.#film.muted; } },
    ]);
  }

  disconnectedCallback() {
    this.#unbind();
    this.#film.removeEventListener("volumechange", this.#keep);
    this.#film.pause();
  }

  #toggle() {
    if (this.#film.paused) this.#film.play().catch(() => {}); // the film itself shows what is wrong
    else this.#film.pause();
  }
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {};
  }
}

function keep(sound) {
  try {
    localStorage.setItem(STORE, JSON.stringify(sound));
  } catch {
    // A browser that keeps nothing for us plays the next film as it likes.
  }
}

customElements.define("film-player", FilmPlayer);
