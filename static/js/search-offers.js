// What the list below the search box offers: completions of what is typed, and searches that were
// saved or asked before.

import { announce } from "./announce.js";
import { kept } from "./search-history.js";

const PAUSE = 70;
const KEPT_SHOWN = 8; // of what was saved, and of what was asked before

export class SearchOffers {
  #box;
  #line;
  #list;
  #asking;
  #input;
  #timer = 0;
  #span = { start: 0, end: 0 };

  constructor(box, line, list, asking) {
    this.#box = box;
    this.#line = line;
    this.#list = list;
    this.#asking = asking;
    this.#input = box.querySelector("input[type=search]");
  }

  // Offers what fits; once it is `wanted`, also where nothing is typed.
  suggest(wanted = false) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(wanted), wanted ? 0 : PAUSE);
  }

  close() {
    clearTimeout(this.#timer);
    this.#asking.stop();
    this.#list.close();
  }

  accept({ dataset: { offer, text } }) {
    if (offer === "past" || offer === "search") {
      this.#line.step(() => this.#line.write(text));
      return this.#input.form.requestSubmit();
    }
    const { value } = this.#input;
    const { start, end } = this.#span;
    const space = offer === "metatag" || /^[\s,)]/u.test(value.slice(end)) ? "" : " ";
    this.#line.step(() => {
      this.#input.value = `${value.slice(0, start)}${text}${space}${value.slice(end)}`;
    });
    this.#line.goTo(start + text.length + (space ? 1 : 0));
    this.#line.makeChips();
    if (offer === "metatag") this.suggest(true);
  }

  async #ask(wanted) {
    const { start, text } = this.#line.parts;
    if (!text.trim() && !wanted) return this.#showKept();
    const place = [["q", text], ["at", start + (this.#input.selectionStart ?? this.#input.value.length)]];
    const part = await this.#suggestions(place);
    if (!part) return;
    const searches = wanted || !this.#input.value ? [] : await this.#kept(1);
    const found = this.#show([...part.querySelectorAll('[role="option"]')], searches);
    const { start: from, end, said } = part.firstElementChild.dataset;
    this.#span = { start: from - start, end: end - start };
    announce(said);
    if (found && this.#isNarrowed(text, from, end)) this.#askLeft(place);
  }

  #suggestions(wish) {
    return this.#asking.fragment(this.#box.dataset.suggestions, wish, { alone: true });
  }

  // Whether what would be left is another number than that of all posts.
  #isNarrowed(text, start, end) {
    const rest = `${text.slice(0, start)} ${text.slice(end)}`.trim();
    return Boolean(rest) || this.#list.first?.dataset.offer === "value";
  }

  async #askLeft(place) {
    const part = await this.#suggestions([...place, ["left", "1"]]);
    if (part && this.#list.isOpen) this.#show([...part.querySelectorAll('[role="option"]')], []);
  }

  #show(options, searches) {
    if (document.activeElement !== this.#input) return false;
    this.#list.show([...options, ...searches]);
    const isPast = searches.some(({ dataset }) => dataset.offer === "past");
    this.#box.querySelector(".search-history").hidden = !isPast || options.length > 0;
    return options.length > 0;
  }

  async #showKept() {
    const searches = await this.#kept(KEPT_SHOWN);
    if (!this.#line.text) this.#show([], searches);
  }

  // Of saved and of past searches, so many of each that begin with what is typed.
  async #kept(most) {
    const { text } = this.#line;
    const typed = text.toLowerCase();
    const isFitting = ({ dataset }) => dataset.name.toLowerCase().startsWith(typed) && dataset.text !== text;
    const fitting = (await kept(this.#box.dataset.kept)).filter(isFitting);
    const kinds = ["search", "past"].map((kind) => fitting.filter(({ dataset }) => dataset.offer === kind));
    return kinds.flatMap((options) => options.slice(0, most)).map((option) => option.cloneNode(true));
  }
}
