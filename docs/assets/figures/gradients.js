/* Vanishing and exploding: what each layer gets before training, measured and by theory. */
import { el, joined, set, short, svg, ten } from "./core.js";
import { states } from "./states.js";

export const ABOUT = {
  "words": [
    "title", "plot", "x", "units", "scale", "scale_default", "scale_xavier", "scale_he", "depth", "shown",
    "shown_error", "shown_gradient", "shown_input", "layer", "measured", "theory", "now", "dies", "grows",
    "stays", "here"
  ],
  "heights": [18.5, 32]
};

const run = await states("./gradients.bin");
const ROWS = { error: 1, gradient: 4, input: 5 }; // of run.sizes; 0 to 2 are the errors' seeds
const THEORY = 3;
const SCALES = run.scales.map((scale) => short(scale));
const KNOWN = { "0.577": "default", 1: "xavier", "1.41": "he" };
const [LOW, HIGH] = [-16, 8]; // powers of ten that the drawing holds
const LIMITS = {
  units: { value: "relu", of: run.units },
  scale: { value: "0.577", of: SCALES },
  depth: { value: 20, of: run.depths },
  shown: { value: "error", of: Object.keys(ROWS) },
  layer: { value: 1, min: 1, max: Math.max(...run.depths) },
};

/* Powers of ten of the layers 1 to `depth`, in one of the rows. */
export function layers({ units, scale, depth }, row) {
  const [, kinds, scales, rows, most] = run.sizes.shape;
  const index = [run.depths.indexOf(depth), run.units.indexOf(units), SCALES.indexOf(scale), row];
  const start = [kinds, scales, rows].reduce((at, size, i) => at * size + index[i + 1], index[0]) * most;
  return Array.from(run.sizes.data.subarray(start, start + depth), (power) => power / 1000);
}

/* By how much each layer multiplies the errors on their way back through the hidden layers. */
export function factor(powers) {
  const steps = powers.length - 2;
  return 10 ** ((powers[0] - powers[steps]) / steps);
}

export function mount(figure) {
  const { words } = figure;
  const settings = figure.settings(LIMITS);
  const band = svg("path", { class: "live-side" });
  const measured = svg("path", { class: "live-line" });
  const theory = svg("path", { class: "live-end", "stroke-dasharray": "7 4" });
  const here = svg("path", { class: "live-band" });
  const beyond = svg("text", { class: "live-name" });
  const ticks = svg("g", {});
  const [across, up] = [
    (layer) => 52 + (292 * (layer - 1)) / (settings.depth - 1),
    (power) => 14 + (200 * (HIGH - power)) / (HIGH - LOW),
  ];
  const frame = { x: 52, y: 14, width: 292, height: 200 };
  const drawing = svg(
    "svg",
    { viewBox: "0 0 360 250", role: "img", "aria-label": words.plot },
    ...[LOW, -12, -8, -4, 0, 4, HIGH].flatMap((power) => [
      svg("path", { class: "live-grid", d: `M52 ${up(power)}H344` }),
      svg("text", { x: 46, y: up(power) + 4, "text-anchor": "end" }, power ? ten(power) : "1"),
    ]),
    ticks,
    svg("text", { x: 344, y: 248, "text-anchor": "end" }, words.x),
    svg("clipPath", { id: "live-sizes" }, svg("rect", frame)),
    svg("g", { "clip-path": "url(#live-sizes)" }, band, here, measured, theory),
    beyond,
    svg("rect", { ...frame, fill: "transparent", onpointerdown: point, onpointermove: point }),
  );
  drawing.style.touchAction = "pan-y";

  const named = (scale) => (KNOWN[scale] ? `${scale} (${words[`scale_${KNOWN[scale]}`]})` : scale);
  const layer = figure.slider("layer", settings, changed);
  const controls = el(
    "div",
    { class: "live-controls" },
    figure.choice("units", settings, changed),
    figure.choice("shown", settings, changed),
    figure.slider("scale", settings, changed, named),
    figure.slider("depth", settings, changed),
    layer,
  );

  /* The layer under the mouse or the finger. */
  function point(event) {
    if (event.type === "pointermove" && event.pointerType !== "mouse") return;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    const found = Math.round(1 + ((at.x - 52) * (settings.depth - 1)) / 292);
    const next = Math.max(1, Math.min(settings.depth, found));
    if (next === settings.layer) return;
    settings.layer = next;
    changed();
  }

  function changed(key) {
    settings.layer = Math.min(settings.layer, settings.depth);
    set(layer.querySelector("input"), { max: settings.depth });
    if (key !== "scale") layer.place();
    figure.keep(settings);
    draw();
  }

  const curve = (powers) =>
    powers.map((power, i) => `${across(i + 1).toFixed(1)} ${up(power).toFixed(1)}`);

  function draw() {
    const of = (row) => layers(settings, row);
    const error = settings.shown === "error";
    const shown = of(ROWS[settings.shown]);
    set(measured, { d: `M${curve(shown).join("L")}` });
    mark(shown);
    set(theory, { d: error ? `M${curve(of(THEORY)).join("L")}` : "" });
    set(band, { d: error ? `M${[...curve(of(0)), ...curve(of(2)).reverse()].join("L")}Z` : "" });
    legend.lastChild.hidden = !error;
    set(here, { d: `M${across(settings.layer)} 14V214` });
    const marked = [1, 5, 10, 15, 20].filter((one) => one <= settings.depth);
    if (!marked.includes(settings.depth)) marked.push(settings.depth);
    const text = (one) => svg("text", { x: across(one), y: 230, "text-anchor": "middle" }, String(one));
    if (ticks.childElementCount !== marked.length) ticks.replaceChildren(...marked.map(text));
    figure.say(report(of));
  }

  /* Beside the end of a curve that leaves the drawing: where it goes. */
  function mark(powers) {
    const i = powers.findIndex((power, i) => i % (powers.length - 1) === 0 && (power > HIGH || power < LOW));
    beyond.textContent = i < 0 ? "" : `${powers[i] > HIGH ? "↑" : "↓"} ${short(10 ** powers[i])}`;
    if (i >= 0) set(beyond, { x: i ? 340 : 56, y: powers[i] > HIGH ? 27 : 208, "text-anchor": i ? "end" : "start" });
  }

  function report(of) {
    const { units, scale, depth } = settings;
    const [errors, rule] = [of(ROWS.error), of(THEORY)];
    const size = (powers, i) => short(10 ** powers[i]);
    const [kept, said] = [factor(errors), factor(rule)];
    const told = { units: figure.named("units", units), scale: named(scale), depth, factor: short(kept), theory: short(said) };
    const whole = short(10 ** (errors[0] - errors[depth - 2]));
    const trend = words[kept < 0.9 ? "dies" : kept > 1.11 ? "grows" : "stays"];
    const i = settings.layer - 1;
    const at = { layer: settings.layer, error: size(errors, i), rule: size(rule, i) };
    const more = { gradient: size(of(ROWS.gradient), i), input: size(of(ROWS.input), i) };
    return joined(figure.word("now", { ...told, whole }), trend, figure.word("here", { ...at, ...more }));
  }

  const legend = el(
    "p",
    { class: "live-legend" },
    el("span", {}, sample("live-line"), words.measured),
    el("span", {}, sample("live-end", "7 4"), words.theory),
  );
  figure.app.append(
    el("div", { class: "live-columns" }, el("div", {}, drawing, legend), el("div", {}, controls, figure.readout)),
  );
  changed();
}

/* What a line looks like, before its name. */
function sample(name, dashes) {
  const line = svg("path", { class: name, d: "M0 6H24", "stroke-dasharray": dashes });
  return svg("svg", { viewBox: "0 0 24 12", "aria-hidden": "true" }, line);
}
