// Forms that lead back to the page they are on (data-here) lead to where one is by then: a grid and
// a step to another post change the address. What knows better where one is tells it at "leaving".

document.addEventListener("submit", ({ target }) => {
  const input = target.querySelector("input[data-here]");
  if (!input) return;
  document.dispatchEvent(new CustomEvent("leaving"));
  const root = new URL(document.querySelector(".brand").href).pathname.replace(/\/posts$/, "");
  input.value = location.pathname.slice(root.length) + location.search + location.hash;
});
