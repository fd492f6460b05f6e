/* Paths of optimizers down a valley that can be turned, step by step. */
import { draggable, el, joined, set, short, svg } from "./core.js";

export const ABOUT = {
  "words": [
    "title", "map", "start", "surface", "surface_straight", "surface_bent", "rule", "rule_momentum", "kappa",
    "angle", "rate", "mu", "steps", "step", "now", "away", "limit", "reached", "unreached"
  ],
  "heights": [19, 35.5]
};

const LIMITS = {
  surface: { value: "straight", of: ["straight", "bent"] },
  rule: { value: "momentum", of: ["sgd", "momentum", "adam"] },
  kappa: { value: 20, of: [1, 2, 5, 10, 20, 50, 100] },
  angle: { value: 30, of: [0, 15, 30, 45, 60, 75, 90] },
  rate: { value: 0.03, of: [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.2, 0.5, 1, 2] },
  mu: { value: 0.9, of: [0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99] },
  steps: { value: 30, min: 0, max: 300 },
  x: { value: -160, min: -240, max: 240 },
  y: { value: 100, min: -160, max: 160 },
};
const MOST = 300;
const FAR = 1e6;

/* A surface: its height and gradient. `straight` has curvatures κ across and 1 along a line turned by
   the angle in degrees; `bent` is Rosenbrock's, ((1 − x)² + κ (y − x²)²) / 2. */
export function surface(kind, kappa, angle) {
  if (kind === "bent")
    return {
      height: ([x, y]) => ((1 - x) ** 2 + kappa * (y - x * x) ** 2) / 2,
      slope: ([x, y]) => [x - 1 - 2 * kappa * x * (y - x * x), kappa * (y - x * x)],
    };
  const [c, s] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const [a, b, d] = [c * c + kappa * s * s, (1 - kappa) * c * s, s * s + kappa * c * c];
  return {
    height: ([x, y]) => (a * x * x + 2 * b * x * y + d * y * y) / 2,
    slope: ([x, y]) => [a * x + b * y, b * x + d * y],
  };
}

/* One step of each rule, as torch.optim takes it: how far to go against each axis, over the rate. */
const RULE = {
  sgd: (state, g) => g,
  momentum: (state, g, mu) => (state.u = g.map((each, i) => mu * (state.u?.[i] ?? 0) + each)),
  adam(state, g) {
    const t = (state.t = (state.t ?? 0) + 1);
    state.m = g.map((each, i) => 0.9 * (state.m?.[i] ?? 0) + 0.1 * each);
    state.v = g.map((each, i) => 0.999 * (state.v?.[i] ?? 0) + 0.001 * each * each);
    const [first, second] = [1 - 0.9 ** t, Math.sqrt(1 - 0.999 ** t)];
    return state.m.map((m, i) => m / first / (Math.sqrt(state.v[i]) / second + 1e-8));
  },
};

/* Places from `start` on, at most `most` steps; ends early where the path leaves the map for good. */
export function path({ rule, rate, mu }, { slope }, start, most = MOST) {
  const [places, state] = [[start], {}];
  while (places.length <= most) {
    const at = places.at(-1);
    const move = RULE[rule](state, slope(at), mu);
    const next = at.map((each, i) => each - rate * move[i]);
    places.push(next);
    if (!(Math.hypot(...next) < FAR)) break;
  }
  return places;
}

export function mount(figure) {
  const settings = figure.settings(LIMITS);
  const levels = svg("g", { class: "live-levels" });
  const line = svg("path", { class: "live-line" });
  const dots = svg("path", { class: "live-dots" });
  const end = svg("circle", { r: 0.07, class: "live-end" });
  const lowest = svg("path", { class: "live-border" });
  const handle = svg(
    "g",
    { class: "live-handle", tabindex: "0", role: "slider", "aria-label": figure.words.start },
    svg("circle", { r: 0.24, fill: "transparent" }),
    svg("circle", { r: 0.1, fill: "var(--live-1)" }),
  );
  const drawing = svg(
    "svg",
    { viewBox: "-2.6 -1.8 5.2 3.6", role: "group", "aria-label": figure.words.map, class: "live-plane" },
    svg("clipPath", { id: "live-map" }, svg("rect", { x: -2.6, y: -1.8, width: 5.2, height: 3.6 })),
    svg("g", { "clip-path": "url(#live-map)" }, levels, lowest, line, dots, end),
    handle,
  );

  const move = (x, y) => {
    const inside = (key, value) => Math.max(LIMITS[key].min, Math.min(LIMITS[key].max, Math.round(value)));
    settings.x = inside("x", x);
    settings.y = inside("y", y);
    changed();
  };
  draggable(
    handle,
    (x, y) => move(100 * x, -100 * y),
    (x, y) => move(settings.x + 5 * x, settings.y + 5 * y),
  );

  const angle = figure.slider("angle", settings, changed, (value) => `${value}°`);
  const mu = figure.slider("mu", settings, changed);
  const steps = figure.slider("steps", settings, changed);
  const controls = el(
    "div",
    { class: "live-controls" },
    figure.choice("surface", settings, changed),
    figure.choice("rule", settings, changed),
    figure.slider("kappa", settings, changed),
    angle,
    figure.slider("rate", settings, changed),
    mu,
    steps,
  );
  const step = figure.button("step", () => {
    settings.steps = Math.min(MOST, settings.steps + 1);
    steps.place();
    changed();
  });

  function changed() {
    figure.keep(settings);
    draw();
  }

  function draw() {
    angle.hidden = settings.surface === "bent";
    mu.hidden = settings.rule !== "momentum";
    const ground = surface(settings.surface, settings.kappa, settings.angle);
    const places = path(settings, ground, [settings.x / 100, settings.y / 100]);
    const walked = places.slice(0, settings.steps + 1);
    const [x, y] = walked[0];
    handle.setAttribute("transform", `translate(${x} ${-y})`);
    set(handle, {
      "aria-valuenow": x,
      "aria-valuemin": -2.4,
      "aria-valuemax": 2.4,
      "aria-valuetext": `(${short(x)}, ${short(y)})`,
    });
    const on = walked.map((place) => place.map((each) => Math.max(-99, Math.min(99, each)).toFixed(4)));
    line.setAttribute("d", on.length > 1 ? `M${on.map(([a, b]) => `${a} ${-b}`).join("L")}` : "");
    dots.setAttribute("d", on.map(([a, b]) => `M${a} ${-b}h0`).join(""));
    set(end, { cx: on.at(-1)[0], cy: -on.at(-1)[1] });
    levels.replaceChildren(...contours(settings));
    const at = settings.surface === "bent" ? [1, -1] : [0, 0];
    lowest.setAttribute("d", `M${at[0] - 0.08} ${at[1]}h.16m-.08-.08v.16`);
    figure.say(report(ground, places, walked));
  }

  function report({ height }, places, walked) {
    const { kappa, rule, mu, rate, steps } = settings;
    const first = height(places[0]);
    const there = places.findIndex((place) => height(place) < first / 1000);
    const told = { steps: walked.length - 1, loss: short(height(walked.at(-1))), kappa, root: short(Math.sqrt(kappa)) };
    if (walked.length <= steps) return figure.word("away", { ...told, rate });
    const parts = [figure.word("now", told)];
    parts.push(figure.word(there < 0 ? "unreached" : "reached", { ...told, there }));
    const limit = (2 * (1 + (rule === "momentum" ? mu : 0))) / kappa;
    if (settings.surface === "straight" && rule !== "adam")
      parts.push(figure.word("limit", { limit: short(limit), rate }));
    return joined(...parts);
  }

  const side = el("div", {}, controls, el("div", { class: "live-buttons" }, step));
  figure.app.append(el("div", { class: "live-columns" }, el("div", {}, drawing), side));
  draw();
}

/* Lines of equal height, exactly: ellipses, or for the bent valley y = x² ± √((2h − (1 − x)²) / κ). */
function contours({ surface, kappa, angle }) {
  if (surface === "straight")
    return [0.02, 0.1, 0.4, 1, 2, 4, 8, 16, 32].map((h) =>
      svg("ellipse", {
        rx: Math.sqrt(2 * h),
        ry: Math.sqrt((2 * h) / kappa),
        transform: `rotate(${-angle})`,
      }),
    );
  return [0.02, 0.1, 0.4, 1, 2, 4, 8, 16, 32].map((h) => {
    const points = [];
    for (let i = 0; i <= 240; i++) {
      const t = (2 * Math.PI * i) / 240;
      const x = 1 + Math.sqrt(2 * h) * Math.cos(t);
      const y = x * x + Math.sqrt((2 * h) / kappa) * Math.sin(t);
      points.push(`${x.toFixed(3)} ${(-y).toFixed(3)}`);
    }
    return svg("path", { d: `M${points.join("L")}Z` });
  });
}
