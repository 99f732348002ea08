// What a browser keeps for the next page: choices that matter to this browser alone.

export function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Then it is chosen again on the next page.
  }
}
