/* Train it yourself: a small network on points in the plane, every setting in the reader's hands. */
import { el, joined, set, short, svg, ten } from "./core.js";
import { CELLS, MOST, asData, code, place, read } from "./drawn.js";
import { FUNCTION, written } from "./functions.js";
import { ACTIVATIONS, OPTIMIZERS } from "./net.js";
import { behind, scatter } from "./plane.js";
import { CLASSES, points } from "./points.js";

export const ABOUT = {
  "words": [
    "title", "data", "data_spiral", "data_moons", "data_xor", "data_function", "data_hand", "depth", "width",
    "activation", "activation_none", "optimizer", "optimizer_momentum", "rate", "seed", "train",
    "pause", "step", "reset", "plane", "curve", "now", "now_hand", "diverged", "higher", "dead",
    "faint", "limit", "draw", "undo", "few", "cursor", "code", "copy", "copied",
    "f", "f_disc", "f_wave", "f_checks", "f_rings", "f_unread"
  ],
  "heights": [27, 45]
};

const LIMITS = {
  data: { value: "spiral", of: Object.keys(CLASSES) },
  depth: { value: 1, min: 0, max: 8 },
  width: { value: 32, min: 1, max: 64 },
  activation: { value: "relu", of: ACTIVATIONS },
  optimizer: { value: "adam", of: OPTIMIZERS },
  rate: { value: 0.01, of: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10] },
  seed: { value: 0, min: 0, max: 99 },
  f: FUNCTION,
};
const MARKS = ["●", "▲", "■"];

export function mount(figure) {
  const { words } = figure;
  const settings = figure.settings(LIMITS);
  const drawn = read(figure.told().points);
  const worker = new Worker(new URL("./trainer-worker.js", import.meta.url), { type: "module" });
  let [run, running, now, losses, cursor, frame] = [0, false, null, [], null, 0];

  /* ---- What can be set --------------------------------------------------------------------------- */

  const controls = el(
    "div",
    { class: "live-controls" },
    figure.choice("data", settings, reset),
    figure.choice("activation", settings, reset),
    figure.choice("optimizer", settings, reset),
    figure.slider("depth", settings, reset),
    figure.slider("width", settings, reset),
    figure.slider("rate", settings, reset),
    figure.slider("seed", settings, reset),
  );
  const go = figure.button("train", () => (running ? send("pause") : ready() && send("train")));
  go.classList.add("md-button--primary");
  const buttons = el(
    "div",
    { class: "live-buttons" },
    go,
    figure.button("step", () => ready() && send("step")),
    figure.button("reset", () => reset()),
  );

  let pen = 0;
  const hand = el("div", { class: "live-hand" });
  const marks = MARKS.map((mark, c) => {
    const button = el("button", { type: "button", "aria-pressed": c === 0 }, `${mark} ${c}`);
    button.addEventListener("click", () => choose(c));
    return button;
  });
  const choose = (c) => {
    pen = c;
    marks.forEach((mark, i) => mark.setAttribute("aria-pressed", i === c));
  };
  choose(0);
  hand.append(el("span", {}, words.draw), ...marks, figure.button("undo", () => edit(() => drawn.pop())));

  const functions = written(figure, settings, reset);

  /* ---- Training, which the worker does ------------------------------------------------------------- */

  function send(what, more = {}) {
    if (what === "train") setRunning(true);
    worker.postMessage({ do: what, ...more });
  }

  function setRunning(value) {
    running = value;
    go.textContent = running ? words.pause : words.train;
  }

  function ready() {
    const enough = settings.data !== "hand" || new Set(drawn.map(([, , c]) => c)).size > 1;
    if (!enough) figure.say(words.few);
    return enough;
  }

  function reset() {
    setRunning(false);
    figure.keep(settings, settings.data === "hand" ? { points: code(drawn) } : {});
    hand.hidden = settings.data !== "hand";
    functions.hidden = settings.data !== "function";
    canvas.classList.toggle("drawable", !hand.hidden);
    set(canvas, { tabindex: hand.hidden ? false : "0" });
    [losses, now] = [[], null];
    run++;
    const calm = figure.calm.matches;
    if (hand.hidden || drawn.length)
      send("begin", { settings, drawn: asData(drawn), calm, number: run });
    paint();
    if (!hand.hidden && !drawn.length) figure.say(words.few);
    if (panel.open) tellCode();
  }

  worker.onmessage = ({ data }) => {
    if (data.run !== run) return;
    now = data;
    for (const loss of data.losses) losses.push(loss);
    const stopped = running && !data.running;
    setRunning(data.running);
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      paint();
    });
    const late = !data.steps && functions.querySelector("[aria-invalid]"); // of what was written before
    if (!late) figure.say(report(), stopped || !data.running);
  };

  function report() {
    const share = (part) => `${(100 * part).toFixed(0)}%`;
    const { steps, loss, accuracy, fresh, why } = now;
    const told = { steps, loss: short(loss), accuracy: share(accuracy), fresh: share(fresh ?? 0) };
    const values = ["first", "last", "jump", "slope"].map((key) => [key, short(now[key] ?? NaN)]);
    const less = LIMITS.rate.of[Math.max(0, LIMITS.rate.of.indexOf(settings.rate) - 2)];
    const more = { ...told, ...Object.fromEntries(values), layer: now.layer, less, rate: settings.rate };
    const parts = [figure.word(fresh === null ? "now_hand" : "now", told)];
    if (why) parts.push(figure.word(why, more));
    else if (!now.running && steps >= 20_000) parts.push(words.limit);
    return why === "diverged" ? figure.word(why, more) : joined(...parts);
  }

  /* ---- The plane ------------------------------------------------------------------------------------- */

  const canvas = el("canvas", { role: "img", "aria-label": words.plane });
  const [small, above] = [document.createElement("canvas"), document.createElement("canvas")];
  let dotted;
  const shown = () => (settings.data === "hand" ? asData(drawn) : given());
  let kept = {};
  const given = () => {
    const key = `${settings.data} ${settings.seed} ${settings.f}`;
    if (kept.key !== key) kept = { key, data: points(settings, settings.seed) };
    return kept.data;
  };

  function paint() {
    const side = canvas.clientWidth * devicePixelRatio;
    if (!side) return;
    if (canvas.width !== Math.round(side)) canvas.width = canvas.height = Math.round(side);
    const [pencil, wide] = [canvas.getContext("2d"), canvas.width];
    pencil.clearRect(0, 0, wide, wide);
    if (now) pencil.drawImage(regions(), 0, 0, wide, wide);
    pencil.drawImage(dots(wide), 0, 0);
    if (cursor && document.activeElement === canvas) {
      pencil.strokeStyle = getComputedStyle(canvas).color;
      const cell = wide / CELLS;
      pencil.strokeRect((cursor[0] - 0.5) * cell, (CELLS - cursor[1] - 1.5) * cell, 2 * cell, 2 * cell);
    }
    curve();
  }

  /* The points, drawn anew when they, the size or the colours change. */
  function dots(wide) {
    const rim = behind(canvas);
    const key = `${settings.data} ${settings.f} ${settings.seed} ${code(drawn)} ${wide} ${rim}`;
    if (key === dotted) return above;
    dotted = key;
    scatter(above, shown(), wide, Math.max(2.2, canvas.clientWidth / 130) * devicePixelRatio, canvas);
    return above;
  }

  function regions() {
    small.width = small.height = now.grid;
    small.getContext("2d").putImageData(new ImageData(now.pixels, now.grid), 0, 0);
    return small;
  }

  /* ---- Drawing by hand: mouse, finger or arrow keys ---------------------------------------------------- */

  function edit(change) {
    change();
    reset();
  }

  function add(x, y) {
    const inside = x >= 0 && y >= 0 && x < CELLS && y < CELLS;
    const taken = drawn.some(([column, row]) => column === x && row === y);
    if (inside && !taken && drawn.length < MOST) edit(() => drawn.push([x, y, pen]));
  }

  const cell = (event) => {
    const box = canvas.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * CELLS);
    return [x, CELLS - 1 - Math.floor(((event.clientY - box.top) / box.height) * CELLS)];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (hand.hidden || event.button) return;
    canvas.setPointerCapture(event.pointerId);
    cursor = cell(event);
    add(...cursor);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    const next = cell(event);
    if (Math.hypot(next[0] - cursor[0], next[1] - cursor[1]) < 2) return; // as far apart as marks are
    cursor = next;
    add(...cursor);
  });
  canvas.addEventListener("keydown", (event) => {
    if (hand.hidden) return;
    cursor ??= [CELLS / 2, CELLS / 2];
    const moves = { ArrowLeft: [-2, 0], ArrowRight: [2, 0], ArrowUp: [0, 2], ArrowDown: [0, -2] };
    if (moves[event.key]) {
      const limit = (value) => Math.max(0, Math.min(CELLS - 1, value));
      cursor = cursor.map((value, i) => limit(value + moves[event.key][i]));
      const [x, y] = cursor.map((value) => short(place(value), 2));
      figure.say(figure.word("cursor", { x, y }));
    } else if (event.key === "Enter" || event.key === " ") add(...cursor);
    else if (event.key === "Backspace" || event.key === "Delete") edit(() => drawn.pop());
    else if ("012".includes(event.key)) choose(Number(event.key));
    else return;
    event.preventDefault();
    paint();
  });
  for (const type of ["focus", "blur"]) canvas.addEventListener(type, () => paint());

  /* ---- The loss curve ----------------------------------------------------------------------------------- */

  const line = svg("path", { class: "live-line" });
  const ticks = svg("g", {});
  const chart = svg("svg", { viewBox: "0 0 320 120", role: "img", "aria-label": words.curve }, ticks, line);

  function curve() {
    const stride = Math.max(1, Math.ceil(losses.length / 280));
    const shown = losses.filter((_, i) => i % stride === 0 || i === losses.length - 1);
    const known = shown.filter((loss) => Number.isFinite(loss) && loss > 0).map(Math.log10);
    const low = Math.floor(Math.min(0, ...known));
    const high = Math.max(low + 1, Math.ceil(Math.max(0.1, ...known)));
    const y = (power) => 100 - (92 * (Math.min(power, high) - low)) / (high - low);
    const x = (i) => 44 + (270 * i) / Math.max(shown.length - 1, 1);
    const places = shown.map((loss, i) => [x(i), y(Number.isFinite(loss) ? Math.log10(loss) : high)]);
    line.setAttribute("d", places.length ? `M${places.map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`).join("L")}` : "");
    const jump = Math.ceil((high - low) / 4);
    const powers = Array.from({ length: Math.floor((high - low) / jump) + 1 }, (_, i) => low + i * jump);
    ticks.replaceChildren(
      ...powers.flatMap((power) => [
        svg("path", { class: "live-grid", d: `M44 ${y(power)}H314` }),
        svg("text", { x: 38, y: y(power) + 4, "text-anchor": "end" }, tick(power)),
      ]),
      svg("text", { x: 314, y: 116, "text-anchor": "end" }, String(losses.length)),
      svg("text", { x: 44, y: 116 }, words.curve),
    );
  }

  /* ---- The same in PyTorch --------------------------------------------------------------------------------- */

  const pre = el("pre", { tabindex: "0", role: "region", "aria-label": words.code });
  const copy = figure.button("copy", async () => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
      figure.say(words.copied);
    } catch {
      getSelection().selectAllChildren(pre); // not allowed: to be copied by hand
    }
  });
  const panel = el("details", { class: "live-code" }, el("summary", {}, words.code), copy, pre);
  panel.addEventListener("toggle", () => panel.open && tellCode());

  async function tellCode() {
    const { script } = await import("./pytorch.js");
    const steps = Math.max(losses.length, 50);
    pre.textContent = script(settings, asData(drawn), CLASSES[settings.data], steps);
  }

  const left = el("div", { class: "live-left" }, canvas, hand, functions);
  const right = el("div", { class: "live-right" }, controls, buttons, chart);
  figure.app.append(el("div", { class: "live-columns" }, left, right), figure.readout, panel);
  figure.draw(canvas, paint);
  reset();
}

/* A power of ten at the axis: 0.01, 10⁻⁵. */
const tick = (power) => (Math.abs(power) < 4 ? String(Number(`1e${power}`)) : ten(power));
