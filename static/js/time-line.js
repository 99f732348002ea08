// <time-line>: the months of a search in the order of a date. Beside the grid it is a line to pull
// along, on which each month has the room that its posts have in the whole; keys go on by days,
// months and years; and a dialog lists all months. Without JavaScript a link leads to that list.

import { announce } from "./announce.js";
import { bind } from "./keys.js";
import { TimeRail } from "./time-rail.js";

const WIDE = matchMedia("(min-width: 56.01rem)");

class TimeLine extends HTMLElement {
  #asked = new Map();
  #rail = null;
  #stops = [];

  connectedCallback() {
    const step = (unit, by) => () => void this.#step(unit, by);
    this.#stops.push(bind(document, [
      { action: "grid.day", keys: "d", run: step("day", 1) },
      { action: "grid.day-back", keys: "D", run: step("day", -1) },
      { action: "grid.month", keys: "m", run: step("month", 1) },
      { action: "grid.month-back", keys: "M", run: step("month", -1) },
      { action: "grid.year", keys: "y", run: step("year", 1) },
      { action: "grid.year-back", keys: "Y", run: step("year", -1) },
    ]));
    this.#listen(document, "click", this.#opens);
    this.#listen(this.#dialog, "click", this.#chosen);
    this.#listen(WIDE, "change", this.#draw);
    (window.requestIdleCallback ?? setTimeout)(this.#draw);
  }

  disconnectedCallback() {
    for (const stop of this.#stops.splice(0)) stop();
    this.#rail?.stop();
    this.#rail = null;
  }

  get #grid() {
    return document.querySelector("post-grid");
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  #listen(target, name, run) {
    target.addEventListener(name, run);
    this.#stops.push(() => target.removeEventListener(name, run));
  }

  // The line is drawn where there is room for it, once nothing else is to do.
  #draw = async () => {
    if (this.#rail || !WIDE.matches) return;
    const { stretches } = await this.#ask(this.getAttribute("src")).catch(() => ({ stretches: [] }));
    if (this.#rail || !this.isConnected || stretches.length < 2) return;
    this.#rail = new TimeRail(this.querySelector(".time-rail"), this.#grid, stretches, this.dataset.spoken);
  };

  // What an address lists: the HTML, and each month or day as { begin, offset, count, label }.
  #ask(address) {
    if (!this.#asked.has(address)) {
      const answer = load(address);
      this.#asked.set(address, answer);
      answer.catch(() => this.#asked.delete(address));
    }
    return this.#asked.get(address);
  }

  #opens = async (event) => {
    const link = event.target.closest?.("[data-opens=dates]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      const { html } = await this.#ask(this.getAttribute("src"));
      this.#dialog.querySelector(".dialog-body").innerHTML = html;
      this.#dialog.showModal();
    } catch {
      location.assign(link.href);
    }
  };

  #chosen = (event) => {
    if (event.target === this.#dialog) return this.#dialog.close();
    const link = event.target.closest("a[data-offset]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#dialog.close();
    this.#grid.show(Number(link.dataset.offset), { focused: true });
  };

  // The next beginning of a day, a month or a year, or the last one before.
  async #step(unit, by) {
    const grid = this.#grid;
    const focused = grid.indexOf(document.activeElement);
    const here = focused >= 0 ? focused : grid.here;
    try {
      const { stretches: months } = await this.#ask(this.getAttribute("src"));
      const found = unit === "day"
        ? await this.#day(months, here, by)
        : beside(unit === "year" ? months.filter(beginsYear) : months, here, by);
      if (!found) return;
      await grid.show(found.offset, { focused: true });
      announce(found.label);
    } catch {
      // Without an answer one stays where one is.
    }
  }

  async #day(months, here, by) {
    const at = months.findLastIndex(({ offset }) => offset <= here);
    for (const month of [months[at], months[at + by]]) {
      const found = month && beside(await this.#days(month), here, by);
      if (found) return found;
    }
    return null;
  }

  // The places of days are told within their month.
  async #days(month) {
    const address = new URL(this.getAttribute("src"), location.href);
    address.searchParams.set("month", month.begin.slice(0, 7));
    const { stretches } = await this.#ask(address.href);
    return stretches.map((day) => ({ ...day, offset: day.offset + month.offset }));
  }
}

async function load(address) {
  const answer = await fetch(address, { headers: { "X-Fragment": "1" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const html = await answer.text();
  const template = document.createElement("template");
  template.innerHTML = html;
  const links = [...template.content.querySelectorAll("a[data-offset]")];
  const stretches = links.map(({ dataset, firstChild }) => ({
    begin: dataset.begin,
    offset: Number(dataset.offset),
    count: Number(dataset.count),
    label: firstChild.textContent.trim(),
  }));
  return { html, stretches };
}

function beside(stretches, here, by) {
  return by > 0 ? stretches.find(({ offset }) => offset > here) : stretches.findLast(({ offset }) => offset < here);
}

function beginsYear({ begin }, at, all) {
  return begin.slice(0, 4) !== all[at - 1]?.begin.slice(0, 4);
}

customElements.define("time-line", TimeLine);
