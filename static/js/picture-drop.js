// <picture-drop>: a picture that is dropped on the page or pasted into it is searched with, as the
// form of the page for that would. Text fields keep what is dropped and pasted into them.

class PictureDrop extends HTMLElement {
  #end;
  #isOurs = false;

  connectedCallback() {
    this.#end = new AbortController();
    const on = (name, run) => document.addEventListener(name, run, { signal: this.#end.signal });
    on("dragstart", () => (this.#isOurs = true));
    on("dragend", () => (this.#isOurs = false));
    on("dragenter", (event) => this.#hold(event));
    on("dragover", (event) => this.#hold(event));
    on("dragleave", (event) => event.relatedTarget || this.#show(false));
    on("drop", (event) => this.#drop(event));
    on("paste", (event) => this.#paste(event));
  }

  disconnectedCallback() {
    this.#end.abort();
  }

  #takes({ target, dataTransfer }) {
    if (this.#isOurs || target.closest?.("input, textarea, [contenteditable]")) return false;
    return ["Files", "text/uri-list"].some((type) => dataTransfer?.types.includes(type));
  }

  #hold(event) {
    const takes = this.#takes(event);
    if (takes) event.preventDefault();
    this.#show(takes);
  }

  #drop(event) {
    if (!this.#takes(event)) return this.#show(false);
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    const address = file ? null : linkIn(event.dataTransfer);
    if (file || address) this.#send(file, address);
    else this.#show(false);
  }

  #paste(event) {
    const file = [...event.clipboardData.files].find(({ type }) => type.startsWith("image/"));
    if (!file || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    this.#send(file, null);
  }

  #show(isShown, words = this.dataset.drop) {
    this.textContent = words;
    this.hidden = !isShown;
  }

  #send(file, address) {
    this.#show(true, this.dataset.sent);
    const form = Object.assign(document.createElement("form"), { method: "post", action: this.dataset.to, enctype: "multipart/form-data", hidden: true });
    const token = document.querySelector("view-menu input[name=csrf_token]").value;
    for (const [name, value] of [["csrf_token", token], ["address", address ?? ""]])
      form.append(Object.assign(document.createElement("input"), { name, value }));
    if (file) {
      const input = Object.assign(document.createElement("input"), { type: "file", name: "picture" });
      const held = new DataTransfer();
      held.items.add(file);
      input.files = held.files;
      form.append(input);
    }
    document.body.append(form);
    form.submit();
  }
}

// Where a picture lies that was dragged from another page; of a link around it, the picture.
function linkIn(data) {
  const page = new DOMParser().parseFromString(data.getData("text/html"), "text/html");
  const given = page.querySelector("img")?.getAttribute("src") ?? data.getData("text/uri-list");
  return given.split(/\r?\n/).find((line) => /^https?:/i.test(line)) ?? null;
}

customElements.define("picture-drop", PictureDrop);
