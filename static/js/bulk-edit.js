// What can be changed of all that is selected in a grid: by a form in a dialog, which tells what would
// change, or straight into the trash. How far a large edit is, is told in the bar of the selection.

import { ask } from "./asking-api.js";
import { bind } from "./keys.js";
import "./live-fragment.js";
import { toast } from "./toasts.js";

const FEW = 50; // posts that are changed without a look at what would change

class BulkEdit {
  #grid;
  #bar;
  #dialog;

  constructor(grid) {
    this.#grid = grid;
    this.#bar = grid.querySelector(".selection-bar");
    this.#dialog = grid.querySelector("dialog.bulk");
    grid.addEventListener("submit", this.#submitted);
    this.#bar.querySelector('[data-do="trash"]').addEventListener("click", () => this.#trash());
    bind(document, [{ action: "grid.trash", keys: "Delete", once: true, run: () => this.#trash() }]);
  }

  get #words() {
    return document.getElementById("deeds").dataset;
  }

  #submitted = async (event) => {
    const form = event.target;
    if (!form.matches(".edit-all, .bulk-form")) return;
    event.preventDefault();
    await this.#send(form, new FormData(form, event.submitter), event.submitter);
  };

  async #send(form, body, button) {
    button?.setAttribute("aria-busy", "true");
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Fragment": "1" } }).catch(() => null);
    button?.removeAttribute("aria-busy");
    const html = (await answer?.text()) ?? "";
    const shown = document.createElement("template");
    shown.innerHTML = html;
    const batch = shown.content.querySelector(".batch");
    if (batch) return this.#follow(batch);
    if (shown.content.querySelector(".bulk-form")) return this.#show(shown.content);
    toast(shown.content.textContent.trim() || `${answer?.status ?? ""}`, { bad: true });
  }

  #show(content) {
    this.#dialog.querySelector(".dialog-body").replaceChildren(content);
    if (!this.#dialog.open) this.#dialog.showModal();
    const told = this.#dialog.querySelector('#preview, [role="alert"]');
    (told ?? this.#dialog.querySelector(".tag-line input, textarea"))?.focus();
  }

  // Shows how far a batch is until it is done; then it can be undone from a toast.
  #follow(batch) {
    this.#dialog.close();
    if (batch.dataset.finished !== undefined) return this.#tell(batch);
    const live = document.createElement("live-fragment");
    live.setAttribute("src", batch.dataset.src);
    live.setAttribute("every", "1");
    live.append(batch);
    this.#bar.prepend(live);
    this.#bar.hidden = false;
    const watching = new MutationObserver(() => {
      const now = live.querySelector(".batch[data-finished]");
      if (!now) return;
      watching.disconnect();
      live.remove();
      this.#tell(now);
    });
    watching.observe(live, { childList: true, subtree: true, attributes: true });
  }

  #tell(batch) {
    const { batch: id, tell } = batch.dataset;
    toast(tell, { label: this.#words.undo, undo: () => this.#takeBack(id) });
  }

  async #takeBack(id) {
    const undone = await ask("POST", `batches/${id}/revert`).catch((error) => error);
    if (undone instanceof Error) return toast(undone.message, { bad: true });
    toast(this.#words.undone);
    for (const item of document.querySelectorAll(".item.thrown")) item.classList.remove("thrown");
  }

  #trash() {
    const { selection } = this.#grid;
    const index = this.#grid.indexOf(document.activeElement);
    const ids = selection.size ? selection.ids : index < 0 ? [] : [this.#grid.blocks.id(index)];
    if (selection.isAll || ids.length > FEW) {
      const form = this.#bar.querySelector(".edit-all");
      const body = new FormData(form);
      body.set("does", "preview");
      body.set("mark", "is:trashed");
      this.#send(form, body);
      return true;
    }
    if (!ids.length) return false;
    this.#throw(ids);
    return true;
  }

  async #throw(ids) {
    try {
      const done = await ask("POST", "batches", { ids, script: "is:trashed" });
      for (const id of ids) document.getElementById(`post-${id}`)?.classList.add("thrown");
      const { thrown, many, undo } = this.#words;
      const told = ids.length === 1 ? thrown : many.replace("{count}", ids.length);
      this.#grid.selection.clear();
      toast(told, { label: undo, undo: () => this.#takeBack(done.id) });
    } catch (error) {
      toast(error.message, { bad: true });
    }
  }
}

customElements.whenDefined("post-grid").then(() => {
  for (const grid of document.querySelectorAll("post-grid")) new BulkEdit(grid);
});
