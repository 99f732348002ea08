// Asks the API for something that changes posts, as the page's own visitor.

export class Refused extends Error {
  constructor({ kind, message, ...more }) {
    super(message);
    this.kind = kind;
    this.more = more;
  }
}

// Returns what the API answers; throws Refused with its words where it does not do it.
export async function ask(method, path, body) {
  const root = new URL(document.querySelector(".brand").href).pathname.replace(/\/posts$/, "");
  const token = document.querySelector('input[name="csrf_token"]')?.value ?? "";
  const answer = await fetch(`${root}/api/${path}`, {
    method,
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": token },
    body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Refused(told.error);
  return told;
}
