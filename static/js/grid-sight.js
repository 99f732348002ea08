// Where the posts of a grid lie, in its list and in the window.

export class GridSight {
  #grid;

  constructor(grid) {
    this.#grid = grid;
  }

  // Left, top, width and height of a post in the list, or null where it is not known.
  box(index) {
    const block = this.#grid.blocks.at(index);
    if (!block) return null;
    const at = (index - block.first) * 4;
    const [left, top, width, height] = block.boxes.subarray(at, at + 4);
    return { left, top: top + block.top, width, height };
  }

  // Posts that a frame in the list touches.
  within({ left, top, right, bottom }) {
    const found = [];
    for (const block of this.#grid.blocks.between(top, bottom)) {
      for (let index = block.first; index < block.end; index += 1) {
        const box = this.box(index);
        const apart = box.left > right || box.left + box.width < left || box.top > bottom || box.top + box.height < top;
        if (!apart) found.push(block.ids[index - block.first]);
      }
    }
    return found;
  }

  // The post whose row covers a height and whose middle is nearest to that of `box`.
  nearest({ left, width }, height, by) {
    const { blocks } = this.#grid;
    const middle = left + width / 2;
    const at = Math.max(0, Math.min(height + by, blocks.list.at(-1).bottom));
    let [found, least] = [-1, Infinity];
    for (const block of blocks.between(at - 1000, at + 1000)) {
      for (let index = block.first; index < block.end; index += 1) {
        const box = this.box(index);
        const beyond = by > 0 ? box.top >= height - 1 : box.top + box.height <= height + 1;
        if (!beyond) continue;
        const far = Math.abs((by > 0 ? box.top : box.top + box.height) - height) * 100 + Math.abs(box.left + box.width / 2 - middle);
        if (far < least) [found, least] = [index, far];
      }
    }
    return found >= 0 ? found : by > 0 ? blocks.end - 1 : blocks.first;
  }

  // All that has to be measured, at once: after changes it would cost a layout.
  get view() {
    return { top: this.top, covered: this.#covered };
  }

  // The first post that is whole in the window.
  topmost({ top, covered } = this.view) {
    const { blocks } = this.#grid;
    const line = covered - top;
    for (const block of blocks.between(line, line + window.innerHeight)) {
      for (let at = 0; at < block.length; at += 1) {
        if (block.top + block.boxes[at * 4 + 1] >= line - 1) return block.first + at;
      }
    }
    return blocks.list.length ? blocks.first : -1;
  }

  // Where the list begins in the window.
  get top() {
    return this.#grid.list.getBoundingClientRect().top;
  }

  // Where a post begins in the window.
  topOf(index) {
    return this.top + (this.box(index)?.top ?? 0);
  }

  // By how much the window has to move until a post is whole in it.
  missing(index) {
    const box = this.box(index);
    const top = this.topOf(index);
    const low = this.#floor - this.gap;
    if (top < this.ceiling) return top - this.ceiling;
    return Math.max(0, Math.min(top - this.ceiling, top + box.height - low));
  }

  // Where the window begins for a post: below the bar on top.
  get ceiling() {
    return this.#covered + this.gap;
  }

  get gap() {
    return parseFloat(getComputedStyle(this.#grid.list).rowGap) || 0;
  }

  // How much of the window the bar on top covers.
  get #covered() {
    return Math.max(0, document.querySelector(".top")?.getBoundingClientRect().bottom ?? 0);
  }

  // Where the window ends for a post: above the bar that belongs to the selection.
  get #floor() {
    const bar = this.#grid.querySelector(".selection-bar:not([hidden])");
    return window.innerHeight - (bar ? bar.offsetHeight + 2 * this.gap : 0);
  }
}
