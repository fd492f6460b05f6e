/* Histograms of what hidden units pass on, layer by layer, while stored runs train. */
import { el, joined, short, svg } from "./core.js";
import { states } from "./states.js";

export const ABOUT = {
  "words": [
    "title", "plot", "activation", "rate", "step", "layer", "zero", "now", "flat", "diverged"
  ],
  "heights": [14.5, 28]
};

const run = await states("./histograms.bin");
const [, , LAYERS, BINS] = run.shares.shape;
const LIMITS = {
  activation: { value: "relu", of: run.activations },
  rate: { value: 2, of: run.rates },
  step: { value: run.steps[1], of: run.steps },
};

/* What a run has at one of its steps: of each layer the shares of the bins, of zeros, of values
   where the slope is flat, and of units where it is at every digit; and the accuracy, or -1. */
export function seen({ activation, rate, step }) {
  const number = run.activations.indexOf(activation) * run.rates.length + run.rates.indexOf(rate);
  const at = number * run.steps.length + run.steps.indexOf(step);
  const layers = Array.from({ length: LAYERS }, (_, l) => {
    const k = at * LAYERS + l;
    const told = { zero: run.zeros.data[k], flat: run.flat.data[k], off: run.off.data[k] };
    return { ...told, shares: run.shares.data.subarray(k * BINS, (k + 1) * BINS) };
  });
  return { layers, right: run.right.data[at] };
}

const percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`;

export function mount(figure) {
  const { words } = figure;
  const settings = figure.settings(LIMITS);
  const drawing = svg("svg", { viewBox: "0 0 320 226", role: "img", "aria-label": words.plot });
  const step = figure.slider("step", settings, look);
  step.classList.add("live-wide");
  const controls = el(
    "div",
    { class: "live-controls" },
    figure.choice("activation", settings, look),
    figure.choice("rate", settings, look),
    step,
  );

  function look() {
    figure.keep(settings);
    const { layers, right } = seen(settings);
    const tallest = Math.max(...run.steps.flatMap((step) => seen({ ...settings, step }).layers.map(({ shares }) => Math.max(...shares))));
    const drawn = right < 0 ? [] : layers; // of a net that has diverged nothing can be drawn
    drawing.replaceChildren(...drawn.flatMap((layer, l) => histogram(layer, l, tallest)));
    figure.say(report(layers, right));
  }

  function report(layers, right) {
    if (right < 0) return figure.word("diverged", { step: settings.step });
    const told = layers.map(({ zero, flat, off }, l) =>
      figure.word("flat", { layer: l + 1, zero: percent(zero), flat: percent(flat), off: percent(off) }),
    );
    return joined(figure.word("now", { step: settings.step, right: percent(right) }), ...told);
  }

  /* One layer: a bar for the zeros, which are often many, and bars for all else. */
  function histogram({ zero, shares }, l, tallest) {
    const [base, high] = [96 + 113 * l, 72];
    const [low, top] = run.ranges[run.activations.indexOf(settings.activation)];
    const x = (value) => 52 + (264 * (value - low)) / (top - low);
    const text = (at, y, said, anchor = "middle") => svg("text", { x: at, y, "text-anchor": anchor }, said);
    const bar = (at, width, share, most, kind) => {
      const height = high * Math.min(1, share / most);
      return svg("rect", { x: at, y: base - height, width, height, class: kind });
    };
    const wide = 264 / BINS;
    return [
      text(52, base - high - 10, figure.word("layer", { layer: l + 1 }), "start"),
      text(15, base - high - 10, percent(zero)),
      bar(6, 18, zero, 1, "live-zeros"),
      ...Array.from(shares, (share, i) => bar(52 + i * wide + 0.5, wide - 1, share, tallest, "live-bar")),
      svg("path", { class: "live-grid", d: `M0 ${base}H30M48 ${base}H320${low < 0 ? `M${x(0)} ${base}v5` : ""}` }),
      text(15, base + 13, words.zero),
      text(x(low), base + 13, edge(low, top), "start"),
      ...(x(0) > x(low) + 30 ? [text(x(0), base + 13, edge(0, top))] : []),
      text(x(top), base + 13, edge(top, top), "end"),
    ];
  }

  /* Values beyond the last bar are counted in it, where there can be any. */
  const edge = (value, top) => (value === top && top > 1 ? `≥ ${short(value)}` : short(value));

  figure.app.append(el("div", { class: "live-columns" }, el("div", {}, drawing), el("div", {}, controls, figure.readout)));
  look();
}
