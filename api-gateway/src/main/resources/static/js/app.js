/** Puts the parts together: the show that was chosen, its map, its stream, the buyer's panel. */

import { Refused, get, now, persist } from './api.js';
import { Booking, explain } from './booking.js';
import { crowd } from './crowd.js';
import { BOOKED, BLOCKED, FREE, Hall, LEASED, MINE, OWN, PICKED, WORDS } from './hall.js';
import { follow } from './live.js';
import { SeatMap, paint } from './map.js';

/** What is on the screen, for tests and for the browser's console: `(await import('/js/app.js')).current()`. */
export const current = () => ({ hall, map });

const MAX_SEATS = 50;
const element = (id) => document.getElementById(id);
const canvas = element('map');

let hall = null;
let booking = null;
let leave = () => {};
let turn = 0;

const map = new SeatMap(canvas, {
  pick: toggle,
  act,
  cancel,
  view: () => (element('tip').hidden = true),
  hover: tip,
  cursor: (i) => say(`${hall.name(i)}: ${describe(i)}`),
});

// --- what is shown and said ---------------------------------------------------------------------------------------

/** To the eye in the panel, to the ear through its live region. */
function say(text) {
  element('seat-said').textContent = text;
}

function notice({ phase, text, bad, timings }) {
  document.body.dataset.phase = phase;
  const box = element('notice');
  box.textContent = text;
  box.className = bad ? 'bad' : phase === 'booked' ? 'good' : '';
  for (const name of ['lock', 'accepted', 'decided']) {
    const ms = timings[name];
    element(`time-${name}`).textContent = ms === undefined ? '–' : `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
  }
  element('timings').hidden = Object.keys(timings).length === 0;
  refresh();
}

const clock = (ms) => `${Math.floor(ms / 60_000)}:${String(Math.floor((ms % 60_000) / 1000)).padStart(2, '0')}`;

function describe(i) {
  const state = hall.shown[i];
  const left = hall.until[i] - now();
  return WORDS[state] + ((state === LEASED || state === MINE) && left > 0 ? `, ${clock(left)} left` : '');
}

function tip(i) {
  const box = element('tip');
  box.hidden = i < 0;
  if (i < 0) return;
  element('tip-seat').textContent = hall.name(i);
  element('tip-state').textContent = describe(i);
  const { x, y } = map.point(i);
  const below = y < 80;
  box.style.left = `${Math.min(Math.max(x, 90), map.width - 90)}px`;
  box.style.top = `${below ? y + map.scale / 2 + 10 : y - map.scale / 2 - 10}px`;
  box.classList.toggle('below', below);
}

let refreshing = false;

/** Counts and buttons, at most once a frame. */
function refresh() {
  if (refreshing) return;
  refreshing = true;
  requestAnimationFrame(() => {
    refreshing = false;
    if (hall) panel();
  });
}

function panel() {
  const { counts } = hall;
  const total = hall.ids.length;
  const share = { free: counts[FREE] + counts[PICKED], leased: counts[LEASED] + counts[MINE],
    booked: counts[BOOKED] + counts[OWN], blocked: counts[BLOCKED] };
  for (const [name, count] of Object.entries(share)) {
    element(`count-${name}`).textContent = count.toLocaleString('en');
    element(`bar-${name}`).style.flexGrow = count / total;
  }
  const picked = hall.all(PICKED);
  const mine = hall.all(MINE);
  const own = hall.all(OWN);
  const busy = document.body.dataset.phase === 'busy';
  chips(picked, mine, own);
  const button = element('act');
  button.disabled = busy || picked.length + mine.length === 0;
  button.textContent = busy ? 'One moment …'
    : picked.length ? `Lock ${seats(picked.length)}`
      : mine.length ? `Confirm ${seats(mine.length)}` : 'Pick a seat';
  button.dataset.does = busy ? 'wait' : picked.length ? 'lock' : mine.length ? 'confirm' : 'none';
  element('cancel').hidden = busy || picked.length + mine.length === 0;
  element('cancel').textContent = mine.length ? 'Let go' : 'Clear';
  element('best').hidden = picked.length + mine.length > 0;
  const until = Math.min(...mine.map((i) => hall.until[i]));
  element('left').hidden = mine.length === 0;
  if (mine.length) element('left').textContent = `Held for you for ${clock(Math.max(0, until - now()))}`;
  element('panel').dataset.empty = picked.length + mine.length + own.length === 0;
  if (map.hover >= 0) tip(map.hover);
}

const seats = (count) => `${count} ${count === 1 ? 'seat' : 'seats'}`;

let chipped = '';

function chips(...groups) {
  const key = JSON.stringify(groups);
  if (key === chipped) return;
  chipped = key;
  const list = element('seats');
  list.replaceChildren(...groups.flatMap((group, kind) => group.map((i) => {
    const chip = document.createElement('li');
    chip.textContent = hall.ids[i];
    chip.className = ['picked', 'mine', 'own'][kind];
    chip.title = `${hall.name(i)}: ${WORDS[hall.shown[i]]}`;
    return chip;
  })));
}

// --- what the buyer does ------------------------------------------------------------------------------------------

function toggle(i) {
  const state = hall.shown[i];
  if (booking.phase === 'busy') return;
  if (state === FREE && hall.counts[PICKED] + hall.counts[MINE] >= MAX_SEATS) {
    notice({ phase: 'idle', text: `No more than ${MAX_SEATS} seats at a time.`, bad: true, timings: {} });
  } else if (state === FREE || state === PICKED) {
    hall.pick(i, state === FREE);
    if (booking.phase === 'booked') booking.step('idle', '');
    say(`${hall.name(i)}: ${describe(i)}`);
  } else if (state === MINE) {
    booking.release([hall.ids[i]]);
  } else {
    notice({ phase: booking.phase, text: `${hall.ids[i]} is ${describe(i)}.`, bad: state !== OWN, timings: {} });
  }
  refresh();
}

function act() {
  const picked = hall.all(PICKED);
  const mine = hall.all(MINE);
  if (picked.length) booking.lock(picked.map((i) => hall.ids[i]));
  else if (mine.length) booking.confirm(mine.map((i) => hall.ids[i]));
}

function cancel() {
  hall.all(PICKED).forEach((i) => hall.pick(i, false));
  const mine = hall.all(MINE);
  if (mine.length && booking.phase !== 'busy') booking.release(mine.map((i) => hall.ids[i]));
  refresh();
}

/** The map follows the server; what touches this buyer is said. */
function changed(i, before, after) {
  map.changed(i, before, after);
  // While a lock is on its way its own event may come before its answer.
  if (before === PICKED && after >= LEASED && booking.phase !== 'busy') {
    hall.picked[i] = 0;
    notice({ phase: booking.phase, text: `${hall.ids[i]} was taken before you: ${WORDS[after]}.`, bad: true, timings: booking.timings });
  } else if (before === MINE && (after <= PICKED || after === LEASED) && booking.phase !== 'busy') {
    const gone = after === LEASED ? `; it is ${WORDS[LEASED]}` : '';
    notice({ phase: 'idle', text: `Your lease of ${hall.ids[i]} has ended${gone}.`, bad: true, timings: {} });
  } else if (i === map.cursor && document.activeElement === canvas) {
    say(`${hall.name(i)}: now ${describe(i)}`);
  }
  refresh();
}

// --- shows --------------------------------------------------------------------------------------------------------

async function open(showId, complaint = '') {
  const mine = ++turn;
  leave();
  live('connecting');
  const layout = await persist(() => get(`/shows/${showId}/layout`), () => live('lost'));
  if (mine !== turn) return;
  const room = element('room');
  hall = new Hall(showId, layout, room.clientWidth / room.clientHeight);
  hall.onChange = changed;
  booking = new Booking(hall, { step: notice });
  chipped = '';
  map.show(hall);
  notice({ phase: 'idle', text: complaint, bad: complaint !== '', timings: {} });
  watch();
}

/** Browsers have six connections for all tabs together: one that nobody sees gives its stream back. */
function watch() {
  leave();
  live('connecting');
  if (document.hidden) return;
  const mine = turn;
  const { showId } = hall;
  leave = follow(hall, {
    state: (on) => live(on ? 'live' : 'lost'),
    // Events and snapshots do not say whose a lease is.
    synced: () => booking.restore(),
    stale: () => mine === turn && open(showId),
  });
}

function live(state) {
  document.body.dataset.live = state;
  element('live').textContent = { live: 'Live', lost: 'Reconnecting …', connecting: 'Connecting …' }[state];
  refresh();
}

/** All of them; ids need no encoding. */
async function list() {
  const shows = [];
  for (let next = ''; next !== null;) {
    const page = await persist(() => get(`/shows?limit=1000${next ? `&after=${next}` : ''}`), () => live('lost'));
    shows.push(...page.shows.map((show) => show.show_id));
    next = page.next ?? null;
  }
  return shows;
}

async function start() {
  const picker = element('show');
  let shows = [];
  const choose = async () => {
    const wanted = location.hash.slice(1);
    if (!shows.includes(wanted)) {
      // At the start; or it was made meanwhile.
      shows = await list();
      picker.replaceChildren(...shows.map((show) => new Option(show, show)));
    }
    if (shows.includes(wanted)) picker.value = wanted;
    else if (hall) picker.value = hall.showId;
    const complaint = wanted === '' || shows.includes(wanted) ? '' : `There is no show ${wanted}; this is ${picker.value}.`;
    if (picker.value) open(picker.value, complaint);
    else notice({ phase: 'idle', text: 'There is no show yet. PUT /shows/{show_id} makes one.', bad: false, timings: {} });
  };
  picker.addEventListener('change', () => (location.hash = picker.value));
  addEventListener('hashchange', choose);
  document.addEventListener('visibilitychange', () => hall && watch());
  // First, for its part of the panel takes from the room for the map.
  await crowd(() => picker.value);
  choose();
}

function legend() {
  const states = { free: FREE, mine: MINE, leased: LEASED, booked: BOOKED, own: OWN, blocked: BLOCKED };
  for (const mark of document.querySelectorAll('canvas[data-mark]')) {
    const ratio = Math.min(devicePixelRatio || 1, 2);
    mark.width = mark.height = 16 * ratio;
    paint(mark.getContext('2d'), states[mark.dataset.mark], 0.7, mark.width, map.colours, ratio);
  }
}

element('act').addEventListener('click', act);
element('cancel').addEventListener('click', cancel);
element('closer').addEventListener('click', () => map.zoom(1.5));
element('farther').addEventListener('click', () => map.zoom(1 / 1.5));
element('whole').addEventListener('click', () => map.fit());
for (const button of document.querySelectorAll('[data-best]')) {
  button.addEventListener('click', async () => {
    const [first] = hall.indexes(await booking.best(Number(button.dataset.best)));
    if (first !== undefined) map.focusOn(first);
  });
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', legend);
setInterval(() => hall && refresh(), 1000);
legend();
start().catch((refused) => {
  if (!(refused instanceof Refused)) throw refused;
  notice({ phase: 'idle', text: explain(refused), bad: true, timings: {} });
});
