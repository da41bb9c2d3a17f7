// Who this display is: signing in by device key. The key is kept by the browser in a cookie that no script can read.

const PATH = "/kitchen/session";

export class Unreachable extends Error {}

/** Returns whose device this is, and `clockOffset` (server's clock minus ours, ms); null when it is not signed in. */
export async function readSession() {
  const answer = await ask("GET");
  if (answer.status === 401) return null;
  if (!answer.ok) throw new Unreachable();
  return { ...(await answer.json()), clockOffset: clockOffset(answer) };
}

/** Tells whether the key is good. */
export async function signIn(deviceKey) {
  const answer = await ask("POST", { deviceKey });
  if (answer.ok) return true;
  if (answer.status === 400 || answer.status === 401 || answer.status === 403) return false;
  throw new Unreachable();
}

export async function signOut() {
  const answer = await ask("DELETE");
  if (!answer.ok && answer.status !== 401) throw new Unreachable();
}

async function ask(method, body) {
  const json = body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  try {
    return await fetch(PATH, { method, cache: "no-store", signal: AbortSignal.timeout(10_000), ...json });
  } catch (error) {
    throw new Unreachable("no answer", { cause: error });
  }
}

/** A tablet's clock may be off by minutes, and tickets tell the server's time. The header has whole seconds. */
function clockOffset(answer) {
  const offset = Date.parse(answer.headers.get("date")) - Date.now();
  return Math.abs(offset) > 2_000 ? offset : 0;
}
