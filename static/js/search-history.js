// The searches that were asked in this browser, the last one first.

const STORE = "homebooru.searches";
const MOST = 30;

export function past() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE) ?? "[]");
    return Array.isArray(kept) ? kept.filter((text) => typeof text === "string") : [];
  } catch {
    return [];
  }
}

export function remember(text) {
  if (text) write([text, ...past().filter((other) => other !== text)].slice(0, MOST));
}

export function forget() {
  write([]);
}

function write(texts) {
  try {
    localStorage.setItem(STORE, JSON.stringify(texts));
  } catch {
    // A browser that keeps nothing for us searches all the same.
  }
}
