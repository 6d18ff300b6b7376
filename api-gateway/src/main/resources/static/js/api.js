/** The HTTP calls of the page, and how far the server's clock is from ours. */

import { authorization, signIn } from './identity.js';

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

/** Shows the buyer's token, and asks for another one until it is accepted. */
async function send(path, options) {
  for (;;) {
    const shown = authorization();
    const response = await fetch(path, { ...options, headers: { ...options.headers, ...shown } }).catch(() => {
      throw new Refused(0, {});
    });
    if (response.status !== 401) return response;
    // Another call may have brought a newer one meanwhile.
    if (shown.Authorization === authorization().Authorization) await signIn();
  }
}

export async function call(method, path, body, headers = {}) {
  const response = await send(path, {
    method,
    headers: body === undefined ? headers : { 'Content-Type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
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

/**
 * Server-sent events, by fetch: EventSource cannot show a token. Ends when the server ends them or they break off.
 *
 * @param on.open called when they begin
 * @param on.event called with the kind of each and its data
 */
export async function events(path, signal, on) {
  const response = await send(path, { headers: { Accept: 'text/event-stream' }, signal });
  if (!response.ok) throw new Refused(response.status, {});
  on.open();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: true }));
    if (done) return;
    const blocks = (text + value).split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const { event, data = '{}' } = Object.fromEntries(block.split('\n').map((line) => line.split(/: ?(.*)/s, 2)));
      if (event) on.event(event, JSON.parse(data));
    }
  }
}
