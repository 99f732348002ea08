// What somebody hides is shown picture by picture, when they ask for it. Without JavaScript the
// picture's own page shows it.

function reveal(item) {
  const veil = item.querySelector(".veil");
  veil.replaceWith(item.querySelector("template").content.cloneNode(true));
  item.querySelector('[data-do="reveal"]').remove();
  item.classList.remove("veiled");
  item.querySelector("a").focus({ preventScroll: true });
}

document.addEventListener("click", ({ target }) => {
  const item = target.closest?.('[data-do="reveal"]')?.closest(".item");
  if (item) reveal(item);
});
