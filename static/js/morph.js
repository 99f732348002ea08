// morph(target, html): makes an element's content what the text says, and keeps every element that
// is in both. So what has the focus, what is open and how far things are scrolled stays as it is.
//
// Elements belong together by their id, else by their place. What a person opened or wrote is theirs.

const THEIRS = { DETAILS: ["open"], INPUT: ["value"] };

export function morph(target, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  fill(target, template.content);
}

function fill(target, source) {
  let place = target.firstChild;
  for (const wanted of [...source.childNodes]) {
    const named = wanted.id ? find(place, wanted) : null;
    while (place && place !== named && !same(place, wanted) && isOver(place, wanted)) place = dropped(place);
    const kept = named ?? (place && same(place, wanted) ? place : null);
    if (kept && kept === place) place = place.nextSibling;
    else target.insertBefore(kept ?? wanted, place);
    if (kept) update(kept, wanted);
  }
  while (place) place = dropped(place);
}

function dropped(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function same(node, wanted) {
  return node.nodeName === wanted.nodeName && (node.id ?? "") === (wanted.id ?? "");
}

function find(place, wanted) {
  for (let node = place; node; node = node.nextSibling) if (same(node, wanted)) return node;
  return null;
}

// Text is cheap to write anew; an element stays while something like it is still to come.
function isOver(node, wanted) {
  if (node.nodeType !== Node.ELEMENT_NODE) return wanted.nodeType === Node.ELEMENT_NODE;
  return !find(wanted.nextSibling, node);
}

function update(kept, wanted) {
  if (kept.nodeType !== Node.ELEMENT_NODE) {
    if (kept.nodeValue !== wanted.nodeValue) kept.nodeValue = wanted.nodeValue;
    return;
  }
  const theirs = kept.type === "hidden" ? [] : THEIRS[kept.nodeName] ?? [];
  for (const { name } of [...kept.attributes]) {
    if (!wanted.hasAttribute(name) && !theirs.includes(name)) kept.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (kept.getAttribute(name) !== value && !theirs.includes(name)) kept.setAttribute(name, value);
  }
  fill(kept, wanted);
}
