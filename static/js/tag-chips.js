// The chips of a tag field, one for each term, in colours that tell what the terms are.

import { Asking } from "./asking.js";
import { makeChip, paintChip } from "./term-chip.js";

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
    const chip = makeChip(this.#template, term);
    paintChip(chip, this.#kinds.get(term));
    return chip;
  }

  async #askKinds() {
    const unknown = this.terms.filter((term) => !this.#kinds.has(term));
    for (const term of unknown) this.#kinds.set(term, null);
    for (let at = 0; at < unknown.length; at += AT_ONCE) {
      const asked = unknown.slice(at, at + AT_ONCE).map((term) => ["term", term]);
      const part = await this.#asking.fragment(this.#address, asked);
      this.#learn(part?.querySelectorAll("data") ?? []);
    }
    for (const chip of this.all) paintChip(chip, this.#kinds.get(chip.dataset.term));
  }

  #learn(known) {
    for (const kind of known) this.#kinds.set(kind.value, { className: kind.className, title: kind.title });
  }
}
