// <details data-lines="address">: what it holds is fetched when it is opened first. Without
// JavaScript a link inside leads to the page of its own.

document.addEventListener("toggle", async ({ target }) => {
  const { lines } = target.dataset;
  if (!target.open || !lines) return;
  delete target.dataset.lines;
  const answer = await fetch(lines, { headers: { "X-Fragment": "1" } }).catch(() => null);
  if (answer?.ok) target.lastElementChild.innerHTML = await answer.text();
}, true);
