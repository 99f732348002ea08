// What a search can say, in a dialog over any page; its button is a link to the page that says the same.

export class SearchHelp {
  #dialog;
  #link;
  #asking;

  constructor(box, asking) {
    this.#dialog = box.querySelector("dialog");
    this.#link = box.querySelector('[data-does="help"]');
    this.#asking = asking;
  }

  // A click on its link.
  follow(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.open();
  }

  async open() {
    const part = await this.#asking.fragment(this.#link.href, []);
    if (!part) return location.assign(this.#link.href);
    const body = this.#dialog.querySelector('[data-part="help"]');
    body.replaceChildren(part);
    this.#dialog.showModal();
    body.focus();
  }

  close() {
    this.#dialog.close();
  }

  // A click beside the dialog closes it.
  leave({ target }) {
    if (target === this.#dialog) this.close();
  }
}
