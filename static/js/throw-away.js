// Delete moves the post of a page to the trash, without a question and with a way back. Without
// JavaScript the form of the page does it.

import { ask } from "./asking-api.js";
import { bind } from "./keys.js";
import { toast } from "./toasts.js";

const words = () => document.getElementById("deeds").dataset;

function form() {
  return document.querySelector(".post .throw-away");
}

async function throwAway() {
  const { post } = form().dataset;
  const done = await ask("DELETE", `posts/${post}`);
  toast(words().thrown, { label: words().undo, undo: () => takeBack(done) });
  await goOn();
}

// On to the next post of the search, else back to the grid; a post that stands alone is shown anew.
async function goOn() {
  const steps = document.querySelector("post-steps");
  steps.forget();
  if (await steps.step("next")) return;
  if (await steps.step("prev")) return;
  await steps.again();
}

async function takeBack({ edit, id }) {
  if (edit) await ask("POST", `edits/${edit}/revert`);
  toast(words().restored);
  const steps = document.querySelector("post-steps");
  steps.forget();
  const address = new URL(location.href);
  address.pathname = address.pathname.replace(/\d+$/, id);
  await (address.href === location.href ? steps.again() : steps.show(address.href));
}

async function restore() {
  const { post } = form().dataset;
  await ask("POST", `posts/${post}/restore`);
  toast(words().restored);
  await document.querySelector("post-steps").again();
}

function act(deed) {
  deed().catch((error) => toast(error.message, { bad: true }));
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches(".post .throw-away")) return;
  event.preventDefault();
  act(event.submitter?.name === "back" ? restore : throwAway);
});

bind(document, [
  {
    action: "post.trash",
    keys: "Delete",
    once: true,
    run: () => {
      if (!form() || form().querySelector('[name="back"]')) return false;
      act(throwAway);
      return true;
    },
  },
]);
