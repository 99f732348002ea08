// <late-part src="…">: asks for its content once it comes near the screen; until then, and without
// JavaScript, what it holds leads there.

class LatePart extends HTMLElement {
  #seen = null;

  connectedCallback() {
    this.#seen = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.#fetch(), {
      rootMargin: "300px",
    });
    this.#seen.observe(this);
  }

  disconnectedCallback() {
    this.#seen.disconnect();
  }

  async #fetch() {
    this.#seen.disconnect();
    const answer = await fetch(this.getAttribute("src"), { headers: { "X-Fragment": "1" } }).catch(() => null);
    if (answer?.ok && this.isConnected) this.innerHTML = await answer.text();
  }
}

customElements.define("late-part", LatePart);
