// The line of a search: chips of terms that are whole, and among them the field for what is being
// typed. As raw text there are no chips, and everything is being typed.

import { cut } from "./search-terms.js";
import { makeChip, paintChip } from "./term-chip.js";

export class SearchLine {
  raw = false;
  #box;
  #line;
  #typing;
  #input;
  #asking;
  #changed;
  #undo = [];
  #kinds = new Map();

  // `changed` is called whenever the text is another one.
  constructor(box, asking, changed) {
    this.#box = box;
    this.#line = box.querySelector(".search-line");
    this.#typing = box.querySelector(".search-typing");
    this.#input = box.querySelector("input[type=search]");
    this.#asking = asking;
    this.#changed = changed;
  }

  // The whole search, and where in it the field begins.
  get parts() {
    const all = [...this.#line.children];
    const at = all.indexOf(this.#typing);
    const words = (items) => items.map((chip) => chip.dataset.term).join(" ");
    const [before, after] = [words(all.slice(0, at)), words(all.slice(at + 1))];
    const lead = before ? `${before} ` : "";
    const tail = after ? ` ${after}` : "";
    return { start: lead.length, text: `${lead}${this.#input.value}${tail}` };
  }

  get text() {
    return this.parts.text.trim();
  }

  write(text) {
    for (const chip of this.#chips) chip.remove();
    const { terms, rest } = this.raw ? { terms: [], rest: text } : cut(text, true);
    this.#line.prepend(...terms.map((term) => this.#chip(term)));
    this.#line.append(this.#typing);
    this.#input.value = rest;
    this.renew();
  }

  // The same text with chips, or without.
  turn(raw) {
    const { text } = this;
    this.raw = raw;
    this.#undo = [];
    this.write(text);
  }

  // Shows what follows from a text that may be another one.
  renew() {
    this.#input.dataset.placeholder ??= this.#input.placeholder;
    this.#input.placeholder = this.#chips.length ? "" : this.#input.dataset.placeholder;
    this.#line.scrollLeft = this.#box.contains(document.activeElement) ? this.#line.scrollWidth : 0;
    this.#askKinds();
    this.#changed();
  }

  // What a step changes is kept, so that Ctrl+Z takes it back. Letters are the field's own.
  step(change) {
    const before = { text: this.#input.value, terms: [...this.#line.children].map((item) => item.dataset.term ?? null) };
    change();
    this.renew();
    this.#undo.push({ ...before, left: this.#input.value });
  }

  takeBack() {
    const last = this.#undo.at(-1);
    if (!last || last.left !== this.#input.value) return false;
    this.#undo.pop();
    this.#line.replaceChildren(...last.terms.map((term) => (term === null ? this.#typing : this.#chip(term))));
    this.#input.value = last.text;
    this.#input.focus();
    this.renew();
    return true;
  }

  makeChips(all = false) {
    if (this.raw) return;
    const { terms, rest } = cut(this.#input.value, all);
    if (!terms.length) return;
    this.step(() => {
      this.#typing.before(...terms.map((term) => this.#chip(term)));
      this.#input.value = rest;
      this.#input.focus();
    });
  }

  edit(chip) {
    this.makeChips(true);
    this.step(() => {
      chip.replaceWith(this.#typing);
      this.#input.value = chip.dataset.term;
    });
    this.goTo(this.#input.value.length);
  }

  // Takes a chip away; the focus goes to what is `beside` it, else to the field.
  remove(chip, beside = null) {
    this.step(() => chip.remove());
    this.#enter(beside ?? this.#typing);
  }

  clear() {
    this.step(() => {
      for (const chip of this.#chips) chip.remove();
      this.#input.value = "";
    });
  }

  goTo(place) {
    this.#input.focus();
    this.#input.setSelectionRange(place, place);
  }

  // Goes from a chip, or from the field, to its neighbour; tells whether there is one.
  leave(by, from = this.#typing) {
    const beside = by < 0 ? from.previousElementSibling : from.nextElementSibling;
    if (beside) this.#enter(beside);
    return Boolean(beside);
  }

  // The chip before the field becomes what is typed again; tells whether there is one.
  reopen() {
    const before = this.#typing.previousElementSibling;
    if (before) this.edit(before);
    return Boolean(before);
  }

  #enter(item) {
    (item.querySelector(".chip-words") ?? this.#input).focus();
  }

  get #chips() {
    return [...this.#line.querySelectorAll(".search-chip")];
  }

  #chip(term) {
    const chip = makeChip(this.#box.querySelector('template[data-part="chip"]'), term);
    this.#paint(chip);
    return chip;
  }

  #paint(chip) {
    const { term } = chip.dataset;
    paintChip(chip, this.#kinds.get(term));
    chip.classList.toggle("is-sign", /^(or|and)$/iu.test(term));
  }

  async #askKinds() {
    const unknown = this.#chips.map((chip) => chip.dataset.term).filter((term) => !this.#kinds.has(term));
    if (!unknown.length) return;
    for (const term of unknown) this.#kinds.set(term, null);
    const part = await this.#asking.fragment(this.#box.dataset.terms, unknown.map((term) => ["term", term]));
    for (const kind of part?.querySelectorAll("data") ?? []) {
      this.#kinds.set(kind.value, { className: kind.className, title: kind.title });
    }
    for (const chip of this.#chips) this.#paint(chip);
  }
}
