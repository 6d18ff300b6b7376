/** The seats of a show: where they are, how they stand. Knows nothing of canvas or network. */

import { now } from './api.js';

export const FREE = 0, PICKED = 1, MINE = 2, OWN = 3, LEASED = 4, BOOKED = 5, BLOCKED = 6;

export const WORDS = [
  'available', 'picked by you', 'leased by you', 'booked by you', 'leased by someone else', 'booked', 'not for sale',
];

const LETTERS = { AVAILABLE: 'A', BOOKED: 'B', BLOCKED: 'X' };
const LONGEST_LINE = 60;

export class Hall {
  /** @param aspect width by height of the room there is, so that the blocks of seats fill it */
  constructor(showId, layout, aspect) {
    this.showId = showId;
    this.ids = [];
    this.index = new Map();
    this.section = [];
    this.row = [];
    this.number = [];
    this.gx = [];
    this.gy = [];
    this.blocks = [];
    this.place(layout.sections, aspect);

    const size = this.ids.length;
    this.status = new Array(size).fill('A');
    this.version = new Float64Array(size);
    this.until = new Float64Array(size);
    this.mine = new Uint8Array(size);
    this.own = new Uint8Array(size);
    this.picked = new Uint8Array(size);
    this.shown = new Uint8Array(size);
    this.counts = [size, 0, 0, 0, 0, 0, 0];
    /** Seats that look different from when they were last drawn. */
    this.dirty = new Set();
    this.onChange = () => {};
    this.known = undefined;
  }

  // --- where they are ---------------------------------------------------------------------------------------------

  place(sections, aspect) {
    const blocks = sections.map(lines);
    const across = bestAcross(blocks, aspect);
    let top = 0;
    for (let first = 0; first < blocks.length; first += across) {
      const line = blocks.slice(first, first + across);
      const total = line.reduce((sum, block) => sum + block.width, 0) + 2 * (line.length - 1);
      let left = -Math.floor(total / 2);
      for (const block of line) {
        this.blocks.push({ name: block.name, x: left, y: top, width: block.width, height: block.rows.length });
        block.rows.forEach((row, y) => {
          const indent = Math.floor((block.width - row.width) / 2);
          for (const seat of row.seats) this.add(block.name, row.name, seat, left + indent + seat.x, top + y);
        });
        left += block.width + 2;
      }
      top += Math.max(...line.map((block) => block.rows.length)) + 3;
    }
    this.left = Math.min(...this.gx);
    this.right = Math.max(...this.gx);
    this.bottom = Math.max(...this.gy);
    this.width = this.right - this.left + 1;
    this.height = this.bottom + 1;
    this.middle = (this.left + this.right + 1) / 2;
    this.sag = Math.min(0.07 * this.width, 0.35 * this.height);
    this.grid = new Int32Array(this.width * this.height).fill(-1);
    this.ids.forEach((_, i) => (this.grid[this.gy[i] * this.width + this.gx[i] - this.left] = i));
  }

  add(section, row, seat, gx, gy) {
    this.index.set(seat.id, this.ids.length);
    this.ids.push(seat.id);
    this.section.push(section);
    this.row.push(row);
    this.number.push(seat.number);
    this.gx.push(gx);
    this.gy.push(gy);
  }

  /** Rows embrace the stage: how much higher a place lies at this distance from the middle. */
  bend(x) {
    const t = (x - this.middle) / (this.width / 2);
    return -this.sag * t * t;
  }

  x(i) {
    return this.gx[i];
  }

  y(i) {
    return this.gy[i] + this.bend(this.gx[i] + 0.5);
  }

  /** The seat on a place of the grid, or -1. */
  on(gx, gy) {
    const column = gx - this.left;
    return column < 0 || column >= this.width || gy < 0 || gy >= this.height ? -1 : this.grid[gy * this.width + column];
  }

  /** The seat at a point of the plan, or -1. */
  at(x, y) {
    const gx = Math.floor(x);
    return this.on(gx, Math.floor(y - this.bend(gx + 0.5)));
  }

  /** The next seat from one in a direction, over aisles too; itself at the edge. */
  next(i, dx, dy) {
    if (dx !== 0) {
      for (let x = this.gx[i] + dx; x >= this.left && x <= this.right; x += dx) {
        const there = this.on(x, this.gy[i]);
        if (there >= 0) return there;
      }
      return i;
    }
    for (let y = this.gy[i] + dy; y >= 0 && y <= this.bottom; y += dy) {
      for (let aside = 0; aside < this.width; aside++) {
        const there = Math.max(this.on(this.gx[i] - aside, y), this.on(this.gx[i] + aside, y));
        if (there >= 0) return there;
      }
    }
    return i;
  }

  /** First or last seat of the line. */
  end(i, dx) {
    for (let there = i; ; i = there) {
      there = this.next(i, dx, 0);
      if (there === i) return i;
    }
  }

  name(i) {
    const parts = [];
    if (this.section[i]) parts.push(this.section[i]);
    if (this.row[i]) parts.push(`row ${this.row[i]}`);
    parts.push(this.number[i] ? `seat ${this.number[i]}` : this.ids[i]);
    return parts.join(', ');
  }

  // --- how they stand ---------------------------------------------------------------------------------------------

  state(i) {
    if (this.status[i] === 'B') return this.own[i] ? OWN : BOOKED;
    if (this.status[i] === 'X') return BLOCKED;
    if (this.mine[i]) return MINE;
    if (this.until[i] > now()) return LEASED;
    return this.picked[i] ? PICKED : FREE;
  }

  /** Looks at a seat anew. */
  touch(i) {
    const before = this.shown[i];
    const after = this.state(i);
    if (before === after) return;
    this.shown[i] = after;
    this.counts[before]--;
    this.counts[after]++;
    this.dirty.add(i);
    this.onChange(i, before, after);
  }

  /** An event of the stream. */
  event(kind, data) {
    for (const id of data.seat_ids) {
      const i = this.index.get(id);
      if (i === undefined) continue;
      if (kind === 'leased') {
        this.until[i] = Date.parse(data.expires_at);
      } else if (kind === 'released') {
        this.until[i] = 0;
        this.mine[i] = 0;
      } else if (data.show_version > this.version[i]) {
        this.version[i] = data.show_version;
        this.status[i] = kind === 'booked' ? 'B' : kind === 'blocked' ? 'X' : 'A';
        this.until[i] = 0;
        this.mine[i] = 0;
        if (kind !== 'booked') this.own[i] = 0;
      }
      this.touch(i);
    }
    if (data.show_version > this.known) this.known = data.show_version;
  }

  /** What GET /shows/{show_id}/seats says; true when it names seats that are not in the plan. */
  snapshot(map) {
    const leases = new Map(map.leases.map((lease) => [lease.seat_id, Date.parse(lease.expires_at)]));
    const statuses = new Map(map.seats.map((seat) => [seat.id, LETTERS[seat.status]]));
    this.ids.forEach((id, i) => {
      this.until[i] = leases.get(id) ?? 0;
      if (!this.until[i]) this.mine[i] = 0;
      const status = statuses.get(id) ?? (map.complete ? 'A' : undefined);
      if (status && this.version[i] <= map.version) {
        this.status[i] = status;
        this.version[i] = map.version;
      }
      this.touch(i);
    });
    this.known = map.version;
    return [...statuses.keys(), ...leases.keys()].some((id) => !this.index.has(id));
  }

  hold(ids, until) {
    for (const i of this.indexes(ids)) {
      this.mine[i] = 1;
      this.until[i] = until;
      this.picked[i] = 0;
      this.touch(i);
    }
  }

  letGo(ids) {
    for (const i of this.indexes(ids)) {
      this.mine[i] = 0;
      this.until[i] = 0;
      this.touch(i);
    }
  }

  /** Of what was this user's, only these still are. */
  disown(except) {
    const kept = new Set(except);
    for (const i of this.all(MINE)) {
      if (kept.has(this.ids[i])) continue;
      this.mine[i] = 0;
      this.touch(i);
    }
  }

  /** Booked by this user. */
  keep(ids) {
    for (const i of this.indexes(ids)) {
      this.own[i] = 1;
      this.mine[i] = 0;
      if (this.shown[i] === BOOKED) this.dirty.add(i);
      this.touch(i);
    }
  }

  pick(i, on) {
    this.picked[i] = on ? 1 : 0;
    this.touch(i);
  }

  indexes(ids) {
    return ids.map((id) => this.index.get(id)).filter((i) => i !== undefined);
  }

  /** Seats in a state. */
  all(state) {
    const found = [];
    this.shown.forEach((shown, i) => shown === state && found.push(i));
    return found;
  }
}

/** A section as lines of seats; a row too long to be one is broken into several. */
function lines(section) {
  const rows = [];
  for (const row of section.rows) {
    const length = row.seats.length <= LONGEST_LINE
      ? row.seats.length
      : Math.min(LONGEST_LINE, Math.ceil(Math.sqrt(row.seats.length * 2)));
    for (let from = 0; from < row.seats.length; from += length) {
      let x = -1;
      let last;
      const seats = row.seats.slice(from, from + length).map((seat) => {
        // Where numbers are missing there is an aisle.
        x += last !== undefined && seat.number > last + 1 ? 2 : 1;
        last = seat.number;
        return { id: seat.id, number: seat.number, x };
      });
      rows.push({ name: row.name, seats, width: x + 1 });
    }
  }
  // Seats without numbers are rows of one each: side by side they are easier on the eye.
  if (rows.length > 20 && rows.every((row) => row.width === 1)) {
    return lines({ name: section.name, rows: [{ name: '', seats: rows.map((row) => row.seats[0]) }] });
  }
  return { name: section.name, rows, width: Math.max(...rows.map((row) => row.width)) };
}

/** How many blocks side by side fill the room best. */
function bestAcross(blocks, aspect) {
  const width = Math.max(...blocks.map((block) => block.width)) + 2;
  const height = Math.max(...blocks.map((block) => block.rows.length)) + 3;
  let best = 1;
  let size = 0;
  for (let across = 1; across <= blocks.length; across++) {
    const total = { width: across * width, height: Math.ceil(blocks.length / across) * height + 0.07 * across * width + 6 };
    const scale = Math.min(aspect / total.width, 1 / total.height);
    if (scale > size) [best, size] = [across, scale];
  }
  return best;
}
