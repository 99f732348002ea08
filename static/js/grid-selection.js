// Which posts of a grid are selected: some, by id, or all that the search finds.
// It tells of each change by the event "change".

export class Selection extends EventTarget {
  #ids = new Set();
  #all = false;
  #anchor = -1;

  constructor(blocks) {
    super();
    this.blocks = blocks;
  }

  get size() {
    return this.#all ? this.blocks.count : this.#ids.size;
  }

  get isAll() {
    return this.#all;
  }

  get ids() {
    return [...this.#ids];
  }

  has(id) {
    return this.#all || this.#ids.has(id);
  }

  toggle(index) {
    const id = this.blocks.id(index);
    if (!id) return;
    this.#some();
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#anchor = index;
    this.#tell();
  }

  // From where something was selected last up to here, as far as the posts between are known.
  extend(index) {
    if (this.#anchor < 0) return this.toggle(index);
    this.#some();
    const [first, last] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)];
    for (let at = first; at <= last; at += 1) {
      const id = this.blocks.id(at);
      if (id) this.#ids.add(id);
    }
    this.#tell();
  }

  // What a frame encloses, beside what was selected before it was drawn.
  replace(ids) {
    this.#all = false;
    this.#ids = new Set(ids);
    this.#tell();
  }

  all() {
    this.#all = true;
    this.#ids.clear();
    this.#tell();
  }

  clear() {
    if (!this.size) return;
    this.#all = false;
    this.#ids.clear();
    this.#anchor = -1;
    this.#tell();
  }

  // One less than all is all that are known, but that one.
  #some() {
    if (!this.#all) return;
    this.#all = false;
    this.#ids = new Set(this.blocks.list.flatMap((block) => block.ids));
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
