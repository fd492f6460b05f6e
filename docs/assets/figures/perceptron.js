/* A perceptron on points that can be moved: its mistakes, one by one, and the bound on them. */
import { draggable, el, joined, set, short, svg } from "./core.js";

export const ABOUT = {
  "words": [
    "title", "plane", "point", "class_1", "class_2", "flip", "one", "pass", "reset", "whole", "never", "start",
    "fine", "mistake", "done"
  ],
  "heights": [18.5, 31]
};

const FIRST = [
  [-0.8, 0.05, -1], [0.85, -0.15, 1], [-0.15, -0.5, 1], [0.4, 0.65, -1],
  [-0.05, 0.5, -1], [-0.8, -0.3, 1], [0.2, -0.4, 1], [-0.35, 0.75, -1],
];
const MOST = 1000; // passes, after which it is not going to stop
const REACH = 1.15;

/* Go through points [x, y, label] until a pass without a mistake: the steps { point, wrong, w }
   that it takes, at most `passes` passes. As learn_from_mistakes of the page does. */
export function* learn(points, passes = MOST) {
  let w = [0, 0];
  for (let pass = 1, wrong = 1; pass <= passes && wrong; pass++) {
    wrong = 0;
    for (const [i, [x, y, label]] of points.entries()) {
      const mistake = label * (w[0] * x + w[1] * y) <= 0;
      if (mistake) w = [w[0] + label * x, w[1] + label * y];
      wrong += mistake;
      yield { pass, point: i, mistake, w };
    }
  }
}

/* How many mistakes and passes that takes; Infinity if it does not stop. */
export function whole(points) {
  let [mistakes, last, clean] = [0, null, 0];
  for (const step of learn(points)) {
    mistakes += step.mistake;
    clean = step.mistake ? 0 : clean + 1;
    last = step;
  }
  const stops = clean >= points.length;
  return { mistakes: stops ? mistakes : Infinity, passes: stops ? last.pass : Infinity };
}

/* The widest margin of a line through the centre, and the unit vector u across it: the largest
   min label·(u, x). It lies at one point's direction, or where two points tie. */
export function margin(points) {
  const signed = points.map(([x, y, label]) => [label * x, label * y]);
  const candidates = signed.flatMap(([x, y], i) =>
    [[x, y], ...signed.slice(0, i).flatMap(([a, b]) => [[y - b, a - x], [b - y, x - a]])],
  );
  let best = { gamma: -Infinity, u: [1, 0] };
  for (const [x, y] of candidates) {
    const size = Math.hypot(x, y);
    if (!size) continue;
    const gamma = Math.min(...signed.map(([a, b]) => (a * x + b * y) / size));
    if (gamma > best.gamma) best = { gamma, u: [x / size, y / size] };
  }
  return { ...best, R: Math.max(...points.map(([x, y]) => Math.hypot(x, y))) };
}

export function mount(figure) {
  const { words } = figure;
  const points = FIRST.map((point) => [...point]);
  let [steps, now, count, chosen] = [null, null, 0, 0];

  const side = svg("path", { class: "live-side" });
  const band = svg("path", { class: "live-band" });
  const line = svg("path", { class: "live-border" });
  const weight = svg("path", { class: "live-push" });
  const handles = points.map((point, i) => {
    const mark = svg("path");
    const handle = svg(
      "g",
      { class: "live-handle", tabindex: "0", role: "slider", "aria-valuemin": -1, "aria-valuemax": 1 },
      svg("circle", { r: 0.14, fill: "transparent" }),
      svg("circle", { r: 0.09, class: "live-ring" }),
      mark,
    );
    handle.addEventListener("focus", () => (chosen = i));
    handle.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      flip(i);
    });
    return { handle, mark };
  });
  const frame = `${-REACH} ${-REACH} ${2 * REACH} ${2 * REACH}`;
  const drawing = svg(
    "svg",
    { viewBox: frame, role: "group", "aria-label": words.plane, class: "live-plane" },
    svg("clipPath", { id: "live-frame" }, svg("rect", { x: -REACH, y: -REACH, width: 2 * REACH, height: 2 * REACH })),
    svg("g", { "clip-path": "url(#live-frame)" }, side, band, svg("path", { class: "live-grid", d: `M${-REACH} 0H${REACH}M0 ${-REACH}V${REACH}` }), line, weight),
    ...handles.map(({ handle }) => handle),
  );

  handles.forEach(({ handle }, i) => {
    const move = (x, y) => {
      const inside = (value) => Math.max(-1, Math.min(1, Math.round(100 * value) / 100));
      points[i] = [inside(x), inside(y), points[i][2]];
      reset();
    };
    draggable(
      handle,
      (x, y) => move(x, -y),
      (x, y) => move(points[i][0] + 0.05 * x, points[i][1] + 0.05 * y),
    );
  });

  function flip(i) {
    points[i][2] *= -1;
    reset();
  }

  /* ---- One point after the other ---------------------------------------------------------------------- */

  function step() {
    steps ??= learn(points);
    const { value, done } = steps.next();
    if (done) return false;
    now = value;
    count += value.mistake;
    return true;
  }

  const one = figure.button("one", () => {
    step();
    draw();
  });
  const pass = figure.button("pass", () => {
    while (step() && now.point < points.length - 1);
    draw();
  });
  const buttons = [one, pass, figure.button("reset", () => reset()), figure.button("flip", () => flip(chosen))];

  function reset() {
    [steps, now, count] = [null, null, 0];
    draw();
  }

  function draw() {
    const w = now?.w ?? [0, 0];
    const { gamma, u, R } = margin(points);
    points.forEach(([x, y, label], i) => {
      const { handle, mark } = handles[i];
      handle.setAttribute("transform", `translate(${x} ${-y})`);
      const at = { class: words[label > 0 ? "class_1" : "class_2"], x: short(x, 2), y: short(y, 2) };
      set(handle, {
        "aria-label": figure.word("point", { number: i + 1 }),
        "aria-valuenow": x,
        "aria-valuetext": `(${at.x}, ${at.y}), ${at.class}`,
      });
      handle.classList.toggle("live-now", now?.point === i);
      handle.classList.toggle("live-wrong", now?.point === i && now.mistake);
      set(mark, {
        fill: `var(--live-${label > 0 ? 0 : 1})`,
        d: label > 0 ? "M-.05 0a.05 .05 0 1 0 .1 0a.05 .05 0 1 0 -.1 0" : "M0-.06L.055 .045H-.055Z",
      });
    });
    const size = Math.hypot(...w);
    const [a, b] = size ? [w[0] / size, -w[1] / size] : [0, 0];
    const across = (n, m, wide) => `M${-3 * m + wide * n} ${3 * n + wide * m}L${3 * m + wide * n} ${-3 * n + wide * m}`;
    set(line, { d: size ? across(a, b, 0) : "" });
    set(side, { d: size ? `${across(a, b, 0)}l${6 * a} ${6 * b}L${-3 * b + 6 * a} ${3 * a + 6 * b}Z` : "" });
    set(weight, { d: size ? `M0 0L${w[0]} ${-w[1]}` : "" });
    const apart = gamma > 1e-9;
    set(band, { d: apart ? across(u[0], -u[1], gamma) + across(u[0], -u[1], -gamma) : "" });
    figure.say(report(apart, gamma, R));
  }

  function report(apart, gamma, R) {
    const run = apart ? whole(points) : {};
    const told = { ...run, R: short(R), gamma: short(gamma), bound: short((R / gamma) ** 2) };
    const about = apart ? figure.word("whole", told) : words.never;
    if (!now) return joined(words.start, about);
    const clean = steps && apart && now.pass === run.passes && now.point === points.length - 1;
    const state = { pass: now.pass, number: now.point + 1, of: points.length, count };
    const key = clean ? "done" : now.mistake ? "mistake" : "fine";
    return joined(figure.word(key, state), about);
  }

  figure.app.append(
    el(
      "div",
      { class: "live-columns" },
      el("div", {}, drawing),
      el("div", {}, el("div", { class: "live-buttons" }, ...buttons), figure.readout),
    ),
  );
  draw();
}
