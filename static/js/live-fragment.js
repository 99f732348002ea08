// <live-fragment src="…" every="2">: asks for its content again every few seconds.
// Without JavaScript the page stays as it was sent, and a reload shows the rest.

class LiveFragment extends HTMLElement {
  #timer = 0;
  #failures = 0;
  #text = "";
  #look = () => this.#schedule(0);

  connectedCallback() {
    this.#schedule(this.#pause());
    document.addEventListener("visibilitychange", this.#look);
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#look);
  }

  #pause() {
    const seconds = Number(this.getAttribute("every")) || 3;
    return seconds * 1000 * 2 ** Math.min(this.#failures, 5);
  }

  #schedule(wait) {
    clearTimeout(this.#timer);
    if (!document.hidden) this.#timer = setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    try {
      const answer = await fetch(this.getAttribute("src"), { headers: { "X-Fragment": "1" } });
      if (answer.status === 401 || answer.status === 403) return location.reload();
      if (!answer.ok) throw new Error(`${answer.status}`);
      this.#show(await answer.text());
      this.#failures = 0;
    } catch {
      this.#failures += 1;
    }
    this.#schedule(this.#pause());
  }

  // What is open stays open, and what has the focus keeps it.
  #show(text) {
    if (text === this.#text) return;
    this.#text = text;
    const open = [...this.querySelectorAll("details[open][id]")].map((details) => details.id);
    const focused = this.contains(document.activeElement) ? document.activeElement.id : "";
    this.innerHTML = text;
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }
}

customElements.define("live-fragment", LiveFragment);
