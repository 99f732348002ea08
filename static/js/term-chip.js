// A term of a search or of a tag field as a chip, and how it looks once it is known what it is.

export function makeChip(template, term) {
  const chip = template.content.firstElementChild.cloneNode(true);
  chip.dataset.term = term;
  chip.querySelector(".chip-words").textContent = term.includes(":") ? term : term.replaceAll("_", " ");
  chip.querySelector('[data-part="name"]').textContent = term;
  return chip;
}

// `kind` is its class and title, where they are known.
export function paintChip(chip, kind) {
  chip.className = `search-chip ${kind?.className ?? ""}`;
  chip.classList.toggle("is-without", chip.dataset.term.startsWith("-"));
  if (kind?.title) chip.querySelector(".chip-words").title = kind.title;
}
