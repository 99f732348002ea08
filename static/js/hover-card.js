// The card that tells what a picture of the grid is, when the mouse rests on it, or by a key.

const REST = 500;
const GAP = 8;

export class HoverCard {
  #grid;
  #card;
  #timer = 0;
  #item = null;
  #kept = new Map();

  constructor(grid, card) {
    this.#grid = grid;
    this.#card = card;
    grid.addEventListener("pointerover", this.#enter);
    grid.addEventListener("pointerleave", this.hide);
    grid.addEventListener("pointerdown", this.hide);
    card.addEventListener("pointerleave", this.hide);
  }

  get isOpen() {
    return !this.#card.hidden;
  }

  stop() {
    this.hide();
    this.#grid.removeEventListener("pointerover", this.#enter);
    this.#grid.removeEventListener("pointerleave", this.hide);
    this.#grid.removeEventListener("pointerdown", this.hide);
    this.#card.removeEventListener("pointerleave", this.hide);
  }

  hide = () => {
    clearTimeout(this.#timer);
    this.#item?.querySelector("a")?.removeAttribute("aria-describedby");
    this.#item = null;
    this.#card.hidden = true;
  };

  async show(item) {
    clearTimeout(this.#timer);
    this.#item = item;
    const text = await this.#text(item);
    if (this.#item !== item || !item.isConnected || !text) return;
    this.#card.innerHTML = text;
    this.#card.hidden = false;
    item.querySelector("a").setAttribute("aria-describedby", this.#card.id);
    this.#place(item.getBoundingClientRect());
  }

  toggle(item) {
    if (this.isOpen && this.#item === item) this.hide();
    else this.show(item);
  }

  #enter = (event) => {
    if (event.pointerType !== "mouse" || event.buttons) return;
    if (this.#card.contains(event.target)) return;
    const item = event.target.closest("[data-card]");
    if (item === this.#item) return;
    this.hide();
    if (!item) return;
    this.#item = item;
    this.#timer = setTimeout(() => this.show(item), REST);
  };

  async #text(item) {
    const address = item.dataset.card;
    if (!this.#kept.has(address)) {
      const answer = await fetch(address, { headers: { "X-Fragment": "1" } }).catch(() => null);
      if (!answer?.ok) return "";
      if (this.#kept.size > 200) this.#kept.clear();
      this.#kept.set(address, await answer.text());
    }
    return this.#kept.get(address);
  }

  // Beside the picture where there is room, else below or above it; never outside the window.
  #place(box) {
    const { offsetWidth: width, offsetHeight: height } = this.#card;
    const room = { width: document.documentElement.clientWidth, height: window.innerHeight };
    const beside = box.right + GAP + width <= room.width
      ? box.right + GAP
      : box.left - GAP - width;
    const fits = beside >= GAP;
    const left = fits ? beside : Math.max(GAP, Math.min(box.left, room.width - width - GAP));
    const below = box.bottom + GAP + height <= room.height ? box.bottom + GAP : box.top - GAP - height;
    const top = fits ? box.top : below;
    this.#card.style.left = `${left}px`;
    this.#card.style.top = `${Math.max(GAP, Math.min(top, room.height - height - GAP))}px`;
  }
}
