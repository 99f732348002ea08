// Keeps what the form of the view menu says, without leaving the page.
//
// show(form) makes the page follow: themes and density here, everything else through the event
// "preferences" of document, whose detail holds the form's fields (layout, size …) as texts.
// remember(form) lets the server keep it for the next page.

export function show(form) {
  const chosen = Object.fromEntries(new FormData(form));
  const page = document.documentElement;
  if (chosen.theme) page.dataset.theme = chosen.theme;
  if (chosen.density) page.dataset.density = chosen.density;
  document.dispatchEvent(new CustomEvent("preferences", { detail: chosen }));
}

export async function remember(form) {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { "X-Fragment": "1" },
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
}
