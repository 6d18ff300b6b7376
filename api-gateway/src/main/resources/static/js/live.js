/** Keeps a hall as the server has it: a snapshot, then its event stream; after each break a snapshot of what changed. */

import { Refused, events, get, pause, persist } from './api.js';

const KINDS = ['leased', 'released', 'booked', 'cancelled', 'blocked', 'unblocked'];

/**
 * @param on.state called with true when live, false when not
 * @param on.synced called after each snapshot
 * @param on.stale called when the plan itself has changed
 * @returns a function that ends it
 */
export function follow(hall, on) {
  const path = `/shows/${hall.showId}`;
  const end = new AbortController();
  let waiting = null;
  let resyncs = 0;

  async function listen() {
    while (!end.signal.aborted) {
      await events(`${path}/events`, end.signal, { open: resync, event: take }).catch((failure) => {
        if (!(failure instanceof Refused)) reportError(failure);
      });
      if (end.signal.aborted) return;
      on.state(false);
      await pause(1500);
    }
  }

  function take(kind, data) {
    if (kind === 'reset') resync();
    else if (!KINDS.includes(kind)) return;
    else if (waiting) waiting.push([kind, data]);
    else hall.event(kind, data);
  }

  /** What happens while the snapshot is on its way is applied after it; whatever it knew already converges. */
  async function resync() {
    const turn = ++resyncs;
    waiting = [];
    const since = hall.known === undefined ? '' : `?since=${hall.known}`;
    const map = await persist(() => get(`${path}/seats${since}`), undefined, () => end.signal.aborted || turn !== resyncs)
      .catch(() => null);
    if (end.signal.aborted || turn !== resyncs || !map) return;
    const grown = hall.snapshot(map) || (since !== '' && map.complete);
    waiting.forEach(([kind, data]) => hall.event(kind, data));
    waiting = null;
    on.state(true);
    on.synced();
    if (grown) on.stale();
  }

  listen();
  return () => end.abort();
}
