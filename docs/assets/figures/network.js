/* The trained network: weights that stored runs had at some of their steps. The page evaluates them:
   what the network says of the plane, and everything it computes at one place. */
import { el, joined, set, short, svg } from "./core.js";
import { Net, entropy, softmax } from "./net.js";
import { REACH, across, behind, scatter, tint } from "./plane.js";
import { states } from "./states.js";

export const ABOUT = {
  "words": [
    "title", "plane", "activation", "activation_identity", "optimizer", "step", "hidden", "scores",
    "shares", "now", "at", "here"
  ],
  "heights": [24, 43]
};

const run = await states("./network.bin");
const DATA = { X: run.points.data, y: run.labels.data };
const LIMITS = {
  activation: { value: "relu", of: run.activations },
  optimizer: { value: "adam", of: run.optimizers },
  step: { value: run.steps.at(-1), of: run.steps },
  x: { value: 0, min: -100 * REACH, max: 100 * REACH },
  y: { value: 50, min: -100 * REACH, max: 100 * REACH },
};
const MARKS = ["●", "▲", "■"];
const CLASSES = MARKS.length;
const GRID = 96;
const NEAR = 0.04; // so far from a point one still means it

/* The network of a run at one of its steps. */
export function network({ activation, optimizer, step }) {
  const net = new Net([2, run.hidden, CLASSES], activation === "relu" ? "relu" : "none", 0);
  const number = run.activations.indexOf(activation) * run.optimizers.length;
  const row = (number + run.optimizers.indexOf(optimizer)) * run.steps.length + run.steps.indexOf(step);
  net.p.set(run.weights.data.subarray(row * net.p.length, (row + 1) * net.p.length));
  return net;
}

/* What it computes at places X, x and y of one after the other. */
export function outputs(net, X) {
  const [, hidden, scores] = net.forward(X);
  const shares = [];
  for (let k = 0; k < scores.length; k += CLASSES) shares.push(...softmax(scores.subarray(k, k + CLASSES)));
  return { hidden, scores, shares };
}

/* Twice the usual size of some values: a bar so long is as long as bars are. */
const usual = (values) => 2 * Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
const list = (values) => `(${Array.from(values, (value) => short(value)).join(", ")})`;

export function mount(figure) {
  const { words } = figure;
  const settings = figure.settings(LIMITS);
  const canvas = el("canvas", { tabindex: "0", role: "slider", "aria-label": words.plane, class: "readable" });
  const [small, above] = [document.createElement("canvas"), document.createElement("canvas")];
  small.width = small.height = GRID;
  const known = new Map(); // what a step looks like, once it was worked out
  let net, told, reach, dotted;

  const step = figure.slider("step", settings, turn);
  step.classList.add("live-wide");
  const controls = el(
    "div",
    { class: "live-controls" },
    figure.choice("activation", settings, turn),
    figure.choice("optimizer", settings, turn),
    step,
  );

  /* Another network: another run, or another step of it. */
  function turn() {
    const { activation, optimizer, step } = settings;
    const key = `${activation} ${optimizer} ${step}`;
    if (!known.has(key)) known.set(key, seen(network(settings)));
    const now = known.get(key);
    [net, told, reach] = [now.net, now.told, now.reach];
    small.getContext("2d").putImageData(now.plane, 0, 0);
    look();
  }

  function seen(net) {
    const [, hidden, scores] = net.forward(DATA.X);
    const { loss, right } = entropy(scores, DATA.y);
    const accuracy = `${((100 * right) / DATA.y.length).toFixed(0)}%`;
    return {
      net,
      told: figure.word("now", { step: settings.step, loss: short(loss), accuracy, count: DATA.y.length }),
      reach: [usual(hidden), usual(scores)],
      plane: new ImageData(tint(net, CLASSES, GRID), GRID, GRID),
    };
  }

  /* Another place. */
  function look() {
    figure.keep(settings);
    paint(); // first: it reads sizes, which what is written here would change
    const place = [settings.x / 100, settings.y / 100];
    const { hidden, scores, shares } = outputs(net, place);
    const says = shares.indexOf(Math.max(...shares));
    const named = (c) => `${c} ${MARKS[c]}`;
    const [x, y] = place.map((value) => short(value, 2));
    const lists = { hidden: list(hidden), scores: list(scores), shares: list(shares) };
    const label = nearest(place);
    set(canvas, {
      "aria-valuemin": -REACH,
      "aria-valuemax": REACH,
      "aria-valuenow": place[0],
      "aria-valuetext": `(${x}, ${y})`,
    });
    const here = label === undefined ? "" : figure.word("here", { label: named(label) });
    figure.say(joined(told, figure.word("at", { x, y, class: named(says), ...lists }), here));
    bars(hidden, scores, shares);
  }

  function nearest([x, y]) {
    let [closest, label] = [NEAR];
    for (let i = 0; i < DATA.y.length; i++) {
      const far = Math.hypot(DATA.X[2 * i] - x, DATA.X[2 * i + 1] - y);
      if (far < closest) [closest, label] = [far, DATA.y[i]];
    }
    return label;
  }

  /* ---- The plane ------------------------------------------------------------------------------------- */

  function paint() {
    const wide = Math.round(canvas.clientWidth * devicePixelRatio);
    if (!wide) return;
    if (canvas.width !== wide) canvas.width = canvas.height = wide;
    const [pencil, rim] = [canvas.getContext("2d"), behind(canvas)];
    const size = Math.max(2.2, canvas.clientWidth / 130) * devicePixelRatio;
    pencil.clearRect(0, 0, wide, wide);
    pencil.drawImage(small, 0, 0, wide, wide);
    pencil.strokeStyle = getComputedStyle(canvas).color;
    if (settings.activation === "relu") switches(pencil, wide);
    if (dotted !== `${wide} ${rim}`) scatter(above, DATA, wide, size, canvas);
    dotted = `${wide} ${rim}`;
    pencil.drawImage(above, 0, 0);
    const [x, y] = [across(settings.x / 100, wide), wide - across(settings.y / 100, wide)];
    for (const [colour, width] of [[rim, size], [pencil.strokeStyle, size / 2]]) {
      [pencil.strokeStyle, pencil.lineWidth] = [colour, width];
      pencil.beginPath();
      pencil.arc(x, y, 3 * size, 0, 7);
      pencil.stroke();
    }
  }

  /* The lines w · x + b = 0 on which units switch on. */
  function switches(pencil, wide) {
    [pencil.globalAlpha, pencil.lineWidth] = [0.45, devicePixelRatio];
    pencil.beginPath();
    for (let j = 0; j < run.hidden; j++) {
      const [a, b, c] = [net.p[2 * j], net.p[2 * j + 1], net.p[2 * run.hidden + j]];
      const length = Math.hypot(a, b);
      const [x, y] = [(-a * c) / length ** 2, (-b * c) / length ** 2];
      for (const [way, draw] of [[4, "moveTo"], [-4, "lineTo"]])
        pencil[draw](across(x - (way * b) / length, wide), wide - across(y + (way * a) / length, wide));
    }
    pencil.stroke();
    pencil.globalAlpha = 1;
  }

  function move(x, y) {
    const inside = (key, value) => Math.max(LIMITS[key].min, Math.min(LIMITS[key].max, Math.round(value)));
    settings.x = inside("x", x);
    settings.y = inside("y", y);
    look();
  }

  for (const type of ["pointerdown", "pointermove"])
    canvas.addEventListener(type, (event) => {
      const box = canvas.getBoundingClientRect();
      const at = (part, whole) => 100 * REACH * ((2 * part) / whole - 1);
      move(at(event.clientX - box.left, box.width), -at(event.clientY - box.top, box.height));
    });
  canvas.addEventListener("keydown", (event) => {
    const far = event.shiftKey ? 20 : 4;
    const way = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, far], ArrowDown: [0, -far] };
    if (!way[event.key]) return;
    event.preventDefault();
    move(settings.x + way[event.key][0], settings.y + way[event.key][1]);
  });

  /* ---- What is computed at the place ------------------------------------------------------------------- */

  const chart = svg("svg", { viewBox: "0 0 320 182", "aria-hidden": "true" });

  function bars(hidden, scores, shares) {
    const text = (x, y, said, anchor = "middle") => svg("text", { x, y, "text-anchor": anchor }, said);
    const [zero, tall] = settings.activation === "relu" ? [88, 56] : [60, 28];
    const wide = 320 / run.hidden;
    const parts = [text(0, 11, words.hidden, "start"), svg("path", { class: "live-grid", d: `M0 ${zero}H320` })];
    hidden.forEach((value, j) => {
      const high = tall * Math.min(1, Math.abs(value) / reach[0]);
      const [x, y] = [j * wide, value < 0 ? zero : zero - high];
      parts.push(
        svg("rect", { x: x + 4, y, width: wide - 8, height: high, class: "live-bar" }),
        text(x + wide / 2, value < 0 ? zero + high + 11 : y - 3, short(Number(value.toFixed(1)))),
      );
    });
    parts.push(text(0, 118, words.scores, "start"), text(320, 118, words.shares, "end"));
    scores.forEach((score, c) => {
      const [y, long] = [126 + 20 * c, 45 * Math.min(1, Math.abs(score) / reach[1])];
      const fill = { fill: `var(--live-${c})` };
      parts.push(
        text(0, y + 11, MARKS[c], "start"),
        svg("rect", { x: 65 - (score < 0 ? long : 0), y, width: long, height: 14, ...fill }),
        svg("path", { class: "live-grid", d: `M65 ${y - 2}v18` }),
        text(158, y + 11, short(score), "end"),
        svg("rect", { x: 175, y, width: 95 * shares[c], height: 14, ...fill }),
        text(320, y + 11, short(shares[c]), "end"),
      );
    });
    chart.replaceChildren(...parts);
  }

  figure.app.append(
    el("div", { class: "live-columns" }, el("div", {}, canvas), el("div", {}, controls, chart)),
  );
  figure.draw(canvas, paint);
  turn();
}
