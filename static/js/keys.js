// The keys of the page. bind(target, [{action, keys, label, group, run, once}]) returns a function
// that takes the keys back.
//
// - `keys` is one or several of: a key as KeyboardEvent.key names it ("x", "?", "ArrowLeft",
//   "Space"), with "Shift+", "Ctrl+" or "Alt+" before it, or a sequence ("g p").
// - `label` and `group` are the words for people. Left out, they come from the page's list of keys
//   (templates/_keys.html), by `action`.
// - A target that is an element has its keys while the focus is inside it, and they come before
//   those of the document. `once` keeps a held key from running an action again and again.
// - run(event) may return false: "not mine", and the key goes on.
//
// The user's own keys (localStorage) come before `keys`.

const STORE = "homebooru.keys";
const PATIENCE = 1000;
const TYPING = 'textarea, select, [contenteditable=""], [contenteditable="true"], ' +
  'input:not([type="checkbox"], [type="button"], [type="submit"], [type="reset"])';
const OWN_USE = {
  Enter: "a[href], button, summary, input, label",
  Space: "button, summary, input, label, video, audio",
  ArrowLeft: "video, audio",
  ArrowRight: "video, audio",
  ArrowUp: "video, audio",
  ArrowDown: "video, audio",
};

const bound = new Set();
let begun = "";
let patience = 0;

export function bind(target, bindings) {
  const mine = bindings.map((binding) => ({ ...binding, target }));
  for (const binding of mine) bound.add(binding);
  return () => {
    for (const binding of mine) bound.delete(binding);
  };
}

// What works on this page now, with its words, for the help; each action once.
export function bindings() {
  const seen = new Map();
  for (const binding of bound) {
    if (!seen.has(binding.action)) seen.set(binding.action, { ...binding, ...words(binding), keys: keysOf(binding) });
  }
  return [...seen.values()];
}

// Gives an action another key; without one it has its usual keys again.
export function rebind(action, chord) {
  const own = ownKeys();
  if (chord) own[action] = [chord];
  else delete own[action];
  keep(own);
}

export function chordOf(event) {
  const key = event.key === " " ? "Space" : event.key;
  const shift = event.shiftKey && key.length > 1 ? "Shift+" : "";
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${shift}${key}`;
}

export function isTyping(element) {
  return Boolean(element?.closest?.(TYPING));
}

function keysOf({ action, keys }) {
  return ownKeys()[action] ?? [keys].flat();
}

function words({ action, label, group }) {
  const line = document.getElementById("key-words")?.content.querySelector(`[data-action="${action}"]`);
  return {
    label: label ?? line?.textContent.trim() ?? "",
    group: group ?? line?.closest("[data-group]")?.dataset.group ?? "",
  };
}

function ownKeys() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    return typeof kept === "object" && kept !== null ? kept : {};
  } catch {
    return {};
  }
}

function keep(own) {
  try {
    localStorage.setItem(STORE, JSON.stringify(own));
  } catch {
    // A browser that keeps nothing for us still has the usual keys.
  }
}

function forget() {
  clearTimeout(patience);
  begun = "";
}

function reaches({ target }, event) {
  if (target === document) return !document.querySelector("dialog:modal");
  return target.contains(event.target);
}

function belongsToElement({ target }, event, chord) {
  return target === document && Boolean(OWN_USE[chord] && event.target.closest?.(OWN_USE[chord]));
}

function candidates(event, chord) {
  return [...bound]
    .filter((binding) => reaches(binding, event) && !belongsToElement(binding, event, chord))
    .reverse()
    .sort((one, other) => (one.target === document) - (other.target === document));
}

function press(event) {
  if (event.defaultPrevented || event.isComposing || isTyping(event.target)) return;
  if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  const chord = chordOf(event);
  const sequence = begun ? `${begun} ${chord}` : chord;
  forget();
  const able = candidates(event, chord);
  if (able.some((binding) => keysOf(binding).some((keys) => keys.startsWith(`${sequence} `)))) {
    begun = sequence;
    patience = setTimeout(forget, PATIENCE);
    return event.preventDefault();
  }
  for (const binding of able) {
    if (!keysOf(binding).includes(sequence)) continue;
    if (event.repeat && binding.once) return event.preventDefault();
    if (binding.run(event) !== false) return event.preventDefault();
  }
}

document.addEventListener("keydown", press);
