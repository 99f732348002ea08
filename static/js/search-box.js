// <search-box>: terms become chips, a list below completes what is typed, mistakes are shown at
// their character. Without JavaScript the form inside is a plain field that works all the same.
//
// The search is always one text, kept in a hidden field: the chips, with what is being typed
// among them.

import { Asking } from "./asking.js";
import { bind } from "./keys.js";
import { SearchHelp } from "./search-help.js";
import { forget } from "./search-history.js";
import { SearchLine } from "./search-line.js";
import { SearchList } from "./search-list.js";
import { SearchOffers } from "./search-offers.js";
import { keep as store, kept as stored } from "./storage.js";

const RAW = "homebooru.search-raw";

class SearchBox extends HTMLElement {
  #input;
  #line;
  #whole;
  #list;
  #offers;
  #help;
  #unbind = [];
  #asking = new Asking();
  #sending = false;

  connectedCallback() {
    this.#input = this.querySelector("input[type=search]");
    this.#line = new SearchLine(this, this.#asking, () => this.#changed());
    this.#list = new SearchList(this.#input, this.#menu, (option) => this.#accept(option));
    this.#offers = new SearchOffers(this, this.#line, this.#list, this.#asking);
    this.#help = new SearchHelp(this, this.#asking);
    this.#takeOver();
    this.#listen();
  }

  disconnectedCallback() {
    for (const end of this.#unbind.splice(0)) end();
    this.#offers.close();
    this.#list.dispose();
    this.#line.turn(true);
    this.#input.name = "tags";
    this.#whole.remove();
  }

  get #form() {
    return this.querySelector("form");
  }

  get #menu() {
    return this.querySelector(".search-menu");
  }

  #does(what) {
    return this.querySelector(`[data-does="${what}"]`);
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
    this.#line.raw = wrong !== undefined || stored(RAW) === "yes";
    this.#line.write(text);
    if (wrong !== undefined) this.#line.goTo(Number(wrong));
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
    on(this.#input, "click", () => this.#line.text || this.#offers.suggest());
    on(this.querySelector(".search-line"), "keydown", (event) => this.#pressOnChip(event));
    on(this.querySelector(".search-line"), "click", (event) => this.#clickOnLine(event));
    on(this, "focusout", (event) => this.contains(event.relatedTarget) || this.#close());
    on(this.#does("clear"), "click", () => this.#clear());
    on(this.#does("raw"), "click", () => this.#switch());
    on(this.#does("help"), "click", (event) => this.#help.follow(event));
    on(this.#does("close"), "click", () => this.#help.close());
    on(this.#does("forget"), "click", () => this.#forget());
    on(this.querySelector("dialog"), "click", (event) => this.#help.leave(event));
  }

  #enter() {
    const end = this.#input.value.length;
    this.#input.focus();
    if (this.#line.raw) this.#input.select();
    else this.#input.setSelectionRange(end, end);
    if (!this.#line.text) this.#offers.suggest();
  }

  #changed() {
    const { text, raw } = this.#line;
    this.#whole.value = text;
    this.#does("raw").setAttribute("aria-pressed", String(raw));
    this.#does("clear").hidden = !text;
  }

  #clear() {
    this.#line.clear();
    this.#close();
    this.#input.focus();
  }

  #switch() {
    this.#line.turn(!this.#line.raw);
    store(RAW, this.#line.raw ? "yes" : "no");
    this.#close();
    this.#line.goTo(this.#input.value.length);
  }

  #accept(option) {
    this.#close();
    this.#offers.accept(option);
  }

  #close() {
    this.#offers.close();
    this.#forgive();
  }

  async #forget() {
    await forget();
    this.#close();
    this.#input.focus();
  }

  // Typing

  #typed({ isComposing = false, inputType = "" }) {
    this.#forgive();
    if (!isComposing) this.#line.makeChips(inputType.startsWith("insertFromPaste"));
    this.#line.renew();
    if (this.#input.value || inputType.startsWith("delete")) this.#offers.suggest();
    else this.#close();
  }

  #press(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (this.#handle(event)) event.preventDefault();
  }

  #handle(event) {
    const { key } = event;
    const bare = !event.ctrlKey && !event.metaKey && !event.altKey;
    if ((key === " " && event.ctrlKey) || (key === "ArrowDown" && !this.#list.isOpen)) {
      this.#offers.suggest(true);
      return true;
    }
    if (isUndo(event) && !event.shiftKey) return this.#line.takeBack();
    if (!bare) return false;
    if (key === "ArrowDown" || key === "ArrowUp") return this.#list.isOpen && (this.#list.move(key === "ArrowDown" ? 1 : -1), true);
    if (key === "Enter" || (key === "Tab" && !event.shiftKey)) return this.#acceptBy(key);
    if (key === "Escape") return this.#leave();
    if (key === "?" && !this.#input.value && !this.#line.text) return this.#explain();
    return this.#handleAtEdge(key);
  }

  // A "?" in the empty box asks; there is a tag of that name, which a space before it leads to.
  #explain() {
    this.#close();
    this.#help.open();
    return true;
  }

  // At either end of the field, the chips beside it are reached.
  #handleAtEdge(key) {
    const { selectionStart, selectionEnd, value } = this.#input;
    if (key === "ArrowRight") return selectionStart >= value.length && this.#line.leave(1);
    if (selectionStart || selectionEnd) return false;
    if (key === "ArrowLeft") return this.#line.leave(-1);
    if (key !== "Backspace" || !this.#line.reopen()) return false;
    this.#offers.suggest();
    return true;
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

  #pressOnChip(event) {
    const chip = event.target.closest(".search-chip");
    if (chip && this.#handleOnChip(event, chip)) event.preventDefault();
  }

  #handleOnChip(event, chip) {
    const { key } = event;
    if (key === "ArrowLeft") return this.#line.leave(-1, chip);
    if (key === "ArrowRight") return this.#line.leave(1, chip);
    if (isUndo(event)) return this.#line.takeBack() || true;
    if (key === "Backspace") this.#line.remove(chip, chip.previousElementSibling);
    else if (key === "Delete") this.#line.remove(chip, chip.nextElementSibling);
    return key === "Backspace" || key === "Delete";
  }

  #clickOnLine(event) {
    const chip = event.target.closest(".search-chip");
    if (!chip) return this.#input.focus();
    if (event.target.closest(".chip-cross")) return this.#line.remove(chip);
    this.#line.edit(chip);
    this.#offers.suggest();
  }

  // Asking

  async #submit(event) {
    event.preventDefault();
    if (this.#sending) return;
    this.#sending = true;
    const { text } = this.#line;
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
    this.#line.raw = true;
    this.#line.write(text);
    this.#line.goTo(Number(wrong.dataset.position));
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
}

function isUndo({ key, ctrlKey, metaKey }) {
  return key.toLowerCase() === "z" && (ctrlKey || metaKey);
}

customElements.define("search-box", SearchBox);
