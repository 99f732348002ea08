// Where one is in a grid: told by the address, so that it can be kept and sent; what an address
// cannot tell (the pixel, the focus) stays with the entry of the history.

export class GridPlace {
  #grid;
  #waiting = null;

  constructor(grid) {
    this.#grid = grid;
    history.scrollRestoration = "manual";
  }

  stop() {
    if (this.#waiting) window.removeEventListener("load", this.#waiting);
  }

  remember() {
    const { blocks } = this.#grid;
    const index = this.#grid.topmost();
    const post = blocks.id(index);
    if (!post) return;
    const scrolled = window.scrollY > 0;
    const focus = blocks.id(this.#grid.indexOf(document.activeElement));
    const grid = { post, focus, scrolled, top: Math.round(this.#grid.topOf(index)) };
    history.replaceState({ ...history.state, grid }, "", this.#address(scrolled && index > 0 ? post : 0));
    const input = document.querySelector('.jump input[name="page"]');
    if (input && input !== document.activeElement) {
      input.value = Math.floor(index / Number(this.#grid.dataset.limit)) + 1;
    }
  }

  // Lets the address lead back here, and to the picture that has the focus.
  lead() {
    this.remember();
    const focus = history.state?.grid?.focus;
    if (!focus) return;
    const address = this.#address(focus);
    address.hash = `post-${focus}`;
    history.replaceState(history.state, "", address);
  }

  restore() {
    const { blocks } = this.#grid;
    const known = history.state?.grid;
    const named = Number(/^#post-(\d+)$/.exec(location.hash)?.[1] ?? 0);
    const at = Number(new URLSearchParams(location.search).get("at") ?? 0);
    const index = blocks.indexOf(known?.post || named || at);
    if (index >= 0 && known?.scrolled !== false) {
      const wish = known ? known.top : named ? this.#middle(index) : this.#grid.ceiling;
      window.scrollBy({ top: this.#grid.topOf(index) - wish, behavior: "instant" });
    }
    const focus = blocks.indexOf(known?.focus || named);
    if (focus >= 0) this.#focus(focus);
  }

  // Browsers that follow the address to its fragment take the focus away again.
  #focus(index) {
    this.#grid.focusOn(index);
    if (document.readyState === "complete") return;
    const again = () => {
      if (document.activeElement === document.body) this.#grid.focusOn(index);
    };
    this.#waiting = () => requestAnimationFrame(again);
    window.addEventListener("load", this.#waiting, { once: true });
  }

  #middle(index) {
    const { height } = this.#grid.box(index);
    return Math.max(this.#grid.ceiling, (window.innerHeight - height) / 2);
  }

  #address(post) {
    const address = new URL(location.href);
    if (!this.#grid.isScrolling) return address;
    address.hash = "";
    for (const name of ["page", "after", "before"]) address.searchParams.delete(name);
    if (post) address.searchParams.set("at", post);
    else address.searchParams.delete("at");
    return address;
  }
}
