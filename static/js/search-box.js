// <search-box>: "/" anywhere on the page goes to the search inside it.
// Without JavaScript the form inside works all the same.

class SearchBox extends HTMLElement {
  #key = (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.querySelector("input").select();
  };

  connectedCallback() {
    document.addEventListener("keydown", this.#key);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#key);
  }
}

customElements.define("search-box", SearchBox);
