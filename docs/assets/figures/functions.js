/* The trainer's function: a line to write it in, and some to begin with. */
import { el, set } from "./core.js";
import { formula } from "./formula.js";

const SOME = {
  disc: "x² + y² - 0.4",
  wave: "sin(5x) - 2y",
  checks: "sin(5x) sin(5y)",
  rings: "sin(12 sqrt(x² + y²))",
};
const MOST = 60; // letters

export const FUNCTION = {
  value: SOME.wave,
  fits: (text) => text.length <= MOST && "at" in formula(text),
};

/* The controls; `changed` is called with each function that can be read, others are left where the
   reader may mend them. */
export function written(figure, settings, changed) {
  const { words } = figure;
  const input = el("input", {
    type: "text", maxlength: MOST, spellcheck: "false", autocapitalize: "off", autocomplete: "off",
    oninput: take,
  });
  const choose = (text) => {
    input.value = text;
    take();
  };
  input.value = settings.f;

  function take() {
    const { value } = input;
    const fits = FUNCTION.fits(value);
    set(input, { "aria-invalid": !fits && "true" });
    if (!fits) return figure.say(figure.word("f_unread", formula(value)));
    settings.f = value;
    changed();
  }

  const buttons = Object.entries(SOME).map(([name, text]) => figure.button(`f_${name}`, () => choose(text)));
  return el("div", { class: "live-hand" }, el("label", {}, el("span", {}, words.f), input), ...buttons);
}
