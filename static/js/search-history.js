// What the visitor saved and what they asked before, as options for the list below the search box.
// It is asked for once a page, when it is wanted first.

const HEADERS = { "X-Fragment": "1" };

let asked = null;

// The options; none where the gallery does not answer.
export async function kept(address) {
  asked ??= ask(address);
  const menu = await asked;
  if (!menu) asked = null;
  return [...(menu?.children ?? [])];
}

// Forgets what was asked before, here and everywhere.
export async function forget() {
  const menu = await asked;
  asked = null;
  if (!menu) return;
  const body = new FormData();
  body.set("csrf_token", menu.dataset.token);
  await fetch(menu.dataset.forget, { method: "POST", body, headers: HEADERS }).catch(() => null);
}

async function ask(address) {
  try {
    const answer = await fetch(address, { headers: HEADERS });
    if (!answer.ok) return null;
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    return template.content.firstElementChild;
  } catch {
    return null;
  }
}
