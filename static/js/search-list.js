// The list below a field that is being typed in. The focus stays in the field; aria-activedescendant tells which
// option is meant. A mouse that merely rests where the list opens chooses nothing.

export class SearchList {
  #input;
  #menu;
  #options;
  #active = null;

  constructor(input, menu, pick) {
    this.#input = input;
    this.#menu = menu;
    this.#options = menu.querySelector('[role="listbox"]');
    this.press = (event) => event.preventDefault();
    this.click = (event) => {
      const option = event.target.closest('[role="option"]');
      if (option) pick(option);
    };
    this.#options.addEventListener("mousedown", this.press);
    this.#options.addEventListener("click", this.click);
  }

  dispose() {
    this.#options.removeEventListener("mousedown", this.press);
    this.#options.removeEventListener("click", this.click);
    this.close();
  }

  get isOpen() {
    return !this.#menu.hidden && !this.#options.hidden;
  }

  get active() {
    return this.#active;
  }

  get first() {
    return this.#options.firstElementChild;
  }

  // An option that was meant is still meant when the list comes anew with better numbers.
  show(options) {
    const meant = this.#active?.dataset.text;
    options.forEach((option, index) => {
      option.id = `${this.#options.id}-${index}`;
      option.setAttribute("aria-selected", "false");
    });
    this.#options.replaceChildren(...options);
    this.#options.hidden = !options.length;
    this.#menu.hidden = !options.length;
    this.#mark(options.find((option) => meant && option.dataset.text === meant) ?? null);
    this.#tell();
  }

  close() {
    this.#menu.hidden = true;
    this.#options.replaceChildren();
    this.#mark(null);
    this.#tell();
  }

  // Above the first and below the last option lies the field itself.
  move(step) {
    const options = [...this.#options.children];
    const places = options.length + 1;
    const at = options.indexOf(this.#active) + 1;
    this.#mark(options[((at + step + places) % places) - 1] ?? null);
  }

  // A field of several lines is no combobox, and has no such state.
  #tell() {
    if (this.#input.role === "combobox") this.#input.setAttribute("aria-expanded", String(this.isOpen));
  }

  #mark(option) {
    this.#active?.setAttribute("aria-selected", "false");
    this.#active = option;
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.#input.setAttribute("aria-activedescendant", option.id);
    else this.#input.removeAttribute("aria-activedescendant");
  }
}
