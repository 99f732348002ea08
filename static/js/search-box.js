// <search-box>: terms become chips, a list below completes what is typed, mistakes are shown at
// their character. Without JavaScript the form inside is a plain field that works all the same.
//
// The search is always one text, kept in a hidden field: the chips, with what is being typed
// among them. As raw text, there are no chips and everything is being typed.

import { announce } from "./announce.js";
import { Asking } from "./asking.js";
import { bind } from "./keys.js";
import { forget, kept } from "./search-history.js";
import { SearchList } from "./search-list.js";
import { cut } from "./search-terms.js";
import { makeChip, paintChip } from "./term-chip.js";
import { keep as store, kept as stored } from "./storage.js";

const RAW = "homebooru.search-raw";
const PAUSE = 70;
const KEPT_SHOWN = 8; // of what was saved, and of what was asked before

class SearchBox extends HTMLElement {
  #input;
  #line;
  #typing;
  #whole;
  #list;
  #raw = false;
  #unbind = [];
  #undo = [];
  #kinds = new Map();
  #timer = 0;
  #asking = new Asking();
  #sending = false;

  connectedCallback() {
    this.#input = this.querySelector("input[type=search]");
    this.#typing = this.querySelector(".search-typing");
    this.#line = this.querySelector(".search-line");
    this.#list = new SearchList(this.#input, this.#menu, (option) => this.#accept(option));
    this.#takeOver();
    this.#listen();
  }

  disconnectedCallback() {
    for (const end of this.#unbind.splice(0)) end();
    this.#list.dispose();
    this.#asking.stop();
    clearTimeout(this.#timer);
    this.#write(this.#text);
    this.#input.name = "tags";
    this.#whole.remove();
  }

  get #form() {
    return this.querySelector("form");
  }

  get #menu() {
    return this.querySelector(".search-menu");
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  get #chips() {
    return [...this.#line.querySelectorAll(".search-chip")];
  }

  // The whole search, and where in it the field begins.
  get #parts() {
    const all = [...this.#line.children];
    const at = all.indexOf(this.#typing);
    const words = (items) => items.map((chip) => chip.dataset.term).join(" ");
    const [before, after] = [words(all.slice(0, at)), words(all.slice(at + 1))];
    const lead = before ? `${before} ` : "";
    const tail = after ? ` ${after}` : "";
    return { start: lead.length, text: `${lead}${this.#input.value}${tail}` };
  }

  get #text() {
    return this.#parts.text.trim();
  }

  #takeOver() {
    const text = this.#input.value;
    const wrong = this.#input.dataset.position;
    this.#whole = Object.assign(document.createElement("input"), { type: "hidden", name: "tags" });
    this.#form.append(this.#whole);
    this.#input.removeAttribute("name");
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": "search-options",
    })) this.#input.setAttribute(name, value);
    this.#does("raw").hidden = false;
    this.#raw = wrong !== undefined || stored(RAW) === "yes";
    this.#write(text);
    if (wrong !== undefined) this.#goTo(Number(wrong));
  }

  #listen() {
    const on = (target, name, run) => {
      target.addEventListener(name, run);
      this.#unbind.push(() => target.removeEventListener(name, run));
    };
    this.#unbind.push(bind(document, [{ action: "search.focus", keys: ["/", "q"], run: () => this.#enter() }]));
    on(this.#form, "submit", (event) => this.#submit(event));
    on(this.#input, "input", (event) => this.#typed(event));
    on(this.#input, "compositionend", () => this.#typed({}));
    on(this.#input, "keydown", (event) => this.#press(event));
    on(this.#input, "click", () => this.#text || this.#suggest());
    on(this.#line, "keydown", (event) => this.#pressOnChip(event));
    on(this.#line, "click", (event) => this.#clickOnLine(event));
    on(this, "focusout", (event) => this.contains(event.relatedTarget) || this.#close());
    on(this.#does("clear"), "click", () => this.#clear());
    on(this.#does("raw"), "click", () => this.#switch());
    on(this.#does("help"), "click", (event) => this.#help(event));
    on(this.#does("close"), "click", () => this.#dialog.close());
    on(this.#does("forget"), "click", () => this.#forget());
    on(this.#dialog, "click", (event) => event.target === this.#dialog && this.#dialog.close());
  }

  #does(what) {
    return this.querySelector(`[data-does="${what}"]`);
  }

  #enter() {
    const end = this.#input.value.length;
    this.#input.focus();
    if (this.#raw) this.#input.select();
    else this.#input.setSelectionRange(end, end);
    if (!this.#text) this.#suggest();
  }

  // Text and chips

  #write(text) {
    for (const chip of this.#chips) chip.remove();
    const { terms, rest } = this.#raw ? { terms: [], rest: text } : cut(text, true);
    this.#line.prepend(...terms.map((term) => this.#chip(term)));
    this.#line.append(this.#typing);
    this.#input.value = rest;
    this.#changed();
  }

  #chip(term) {
    const chip = makeChip(this.querySelector('template[data-part="chip"]'), term);
    this.#paint(chip);
    return chip;
  }

  #paint(chip) {
    const { term } = chip.dataset;
    paintChip(chip, this.#kinds.get(term));
    chip.classList.toggle("is-sign", /^(or|and)$/iu.test(term));
  }

  #changed() {
    this.#whole.value = this.#text;
    this.#does("raw").setAttribute("aria-pressed", String(this.#raw));
    this.#does("clear").hidden = !this.#text;
    this.#input.placeholder = this.#chips.length ? "" : this.#input.dataset.placeholder ?? this.#keepPlaceholder();
    this.#line.scrollLeft = this.contains(document.activeElement) ? this.#line.scrollWidth : 0;
    this.#askKinds();
  }

  #keepPlaceholder() {
    this.#input.dataset.placeholder = this.#input.placeholder;
    return this.#input.placeholder;
  }

  async #askKinds() {
    const unknown = this.#chips.map((chip) => chip.dataset.term).filter((term) => !this.#kinds.has(term));
    if (!unknown.length) return;
    for (const term of unknown) this.#kinds.set(term, null);
    const part = await this.#asking.fragment(this.dataset.terms, unknown.map((term) => ["term", term]));
    for (const kind of part?.querySelectorAll("data") ?? []) {
      this.#kinds.set(kind.value, { className: kind.className, title: kind.title });
    }
    for (const chip of this.#chips) this.#paint(chip);
  }

  // What a step changes is kept, so that Ctrl+Z takes it back. Letters are the field's own.
  #step(change) {
    const before = { text: this.#input.value, terms: [...this.#line.children].map((item) => item.dataset.term ?? null) };
    change();
    this.#changed();
    this.#undo.push({ ...before, left: this.#input.value });
  }

  #takeBack() {
    const last = this.#undo.at(-1);
    if (!last || last.left !== this.#input.value) return false;
    this.#undo.pop();
    this.#line.replaceChildren(...last.terms.map((term) => (term === null ? this.#typing : this.#chip(term))));
    this.#input.value = last.text;
    this.#input.focus();
    this.#changed();
    return true;
  }

  #makeChips(all = false) {
    if (this.#raw) return;
    const { terms, rest } = cut(this.#input.value, all);
    if (!terms.length) return;
    this.#step(() => {
      this.#typing.before(...terms.map((term) => this.#chip(term)));
      this.#input.value = rest;
      this.#input.focus();
    });
  }

  #edit(chip) {
    this.#makeChips(true);
    this.#step(() => {
      chip.replaceWith(this.#typing);
      this.#input.value = chip.dataset.term;
    });
    this.#goTo(this.#input.value.length);
    this.#suggest();
  }

  #remove(chip, beside) {
    const next = beside ?? this.#input;
    this.#step(() => chip.remove());
    (next.querySelector?.(".chip-words") ?? this.#input).focus();
  }

  #clear() {
    this.#step(() => {
      for (const chip of this.#chips) chip.remove();
      this.#input.value = "";
    });
    this.#close();
    this.#input.focus();
  }

  #switch() {
    const text = this.#text;
    this.#raw = !this.#raw;
    this.#undo = [];
    store(RAW, this.#raw ? "yes" : "no");
    this.#write(text);
    this.#close();
    this.#goTo(this.#input.value.length);
  }

  #goTo(place) {
    this.#input.focus();
    this.#input.setSelectionRange(place, place);
  }

  // Typing

  #typed({ isComposing = false, inputType = "" }) {
    this.#forgive();
    if (!isComposing) this.#makeChips(inputType.startsWith("insertFromPaste"));
    this.#changed();
    if (this.#input.value || inputType.startsWith("delete")) this.#suggest();
    else this.#close();
  }

  #press(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const handled = this.#handle(event);
    if (handled) event.preventDefault();
  }

  #handle(event) {
    const { key } = event;
    const bare = !event.ctrlKey && !event.metaKey && !event.altKey;
    if ((key === " " && event.ctrlKey) || (key === "ArrowDown" && !this.#list.isOpen)) {
      this.#suggest(true);
      return true;
    }
    if (key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) return this.#takeBack();
    if (!bare) return false;
    if (key === "ArrowDown" || key === "ArrowUp") return this.#list.isOpen && (this.#list.move(key === "ArrowDown" ? 1 : -1), true);
    if (key === "Enter" || (key === "Tab" && !event.shiftKey)) return this.#acceptBy(key);
    if (key === "Escape") return this.#leave();
    if (this.#input.selectionStart || this.#input.selectionEnd) return this.#leaveRight(key);
    return this.#leaveLeft(key) || this.#leaveRight(key);
  }

  #acceptBy(key) {
    if (!this.#list.isOpen) return false;
    const option = this.#list.active ?? (key === "Tab" && this.#input.value ? this.#list.first : null);
    if (option) this.#accept(option);
    return Boolean(option);
  }

  #leave() {
    if (this.#menu.hidden) this.#input.blur();
    else this.#close();
    return true;
  }

  #leaveLeft(key) {
    const before = this.#typing.previousElementSibling;
    if (!before) return false;
    if (key === "Backspace") this.#edit(before);
    else if (key === "ArrowLeft") before.querySelector(".chip-words").focus();
    else return false;
    return true;
  }

  #leaveRight(key) {
    const after = this.#typing.nextElementSibling;
    if (!after || key !== "ArrowRight" || this.#input.selectionStart < this.#input.value.length) return false;
    after.querySelector(".chip-words").focus();
    return true;
  }

  #pressOnChip(event) {
    const chip = event.target.closest(".search-chip");
    if (!chip) return;
    const { key } = event;
    const beside = { ArrowLeft: chip.previousElementSibling, ArrowRight: chip.nextElementSibling }[key];
    if (beside) (beside.querySelector(".chip-words") ?? this.#input).focus();
    else if (key === "Backspace" || key === "Delete") this.#remove(chip, key === "Delete" ? chip.nextElementSibling : chip.previousElementSibling);
    else if (key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) this.#takeBack();
    else return;
    event.preventDefault();
  }

  #clickOnLine(event) {
    const chip = event.target.closest(".search-chip");
    if (chip && event.target.closest(".chip-cross")) this.#remove(chip);
    else if (chip) this.#edit(chip);
    else this.#input.focus();
  }

  // Completion

  #suggest(wanted = false) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(wanted), wanted ? 0 : PAUSE);
  }

  async #ask(wanted) {
    const { start, text } = this.#parts;
    if (!text.trim() && !wanted) return this.#showKept();
    const place = [["q", text], ["at", start + (this.#input.selectionStart ?? this.#input.value.length)]];
    const part = await this.#asking.fragment(this.dataset.suggestions, place, { alone: true });
    if (!part) return;
    const searches = wanted || !this.#input.value ? [] : await this.#kept(1);
    const found = this.#show([...part.querySelectorAll('[role="option"]')], searches);
    const { start: from, end, said } = part.firstElementChild.dataset;
    this.#span = { start: from - start, end: end - start };
    announce(said);
    if (found && this.#isNarrowed(text, from, end, part)) this.#askLeft(place);
  }

  #span = { start: 0, end: 0 };

  #isNarrowed(text, start, end) {
    const rest = `${text.slice(0, start)} ${text.slice(end)}`.trim();
    return Boolean(rest) || this.#list.first?.dataset.offer === "value";
  }

  async #askLeft(place) {
    const part = await this.#asking.fragment(this.dataset.suggestions, [...place, ["left", "1"]], { alone: true });
    if (part && this.#list.isOpen) this.#show([...part.querySelectorAll('[role="option"]')], []);
  }

  #show(options, searches) {
    if (document.activeElement !== this.#input) return false;
    this.#list.show([...options, ...searches]);
    const isPast = searches.some(({ dataset }) => dataset.offer === "past");
    this.querySelector(".search-history").hidden = !isPast || options.length > 0;
    return options.length > 0;
  }

  async #showKept() {
    const searches = await this.#kept(KEPT_SHOWN);
    if (!this.#text) this.#show([], searches);
  }

  // Of saved and of past searches, so many of each that begin with what is typed.
  async #kept(most) {
    const typed = this.#text.toLowerCase();
    const isFitting = ({ dataset }) => dataset.name.toLowerCase().startsWith(typed) && dataset.text !== this.#text;
    const fitting = (await kept(this.dataset.kept)).filter(isFitting);
    const kinds = ["search", "past"].map((kind) => fitting.filter(({ dataset }) => dataset.offer === kind));
    return kinds.flatMap((options) => options.slice(0, most)).map((option) => option.cloneNode(true));
  }

  #accept(option) {
    const { offer, text } = option.dataset;
    this.#close();
    if (offer === "past" || offer === "search") {
      this.#step(() => this.#write(text));
      return this.#form.requestSubmit();
    }
    const { value } = this.#input;
    const { start, end } = this.#span;
    const space = offer === "metatag" || /^[\s,)]/u.test(value.slice(end)) ? "" : " ";
    this.#step(() => {
      this.#input.value = `${value.slice(0, start)}${text}${space}${value.slice(end)}`;
    });
    this.#goTo(start + text.length + (space ? 1 : 0));
    this.#makeChips();
    if (offer === "metatag") this.#suggest(true);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asking.stop();
    this.#list.close();
    this.#forgive();
  }

  async #forget() {
    await forget();
    this.#close();
    this.#input.focus();
  }

  // Asking

  async #submit(event) {
    event.preventDefault();
    if (this.#sending) return;
    this.#sending = true;
    const text = this.#text;
    this.#close();
    const part = await this.#asking.fragment(this.dataset.terms, [["q", text]]);
    this.#sending = false;
    const wrong = part?.querySelector("section");
    if (wrong) return this.#tell(wrong, text);
    this.#whole.disabled = !text;
    this.#form.submit();
    this.#whole.disabled = false;
  }

  #tell(wrong, text) {
    this.#raw = true;
    this.#write(text);
    this.#goTo(Number(wrong.dataset.position));
    this.#menu.querySelector('[data-part="mistake"]').replaceChildren(...wrong.childNodes);
    this.#menu.querySelector('[role="listbox"]').hidden = true;
    this.querySelector(".search-history").hidden = true;
    this.#menu.hidden = false;
    this.#input.setAttribute("aria-invalid", "true");
    this.#input.setAttribute("aria-describedby", "search-mistake");
  }

  #forgive() {
    const told = this.#menu.querySelector('[data-part="mistake"]');
    if (told.firstChild) this.#menu.hidden = true;
    told.replaceChildren();
    this.#input.removeAttribute("aria-invalid");
    this.#input.removeAttribute("aria-describedby");
  }

  async #help(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const address = this.#does("help").href;
    const part = await this.#asking.fragment(address, []);
    if (!part) return location.assign(address);
    const body = this.#dialog.querySelector('[data-part="help"]');
    body.replaceChildren(part);
    this.#dialog.showModal();
    body.focus();
  }
}

customElements.define("search-box", SearchBox);
