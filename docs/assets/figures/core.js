/* What live figures share. A page asks for one with `::: live NAME`; site.js calls start() when it
   is near the screen. The module NAME.js gives ABOUT and mount(figure); the page gives the words.
   Until all is there, without scripts and on paper, the page shows the still figure. */

const SVG = "http://www.w3.org/2000/svg";
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/* An element: el("button", { type: "button", onclick: act }, "Train"). */
export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(made, attributes, children) {
  set(made, attributes);
  made.append(...children);
  return made;
}

/* Set attributes; functions are listeners, and undefined or false takes an attribute away. */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : value);
  }
  return element;
}

/* A number as the page's figures write it: 3 digits, and a real minus. */
export function short(number, digits = 3) {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "nan" : number > 0 ? "∞" : "−∞";
  const size = Math.abs(number);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    const [digit, power] = number.toExponential(digits > 2 ? 1 : 0).split("e");
    return `${digit.replace("-", "−")} × ${ten(Number(power))}`;
  }
  return String(Number(number.toPrecision(digits))).replace("-", "−");
}

/* A power of ten: 10⁻⁵. */
export const ten = (power) =>
  `10${Array.from(String(power), (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("")}`;

/* Sentences in a row, as the page's language sets them. */
export const joined = (...sentences) =>
  sentences.filter(Boolean).join(document.documentElement.lang.startsWith("zh") ? "" : " ");

/* ---- Settings: what a figure can be set to, in the address too --------------------------------- */

/* `limits` tells of each setting its first value, and either all values in `of`, or `min` and `max`
   (whole numbers), or whether a text `fits`. What is out of them is not taken. */
export function checked(limits, given) {
  const settings = {};
  for (const [key, { value, of, min, max, fits }] of Object.entries(limits)) {
    const text = given[key];
    const number = /^-?\d+$/.test(text) ? +text : NaN;
    const found = of ? of.find((one) => String(one) === text) : fits ? text : number;
    const taken = fits ? text && fits(text) : of ? found !== undefined : found >= min && found <= max;
    settings[key] = taken ? found : value;
  }
  return settings;
}

/* From the address, ?trainer=data:moons,width:8, what it says of this figure. */
function told(name) {
  const text = new URLSearchParams(location.search).get(name) ?? "";
  return Object.fromEntries(text.split(",").map((part) => part.split(":")));
}

/* ---- A figure ------------------------------------------------------------------------------------ */

const NAMES = {
  sigmoid: "sigmoid", tanh: "tanh", relu: "ReLU", leaky_relu: "LeakyReLU", gelu: "GELU", sgd: "SGD", adam: "Adam",
};

class Figure {
  constructor(name, words, about) {
    this.name = name;
    this.words = words;
    this.about = about;
    this.calm = calm;
    this.status = el("p", { role: "status", class: "course-status" });
    this.readout = el("p", { class: "live-readout" });
    this.app = el("div", { class: `live-app live-${name}`, role: "group", "aria-label": words.title });
    this.redraws = [];
    this.resting = {};
  }

  /* Text of a word, with {name} filled in. */
  word(key, values = {}) {
    return this.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  /* Show what happens, formulas unbroken, 20 times a second at most, since new text lays out the whole page; and say it
     to screen readers: once it rests, or, of what goes on by itself, every 4 seconds at most. */
  say(words, now = true) {
    const text = words.replace(/ ([=−×≈]) /g, "\u00a0$1\u00a0");
    clearTimeout(this.late);
    const show = () => {
      this.shown = performance.now();
      this.readout.textContent = text;
    };
    const wait = (this.shown ?? -Infinity) + 50 - performance.now();
    if (wait > 0) this.late = setTimeout(show, wait);
    else show();
    if (!now && performance.now() - (this.said ?? -Infinity) < 4000) return;
    this.said = performance.now();
    this.rest("said", () => (this.status.textContent = text));
  }

  /* Do something when nothing has asked for the same for a moment. */
  rest(what, act) {
    clearTimeout(this.resting[what]);
    this.resting[what] = setTimeout(act, 150);
  }

  /* The settings, from the address or as they first are. */
  settings(limits) {
    this.limits = limits;
    return checked(limits, told(this.name));
  }

  /* Keep the settings in the address, but those that are as they first were; once they rest, as
     browsers count how often an address is changed. */
  keep(settings, more = {}) {
    this.rest("kept", () => this.write(settings, more));
  }

  write(settings, more) {
    const parts = Object.entries(settings).filter(([key, value]) => value !== this.limits[key].value);
    const all = [...parts, ...Object.entries(more)].map(([key, value]) => `${key}:${value}`);
    const query = new URLSearchParams(location.search);
    if (all.length) query.set(this.name, all.join(","));
    else query.delete(this.name);
    const text = query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
    history.replaceState(history.state, "", location.pathname + (text && `?${text}`) + location.hash);
  }

  told() {
    return told(this.name);
  }

  button(key, act) {
    return el("button", { type: "button", class: "md-button", onclick: act }, this.words[key]);
  }

  /* What a setting's value is called: by the word key_value of the page, or as everybody does. */
  named(key, value) {
    return this.words[`${key}_${value}`] ?? NAMES[value] ?? String(value);
  }

  /* A list to choose from. */
  choice(key, settings, changed) {
    const made = this.limits[key].of.map((value) => el("option", { value }, this.named(key, value)));
    const select = el("select", {}, ...made);
    select.value = settings[key];
    select.addEventListener("change", () => {
      settings[key] = this.limits[key].of[select.selectedIndex];
      changed(key);
    });
    return el("label", {}, el("span", {}, this.words[key]), select);
  }

  /* A slider over whole numbers, or over the values of a list. */
  slider(key, settings, changed, show = String) {
    const { of, min = 0, max = of.length - 1 } = this.limits[key];
    const input = el("input", { type: "range", min, max });
    const value = el("b");
    const place = () => {
      input.value = of ? of.indexOf(settings[key]) : settings[key];
      value.textContent = show(settings[key]);
      input.setAttribute("aria-valuetext", value.textContent);
    };
    place();
    input.addEventListener("input", () => {
      settings[key] = of ? of[input.value] : Number(input.value);
      place();
      changed(key);
    });
    const label = el("label", {}, el("span", {}, this.words[key], " ", value), input);
    return Object.assign(label, { place });
  }

  /* Call `draw` now, when the size of `element` changes, and when the colours do. */
  draw(element, draw) {
    this.redraws.push(draw);
    new ResizeObserver(draw).observe(element);
  }
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const live = [];
const redraw = () => live.forEach((figure) => figure.redraws.forEach((draw) => draw()));
dark.addEventListener("change", redraw);
new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-colours"] });

/* Let a handle be moved by mouse and finger, and by the keyboard: `moved` gets the place in the
   coordinates of the drawing, `stepped` how many steps to the right and up. */
export function draggable(handle, moved, stepped) {
  const drawing = handle.ownerSVGElement;
  const place = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY);
    return at.matrixTransform(drawing.getScreenCTM().inverse());
  };
  let offset;
  handle.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    handle.setPointerCapture(event.pointerId);
    const { e, f } = handle.transform.baseVal.consolidate()?.matrix ?? { e: 0, f: 0 };
    const at = place(event);
    offset = { x: e - at.x, y: f - at.y };
  });
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const at = place(event);
    moved(at.x + offset.x, at.y + offset.y);
  });
  handle.addEventListener("keydown", (event) => {
    const far = event.shiftKey ? 5 : 1;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const [x, y] = way[event.key] ?? [0, 0];
    if (!x && !y) return;
    event.preventDefault();
    stepped(x * far, y * far);
  });
}

const SHEETS = ["./figures.css", "./drawings.css"];
const sheet = (name) =>
  new Promise((done, failed) => {
    const href = new URL(name, import.meta.url);
    document.head.append(el("link", { rel: "stylesheet", href, onload: done, onerror: failed }));
  });
let styled;
const style = () => (styled ??= Promise.all(SHEETS.map(sheet)));

/* Bring a figure to life; if anything is missing, the still one stays. */
export async function start(place) {
  const name = place.dataset.live;
  const words = JSON.parse(place.querySelector(".live-words").dataset.words);
  const [module] = await Promise.all([import(`./${name}.js`), style()]);
  const figure = new Figure(name, words, module.ABOUT);
  place.querySelector(".live-stage").append(figure.app);
  place.classList.add("is-live");
  try {
    module.mount(figure);
    if (!figure.readout.parentElement) figure.app.append(figure.readout);
    figure.app.append(figure.status);
    live.push(figure);
  } catch (error) {
    place.classList.remove("is-live");
    figure.app.remove();
    throw error;
  }
}
