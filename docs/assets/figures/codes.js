/* Two numbers for each digit: its place in the plane, and what a decoder draws there. */
import { draggable, el, joined, set, short, svg } from "./core.js";
import { states } from "./states.js";

export const ABOUT = {
  "words": [
    "title", "plane", "code", "code_net", "code_pca", "digit", "digit_all", "point", "next", "drawn", "given",
    "back", "now", "picture"
  ],
  "heights": [20, 38]
};

const run = await states("./codes.bin");
const COUNT = run.labels.shape[0];
const LIMITS = {
  code: { value: "net", of: ["net", "pca"] },
  digit: { value: "all", of: ["all", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
  x: { value: 180, min: 0, max: 360 }, // in the drawing
  y: { value: 180, min: 0, max: 360 },
};
/* Layers from the code to the pixels: between two of them a ReLU. */
const DECODERS = {
  net: [[run.W, run.b], [run.V, run.c]],
  pca: [[run.directions, run.mean]],
};

/* The picture of a code, 64 pixels: below 0 and above 1 too. */
export function decode(code, z) {
  return DECODERS[code].reduce((h, [{ data: W }, { data: b }], l) => {
    const from = l ? h.map((a) => Math.max(0, a)) : h;
    return Array.from(b, (start, j) => from.reduce((sum, a, i) => sum + W[j * from.length + i] * a, start));
  }, z);
}

/* The code of picture number i. */
export function codeOf(code, i) {
  const { data } = run[`codes_${code}`];
  return [data[2 * i], data[2 * i + 1]];
}

export const picture = (i) => Array.from(run.pictures.data.subarray(64 * i, 64 * i + 64), (level) => level / 16);

/* From the codes of all pictures to the drawing, 360 wide, and back. */
function scale(code) {
  const all = Array.from({ length: COUNT }, (_, i) => codeOf(code, i));
  const ends = [0, 1].map((axis) => all.map((z) => z[axis])).map((z) => [Math.min(...z), Math.max(...z)]);
  const middle = ends.map(([low, high]) => (low + high) / 2);
  const half = 1.07 * Math.max(...ends.map(([low, high]) => (high - low) / 2));
  return {
    all,
    to: ([u, v]) => [180 + (180 * (u - middle[0])) / half, 180 - (180 * (v - middle[1])) / half],
    from: ([x, y]) => [middle[0] + (half * (x - 180)) / 180, middle[1] + (half * (180 - y)) / 180],
  };
}

export function mount(figure) {
  const { words } = figure;
  const settings = figure.settings(LIMITS);
  const scales = { net: scale("net"), pca: scale("pca") };
  let [chosen, places, point] = [null, [], [settings.x, settings.y]];

  const digits = Array.from(run.labels.data, (label) => {
    const digit = svg("text", { class: "live-digit", "text-anchor": "middle" }, String(label));
    digit.style.setProperty("--hue", 36 * label);
    return digit;
  });
  const ring = svg("circle", { r: 10, class: "live-border" });
  const handle = svg(
    "g",
    { class: "live-handle", tabindex: "0", role: "slider", "aria-label": words.point, "aria-valuemin": 0, "aria-valuemax": 360 },
    svg("circle", { r: 22, fill: "transparent" }),
    svg("path", { class: "live-push", d: "M-9 0H9M0 -9V9" }),
  );
  const drawing = svg(
    "svg",
    { viewBox: "0 0 360 360", role: "group", "aria-label": words.plane, class: "live-plane" },
    svg("rect", { width: 360, height: 360, fill: "transparent" }),
    svg("g", { "aria-hidden": "true" }, ...digits),
    ring,
    handle,
  );
  const at = ({ clientX, clientY }) => {
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(drawing.getScreenCTM().inverse());
    return [x, y];
  };
  drawing.addEventListener("click", (event) => handle.contains(event.target) || move(...at(event)));
  drawing.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || event.buttons) return;
    const i = nearest(at(event), 12);
    if (i !== undefined && i !== chosen) look(i);
  });
  draggable(
    handle,
    (x, y) => move(x, y),
    (x, y) => move(point[0] + 6 * x, point[1] - 6 * y),
  );

  const canvases = ["drawn", "given", "back"].map((key) => [
    el("canvas", { width: 64, height: 64, role: "img", "aria-label": words[key] }),
    el("span", {}, words[key]),
  ]);
  const pictures = el("div", { class: "live-pictures" }, ...canvases.map((parts) => el("div", {}, ...parts)));

  const of = (i) => settings.digit === "all" || run.labels.data[i] === settings.digit;
  const distance = ([x, y], i) => Math.hypot(places[i][0] - x, places[i][1] - y);

  /* The picture nearest to a place, among those of the digit that is asked for. */
  function nearest(place, within = Infinity) {
    let [best, found] = [within, undefined];
    for (let i = 0; i < COUNT; i++)
      if (of(i) && distance(place, i) < best) [best, found] = [distance(place, i), i];
    return found;
  }

  function move(x, y, picture = null) {
    point = [x, y].map((value) => Math.max(0, Math.min(360, value)));
    [settings.x, settings.y] = point.map(Math.round);
    figure.keep(settings);
    look(picture ?? nearest(point));
  }

  const next = figure.button("next", () => {
    let i = chosen;
    do i = (i + 1) % COUNT;
    while (!of(i));
    move(...places[i], i);
  });

  /* Another code has the pictures elsewhere: the point goes with the one that is shown. */
  function changed(key) {
    place();
    if (key === "digit") move(...point);
    else move(...places[chosen], chosen);
  }

  function place() {
    const { to, all } = scales[settings.code];
    places = all.map(to);
    digits.forEach((digit, i) => {
      set(digit, { x: places[i][0].toFixed(1), y: (places[i][1] + 4).toFixed(1) });
      digit.classList.toggle("live-faint", !of(i));
    });
  }

  function paint(canvas, levels) {
    const pencil = canvas.getContext("2d");
    pencil.clearRect(0, 0, 64, 64);
    pencil.fillStyle = getComputedStyle(canvas).color;
    levels.forEach((level, i) => {
      pencil.globalAlpha = Math.max(0, Math.min(1, level));
      pencil.fillRect(8 * (i % 8), 8 * Math.floor(i / 8), 8, 8);
    });
  }

  function look(i) {
    chosen = i;
    draw();
  }

  function draw() {
    const { code } = settings;
    const z = scales[code].from(point);
    const [given, back] = [picture(chosen), decode(code, codeOf(code, chosen))];
    [decode(code, z), given, back].forEach((levels, k) => paint(canvases[k][0], levels));
    handle.setAttribute("transform", `translate(${point})`);
    set(ring, { cx: places[chosen][0], cy: places[chosen][1] });
    const [[x, y], [u, v]] = [z, codeOf(code, chosen)].map((pair) => pair.map((one) => one.toFixed(2).replace("-", "−")));
    set(handle, { "aria-valuenow": settings.x, "aria-valuetext": `(${x}, ${y})` });
    const error = given.reduce((sum, level, j) => sum + (level - back[j]) ** 2, 0) / 64;
    const told = { count: COUNT, label: run.labels.data[chosen], u, v, error: short(error, 2) };
    const mean = short(run[`error_${code}`], 2);
    figure.say(joined(figure.word("now", { x, y }), figure.word("picture", { ...told, mean })));
  }

  const controls = el(
    "div",
    { class: "live-controls" },
    figure.choice("code", settings, changed),
    figure.choice("digit", settings, changed),
  );
  const right = el("div", {}, controls, el("div", { class: "live-buttons" }, next), pictures, figure.readout);
  figure.app.append(el("div", { class: "live-columns" }, el("div", {}, drawing), right));
  place();
  move(...point);
  figure.draw(pictures, draw);
}
