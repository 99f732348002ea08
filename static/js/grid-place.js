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
    const index = this.#grid.sight.topmost();
    const post = blocks.id(index);
    if (!post) return;
    const scrolled = window.scrollY > 0;
    const focus = blocks.id(this.#grid.indexOf(document.activeElement));
    const grid = { post, focus, scrolled, top: Math.round(this.#grid.sight.topOf(index)) };
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
    const { blocks, sight } = this.#grid;
    const known = history.state?.grid;
    const named = Number(/^#post-(\d+)$/.exec(location.hash)?.[1] ?? 0);
    const at = Number(new URLSearchParams(location.search).get("at") ?? 0);
    const index = blocks.indexOf(known?.post || named || at);
    if (index >= 0 && known?.scrolled !== false) {
      this.#reach(sight.topOf(index) - (known ? known.top : named ? this.#middle(index) : sight.ceiling));
    }
    const focus = blocks.indexOf(known?.focus || named);
    if (focus >= 0) this.#focus(focus, { still: Boolean(known) && index >= 0 });
  }

  // Scrolls so far, whatever is there yet: what is to come before or behind gets its room.
  #reach(by) {
    const { blocks, isScrolling } = this.#grid;
    const { clientHeight, scrollHeight } = document.documentElement;
    const wish = window.scrollY + by;
    const isToCome = (side) => isScrolling && !blocks.ended[side];
    this.#grid.room = {
      before: isToCome("before") ? Math.max(0, -wish) : 0,
      after: isToCome("after") && wish > scrollHeight - clientHeight ? clientHeight : 0,
    };
    this.#grid.arrange();
    window.scrollTo({ top: wish, behavior: "instant" });
  }

  // Browsers that follow the address to its fragment take the focus away again.
  #focus(index, how) {
    this.#grid.focusOn(index, how);
    if (document.readyState === "complete") return;
    const again = () => {
      if (document.activeElement === document.body) this.#grid.focusOn(index, how);
    };
    this.#waiting = () => requestAnimationFrame(again);
    window.addEventListener("load", this.#waiting, { once: true });
  }

  #middle(index) {
    const { height } = this.#grid.sight.box(index);
    return Math.max(this.#grid.sight.ceiling, (window.innerHeight - height) / 2);
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
