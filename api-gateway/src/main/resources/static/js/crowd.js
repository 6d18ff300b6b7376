/** The crowd of the standalone system: other gateways serve a crowd.json that says there is none. */

import { Refused, call, get } from './api.js';

const element = (id) => document.getElementById(id);

export async function crowd(showId) {
  let running = false;

  function show(run) {
    running = run.running;
    element('crowd-start').textContent = running ? 'Stop the crowd' : 'Simulate a crowd';
    element('crowd-buyers').disabled = running;
    element('crowd-counts').hidden = run.seconds === 0;
    element('crowd-leased').textContent = run.leased;
    element('crowd-booked').textContent = run.booked;
    element('crowd-lost').textContent = run.lost;
    element('crowd-rate').textContent = run.bookings_per_second.toFixed(0);
    element('crowd-left').hidden = !running;
    element('crowd-left').value = running ? run.left_seconds / run.seconds : 0;
    if (running) setTimeout(refresh, 400);
  }

  const refresh = () => get('/crowd.json').then(show, () => setTimeout(refresh, 2000));

  const run = await get('/crowd.json').catch(() => ({ available: false }));
  if (!run.available) return;
  element('crowd').hidden = false;
  show(run);
  element('crowd-start').addEventListener('click', async () => {
    try {
      const { answer } = running
        ? await call('DELETE', '/crowd.json')
        : await call('POST', '/crowd.json', {
          show_id: showId(), buyers: Number(element('crowd-buyers').value), seconds: 30,
        });
      const wasRunning = running;
      running = answer.running;
      // While it runs there is a refresh under way already.
      if (!wasRunning || !running) show(answer);
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
    }
  });
}
