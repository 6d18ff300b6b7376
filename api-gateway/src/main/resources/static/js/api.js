/** The HTTP calls of the page, and how far the server's clock is from ours. */

let clockOffset = 0;

/** Epoch milliseconds as the server counts them. */
export const now = () => Date.now() + clockOffset;

/** A refusal of the server, or no answer at all (status 0). */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? 'the server did not answer');
    this.status = status;
    this.code = problem.code ?? '';
    this.conflicts = problem.conflicts ?? [];
  }

  /** Whether the same call may succeed a little later. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export async function call(method, path, body, headers = {}) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? headers : { 'Content-Type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, {});
  }
  const offset = Date.parse(response.headers.get('Date')) - Date.now();
  // The header has whole seconds: less than that is no difference.
  clockOffset = Math.abs(offset) > 1500 ? offset : 0;
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, answer);
  return { status: response.status, answer };
}

export const get = async (path, headers) => (await call('GET', path, undefined, headers)).answer;

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Tries again for as long as the failure may pass. */
export async function persist(attempt, onRetry = () => {}, giveUp = () => false) {
  for (let wait = 300; ; wait = Math.min(wait * 2, 3000)) {
    try {
      return await attempt();
    } catch (failure) {
      if (!(failure instanceof Refused) || !failure.passing || giveUp()) throw failure;
      onRetry(failure);
      await pause(wait);
    }
  }
}

/** crypto.randomUUID() is there on https and localhost only; a phone in the house comes over http. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
