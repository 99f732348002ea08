// <drop-menu>: a menu in <details>, closed by Escape and by whatever goes on outside of it.

export class DropMenu extends HTMLElement {
  #leave = (event) => {
    if (!this.contains(event.target)) this.#close();
  };

  connectedCallback() {
    this.addEventListener("keydown", this.#press);
    document.addEventListener("pointerdown", this.#leave);
    document.addEventListener("focusin", this.#leave);
  }

  disconnectedCallback() {
    this.removeEventListener("keydown", this.#press);
    document.removeEventListener("pointerdown", this.#leave);
    document.removeEventListener("focusin", this.#leave);
  }

  #close() {
    this.querySelector("details").open = false;
  }

  #press = (event) => {
    if (event.key !== "Escape" || !this.querySelector("details").open) return;
    event.preventDefault();
    this.#close();
    this.querySelector("summary").focus();
  };
}

customElements.define("drop-menu", DropMenu);
