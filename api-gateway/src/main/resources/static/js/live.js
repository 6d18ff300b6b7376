/** Keeps a hall as the server has it: a snapshot, then its event stream; after each break a snapshot of what changed. */

import { get, persist } from './api.js';

const KINDS = ['leased', 'released', 'booked', 'cancelled', 'blocked', 'unblocked'];

/**
 * @param on.state called with true when live, false when not
 * @param on.synced called after each snapshot
 * @param on.stale called when the plan itself has changed
 * @returns a function that ends it
 */
export function follow(hall, on) {
  const path = `/shows/${hall.showId}`;
  let source;
  let ended = false;
  let waiting = null;
  let resyncs = 0;

  function open() {
    source = new EventSource(`${path}/events`);
    source.onopen = resync;
    source.onerror = () => {
      on.state(false);
      // Refused, not broken: the browser gives up on that, we do not.
      if (source.readyState === EventSource.CLOSED && !ended) setTimeout(() => ended || open(), 1500);
    };
    source.addEventListener('reset', resync);
    for (const kind of KINDS) source.addEventListener(kind, (event) => take(kind, JSON.parse(event.data)));
  }

  function take(kind, data) {
    if (waiting) waiting.push([kind, data]);
    else hall.event(kind, data);
  }

  /** What happens while the snapshot is on its way is applied after it; whatever it knew already converges. */
  async function resync() {
    const turn = ++resyncs;
    waiting = [];
    const since = hall.known === undefined ? '' : `?since=${hall.known}`;
    const map = await persist(() => get(`${path}/seats${since}`), undefined, () => ended || turn !== resyncs)
      .catch(() => null);
    if (ended || turn !== resyncs || !map) return;
    const grown = hall.snapshot(map) || (since !== '' && map.complete);
    waiting.forEach(([kind, data]) => hall.event(kind, data));
    waiting = null;
    on.state(true);
    on.synced();
    if (grown) on.stale();
  }

  open();
  return () => {
    ended = true;
    source.close();
  };
}
