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
    const kept = find(target, place, wanted);
    if (!kept) {
      target.insertBefore(wanted, place);
      continue;
    }
    // Whatever is moved loses the focus; what stands before it has gone or is found later.
    while (kept !== place && !wantedLater(place, wanted)) place = dropped(place);
    if (kept !== place) target.insertBefore(kept, place);
    else place = place.nextSibling;
    update(kept, wanted);
  }
  while (place) place = dropped(place);
}

function dropped(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function wantedLater(node, wanted) {
  if (!node.id) return false;
  for (let later = wanted.nextSibling; later; later = later.nextSibling) if (later.id === node.id) return true;
  return false;
}

function find(target, place, wanted) {
  for (let node = place; node; node = node.nextSibling) {
    if (node.nodeName !== wanted.nodeName || (node.id ?? "") !== (wanted.id ?? "")) continue;
    if (wanted.id || !wantedBefore(place, node)) return node;
  }
  return null;
}

// Elements without a name are only taken where none with a name lies between.
function wantedBefore(place, node) {
  for (let one = place; one && one !== node; one = one.nextSibling) if (one.id) return true;
  return false;
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
