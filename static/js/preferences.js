// Keeps what the form of the view menu says, without leaving the page.
//
// show(form) makes the page follow: themes and density here, everything else through the event
// "preferences" of document, whose detail holds the form's fields (layout, size …) as texts.
// remember(form) lets the server keep it for the next page, keep(name, value) a single choice.

export function show(form) {
  const chosen = Object.fromEntries(new FormData(form));
  const page = document.documentElement;
  if (chosen.theme) page.dataset.theme = chosen.theme;
  if (chosen.density) page.dataset.density = chosen.density;
  document.dispatchEvent(new CustomEvent("preferences", { detail: chosen }));
}

export function remember(form) {
  return send(form.action, new FormData(form));
}

// Keeps what is chosen elsewhere than in the menu.
export function keep(name, value) {
  const { action, elements } = document.querySelector("view-menu form");
  const said = new FormData();
  said.set("csrf_token", elements.csrf_token.value);
  said.set(name, value);
  return send(action, said);
}

async function send(address, body) {
  const answer = await fetch(address, { method: "POST", body, headers: { "X-Fragment": "1" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
}
