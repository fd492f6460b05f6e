/* Folding: the pieces that depth makes, beside those of one hidden layer. */
import { draggable, el, joined, set, short, svg } from "./core.js";

export const ABOUT = {
  "words": ["title", "plot", "x", "folds", "units", "now", "walk"],
  "heights": [14, 24.5]
};

const LIMITS = {
  folds: { value: 3, min: 0, max: 8 },
  units: { value: 3, min: 1, max: 64 },
  x: { value: 300, min: 0, max: 1000 },
};

/* The tent map, and k of them in a row: exact, as all are multiples of powers of a half. */
export const tent = (x) => 2 * Math.max(0, x) - 4 * Math.max(0, x - 0.5);
export const folded = (x, k) => (k ? folded(tent(x), k - 1) : x);

/* Places and heights of the corners of k folds: 2^k pieces. */
export function corners(k) {
  return Array.from({ length: 2 ** k + 1 }, (_, i) => [i / 2 ** k, folded(i / 2 ** k, k)]);
}

/* What one hidden layer of m units can draw of k folds: with a bend for each unit the first m + 1
   pieces; from there on it goes straight ahead. */
export function shallow(k, m) {
  const known = corners(k).slice(0, m + 2);
  const [[a, b], [c, d]] = known.slice(-2);
  return known.length > 2 ** k ? known : [...known.slice(0, -1), [1, b + ((d - b) / (c - a)) * (1 - a)]];
}

/* How many straight pieces a curve of corners has. */
export function pieces(curve) {
  const slopes = curve.slice(1).map(([x, y], i) => (y - curve[i][1]) / (x - curve[i][0]));
  return 1 + slopes.slice(1).filter((slope, i) => Math.abs(slope - slopes[i]) > 1e-9).length;
}

export function mount(figure) {
  const settings = figure.settings(LIMITS);
  const deep = svg("path", { class: "live-line" });
  const wide = svg("path", { class: "live-other" });
  const walk = svg("path", { class: "live-walk" });
  const handle = svg(
    "g",
    { class: "live-handle", tabindex: "0", role: "slider", "aria-label": figure.words.x, "aria-valuemin": 0, "aria-valuemax": 1 },
    svg("circle", { r: 22, fill: "transparent" }),
    svg("path", { d: "M0-9L8 6H-8Z", fill: "var(--live-1)" }),
  );
  const [across, up] = [(x) => 34 + 310 * x, (y) => 214 - 200 * y];
  const drawing = svg(
    "svg",
    { viewBox: "0 0 360 250", role: "group", "aria-label": figure.words.plot },
    ...[0, 0.5, 1].flatMap((tick) => [
      svg("path", { class: "live-grid", d: `M34 ${up(tick)}H344M${across(tick)} 14V214` }),
      svg("text", { x: 28, y: up(tick) + 4, "text-anchor": "end" }, String(tick)),
      svg("text", { x: across(tick), y: 244, "text-anchor": "middle" }, String(tick)),
    ]),
    svg("clipPath", { id: "live-unit" }, svg("rect", { x: 30, y: 10, width: 318, height: 208 })),
    svg("g", { "clip-path": "url(#live-unit)" }, wide),
    deep,
    walk,
    handle,
  );
  const move = (x) => {
    settings.x = Math.max(0, Math.min(1000, Math.round(x)));
    changed();
  };
  draggable(
    handle,
    (x) => move((1000 * (x - 34)) / 310),
    (x, y) => move(settings.x + 10 * (x + y)),
  );

  function changed() {
    figure.keep(settings);
    draw();
  }

  function draw() {
    const { folds: k, units: m } = settings;
    const x = settings.x / 1000;
    const drawn = (curve) => `M${curve.map(([a, b]) => `${across(a).toFixed(2)} ${up(b).toFixed(2)}`).join("L")}`;
    const one = shallow(k, m);
    deep.setAttribute("d", drawn(corners(k)));
    wide.setAttribute("d", drawn(one));
    const through = Array.from({ length: k + 1 }, (_, i) => folded(x, i));
    walk.setAttribute("d", `M${across(x)} 214V${up(through.at(-1))}`);
    handle.setAttribute("transform", `translate(${across(x)} 222)`);
    set(handle, { "aria-valuenow": x, "aria-valuetext": short(x) });
    const told = { folds: k, pieces: 2 ** k, spent: 6 * k + 1, units: m, most: m + 1, other: 3 * m + 1 };
    const now = figure.word("now", { ...told, seen: pieces(one) });
    figure.say(joined(now, figure.word("walk", { way: through.map((y) => short(y)).join(" → ") })));
  }

  const controls = el(
    "div",
    { class: "live-controls" },
    figure.slider("folds", settings, changed),
    figure.slider("units", settings, changed),
  );
  figure.app.append(
    el("div", { class: "live-columns" }, el("div", {}, drawing), el("div", {}, controls, figure.readout)),
  );
  draw();
}
