// toast(text, {undo, label, bad}): tells what was done, for a while, with a way back. Ctrl-Z takes
// the newest one back too, and so does takeBackLast(). showToast(element, undo) shows one that the
// server wrote; a form in it with data-undo is its way back.

import { announce } from "./announce.js";
import { bind } from "./keys.js";

const SHOWN = 8000; // milliseconds
const MOST = 3;

let unbind = null;
const undoable = [];

export function toast(text, { undo = null, label = "", bad = false } = {}) {
  const element = document.createElement("div");
  element.className = bad ? "toast bad" : "toast";
  const words = document.createElement("span");
  words.textContent = text;
  element.append(words);
  if (undo) element.append(button(label, () => takeBack(element)));
  return showToast(element, undo);
}

export function showToast(element, undo = null) {
  announce(element.textContent.replace(/\s+/gu, " ").trim());
  place().append(element);
  while (place().children.length > MOST) place().firstElementChild.remove();
  if (undo) remember(element, undo);
  element.querySelector("form[data-undo]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    takeBack(element);
  });
  wait(element);
  return element;
}

// Tells whether there was anything to take back.
export function takeBackLast() {
  const last = undoable.at(-1);
  if (last) takeBack(last.element);
  return Boolean(last);
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "small";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

function place() {
  const there = document.querySelector(".toasts");
  if (there) return there;
  const made = document.createElement("div");
  made.className = "toasts";
  made.setAttribute("role", "status");
  made.setAttribute("aria-live", "off"); // what is to be read is announced by itself
  document.body.append(made);
  return made;
}

// A toast stays while somebody is at it.
function wait(element) {
  setTimeout(() => {
    if (element.matches(":hover, :focus-within")) return wait(element);
    element.remove();
  }, SHOWN);
}

// What was done last is taken back first, also when its toast is gone already.
function remember(element, undo) {
  undoable.push({ element, undo });
  unbind ??= bind(document, [
    { action: "undo.last", keys: "Ctrl+z", run: () => takeBackLast() },
  ]);
}

async function takeBack(element) {
  const at = undoable.findIndex((one) => one.element === element);
  if (at < 0) return;
  const [{ undo }] = undoable.splice(at, 1);
  element.remove();
  await undo();
}
