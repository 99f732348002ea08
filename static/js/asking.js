// Asks an address for a fragment of a page, patiently but not for ever.

const HEADERS = { headers: { "X-Fragment": "1" } };
const PATIENCE = 10000;

export class Asking {
  #latest = null;

  // Returns what the address answers, or null where it does not in time. Of questions that are
  // asked `alone` only the latest one is answered.
  async fragment(address, query, { alone = false } = {}) {
    const asked = new AbortController();
    if (alone) this.stop();
    if (alone) this.#latest = asked;
    const late = setTimeout(() => asked.abort(), PATIENCE);
    try {
      const answer = await fetch(`${address}?${new URLSearchParams(query)}`, { ...HEADERS, signal: asked.signal });
      if (!answer.ok) return null;
      const template = document.createElement("template");
      template.innerHTML = await answer.text();
      return template.content;
    } catch {
      return null;
    } finally {
      clearTimeout(late);
    }
  }

  stop() {
    this.#latest?.abort();
  }
}
