// Forms of a desk, at which one question follows the other: each answer is the desk anew.

export async function answerOf(event) {
  const body = new FormData(event.target, event.submitter);
  const answer = await fetch(event.target.action, { method: "POST", body, headers: { "X-Fragment": "1" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.text();
}
