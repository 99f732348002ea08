// The bar below the grid that tells how many posts are selected, and what can be done with them.

import { announce } from "./announce.js";

export class SelectionBar {
  #grid;
  #bar;
  #button;

  constructor(grid) {
    this.#grid = grid;
    this.#bar = grid.querySelector(".selection-bar");
    this.#button = document.querySelector('[data-do="select"]');
    grid.selection.addEventListener("change", this.#changed);
    document.addEventListener("click", this.#clicked);
    this.#bar.querySelector(".zip").addEventListener("submit", this.#weigh);
    this.#changed();
  }

  stop() {
    this.#bar.querySelector(".zip").removeEventListener("submit", this.#weigh);
    this.#grid.selection.removeEventListener("change", this.#changed);
    document.removeEventListener("click", this.#clicked);
  }

  #changed = () => {
    const { selection, blocks } = this.#grid;
    if (!selection.size && this.#bar.hidden && !this.#grid.isSelecting) return;
    const words = this.#grid.words("selected", { count: selection.size });
    this.#bar.hidden = !selection.size && !this.#grid.isSelecting;
    this.#bar.querySelector('[data-part="selected"]').textContent = words;
    this.#bar.querySelector('[data-do="all"]').hidden = selection.isAll || selection.size >= blocks.count;
    for (const part of this.#bar.querySelectorAll(".selection-actions > :not([data-do])")) part.hidden = !selection.size;
    this.#button?.setAttribute("aria-pressed", this.#grid.isSelecting);
    this.#grid.reselect();
    this.#lead(selection);
    announce(words);
  };

  #clicked = ({ target }) => {
    switch (target.closest?.("[data-do]")?.dataset.do) {
      case "all":
        return this.#grid.selection.all();
      case "clear":
        return this.#leave();
      case "select":
        this.#grid.isSelecting = !this.#grid.isSelecting;
        if (!this.#grid.isSelecting) return this.#leave();
        return this.#changed();
      default:
    }
  };

  // Before anything is sent, a dialog tells how much it will be, and whether that is too much.
  #weigh = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const dialog = this.#grid.querySelector("dialog.bundle");
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-Fragment": "1" },
    }).catch(() => null);
    if (!answer?.ok) return form.submit();
    dialog.querySelector(".dialog-body").innerHTML = await answer.text();
    dialog.showModal();
  };

  #leave() {
    this.#grid.isSelecting = false;
    this.#grid.selection.clear();
    this.#changed();
  }

  // What is selected is a search of its own: all that is found, or posts by their ids.
  #lead(selection) {
    const { ids, isAll } = selection;
    const query = isAll ? this.#grid.query : `id:${ids.join(",")}`;
    const link = this.#bar.querySelector('[data-part="slideshow"]');
    const first = this.#grid.addressOf(isAll ? this.#grid.blocks.id(this.#grid.blocks.first) : ids[0]);
    if (first) link.href = this.#asked(first, query);
    for (const { elements } of this.#bar.querySelectorAll("form")) {
      elements.tags.disabled = !isAll;
      elements.ids.disabled = isAll;
      elements.ids.value = ids.join(" ");
    }
  }

  #asked(address, query) {
    const asked = new URL(address, location.href);
    if (query) asked.searchParams.set("tags", query);
    else asked.searchParams.delete("tags");
    asked.hash = "slideshow";
    return asked.href;
  }
}
