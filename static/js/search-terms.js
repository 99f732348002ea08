// Cuts the text of a search into its terms, at the spaces outside of quotes and groups.

const FACES = [":(", ";(", ">:("];

// Returns the terms that are whole, and the rest: what is still being written. With `all` the last
// term is whole too, unless its quote or group is open. Where there are no `groups`, a parenthesis is
// a letter like any other.
export function cut(text, all = false, groups = true) {
  const terms = [];
  let start = -1;
  let depth = 0;
  let quote = "";
  const close = (end) => {
    terms.push(text.slice(start, end));
    [start, depth] = [-1, 0];
  };
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quote) {
      if (sign === "\\") at += 1;
      else if (sign === quote) quote = "";
    } else if (/\s/u.test(sign)) {
      if (start >= 0 && (depth <= 0 || FACES.includes(text.slice(start, at)))) close(at);
    } else {
      if (start < 0) start = at;
      if (/["']/u.test(sign) && text[at - 1] === ":") quote = sign;
      if (groups) depth += (sign === "(") - (sign === ")" && depth > 0);
    }
  }
  if (start >= 0 && all && !quote && depth <= 0) close(text.length);
  return { terms, rest: start < 0 ? "" : text.slice(start) };
}
