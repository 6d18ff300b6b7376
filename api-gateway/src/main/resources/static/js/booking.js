/** Seats picked, leased, confirmed, decided: the calls of one buyer and how long each took. */

import { Refused, call, get, now, persist } from './api.js';
import { user, uuid } from './identity.js';

const WHY = {
  SEAT_LEASED: 'leased by someone else',
  SEAT_BOOKED: 'already booked',
  SEAT_BLOCKED: 'not for sale',
  SEAT_NOT_FOUND: 'not in this show',
  LEASE_NOT_HELD: 'no longer leased by you',
};

const TEXTS = {
  SHOW_CLOSED: 'This show is not on sale.',
  SEAT_LIMIT_EXCEEDED: 'That would be more seats than one person may have.',
  LEASE_LIFETIME_EXCEEDED: 'These seats cannot be kept for longer.',
  NOT_ENOUGH_SEATS: 'There are not as many seats left.',
  NOT_ENOUGH_TOGETHER: 'There are not as many seats left side by side.',
  COMMAND_EXPIRED: 'The request came too late.',
};

const trouble = ({ status, code }) =>
  status === 429 || code === 'OVERLOADED' ? 'The server is busy' : 'The server is away';

/** A refusal in words, seat by seat. */
export function explain(refused, hall) {
  const reasons = Map.groupBy(refused.conflicts, (conflict) => conflict.code);
  const seats = [...reasons].map(([code, conflicts]) => {
    const names = conflicts.map((conflict) => conflict.seat_id);
    const shown = names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
    return `${shown}: ${WHY[code] ?? code}.`;
  });
  if (seats.length) return seats.join(' ');
  if (refused.passing) return `${trouble(refused)}; nothing was booked. Please try again.`;
  return TEXTS[refused.code] ?? `${refused.message}.`;
}

export class Booking {
  /** @param on.step called with each step: {phase, text, bad, timings} */
  constructor(hall, on) {
    this.hall = hall;
    this.on = on;
    this.phase = 'idle';
    this.steps = 0;
    this.timings = {};
  }

  /** What this buyer has from before a reload. */
  async restore() {
    const { hall, steps } = this;
    const [leases, bookings] = await Promise.all([
      persist(() => get(`/users/${user}/leases?show_id=${hall.showId}`)),
      persist(() => get(`/users/${user}/bookings?show_id=${hall.showId}&limit=1000`)),
    ]);
    // What began meanwhile knows better.
    if (steps === this.steps) hall.disown(leases.leases.map((lease) => lease.seat_id));
    for (const lease of leases.leases) hall.hold([lease.seat_id], now() + lease.ttl_ms);
    hall.keep(bookings.bookings.map((booking) => booking.seat_id));
  }

  seats(ids) {
    return { show_id: this.hall.showId, user_id: user, seat_ids: ids };
  }

  step(phase, text, bad = false) {
    this.steps++;
    this.phase = phase;
    this.on.step({ phase, text, bad, timings: this.timings });
  }

  lock(ids) {
    return this.lease('/seat-lock', this.seats(ids), ids);
  }

  best(quantity) {
    return this.lease('/seat-lock/best', { show_id: this.hall.showId, user_id: user, quantity });
  }

  async lease(path, body, picked = []) {
    if (this.phase === 'busy') return [];
    this.timings = {};
    this.step('busy', 'Locking …');
    const began = performance.now();
    try {
      const { answer } = await call('POST', path, body);
      this.timings.lock = performance.now() - began;
      this.hall.hold(answer.seat_ids, now() + answer.ttl_ms);
      this.step('idle', `${answer.seat_ids.join(', ')} ${answer.seat_ids.length > 1 ? 'are' : 'is'} yours for now.`);
      return answer.seat_ids;
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      this.timings.lock = performance.now() - began;
      // All or nothing; those that are still to be had stay picked.
      for (const conflict of refused.conflicts) {
        const [i] = this.hall.indexes([conflict.seat_id]);
        if (picked.includes(conflict.seat_id) && i !== undefined) this.hall.pick(i, false);
      }
      this.step('idle', explain(refused, this.hall), true);
      return [];
    }
  }

  async release(ids) {
    this.timings = {};
    this.step('busy', 'Letting go …');
    try {
      await call('POST', '/seat-lock/release', this.seats(ids));
      this.hall.letGo(ids);
      this.step('idle', `${ids.join(', ')} released.`);
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      this.step('idle', explain(refused, this.hall), true);
    }
  }

  /**
   * The request_id is made once and kept over every retry, so that nothing is booked twice; and retried until there is
   * an answer, for without one nobody knows whether it is booked.
   */
  async confirm(ids) {
    if (this.phase === 'busy') return;
    const request = { ...this.seats(ids), request_id: uuid() };
    const began = performance.now();
    this.step('busy', 'Sending …');
    try {
      const sent = await persist(
        () => call('POST', '/booking/confirm', request),
        (failure) => this.step('busy', `${trouble(failure)}, trying again …`));
      this.timings.accepted = performance.now() - began;
      this.step('busy', 'Accepted, being decided …');
      let outcome = sent.answer;
      while (outcome.status === 'PENDING') {
        outcome = await persist(
          () => get(`/booking/requests/${request.request_id}`, { Prefer: 'wait=20' }),
          (failure) => this.step('busy', `Accepted. ${trouble(failure)}, asking again …`));
      }
      this.timings.decided = performance.now() - began;
      this.hall.letGo(ids);
      if (outcome.status === 'CONFIRMED') {
        this.hall.keep(ids);
        this.step('booked', `Booked: ${ids.join(', ')}.`);
      } else {
        this.step('idle', `Not booked. ${explain({ conflicts: [], ...outcome, code: outcome.reason, message: outcome.reason }, this.hall)}`, true);
      }
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      for (const conflict of refused.conflicts) {
        if (conflict.code === 'LEASE_NOT_HELD') this.hall.letGo([conflict.seat_id]);
      }
      this.step('idle', explain(refused, this.hall), true);
    }
  }
}
