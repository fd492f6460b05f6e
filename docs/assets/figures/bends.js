/* A network of one input as the sum of what its units add, from stored runs at some of their steps. */
import { el, joined, set, short, svg } from "./core.js";
import { states } from "./states.js";

export const ABOUT = {
  "words": [
    "title", "plot", "activation", "activation_square", "step", "units", "all", "none", "now", "some",
    "unit", "bend", "straight", "off", "parabola"
  ],
  "heights": [21, 33]
};

const run = await states("./bends.bin");
const [X, Y] = [run.x.data, run.y.data];
const [FROM, TO] = [X[0], X.at(-1)];
const LIMITS = {
  activation: { value: "relu", of: run.activations },
  step: { value: run.steps.at(-1), of: run.steps },
  off: { value: 0, min: 0, max: 2 ** run.units - 1 }, // a bit for each unit that is left out
};
const BEND = { relu: (a) => Math.max(0, a), tanh: Math.tanh, square: (a) => a * a };
const FINE = Array.from({ length: 161 }, (_, i) => FROM + ((TO - FROM) * i) / 160);

/* The network of a run at one of its steps: of each unit what it adds at x, `adds`, and where it
   bends, `at`; and the constant that is added to all. */
export function network({ activation, step }) {
  const [n, bend] = [run.units, BEND[activation]];
  const row = run.activations.indexOf(activation) * run.steps.length + run.steps.indexOf(step);
  const p = run.weights.data.subarray(row * (3 * n + 1), (row + 1) * (3 * n + 1));
  const units = Array.from({ length: n }, (_, j) => {
    const [w, b, v] = [p[j], p[n + j], p[2 * n + j]];
    return { w, b, v, at: -b / w, adds: (x) => v * bend(w * x + b) };
  });
  return { units, constant: p[3 * n] };
}

/* The sum at x of all units but those that are left out. */
export const sum = ({ units, constant }, x, off = 0) =>
  units.reduce((total, { adds }, j) => ((off >> j) & 1 ? total : total + adds(x)), constant);

const across = (x) => 10 + (300 * (x - FROM)) / (TO - FROM);
const down = (y) => 140 - 32 * Math.max(-9, Math.min(9, y));
const path = (xs, f) => `M${xs.map((x) => `${across(x).toFixed(1)} ${down(f(x)).toFixed(1)}`).join("L")}`;

export function mount(figure) {
  const { words } = figure;
  const settings = figure.settings(LIMITS);
  const places = Array.from(X, (x, i) => `M${across(x)} ${down(Y[i])}h0`).join("");
  const line = svg("path", { class: "live-line live-sum" });
  const corners = svg("path", { class: "live-corners" });
  const lines = Array.from({ length: run.units }, () => svg("path", { class: "live-unit" }));
  const hits = lines.map((_, j) => {
    const pick = () => look(j);
    return svg("path", { class: "live-hit", onpointerenter: pick, onpointerdown: pick });
  });
  const drawing = svg(
    "svg",
    { viewBox: "0 0 320 280", role: "img", "aria-label": words.plot },
    svg("clipPath", { id: "live-bends-room" }, svg("rect", { width: 320, height: 280 })),
    svg("path", { class: "live-grid", d: "M10 140H310M160 5V275" }),
    ...[-4, -2, 2, 4].map((y) => svg("text", { x: 156, y: down(y) + 4, "text-anchor": "end" }, short(y))),
    ...[FROM, TO].map((x) => svg("text", { x: across(x), y: 154, "text-anchor": "middle" }, short(x))),
    svg("path", { class: "live-wave", d: places }),
    svg("g", { "clip-path": "url(#live-bends-room)" }, ...lines, line, corners, ...hits),
  );

  const switches = lines.map((_, j) => {
    const button = el("button", { type: "button", onpointerenter: () => look(j), onfocus: () => look(j) }, j + 1);
    button.addEventListener("click", () => {
      settings.off ^= 1 << j;
      look(j);
    });
    return button;
  });
  const every = (off) => () => {
    settings.off = off;
    look();
  };
  const step = figure.slider("step", settings, () => look(picked));
  step.classList.add("live-wide");
  const units = el("div", { class: "live-units", role: "group", "aria-label": words.units }, ...switches);
  const side = el(
    "div",
    {},
    el("div", { class: "live-controls" }, figure.choice("activation", settings, () => look(picked)), step),
    el("p", { class: "live-name" }, words.units),
    units,
    el("div", { class: "live-buttons" }, figure.button("all", every(0)), figure.button("none", every(LIMITS.off.max))),
  );

  /* Show the network, and tell of one unit. */
  let picked;
  function look(j) {
    picked = j;
    figure.keep(settings);
    const net = network(settings);
    const bent = net.units.map(({ at }) => at).filter((at) => at > FROM && at < TO);
    const xs = settings.activation === "relu" ? [FROM, ...bent.sort((a, b) => a - b), TO] : FINE;
    const shown = (i) => !((settings.off >> i) & 1);
    const whole = (x) => sum(net, x, settings.off);
    net.units.forEach(({ adds }, i) => {
      const d = path(xs, adds);
      set(lines[i], { d, class: `live-unit${i === j ? " live-picked" : ""}${shown(i) ? "" : " live-out"}` });
      set(hits[i], { d });
      set(switches[i], { "aria-pressed": String(shown(i)) });
    });
    line.setAttribute("d", path(xs, whole));
    const on = net.units.filter(({ at }, i) => settings.activation === "relu" && shown(i) && bent.includes(at));
    corners.setAttribute("d", on.map(({ at }) => `M${across(at)} ${down(whole(at))}h0`).join(""));
    figure.say(report(net, whole, j));
  }

  function report(net, whole, j) {
    const error = X.reduce((total, x, i) => total + (whole(x) - Y[i]) ** 2, 0) / X.length;
    const on = run.units - settings.off.toString(2).replaceAll("0", "").length;
    const told = { step: settings.step, error: short(error), on, units: run.units };
    const parts = [figure.word(on === run.units ? "now" : "some", told)];
    if (settings.activation === "square" && on) {
      const [a, b, c] = parabola(net);
      parts.push(figure.word("parabola", { formula: `${short(a)} x² ${signed(b)} x ${signed(c)}`, floor: short(run.floor) }));
    }
    if (j === undefined) return joined(...parts);
    const { w, b, v, at } = net.units[j];
    const inner = `${short(w)} x ${signed(b)}`;
    const formula = settings.activation === "square" ? `${short(v)} (${inner})²` : `${short(v)} ${figure.named("activation", settings.activation)}(${inner})`;
    parts.push(figure.word("unit", { unit: j + 1, formula }));
    if (settings.activation === "relu") {
      const out = at <= FROM || at >= TO;
      const kind = !out ? "bend" : w * (FROM + TO) + 2 * b > 0 ? "straight" : "off";
      parts.push(figure.word(kind, { at: short(at) }));
    }
    return joined(...parts);
  }

  /* Coefficients of the sum of the squares that are on. */
  function parabola({ units, constant }) {
    const all = units.filter((_, i) => !((settings.off >> i) & 1));
    return [
      all.reduce((total, { w, v }) => total + v * w * w, 0),
      all.reduce((total, { w, b, v }) => total + 2 * v * w * b, 0),
      all.reduce((total, { b, v }) => total + v * b * b, constant),
    ];
  }

  figure.app.append(el("div", { class: "live-columns" }, el("div", {}, drawing), side));
  look();
}

const signed = (number) => `${number < 0 ? "−" : "+"} ${short(Math.abs(number))}`;
