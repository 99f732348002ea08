// <save-search>: a menu that asks for a name once it is open. Esc closes it.

class SaveSearch extends HTMLElement {
  connectedCallback() {
    this.querySelector("details").addEventListener("toggle", this.#opened);
    this.addEventListener("keydown", this.#left);
  }

  disconnectedCallback() {
    this.querySelector("details").removeEventListener("toggle", this.#opened);
    this.removeEventListener("keydown", this.#left);
  }

  #opened = ({ target }) => {
    if (target.open) this.querySelector("input[name=name]")?.select();
  };

  #left = (event) => {
    const menu = this.querySelector("details");
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  };
}

customElements.define("save-search", SaveSearch);
