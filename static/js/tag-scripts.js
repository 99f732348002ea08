// Scripts: with the mode on, a click on a picture changes it as the chosen script says and flashes
// what came of it; Ctrl, Shift and Alt open as ever. Ten scripts are kept in this browser, under the
// keys 1 to 0. With the queue, clicked pictures are collected and changed at once.

import { announce } from "./announce.js";
import { ask } from "./asking-api.js";
import { bind } from "./keys.js";
import { keep, kept } from "./storage.js";
import { toast } from "./toasts.js";

const STORE = "homebooru.scripts";
const FLASH = 900; // milliseconds
const MANY = 50; // posts of which is shown first what would change
const TERM = /(?:[^\s"]|"(?:\\.|[^"\\])*"?)+/g; // what stands in quotes may hold spaces
const OWN = /^-?(fav:me|pool:\d+)$/i; // what is kept beside a post, and is no part of its tags

class TagScripts {
  #grid;
  #bar;
  #button;
  #scripts;
  #key = "1";
  #queue = new Set();

  constructor(grid, bar) {
    this.#grid = grid;
    this.#bar = bar;
    this.#button = document.querySelector('[data-do="scripts"]');
    this.#scripts = read();
    document.addEventListener("click", this.#clicked, true);
    bar.addEventListener("click", this.#pressed);
    this.#text.addEventListener("input", () => this.#write());
    this.#button.addEventListener("click", () => this.#toggle());
    grid.selection.addEventListener("change", () => this.#show());
    const keys = [..."1234567890"].map((key) => ({ action: `grid.script-${key}`, keys: key, once: true, run: () => this.#choose(key) }));
    bind(document, [...keys, { action: "grid.script", keys: "Space", once: true, run: () => this.#byKey() }]);
    this.#show();
  }

  get #text() {
    return this.#bar.querySelector("#script-text");
  }

  get #isOn() {
    return !this.#bar.hidden;
  }

  get #queues() {
    return this.#bar.querySelector('[data-do="queue"]').checked;
  }

  get #script() {
    return (this.#scripts[this.#key] ?? "").trim();
  }

  #toggle() {
    this.#bar.hidden = this.#isOn;
    this.#show();
    announce(this.#words(this.#isOn ? "on" : "off"));
    if (this.#isOn && !this.#script) this.#text.focus();
  }

  #choose(key) {
    if (!this.#isOn) return false;
    this.#key = key;
    this.#show();
    announce(this.#words("key", { key }));
    return true;
  }

  #write() {
    this.#scripts[this.#key] = this.#text.value;
    keep(STORE, JSON.stringify(this.#scripts));
    this.#show();
  }

  #pressed = ({ target }) => {
    const { scriptKey } = target.dataset;
    const does = target.closest("[data-do]")?.dataset.do;
    if (scriptKey) this.#choose(scriptKey);
    else if (does === "queue") this.#show();
    else if (does === "submit-queue") this.#submit([...this.#queue]).then((done) => done && this.#empty());
    else if (does === "apply-selection") this.#toSelection();
  };

  // Before the grid hears of it. A key is a click too, but opens.
  #clicked = (event) => {
    if (!this.#isOn || event.button || event.detail === 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return this.#open(event);
    const index = this.#grid.indexOf(event.target);
    if (index < 0 || event.target.closest(".heart, .pick, .reveal")) return;
    event.preventDefault();
    event.stopPropagation();
    this.#at(index);
  };

  // What would select opens while scripts are on: Ctrl in a new tab, as browsers do.
  #open(event) {
    if (this.#grid.indexOf(event.target) >= 0 && !event.target.closest(".pick")) event.stopPropagation();
  }

  #byKey() {
    const index = this.#grid.indexOf(document.activeElement);
    if (!this.#isOn || index < 0) return false;
    this.#at(index);
    return true;
  }

  #at(index) {
    const id = this.#grid.blocks.id(index);
    if (!id) return;
    if (!this.#script) return this.#refuse(this.#words("empty"));
    if (!this.#queues) return void this.#submit([id]);
    if (!this.#queue.delete(id)) this.#queue.add(id);
    this.#show();
    announce(this.#words("queued", { count: this.#queue.size }));
  }

  #empty() {
    this.#queue.clear();
    this.#show();
  }

  async #toSelection() {
    const { selection } = this.#grid;
    if (!this.#script) return this.#refuse(this.#words("empty"));
    if (!selection.isAll && selection.size <= MANY) return this.#submit(selection.ids);
    const [own, rest] = parted(this.#script);
    const which = selection.isAll ? { q: this.#grid.query } : { ids: selection.ids };
    if (own.length && !(await this.#keepMany(own, which, selection.size))) return false;
    return rest ? this.#preview(rest) : true;
  }

  // Likes many posts, or puts them into pools.
  async #keepMany(own, which, count) {
    const told = toast(this.#words("working", { count }));
    try {
      const undo = await keepAll(own, which);
      toast(this.#words("applied", { count, script: own.join(" ") }), { label: this.#bar.dataset.undo, undo: () => this.#takeBack(undo, []) });
      return true;
    } catch (error) {
      return this.#refuse(error.message);
    } finally {
      told.remove();
    }
  }

  // Many are shown what would change first, as by the form of the selection.
  #preview(script) {
    const form = this.#grid.querySelector(".edit-all");
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "script", value: script });
    form.append(input);
    form.elements.does.value = "preview";
    form.requestSubmit();
    form.elements.does.value = "ask";
    input.remove();
    return true;
  }

  async #submit(ids, create = false) {
    const script = this.#script;
    if (!script) return this.#refuse(this.#words("empty"));
    try {
      const undo = await apply(script, ids, create);
      const told = ids.length === 1
        ? this.#words(undo.changed ? "done" : "same", { id: ids[0] })
        : this.#words("applied", { count: ids.length });
      flash(ids, undo.changed ? "" : "did-nothing");
      toast(told, { label: this.#bar.dataset.undo, undo: () => this.#takeBack(undo, ids) });
      return true;
    } catch (error) {
      flash(ids, "did-not");
      if (error.kind === "NewTags") toast(error.message, { bad: true, label: this.#bar.dataset.make, undo: () => this.#submit(ids, true) });
      else this.#refuse(error.message);
      return false;
    }
  }

  async #takeBack(undo, ids) {
    try {
      await undo.takeBack();
      flash(ids, "did-nothing");
      toast(this.#words("undone"));
    } catch (error) {
      this.#refuse(error.message);
    }
  }

  #refuse(message) {
    toast(message, { bad: true });
    return false;
  }

  #words(name, values = {}) {
    const all = { script: this.#script || this.#bar.dataset.none, ...values };
    return this.#bar.dataset[name].replace(/\{(\w+)\}/g, (whole, key) => all[key] ?? whole);
  }

  #show() {
    this.#button.setAttribute("aria-pressed", String(this.#isOn));
    this.#grid.classList.toggle("scripting", this.#isOn);
    if (this.#text.value !== (this.#scripts[this.#key] ?? "")) this.#text.value = this.#scripts[this.#key] ?? "";
    for (const button of this.#bar.querySelectorAll("[data-script-key]")) {
      const key = button.dataset.scriptKey;
      const script = (this.#scripts[key] ?? "").trim();
      button.setAttribute("aria-pressed", String(key === this.#key));
      button.classList.toggle("empty-script", !script);
      button.title = this.#bar.dataset.key.replace("{key}", key).replace("{script}", script || this.#bar.dataset.none);
    }
    for (const item of this.#grid.querySelectorAll(".item")) item.classList.toggle("queued", this.#queue.has(Number(item.dataset.post)));
    this.#bar.querySelector('[data-part="queued"]').textContent = this.#queue.size ? this.#words("queued", { count: this.#queue.size }) : "";
    this.#bar.querySelector('[data-do="submit-queue"]').hidden = !this.#queue.size;
    this.#bar.querySelector('[data-do="apply-selection"]').hidden = !this.#grid.selection.size;
  }
}

// Changes posts as a script says; returns whether anything changed, and how to take it back.
async function apply(script, ids, create) {
  const [own, rest] = parted(script);
  const batch = rest ? await ask("POST", "batches", { ids, script: rest, create }) : null;
  const kept = await keepAll(own, { ids });
  const takeBack = async () => {
    await kept.takeBack();
    if (batch) await ask("POST", `batches/${batch.id}/revert`);
  };
  return { changed: kept.changed || Boolean(batch && (batch.changed || !batch.finished_at)), takeBack };
}

// Returns the terms that speak of what is kept beside posts, and the rest of a script.
function parted(script) {
  const terms = script.match(TERM) ?? [];
  const own = terms.filter((term) => OWN.test(term));
  return [own, own.length ? terms.filter((term) => !OWN.test(term)).join(" ") : script];
}

// Keeps posts as the terms say: some by their ids, or all that a search (q) finds.
async function keepAll(terms, which) {
  const backs = [];
  for (const term of terms) {
    const back = await keepBeside(term.replace("-", "").toLowerCase(), term.startsWith("-"), which);
    if (back) backs.unshift(back);
  }
  return { changed: backs.length > 0, takeBack: async () => { for (const back of backs) await back(); } };
}

// Likes posts or puts them into a pool, or no more; returns how to take that back, null where all
// were so before.
async function keepBeside(name, away, which) {
  const isPool = name !== "fav:me";
  const pool = `pools/${name.slice(5)}`;
  const path = isPool ? `${pool}/posts` : "favourites";
  const before = isPool ? (await ask("GET", pool)).posts : [];
  const [does, undoes] = away ? ["DELETE", isPool ? "POST" : "PUT"] : [isPool ? "POST" : "PUT", "DELETE"];
  const done = await ask(does, path, which);
  const moved = isPool ? apart(before, done.posts) : done.changed;
  const order = isPool && away ? { order: before } : {};
  return moved.length ? () => ask(undoes, path, { ids: moved, ...order }) : null;
}

// Returns what is in one list alone, of two of which one holds the other.
function apart(one, other) {
  const [few, many] = one.length < other.length ? [one, other] : [other, one];
  const within = new Set(few);
  return many.filter((id) => !within.has(id));
}

function flash(ids, kind) {
  for (const id of ids) {
    const item = document.getElementById(`post-${id}`);
    if (!item) continue;
    item.classList.remove("did-nothing", "did-not");
    item.classList.add("did", ...(kind ? [kind] : []));
    setTimeout(() => item.classList.remove("did", "did-nothing", "did-not"), FLASH);
  }
}

function read() {
  try {
    const found = JSON.parse(kept(STORE) ?? "{}");
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {};
  }
}

customElements.whenDefined("post-grid").then(() => {
  const [grid, bar] = [document.querySelector("post-grid"), document.getElementById("scripts-bar")];
  if (grid && bar) new TagScripts(grid, bar);
});
