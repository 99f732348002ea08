// A picture that is opened grows out of its thumbnail, and goes back into it: browsers move what has
// the name "picture" on both pages (base.css asks for that). In a grid it is the picture of the post
// that one goes to, or comes from. Browsers that cannot do it just show the page.

const NAME = "picture";

// A file that is opened takes no part, and the browser would complain.
function isFile(entry) {
  return /\/file$/.test(entry?.url ?? "");
}

function name(transition, entry) {
  const post = /\/posts\/(\d+)$/.exec(entry?.url ? new URL(entry.url).pathname : "")?.[1];
  const image = post && document.querySelector(`.grid [data-post="${post}"] img`);
  if (image) image.style.viewTransitionName = NAME;
  const done = () => image?.style.removeProperty("view-transition-name");
  transition.finished.then(done, done);
}

window.addEventListener("pageswap", ({ viewTransition, activation }) => {
  if (!viewTransition) return;
  if (isFile(activation?.entry)) viewTransition.skipTransition();
  else name(viewTransition, activation?.entry);
});
window.addEventListener("pagereveal", ({ viewTransition }) => {
  if (viewTransition) name(viewTransition, window.navigation?.activation?.from);
});
