/* Three scores to move, their probabilities, and the push that the loss gives each: against p − y. */
import { draggable, el, joined, set, short, svg } from "./core.js";
import { softmax } from "./net.js";

export const ABOUT = {
  "words": [
    "title", "score", "scores", "probability", "temperature", "right", "step", "notes", "now", "by"
  ],
  "heights": [17.5, 32]
};

const HUNDREDTHS = { min: -1000, max: 5000 };
const LIMITS = {
  a: { value: 2500, ...HUNDREDTHS },
  b: { value: 3600, ...HUNDREDTHS },
  c: { value: 3900, ...HUNDREDTHS },
  temperature: { value: 1, of: [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100] },
  right: { value: 2, of: [1, 2, 3] },
};
const KEYS = ["a", "b", "c"];
const PER = 4; // units of the drawing for a score of 1
const ZERO = 216;

/* Probabilities of scores at a temperature, the loss of the right class (0, 1, 2), and p − y. */
export function judge(scores, temperature, right) {
  const p = softmax(scores, temperature);
  const largest = Math.max(...scores);
  const sum = scores.reduce((all, z) => all + Math.exp((z - largest) / temperature), 0);
  const loss = Math.log(sum) + (largest - scores[right]) / temperature;
  return { p, loss, gap: p.map((share, i) => share - (i === right)) };
}

export function mount(figure) {
  const { words } = figure;
  const settings = figure.settings(LIMITS);
  const scores = () => KEYS.map((key) => settings[key] / 100);
  const up = (score) => ZERO - PER * score;

  /* ---- The drawing: scores that can be moved ------------------------------------------------------ */

  const ticks = [-10, 0, 10, 20, 30, 40, 50].flatMap((score) => [
    svg("path", { class: "live-grid", d: `M36 ${up(score)}H352` }),
    svg("text", { x: 30, y: up(score) + 4, "text-anchor": "end" }, short(score)),
  ]);
  const handles = KEYS.map((key, i) => {
    const push = svg("path", { class: "live-push" });
    const name = svg("text", { y: -14, class: "live-name", "text-anchor": "middle" });
    const dot = svg("circle", { r: 9, fill: `var(--live-${i})` });
    const handle = svg(
      "g",
      { class: "live-handle", tabindex: "0", role: "slider", "aria-orientation": "vertical" },
      svg("circle", { r: 22, fill: "transparent" }),
      dot,
      name,
    );
    set(handle, { "aria-label": figure.word("score", { class: i + 1 }), "aria-valuemin": -10, "aria-valuemax": 50 });
    const bar = svg("rect", { fill: `var(--live-${i})`, height: 12, x: 30, y: 20 + 40 * i });
    const told = svg("text", { class: "live-name", x: 30, y: 15 + 40 * i });
    const target = svg("path", { class: "live-target", d: `M310 ${17 + 40 * i}v18` });
    const label = svg("text", { class: "live-name", x: 4, y: 30 + 40 * i }, String(i + 1));
    return { key, handle, push, name, bar, told, target, label };
  });
  const drawing = svg(
    "svg",
    { viewBox: "0 0 360 272", role: "group", "aria-label": words.scores },
    ...ticks,
    ...handles.flatMap(({ push, handle }) => [push, handle]),
    svg("text", { x: 36, y: 269 }, words.scores),
  );
  const bars = svg(
    "svg",
    { viewBox: "0 0 360 146", role: "img", "aria-label": words.probability },
    svg("path", { class: "live-grid", d: KEYS.map((_, i) => [30, 170, 310].map((x) => `M${x} ${19 + 40 * i}v16`).join("")).join("") }),
    ...handles.flatMap(({ bar, told, target, label }) => [bar, told, target, label]),
    svg("text", { x: 30, y: 138 }, words.probability),
  );

  handles.forEach(({ key, handle }) => {
    const move = (hundredths) => {
      settings[key] = Math.min(5000, Math.max(-1000, Math.round(hundredths)));
      changed();
    };
    draggable(
      handle,
      (x, y) => move(50 * Math.round((2 * (ZERO - y)) / PER)),
      (x, y) => move(settings[key] + 50 * (x + y)),
    );
  });

  /* ---- Controls ------------------------------------------------------------------------------------- */

  const temperature = figure.slider("temperature", settings, changed);
  const right = figure.choice("right", settings, changed);
  const step = figure.button("step", () => {
    const { gap } = judged();
    KEYS.forEach((key, i) => {
      const moved = settings[key] - (100 * gap[i]) / settings.temperature;
      settings[key] = Math.min(5000, Math.max(-1000, Math.round(moved)));
    });
    changed();
  });
  const notes = figure.button("notes", () => {
    for (const key of [...KEYS, "temperature"]) settings[key] = LIMITS[key].value;
    temperature.place();
    changed();
  });

  const judged = () => judge(scores(), settings.temperature, settings.right - 1);

  function changed() {
    figure.keep(settings);
    draw();
  }

  function draw() {
    const { p, loss, gap } = judged();
    scores().forEach((score, i) => {
      const { handle, push, name, bar, told, target } = handles[i];
      const [x, y] = [90 + 105 * i, up(score)];
      handle.setAttribute("transform", `translate(${x} ${y})`);
      set(handle, { "aria-valuenow": score, "aria-valuetext": short(score, 4) });
      name.textContent = short(score, 4);
      push.setAttribute("d", arrow(x + 24, y, 70 * gap[i]));
      bar.setAttribute("width", (280 * p[i]).toFixed(2));
      told.textContent = `p = ${short(p[i])},\u2003p − y = ${short(gap[i])}`;
      target.style.visibility = i === settings.right - 1 ? "visible" : "hidden";
    });
    const list = (numbers) => `(${numbers.map((number) => short(number)).join(", ")})`;
    const told = { scores: list(scores()), t: settings.temperature, p: list(p), right: settings.right };
    const text = figure.word("now", { ...told, loss: short(loss), gap: list(gap) });
    figure.say(joined(text, settings.temperature !== 1 && figure.word("by", told)));
  }

  const side = el(
    "div",
    {},
    bars,
    el("div", { class: "live-controls" }, temperature, right),
    el("div", { class: "live-buttons" }, step, notes),
  );
  figure.app.append(el("div", { class: "live-columns" }, el("div", {}, drawing), side));
  draw();
}

/* An arrow from (x, y), `down` so far; next to nothing is a dash. */
function arrow(x, y, down) {
  if (Math.abs(down) < 1) return `M${x - 4} ${y}h8`;
  const head = Math.sign(down) * Math.min(7, Math.abs(down));
  return `M${x} ${y}v${down}m-5 ${-head}l5 ${head}l5 ${-head}`;
}
