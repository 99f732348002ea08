// The chips of a tag field, one for each term, in colours that tell what the terms are.

import { Asking } from "./asking.js";

const AT_ONCE = 60;

export class TagChips {
  #line;
  #typing;
  #template;
  #address;
  #asking = new Asking();
  #kinds = new Map();

  // `known` are <data> elements that tell what terms are, as the address answers them.
  constructor(line, template, address, known) {
    this.#line = line;
    this.#typing = line.lastElementChild;
    this.#template = template;
    this.#address = address;
    this.#learn(known);
  }

  get all() {
    return [...this.#line.children].filter((item) => item !== this.#typing);
  }

  get terms() {
    return this.all.map((chip) => chip.dataset.term);
  }

  get last() {
    return this.#typing.previousElementSibling;
  }

  // Each term once; the chips are there at once, and coloured as soon as it is known how.
  set(terms) {
    const had = new Map(this.all.map((chip) => [chip.dataset.term, chip]));
    const wanted = [...new Set(terms)].map((term) => had.get(term) ?? this.#chip(term));
    for (const chip of this.all) if (!wanted.includes(chip)) chip.remove();
    let place = this.#line.firstElementChild;
    for (const chip of wanted) {
      if (chip === place) place = place.nextElementSibling;
      else this.#line.insertBefore(chip, place); // one that is moved would lose the focus
    }
    this.#askKinds();
  }

  // Moves the focus among chips and field; beyond the ends it stays.
  step(from, by) {
    const items = [...this.#line.children];
    const to = items[items.indexOf(from.closest("li")) + by];
    to?.querySelector(".chip-words, input").focus();
    return Boolean(to);
  }

  #chip(term) {
    const chip = this.#template.content.firstElementChild.cloneNode(true);
    chip.dataset.term = term;
    chip.querySelector(".chip-words").textContent = term.includes(":") ? term : term.replaceAll("_", " ");
    chip.querySelector('[data-part="name"]').textContent = term;
    this.#paint(chip);
    return chip;
  }

  #paint(chip) {
    const kind = this.#kinds.get(chip.dataset.term);
    chip.className = `search-chip ${kind?.className ?? ""}`;
    chip.classList.toggle("is-without", chip.dataset.term.startsWith("-"));
    const words = chip.querySelector(".chip-words");
    if (kind?.title) words.title = kind.title;
  }

  async #askKinds() {
    const unknown = this.terms.filter((term) => !this.#kinds.has(term));
    for (const term of unknown) this.#kinds.set(term, null);
    for (let at = 0; at < unknown.length; at += AT_ONCE) {
      const asked = unknown.slice(at, at + AT_ONCE).map((term) => ["term", term]);
      const part = await this.#asking.fragment(this.#address, asked);
      this.#learn(part?.querySelectorAll("data") ?? []);
    }
    for (const chip of this.all) this.#paint(chip);
  }

  #learn(known) {
    for (const kind of known) this.#kinds.set(kind.value, { className: kind.className, title: kind.title });
  }
}
