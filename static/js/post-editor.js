// <post-editor>: edits the post in place. "e" opens its form beside the picture, or as a sheet below
// it; what is written stays until it is saved or left, also over steps to other posts. The buttons of
// the tags act at once, and everything that was done can be taken back.
// Without JavaScript all of it are forms that lead from page to page.

import { bind } from "./keys.js";
import { morph } from "./morph.js";
import { showToast, takeBackLast, toast } from "./toasts.js";

const HEADERS = { "X-Fragment": "1" };
const NARROW = "(max-width: 60rem)";
const ACTS = "form#judge, form[data-undo]";

class PostEditor extends HTMLElement {
  #unbind = [];
  #drafts = new Map();
  #busy = false;

  connectedCallback() {
    this.viewer.addEventListener("click", this);
    this.viewer.addEventListener("post-shown", this);
    document.addEventListener("submit", this);
    this.addEventListener("tags", this);
    this.addEventListener("change", this);
    this.addEventListener("keydown", this);
    this.#unbind = [bind(document, [
      { action: "post.edit", keys: "e", once: true, run: () => this.open() },
      { action: "post.accept", keys: "y", once: true, run: () => this.#judge("accept") },
      { action: "post.reject", keys: "x", once: true, run: () => this.#judge("reject") },
      { action: "post.accept-sure", keys: "Y", once: true, run: () => this.#acceptSure() },
      { action: "post.next-tag", keys: "j", run: () => this.#walk(1) },
      { action: "post.previous-tag", keys: "k", run: () => this.#walk(-1) },
      { action: "post.undo", keys: "u", once: true, run: () => takeBackLast() },
    ])];
  }

  disconnectedCallback() {
    for (const end of this.#unbind.splice(0)) end();
    document.removeEventListener("submit", this);
  }

  get viewer() {
    return this.closest("post-steps");
  }

  get post() {
    return this.viewer.querySelector(":scope > .post");
  }

  get #about() {
    return this.post.querySelector(".about");
  }

  get #form() {
    return this.querySelector("form");
  }

  get #field() {
    return this.querySelector("tag-field");
  }

  handleEvent(event) {
    if (event.type === "submit") this.#submitted(event);
    else if (event.type === "post-shown") this.#stepped();
    else if (event.type === "tags") this.#tick();
    else if (event.type === "change") this.#ticked(event);
    else if (event.type === "keydown") this.#pressed(event);
    else this.#clicked(event);
  }

  #clicked(event) {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const isEdit = event.target.closest("a[name=edit]");
    if (!isEdit && !event.target.closest('[data-does="cancel"]')) return;
    event.preventDefault();
    if (isEdit) this.open();
    else this.#leave();
  }

  // The form

  async open() {
    const { post } = this.post.dataset;
    if (this.#form?.dataset.post !== post && !(await this.#fetchForm())) return;
    this.hidden = false;
    this.viewer.toggleAttribute("data-editing", true);
    if (matchMedia(NARROW).matches) window.scrollTo(0, 0);
    this.#field.focus();
  }

  async #fetchForm() {
    const kept = this.#drafts.get(this.post.dataset.post);
    if (kept) {
      this.replaceChildren(kept);
      return true;
    }
    const address = this.post.querySelector("a[name=edit]").href;
    const answer = await fetch(address, { headers: HEADERS }).catch(() => null);
    if (!answer?.ok) return location.assign(address);
    const html = await answer.text();
    if (this.post.querySelector("a[name=edit]").href !== address) return false; // stepped on meanwhile
    this.#show(html);
    return true;
  }

  #show(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    this.replaceChildren(holder.content);
    const { mistake, mistakeLength } = this.#form.dataset;
    if (mistake !== undefined) this.#field.pointAt(Number(mistake), Number(mistakeLength));
    else (this.querySelector(".questions") ?? this.#field).focus();
    this.#fetchRelated();
  }

  async #fetchRelated() {
    const form = this.#form;
    const answer = await fetch(form.dataset.related, { headers: HEADERS }).catch(() => null);
    if (!answer?.ok) return;
    form.querySelector(".related").innerHTML = await answer.text();
    this.#tick();
  }

  // The panel says which of its tags are written, and each click on one writes it or not.
  #tick() {
    for (const box of this.querySelectorAll('.related input[name="with"]')) box.checked = this.#field.has(box.value);
  }

  #ticked({ target }) {
    if (target.name !== "with") return;
    if (target.checked !== this.#field.has(target.value)) this.#field.toggle(target.value);
  }

  #pressed(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    this.#close();
  }

  // Hides the form; what was changed in it stays.
  #close() {
    if (this.hidden) return;
    if (this.#isChanged) toast(this.dataset.unsaved);
    this.hidden = true;
    this.viewer.removeAttribute("data-editing");
    this.post.querySelector("a[name=edit]").focus({ preventScroll: true });
  }

  #leave() {
    this.#drafts.delete(this.#form.dataset.post);
    this.replaceChildren();
    this.#close();
  }

  get #isChanged() {
    const form = this.#form;
    if (!form) return false;
    const said = (name) => (form.elements[name]?.value ?? "").split(/\s+/u).filter(Boolean).join(" ");
    return ["text", "rating", "parent", "sources", "stars", "description"].some((name) => said(name) !== said(`seen_${name}`));
  }

  // What was begun on one post is not lost by a look at another.
  #stepped() {
    const form = this.#form;
    if (form && this.#isChanged) this.#drafts.set(form.dataset.post, form);
    this.replaceChildren();
    if (!this.hidden) this.open();
  }

  // Acts

  #submitted(event) {
    const { target, submitter } = event;
    const isMine = target === this.#form || target.matches(ACTS);
    if (!isMine || event.defaultPrevented) return;
    event.preventDefault();
    if (!this.#busy) this.#send(target, submitter);
  }

  async #send(form, submitter = null) {
    this.#busy = true;
    const body = new FormData(form, submitter);
    const answer = await fetch(form.action, { method: "POST", body, headers: HEADERS }).catch(() => null);
    const html = answer ? await answer.text().catch(() => "") : "";
    this.#busy = false;
    const told = document.createElement("template");
    told.innerHTML = answer?.ok ? html : "";
    if (told.content.querySelector(".about")) this.#made(told.content, form);
    else if (told.content.querySelector(".edit-form")) this.#show(html);
    else toast(this.dataset.failed, { bad: true });
  }

  #made(answer, form) {
    const about = answer.querySelector(".about");
    const done = answer.querySelector(".toast");
    const undo = done.querySelector("form[data-undo]");
    const place = this.#place;
    if (form === this.#form) {
      this.#drafts.delete(form.dataset.post);
      this.replaceChildren();
    } else if (this.#form && !this.#isChanged) this.replaceChildren();
    if (about.dataset.post === this.post.dataset.post) morph(this.#about, about.innerHTML);
    else this.viewer.forget(); // one has stepped on since; the next look at it is a fresh one
    showToast(done, undo && (() => this.#send(undo)));
    if (form.closest(".editor") || !this.#form) this.#close();
    this.#return(place);
    this.dispatchEvent(new CustomEvent("post-edited", { bubbles: true }));
  }

  // The list of tags, by keys

  get #tags() {
    return [...this.#about.querySelectorAll("li[data-tag]")];
  }

  get #here() {
    return document.activeElement?.closest("li[data-tag]");
  }

  // The tag that has the focus, else the first that is suggested.
  #meant() {
    return this.#here ?? this.#about.querySelector(".suggested li[data-tag]");
  }

  #judge(what) {
    const button = this.#meant()?.querySelector(`button[name=${what}]`);
    button?.click();
    return Boolean(button);
  }

  #acceptSure() {
    const { category } = this.#meant()?.dataset ?? {};
    const buttons = [...this.#about.querySelectorAll("button[name=sure]")];
    const button = buttons.find(({ value }) => value === category) ?? buttons[0];
    button?.click();
    return Boolean(button);
  }

  #walk(by) {
    const tags = this.#tags;
    const at = this.#here ? tags.indexOf(this.#here) + by : 0;
    tags[at]?.querySelector(".said a").focus();
    return Boolean(tags[at]);
  }

  // Where the focus was in the list, so that it goes on from there when the list has changed.
  get #place() {
    const here = this.#here;
    return here && { tag: here.dataset.tag, section: here.closest("section").className, at: [...here.parentElement.children].indexOf(here) };
  }

  #return(place) {
    if (!place || document.activeElement?.closest(".toast")) return;
    const same = this.#tags.find(({ dataset }) => dataset.tag === place.tag);
    const list = place.section ? this.#about.querySelector(`.${place.section} ul`) : null;
    const next = list ? list.children[Math.min(place.at, list.children.length - 1)] : same;
    next?.querySelector(".said a").focus({ preventScroll: true });
  }
}

customElements.define("post-editor", PostEditor);
