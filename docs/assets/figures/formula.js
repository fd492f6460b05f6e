/* A function of x and y that a reader writes: "x² + y² - 0.4", "sin(5x) - 2y". No eval: a parser of
   its grammar, which computes as PyTorch computes the text that it makes for a script. */

const CALLS = ["sin", "cos", "tan", "tanh", "exp", "log", "sqrt", "abs"];
const TOKEN = new RegExp(`\\d+\\.?\\d*|\\.\\d+|${[...CALLS].sort().reverse().join("|")}|pi|\\S`, "g");
const FOLD = { "−": "-", "·": "*", "×": "*", "÷": "/", "²": "^2", "³": "^3", "π": "pi" };

const DO = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": (a, b) => a ** b,
};

/* A number as Python has it: never a whole number that tensors cannot hold. */
function literal(c) {
  if (!Number.isFinite(c)) return `float("${c}")`.replace("Infinity", "inf").toLowerCase();
  return Math.abs(c) < 1e6 ? String(c) : c.toExponential();
}

/* Parts: what they are at (x, y), their text in Python, and how tightly it holds together: 1 a sum,
   2 a product, 3 a sign, 4 a power, 5 an atom. Constants are numbers, as PyTorch's functions take
   tensors alone. */
function constant(value) {
  const c = value + 0; // no -0, which Python's whole numbers lack
  return { c, at: () => c, python: literal(c), level: c < 0 ? 3 : 5 };
}
const within = ({ python, level }, least) => (level < least ? `(${python})` : python);

function pair(sign, a, b) {
  const act = DO[sign];
  if ("c" in a && "c" in b) return constant(act(a.c, b.c));
  const [level, left, right] = { "+": [1, 1, 2], "-": [1, 1, 2], "^": [4, 5, 3] }[sign] ?? [2, 2, 3];
  const python = `${within(a, left)} ${sign === "^" ? "**" : sign} ${within(b, right)}`;
  return { at: (x, y) => act(a.at(x, y), b.at(x, y)), python, level };
}

function call(name, a) {
  const act = Math[name];
  if ("c" in a) return constant(act(a.c));
  return { at: (x, y) => act(a.at(x, y)), python: `${name}(${a.python})`, level: 5 };
}

/* { at: (x, y) => number, python, used: the functions that its text uses }, or, of a text that is no
   function, { read: as far as it was understood }. */
export function formula(text) {
  const plain = text.replace(/[−·×÷²³π]/g, (sign) => FOLD[sign]).normalize("NFKC").toLowerCase();
  const tokens = plain.match(TOKEN) ?? [];
  let i = 0;
  const next = (...signs) => signs.includes(tokens[i]) && tokens[i++];
  const fail = () => {
    throw new SyntaxError();
  };

  function atom() {
    const token = tokens[i] ?? fail();
    if (token === "x") return i++, { at: (x) => x, python: "x", level: 5 };
    if (token === "y") return i++, { at: (x, y) => y, python: "y", level: 5 };
    if (token === "pi") return i++, constant(Math.PI);
    if (/^[\d.]*\d/.test(token)) return i++, constant(Number(token));
    const name = next(...CALLS);
    next("(") || fail();
    const inside = sum();
    next(")") || fail();
    return name ? call(name, inside) : inside;
  }
  function power() {
    const base = atom();
    return next("^") ? pair("^", base, signed()) : base;
  }
  function signed() {
    if (next("-")) {
      const a = signed();
      if ("c" in a) return constant(-a.c);
      return { at: (x, y) => -a.at(x, y), python: `-${within(a, 3)}`, level: 3 };
    }
    return next("+") ? signed() : power();
  }
  function product() {
    let [a, sign] = [signed(), ""];
    while ((sign = next("*", "/") || (/^[a-z(]/.test(tokens[i] ?? "") && "side")))
      a = sign === "side" ? pair("*", a, power()) : pair(sign, a, signed()); // 2x is 2 * x
    return a;
  }
  function sum() {
    let [a, sign] = [product(), ""];
    while ((sign = next("+", "-"))) a = pair(sign, a, product());
    return a;
  }

  try {
    const whole = sum();
    if (i < tokens.length) fail();
    const python = "c" in whole ? `${whole.python} + 0 * x` : whole.python; // a tensor, too
    return { at: whole.at, python, used: CALLS.filter((name) => python.includes(`${name}(`)) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { read: tokens.slice(0, i).join(" ") };
  }
}
