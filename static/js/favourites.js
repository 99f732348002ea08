// Hearts make a post a favourite, or none any more. Without JavaScript each sends the page's form.

import { announce } from "./announce.js";

const HEADERS = { "X-Fragment": "1" };

let last = Promise.resolve(); // one change after the other, so that the last one holds

function form() {
  return document.getElementById("likes");
}

function show(heart, isLiked) {
  heart.setAttribute("aria-pressed", String(isLiked));
  heart.name = isLiked ? "remove" : "add";
}

// Sends what a form says; tells whether it was done.
function send(body) {
  const { action } = form();
  const sent = last.then(async () => {
    const answer = await fetch(action, { method: "POST", body, headers: HEADERS }).catch(() => null);
    return Boolean(answer?.ok);
  });
  last = sent;
  return sent;
}

async function toggle(heart) {
  const isLiked = heart.name === "add";
  const body = new FormData(form());
  body.set(heart.name, heart.value);
  show(heart, isLiked);
  const isDone = await send(body);
  if (!isDone) show(heart, !isLiked);
  const { added, removed, failed } = form().dataset;
  announce(isDone ? (isLiked ? added : removed) : failed);
}

// All that is selected in the grid, whether or not its elements are in the page now.
async function change(selected, button) {
  const does = button?.value ?? "add";
  const body = new FormData(selected);
  body.set("does", does);
  const { added, removed, failed } = form().dataset;
  button?.setAttribute("aria-busy", "true");
  const isDone = await send(body);
  button?.removeAttribute("aria-busy");
  if (!isDone) return announce(failed);
  const { blocks, selection } = selected.closest("post-grid");
  for (const item of blocks.list.flatMap((block) => block.elements ?? [])) {
    if (item && selection.has(Number(item.dataset.post))) show(item.querySelector(".heart"), does === "add");
  }
  announce(does === "add" ? added : removed);
}

document.addEventListener("click", (event) => {
  const heart = event.target.closest?.("button.heart");
  if (!heart || event.defaultPrevented) return;
  event.preventDefault();
  toggle(heart);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.like-all")) return;
  event.preventDefault();
  change(event.target, event.submitter);
});
