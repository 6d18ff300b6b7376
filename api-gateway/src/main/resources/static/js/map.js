/**
 * Draws a hall on a canvas and takes pointer and keys. All seats in view are kept, drawn, in a layer somewhat larger
 * than the canvas: moving the plan copies the layer, a change redraws one seat of it.
 */

import { now } from './api.js';
import { BLOCKED, BOOKED, FREE, LEASED, MINE, OWN, PICKED } from './hall.js';

const MARGIN = 96;
const LARGEST = 44;
const FLASH_MS = 600;
const LEASE_MS = 120_000;
const LEVELS = 12;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

export class SeatMap {
  constructor(canvas, on) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d', { alpha: false });
    this.layer = document.createElement('canvas');
    this.on = on;
    this.hall = null;
    this.cursor = -1;
    this.hover = -1;
    this.flashes = [];
    this.sprites = new Map();
    this.pointers = new Map();
    new ResizeObserver(() => this.resize()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.recolour());
    setInterval(() => this.tick(), 1000);
    this.listen();
    this.recolour();
  }

  show(hall) {
    this.hall = hall;
    this.cursor = -1;
    this.hover = -1;
    this.flashes = [];
    this.drawn = null;
    this.fit();
  }

  recolour() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.colours = Object.fromEntries(
      ['map', 'free', 'leased', 'mine', 'booked', 'booked-mark', 'blocked', 'ink', 'quiet', 'stage', 'on-free', 'on-mine']
        .map((name) => [name, colour(name)]));
    this.redraw();
  }

  redraw() {
    this.sprites.clear();
    this.drawn = null;
    this.invalidate();
  }

  // --- the view ---------------------------------------------------------------------------------------------------

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    if (clientWidth === 0 || (clientWidth === this.width && clientHeight === this.height && ratio === this.ratio)) return;
    const untouched = !this.width || this.fitted;
    [this.width, this.height, this.ratio] = [clientWidth, clientHeight, ratio];
    this.canvas.width = Math.round(clientWidth * ratio);
    this.canvas.height = Math.round(clientHeight * ratio);
    this.layer.width = Math.round((clientWidth + 2 * MARGIN) * ratio);
    this.layer.height = Math.round((clientHeight + 2 * MARGIN) * ratio);
    if (untouched && this.hall) this.fit();
    // At once: a canvas that was resized is empty.
    this.redraw();
    this.frame();
  }

  fit() {
    if (!this.width || !this.hall) return;
    const { hall } = this;
    const pad = Math.min(28, this.width * 0.04);
    const top = -hall.sag - 5;
    const foot = 52;
    this.smallest = Math.min(
      (this.width - 2 * pad) / hall.width, (this.height - pad - foot) / (hall.height - top), LARGEST);
    this.scale = this.smallest;
    this.left = hall.middle - this.width / 2 / this.scale;
    this.top = (top + hall.height) / 2 - (this.height - foot + pad) / 2 / this.scale;
    this.fitted = true;
    this.invalidate();
  }

  zoom(factor, x = this.width / 2, y = this.height / 2) {
    if (!this.hall) return;
    const scale = Math.min(LARGEST, Math.max(this.smallest * 0.7, this.scale * factor));
    this.left += x / this.scale - x / scale;
    this.top += y / this.scale - y / scale;
    this.scale = scale;
    this.fitted = false;
    this.zoomed = performance.now();
    this.keepInSight();
  }

  move(dx, dy) {
    this.left -= dx / this.scale;
    this.top -= dy / this.scale;
    this.fitted = false;
    this.keepInSight();
  }

  keepInSight() {
    const { hall } = this;
    const [w, h] = [this.width / this.scale, this.height / this.scale];
    this.left = Math.min(hall.right + 1 - w * 0.3, Math.max(hall.left - w * 0.7, this.left));
    this.top = Math.min(hall.height - h * 0.3, Math.max(-hall.sag - 4 - h * 0.7, this.top));
    this.on.view();
    this.invalidate();
  }

  /** The middle of a seat, in pixels of the page. */
  point(i) {
    return {
      x: (this.hall.x(i) + 0.5 - this.left) * this.scale,
      y: (this.hall.y(i) + 0.5 - this.top) * this.scale,
    };
  }

  seatAt(x, y) {
    return this.hall ? this.hall.at(this.left + x / this.scale, this.top + y / this.scale) : -1;
  }

  focusOn(i) {
    this.cursor = i;
    this.hover = -1;
    if (i < 0) return;
    if (this.scale < 16) this.zoom(22 / this.scale, ...Object.values(this.point(i)));
    const { x, y } = this.point(i);
    const [mx, my] = [Math.min(90, this.width / 4), Math.min(90, this.height / 4)];
    const dx = x < mx ? mx - x : x > this.width - mx ? this.width - mx - x : 0;
    const dy = y < my ? my - y : y > this.height - my ? this.height - my - y : 0;
    if (dx || dy) this.move(dx, dy);
    this.invalidate();
  }

  // --- drawing ----------------------------------------------------------------------------------------------------

  invalidate() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.frame();
    });
  }

  changed(i, before, after) {
    if (!calm.matches && (after === LEASED || after === BOOKED || after === OWN) && this.flashes.length < 500) {
      this.flashes.push({ i, from: performance.now(), state: after });
    }
    this.invalidate();
  }

  /** Leases grow shorter; those that ended without an event are free. */
  tick() {
    const { hall } = this;
    if (!hall) return;
    const time = now();
    hall.until.forEach((until, i) => {
      if (until === 0) return;
      if (until <= time) hall.touch(i);
      else if (this.scale >= 8) hall.dirty.add(i);
    });
    if (hall.dirty.size) this.invalidate();
  }

  frame() {
    const { hall, context, canvas } = this;
    if (!this.width) return;
    context.fillStyle = this.colours.map;
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (!hall || !this.scale) return;
    const unit = this.scale * this.ratio;
    const left = Math.round(this.left * unit);
    const top = Math.round(this.top * unit);
    const { drawn, layer } = this;
    const settled = performance.now() - (this.zoomed ?? 0) > 90;
    const rescaled = drawn && drawn.unit !== unit;
    const inside = drawn && !rescaled && left >= drawn.left && top >= drawn.top
      && left + canvas.width <= drawn.left + layer.width && top + canvas.height <= drawn.top + layer.height;
    if (!drawn || (rescaled && (settled || this.cost < 5))) this.render(unit, left, top);
    else if (!rescaled) {
      this.repair();
      if (!inside) this.shift(left, top);
    }
    const f = unit / this.drawn.unit;
    context.imageSmoothingEnabled = f !== 1;
    if (f === 1) {
      context.drawImage(layer, this.drawn.left - left, this.drawn.top - top);
    } else {
      context.drawImage(layer, this.drawn.left * f - left, this.drawn.top * f - top, layer.width * f, layer.height * f);
      // Sharp again as soon as the zoom rests.
      this.invalidate();
    }
    this.overlay();
  }

  render(unit, left, top) {
    const began = performance.now();
    const { hall, layer } = this;
    const pen = (this.pen ??= layer.getContext('2d'));
    const margin = Math.round(MARGIN * this.ratio);
    if (this.drawn?.unit !== unit) this.sprites.clear();
    this.drawn = { unit, left: left - margin, top: top - margin };
    this.region(0, 0, layer.width, layer.height);
    hall.dirty.clear();
    this.cost = performance.now() - began;
  }

  /** The plan has left the layer: what is drawn already moves over, only what comes into view is drawn. */
  shift(left, top) {
    const { drawn, layer, pen } = this;
    const margin = Math.round(MARGIN * this.ratio);
    const [dx, dy] = [drawn.left - (left - margin), drawn.top - (top - margin)];
    const [w, h] = [layer.width, layer.height];
    drawn.left -= dx;
    drawn.top -= dy;
    if (Math.abs(dx) >= w || Math.abs(dy) >= h) {
      this.region(0, 0, w, h);
      return;
    }
    pen.globalCompositeOperation = 'copy';
    pen.drawImage(layer, dx, dy);
    pen.globalCompositeOperation = 'source-over';
    if (dx) this.region(dx > 0 ? 0 : w + dx, 0, Math.abs(dx), h);
    if (dy) this.region(dx > 0 ? dx : 0, dy > 0 ? 0 : h + dy, w - Math.abs(dx), Math.abs(dy));
  }

  /** Draws a part of the layer. */
  region(x, y, width, height) {
    const { hall, pen, drawn } = this;
    const { unit } = drawn;
    pen.save();
    pen.beginPath();
    pen.rect(x, y, width, height);
    pen.clip();
    pen.clearRect(x, y, width, height);
    this.surroundings(pen);
    const [from, to] = [(x + drawn.left) / unit - 1, (x + width + drawn.left) / unit + 1];
    const [above, below] = [(y + drawn.top) / unit - 1, (y + height + drawn.top) / unit + 1];
    for (let i = 0; i < hall.ids.length; i++) {
      if (hall.gx[i] < from || hall.gx[i] > to) continue;
      const sy = hall.y(i);
      if (sy >= above && sy <= below) this.seat(pen, i, false);
    }
    pen.restore();
  }

  repair() {
    for (const i of this.hall.dirty) this.seat(this.pen, i, true);
    this.hall.dirty.clear();
  }

  seat(pen, i, clear) {
    const { hall, drawn, layer } = this;
    const { unit } = drawn;
    const x = Math.round(hall.gx[i] * unit) - drawn.left;
    const y = Math.round(hall.y(i) * unit) - drawn.top;
    if (x < -unit || y < -unit || x > layer.width || y > layer.height) return;
    const size = Math.max(2, Math.floor(unit));
    if (clear) pen.clearRect(x, y, size, size);
    const state = hall.shown[i];
    if (size < 8 && (state === FREE || state === BOOKED)) {
      // Too small for round corners, and most of all seats: the fast way.
      const colour = state === FREE ? this.colours.free : this.colours.booked;
      if (pen.fillStyle !== colour) pen.fillStyle = colour;
      pen.fillRect(x, y, size - 1, size - 1);
      return;
    }
    pen.drawImage(this.sprite(state, this.level(state, i), size), x, y);
    if (unit / this.ratio >= 20 && hall.number[i] && state <= MINE) {
      pen.fillStyle = state === FREE ? this.colours['on-free'] : this.colours['on-mine'];
      pen.font = `600 ${Math.round(unit * 0.36)}px Inter, system-ui, sans-serif`;
      pen.textAlign = 'center';
      pen.textBaseline = 'middle';
      pen.fillText(hall.number[i], x + size / 2, y + size * 0.53, size * 0.7);
    }
  }

  /** How much of a lease is left, in steps. */
  level(state, i) {
    if ((state !== LEASED && state !== MINE) || this.scale < 8) return LEVELS;
    return Math.max(1, Math.min(LEVELS, Math.ceil(((this.hall.until[i] - now()) / LEASE_MS) * LEVELS)));
  }

  sprite(state, level, size) {
    const key = state * 100 + level;
    let sprite = this.sprites.get(key);
    if (!sprite) {
      sprite = document.createElement('canvas');
      sprite.width = sprite.height = size;
      paint(sprite.getContext('2d'), state, level / LEVELS, size, this.colours, this.ratio);
      this.sprites.set(key, sprite);
    }
    return sprite;
  }

  /** The stage, and the names of sections and rows. */
  surroundings(pen) {
    const { hall, drawn } = this;
    const { unit } = drawn;
    const px = (x) => x * unit - drawn.left;
    const py = (y) => y * unit - drawn.top;
    const half = Math.max(3, hall.width * 0.26);
    const lift = hall.blocks.some((block) => block.name) ? 4.2 : 2.6;
    const edge = (x) => py(hall.bend(x) - lift);
    pen.beginPath();
    for (let step = 0; step <= 40; step++) {
      const x = hall.middle - half + (step / 20) * half;
      pen.lineTo(px(x), edge(x));
    }
    pen.lineWidth = Math.min(16 * this.ratio, Math.max(3 * this.ratio, 1.1 * unit));
    pen.lineCap = 'round';
    pen.strokeStyle = this.colours.stage;
    pen.stroke();
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillStyle = this.colours.quiet;
    const stage = Math.min(15 * this.ratio, Math.max(10 * this.ratio, unit * 0.7));
    pen.font = `600 ${stage}px Inter, system-ui, sans-serif`;
    pen.letterSpacing = `${stage * 0.3}px`;
    pen.fillText('STAGE', px(hall.middle), py(-lift) - (unit < stage * 1.2 ? stage * 0.9 + unit / 2 : 0));
    pen.letterSpacing = '0px';
    const label = Math.min(18 * this.ratio, Math.max(9 * this.ratio, unit * 1.1));
    pen.font = `600 ${label}px Inter, system-ui, sans-serif`;
    for (const block of hall.blocks) {
      if (block.name && 3 * unit > label * 1.1) {
        const x = block.x + block.width / 2;
        const half = Math.min(block.width, pen.measureText(block.name).width / unit) / 2;
        const top = Math.min(hall.bend(x), hall.bend(x - half), hall.bend(x + half));
        pen.fillText(block.name, px(x), py(block.y + top) - label * 0.75, 2 * half * unit);
      }
    }
    if (unit / this.ratio < 15) return;
    pen.font = `500 ${Math.round(Math.min(13 * this.ratio, unit * 0.45))}px Inter, system-ui, sans-serif`;
    for (let i = 0; i < hall.ids.length; i++) {
      if (hall.row[i] && hall.on(hall.gx[i] - 1, hall.gy[i]) < 0) {
        pen.fillText(hall.row[i], px(hall.gx[i] - 0.55), py(hall.y(i) + 0.5), unit);
      }
    }
  }

  /** What moves: flashes of changes, the seat under the pointer, the cursor. */
  overlay() {
    const { context, hall } = this;
    const time = performance.now();
    this.flashes = this.flashes.filter((flash) => time - flash.from < FLASH_MS);
    context.save();
    context.scale(this.ratio, this.ratio);
    context.lineWidth = this.scale < 9 ? 1 : 1.5;
    for (const { i, from, state } of this.flashes) {
      const t = (time - from) / FLASH_MS;
      const { x, y } = this.point(i);
      if (x < 0 || y < 0 || x > this.width || y > this.height) continue;
      context.globalAlpha = 0.8 * (1 - t);
      context.strokeStyle = state === LEASED ? this.colours.leased : state === OWN ? this.colours.mine : this.colours.quiet;
      context.beginPath();
      context.arc(x, y, this.scale * 0.5 + t * (2 + this.scale * 0.35), 0, 7);
      context.stroke();
    }
    context.globalAlpha = 1;
    if (this.hover >= 0) this.ring(this.hover, this.colours.ink, 1.5);
    if (this.cursor >= 0 && document.activeElement === this.canvas) {
      this.ring(this.cursor, this.colours.map, 6);
      this.ring(this.cursor, this.colours.mine, 3);
    }
    context.restore();
    if (this.flashes.length) this.invalidate();
  }

  ring(i, colour, width) {
    const { x, y } = this.point(i);
    const half = Math.max(4, this.scale / 2 + 1);
    this.context.strokeStyle = colour;
    this.context.lineWidth = width;
    this.context.beginPath();
    this.context.roundRect(x - half, y - half, 2 * half, 2 * half, half * 0.4);
    this.context.stroke();
  }

  // --- pointer and keys -------------------------------------------------------------------------------------------

  listen() {
    const { canvas } = this;
    canvas.addEventListener('pointerdown', (event) => this.down(event));
    canvas.addEventListener('pointermove', (event) => this.drag(event));
    canvas.addEventListener('pointerup', (event) => this.up(event));
    canvas.addEventListener('pointercancel', (event) => this.pointers.delete(event.pointerId));
    canvas.addEventListener('pointerleave', () => this.pointAt(-1));
    canvas.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-Math.sign(event.deltaY) * Math.min(80, Math.abs(event.deltaY)) * 0.004),
        event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.addEventListener('keydown', (event) => this.key(event));
    canvas.addEventListener('focus', () => {
      // By keyboard, not by click.
      if (canvas.matches(':focus-visible') && this.hall && this.pointers.size === 0) {
        this.focusOn(this.cursor >= 0 ? this.cursor : this.start());
        this.on.cursor(this.cursor);
      }
    });
    canvas.addEventListener('blur', () => this.invalidate());
  }

  /** Where the cursor begins: the free seat nearest to the middle of the first row. */
  start() {
    const { hall } = this;
    let best = 0;
    let distance = Infinity;
    hall.shown.forEach((state, i) => {
      const d = Math.hypot(hall.gx[i] + 0.5 - hall.middle, hall.gy[i] * 3) + (state === FREE ? 0 : 1000);
      if (d < distance) [best, distance] = [i, d];
    });
    return best;
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    this.travel = this.pointers.size === 1 ? 0 : Infinity;
  }

  drag(event) {
    const pointer = this.pointers.get(event.pointerId);
    if (!pointer) {
      if (event.pointerType === 'mouse') this.pointAt(this.seatAt(event.offsetX, event.offsetY));
      return;
    }
    const [x, y] = [event.offsetX, event.offsetY];
    if (this.pointers.size === 2) {
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
      const before = Math.hypot(pointer.x - other.x, pointer.y - other.y);
      const after = Math.hypot(x - other.x, y - other.y);
      this.move((x - pointer.x) / 2, (y - pointer.y) / 2);
      if (before > 0) this.zoom(after / before, (x + other.x) / 2, (y + other.y) / 2);
    } else {
      this.travel += Math.hypot(x - pointer.x, y - pointer.y);
      if (this.travel > 6) {
        this.move(x - pointer.x, y - pointer.y);
        this.pointAt(-1);
        this.canvas.classList.add('dragging');
      }
    }
    Object.assign(pointer, { x, y });
  }

  up(event) {
    this.canvas.classList.remove('dragging');
    if (!this.pointers.delete(event.pointerId) || this.travel > 6) return;
    const [x, y] = [event.offsetX, event.offsetY];
    const i = this.seatAt(x, y);
    // No finger hits a seat of a few pixels: the first tap comes closer.
    if (event.pointerType !== 'mouse' && this.scale < 18) this.zoom(28 / this.scale, x, y);
    else if (i >= 0) {
      this.cursor = i;
      this.on.pick(i);
    }
  }

  pointAt(i) {
    if (i === this.hover) return;
    this.hover = i;
    this.on.hover(i);
    this.invalidate();
  }

  key(event) {
    if (!this.hall || event.ctrlKey || event.metaKey || event.altKey) return;
    const from = this.cursor >= 0 ? this.cursor : this.start();
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (steps[event.key]) this.goTo(this.cursor < 0 ? from : this.hall.next(from, ...steps[event.key]));
    else if (event.key === 'Home') this.goTo(this.hall.end(from, -1));
    else if (event.key === 'End') this.goTo(this.hall.end(from, 1));
    else if (event.key === ' ') this.on.pick(from);
    else if (event.key === 'Enter') this.on.act();
    else if (event.key === 'Escape') this.on.cancel();
    else if (event.key === '+' || event.key === '=') this.zoom(1.4);
    else if (event.key === '-') this.zoom(1 / 1.4);
    else if (event.key === '0') this.fit();
    else return;
    event.preventDefault();
  }

  goTo(i) {
    this.focusOn(i);
    this.on.cursor(i);
  }
}

/** One seat of a size. States differ in shape and mark, not in colour alone. */
export function paint(pen, state, left, size, colours, ratio) {
  const middle = size / 2;
  const gap = size < 6 ? 0.5 : size * 0.1;
  const marked = size >= 9;
  const box = (inset, corner) => {
    pen.beginPath();
    pen.roundRect(inset, inset, size - 2 * inset, size - 2 * inset, corner);
  };
  const stroke = (colour, width) => {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.lineCap = pen.lineJoin = 'round';
    pen.stroke();
  };
  const lines = (...points) => {
    pen.beginPath();
    for (const [x, y, jump] of points) jump ? pen.moveTo(x * size, y * size) : pen.lineTo(x * size, y * size);
  };
  switch (state) {
    case FREE:
      box(gap, size * 0.22);
      pen.fillStyle = colours.free;
      pen.fill();
      break;
    case PICKED:
      box(gap * 0.6, size * 0.22);
      pen.fillStyle = colours.mine;
      pen.fill();
      break;
    case MINE:
      pen.beginPath();
      pen.arc(middle, middle, middle - gap * 0.4, 0, 7);
      pen.fillStyle = colours.mine;
      pen.fill();
      if (marked) {
        pen.beginPath();
        pen.arc(middle, middle, middle - gap * 1.4, -Math.PI / 2, -Math.PI / 2 + left * 2 * Math.PI);
        stroke(colours['on-mine'], Math.max(ratio, size * 0.08));
      }
      break;
    case OWN:
      pen.beginPath();
      pen.arc(middle, middle, middle - gap * 0.4, 0, 7);
      pen.fillStyle = colours.mine;
      pen.fill();
      if (marked) {
        lines([0.28, 0.52, true], [0.44, 0.68], [0.73, 0.35]);
        stroke(colours['on-mine'], Math.max(1.5 * ratio, size * 0.12));
      }
      break;
    case LEASED:
      lines([0.5, 0.02, true], [0.98, 0.5], [0.5, 0.98], [0.02, 0.5]);
      pen.closePath();
      pen.fillStyle = colours.leased;
      if (!marked) {
        pen.fill();
        break;
      }
      // The filled part is the time that is left.
      pen.globalAlpha = 0.35;
      pen.fill();
      pen.globalAlpha = 1;
      pen.save();
      pen.clip();
      pen.beginPath();
      pen.moveTo(middle, middle);
      pen.arc(middle, middle, size, -Math.PI / 2, -Math.PI / 2 + left * 2 * Math.PI);
      pen.closePath();
      pen.fill();
      pen.restore();
      break;
    case BOOKED:
      box(marked ? size * 0.16 : gap, size * 0.16);
      pen.fillStyle = colours.booked;
      pen.fill();
      if (marked) {
        lines([0.36, 0.36, true], [0.64, 0.64], [0.64, 0.36, true], [0.36, 0.64]);
        stroke(colours['booked-mark'], Math.max(ratio, size * 0.07));
      }
      break;
    case BLOCKED:
      box(Math.max(gap, 1), size * 0.16);
      stroke(colours.blocked, Math.max(1, size * 0.06));
      if (marked) {
        lines([0.3, 0.5, true], [0.7, 0.5]);
        stroke(colours.blocked, Math.max(ratio, size * 0.07));
      }
  }
}
