// <tag-field>: a text of tags as chips with completion, or as plain text, as one likes it better.
// Without JavaScript it is the text field that it is made of.
//
// The text field always holds the whole text, so that the form around it sends the same either way.
// In chips: Enter or Space adds what is typed, Backspace in the empty field or × takes away, arrows
// walk, Ctrl+Space completes, Ctrl+Z takes back. Enter in the empty field sends the form, and so does
// Ctrl+Enter anywhere. Whoever changes it from outside uses toggle(term) and has(term); the event
// "tags" tells of every change.

import { announce } from "./announce.js";
import { Asking } from "./asking.js";
import { SearchList } from "./search-list.js";
import { cut } from "./search-terms.js";
import { keep, kept } from "./storage.js";
import { TagChips } from "./tag-chips.js";

const RAW = "homebooru.tags-raw";
const PAUSE = 70;

class TagField extends HTMLElement {
  #area;
  #input;
  #chips;
  #menu;
  #list;
  #raw = false;
  #undo = [];
  #timer = 0;
  #asking = new Asking();

  connectedCallback() {
    if (this.#area) return;
    this.#area = this.querySelector("textarea");
    this.#input = this.querySelector(".tag-line input");
    this.#menu = this.querySelector(".search-menu");
    this.#chips = new TagChips(this.#line, this.#part("chip"), this.dataset.terms, this.#part("known").content.children);
    this.#input.id = `${this.#area.id}-typing`;
    this.#listen();
    this.#show(kept(RAW) === "yes");
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#asking.stop();
  }

  get value() {
    return this.#area.value.trim();
  }

  set value(text) {
    this.#step(() => this.#write(text));
  }

  // The terms that are written; what is being typed is one too.
  get terms() {
    return cut(this.#area.value, true, false).terms;
  }

  has(term) {
    return this.terms.includes(term);
  }

  toggle(term) {
    const terms = this.has(term) ? this.terms.filter((each) => each !== term) : [...this.terms, term];
    this.value = `${terms.join(" ")} `;
  }

  focus(place = null) {
    const field = this.#field;
    const at = place ?? field.value.length;
    field.focus();
    if (place === null || this.#raw) field.setSelectionRange(at, at);
  }

  // Shows where in the text a mistake is, which only plain text has places for.
  pointAt(place, length) {
    this.#show(true);
    this.focus(place);
    this.#area.setSelectionRange(place, place + length);
  }

  get #field() {
    return this.#raw ? this.#area : this.#input;
  }

  #part(name) {
    return this.querySelector(`template[data-part="${name}"]`);
  }

  #does(what) {
    return this.querySelector(`[data-does="${what}"]`);
  }

  #listen() {
    for (const field of [this.#input, this.#area]) {
      field.addEventListener("input", (event) => this.#typed(event));
      field.addEventListener("compositionend", () => this.#typed({}));
      field.addEventListener("keydown", (event) => this.#press(event));
      field.addEventListener("blur", () => this.#close());
    }
    this.#input.addEventListener("beforeinput", (event) => this.#beforeInput(event));
    this.#line.addEventListener("keydown", (event) => this.#pressOnChip(event));
    this.#line.addEventListener("click", (event) => this.#clickOnLine(event));
    this.#does("raw").addEventListener("click", () => this.#switch());
  }

  get #line() {
    return this.#input.closest(".tag-line");
  }

  // Chips and plain text

  #show(raw) {
    const text = this.#area.value;
    this.#raw = raw;
    this.#close();
    this.#list?.dispose();
    this.#list = new SearchList(this.#field, this.#menu, (option) => this.#accept(option));
    this.#area.hidden = !raw;
    this.#line.hidden = raw;
    this.#does("raw").hidden = false;
    this.#does("raw").setAttribute("aria-pressed", String(raw));
    this.querySelector("label").htmlFor = this.#field.id;
    this.#write(text);
  }

  #switch() {
    keep(RAW, this.#raw ? "no" : "yes");
    this.#show(!this.#raw);
    this.focus();
  }

  #write(text) {
    const { terms, rest } = cut(text, text.endsWith(" ") || !this.#isTyping, false);
    if (!this.#raw) {
      this.#chips.set(terms);
      this.#input.value = rest;
    }
    this.#area.value = this.#raw ? text : this.#joined();
    this.#grow();
    this.dispatchEvent(new CustomEvent("tags", { bubbles: true }));
  }

  get #isTyping() {
    return document.activeElement === this.#input;
  }

  #joined() {
    return [...this.#chips.terms, this.#input.value.trim()].filter(Boolean).join(" ");
  }

  #grow() {
    const lines = Math.ceil(this.#area.value.length / 48);
    this.#area.rows = Math.min(12, Math.max(4, lines));
  }

  // What a step changes is kept, so that Ctrl+Z takes it back. Letters are the field's own.
  #step(change) {
    const before = this.#area.value;
    change();
    if (this.#area.value !== before) this.#undo.push({ before, left: this.#area.value });
  }

  #takeBack() {
    const last = this.#undo.at(-1);
    if (this.#raw || !last || last.left !== this.#area.value) return false;
    this.#undo.pop();
    this.#write(`${last.before} `);
    this.#input.focus();
    return true;
  }

  #add(more = this.#input.value) {
    const { terms } = cut(more, true, false);
    this.#step(() => {
      this.#input.value = "";
      this.#write(`${[...this.#chips.terms, ...terms].join(" ")} `);
    });
    this.#close();
  }

  #remove(chip) {
    this.#step(() => this.#write(`${this.#chips.terms.filter((term) => term !== chip.dataset.term).join(" ")} ${this.#input.value}`));
    announce(chip.querySelector(".chip-cross").textContent.trim());
  }

  #edit(chip) {
    this.#add();
    const rest = this.#chips.terms.filter((term) => term !== chip.dataset.term);
    this.#input.focus();
    this.#step(() => {
      this.#chips.set(rest);
      this.#input.value = chip.dataset.term;
      this.#typed({ isComposing: true });
    });
    this.#suggest();
  }

  // Typing

  #typed({ isComposing = false, inputType = "" }) {
    const { value } = this.#input;
    if (this.#raw) this.#grow();
    else if (!isComposing && /\s/u.test(value)) this.#write(`${this.#chips.terms.join(" ")} ${value}${inputType.startsWith("insertFromPaste") ? " " : ""}`);
    else this.#area.value = this.#joined();
    this.dispatchEvent(new CustomEvent("tags", { bubbles: true }));
    if (this.#typing.text) this.#suggest();
    else this.#close();
  }

  // The keys of phones say little; what they are about to do says more.
  #beforeInput(event) {
    const { inputType } = event;
    if (inputType === "insertLineBreak") this.#enter();
    else if (inputType === "deleteContentBackward" && !this.#input.value && this.#chips.last) this.#remove(this.#chips.last);
    else return;
    event.preventDefault();
  }

  #press(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (this.#handle(event)) event.preventDefault();
  }

  #handle(event) {
    const { key } = event;
    const isCommand = event.ctrlKey || event.metaKey;
    if (key === " " && event.ctrlKey) return this.#suggest(true);
    if (key === "Enter" && isCommand) return this.#send();
    if (key.toLowerCase() === "z" && isCommand && !event.shiftKey) return this.#takeBack();
    if (isCommand || event.altKey) return false;
    if (this.#list.isOpen && (key === "ArrowDown" || key === "ArrowUp")) return this.#list.move(key === "ArrowDown" ? 1 : -1) ?? true;
    if (key === "Escape") return this.#escape(event);
    if (key === "Enter" || (key === "Tab" && !event.shiftKey)) return this.#acceptBy(key) || (key === "Enter" && this.#enter());
    return !this.#raw && this.#handleInLine(key);
  }

  #handleInLine(key) {
    const isAtStart = !this.#input.selectionStart && !this.#input.selectionEnd;
    if (key === "ArrowDown") return this.#suggest(true);
    if (key === "Backspace" && !this.#input.value && this.#chips.last) return this.#remove(this.#chips.last) ?? true;
    return key === "ArrowLeft" && isAtStart && this.#chips.step(this.#input, -1);
  }

  #acceptBy(key) {
    const option = this.#list.isOpen && (this.#list.active ?? (key === "Tab" && this.#typing.text ? this.#list.first : null));
    if (option) this.#accept(option);
    return Boolean(option);
  }

  #enter() {
    if (this.#raw) return false;
    if (this.#input.value.trim()) this.#add();
    else return this.#send();
    return true;
  }

  #send() {
    if (this.#input.value.trim()) this.#add();
    this.closest("form")?.requestSubmit();
    return true;
  }

  #escape(event) {
    if (!this.#list.isOpen) return false;
    this.#close();
    event.stopPropagation();
    return true;
  }

  #pressOnChip(event) {
    const chip = event.target.closest(".search-chip");
    if (!chip) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by) this.#chips.step(chip, by);
    else if (event.key === "Backspace" || event.key === "Delete") {
      if (!this.#chips.step(chip, event.key === "Delete" ? 1 : -1)) this.#input.focus();
      this.#remove(chip);
    } else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) this.#takeBack();
    else return;
    event.preventDefault();
  }

  #clickOnLine(event) {
    const chip = event.target.closest(".search-chip");
    if (!chip) return this.#input.focus();
    if (!event.target.closest(".chip-cross")) return this.#edit(chip);
    this.#remove(chip);
    this.#input.focus();
  }

  // Completion

  // The term that the cursor is in, and where it stands in the field.
  get #typing() {
    const field = this.#field;
    const at = field.selectionStart ?? field.value.length;
    const start = field.value.slice(0, at).search(/\S*$/u);
    const end = at + field.value.slice(at).search(/\s|$/u);
    return { start, end, text: field.value.slice(start, at) };
  }

  #suggest(wanted = false) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), wanted ? 0 : PAUSE);
    return true;
  }

  async #ask() {
    const { text } = this.#typing;
    const part = await this.#asking.fragment(this.dataset.suggestions, [["term", text]], { alone: true });
    if (!part || document.activeElement !== this.#field) return;
    const written = new Set(this.terms.filter((term) => term !== text));
    const isNew = ({ dataset }) => !written.has(dataset.text);
    this.#list.show([...part.querySelectorAll('[role="option"]')].filter(isNew));
    announce(part.firstElementChild.dataset.said);
  }

  #accept(option) {
    const { offer, text } = option.dataset;
    const { start, end } = this.#typing;
    const field = this.#field;
    const space = offer === "metatag" ? "" : " ";
    this.#close();
    if (!this.#raw && space) return this.#add(text);
    field.setRangeText(`${text}${space}`, start, end, "end");
    this.#typed({});
    if (!space) this.#suggest(true);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asking.stop();
    this.#list?.close();
  }
}

customElements.define("tag-field", TagField);
