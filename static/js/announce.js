// announce(text): tells a screen reader what changed, politely, through the page's live region.

const PAUSE = 150;
const waiting = [];
let timer = 0;

export function announce(text) {
  if (!text) return;
  waiting.push(text);
  if (!timer) tellNext();
}

function tellNext() {
  const region = document.getElementById("announcements");
  const text = waiting.splice(0).join(" ");
  timer = 0;
  if (!region || !text) return;
  // A region that is given the same words again is not read again, so it is emptied first.
  region.textContent = "";
  timer = setTimeout(() => {
    region.textContent = text;
    timer = setTimeout(tellNext, PAUSE);
  }, PAUSE);
}
