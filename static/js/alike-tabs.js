// <alike-tabs>: the ways in which posts may be like one, as tabs above one strip. Their links lead
// to pages; here they fetch the part of such a page that belongs into the strip.

class AlikeTabs extends HTMLElement {
  connectedCallback() {
    const [first] = this.#tabs;
    if (!first) return;
    this.#list.setAttribute("role", "tablist");
    for (const tab of this.#tabs) {
      tab.parentElement.setAttribute("role", "presentation");
      tab.setAttribute("role", "tab");
    }
    this.#strip.setAttribute("role", "tabpanel");
    this.#mark(this.querySelector("ul.chips a[aria-current]") ?? first);
    this.#list.addEventListener("click", (event) => this.#click(event));
    this.#list.addEventListener("keydown", (event) => this.#press(event));
  }

  get #list() {
    return this.querySelector("ul.chips");
  }

  get #tabs() {
    return [...this.querySelectorAll("ul.chips a")];
  }

  get #strip() {
    return this.querySelector('[data-part="strip"]');
  }

  #mark(chosen) {
    for (const tab of this.#tabs) {
      const is = tab === chosen;
      tab.setAttribute("aria-selected", String(is));
      tab.tabIndex = is ? 0 : -1;
      tab.toggleAttribute("data-chosen", is);
      tab.removeAttribute("aria-current");
    }
    this.#strip.setAttribute("aria-label", chosen.textContent);
    this.querySelector("h2 a").href = chosen.href;
  }

  #click(event) {
    const tab = event.target.closest("a");
    if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#choose(tab);
  }

  #press(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const tabs = this.#tabs;
    const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
    next.focus();
    this.#choose(next);
  }

  async #choose(tab) {
    this.#mark(tab);
    const answer = await fetch(tab.href, { headers: { "X-Fragment": "1" } }).catch(() => null);
    if (!answer?.ok) return location.assign(tab.href);
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (tab.tabIndex === 0) this.#strip.replaceChildren(...part.querySelector('[data-part="strip"]').childNodes);
  }
}

customElements.define("alike-tabs", AlikeTabs);
