/* Points (x, y) of classes 0, 1, … to train on, drawn from a seed. */
import { formula } from "./formula.js";
import { stream } from "./net.js";

export const CLASSES = { spiral: 3, moons: 2, xor: 2, function: 2, hand: 3 };
export const FRESH = 2_000_000; // added to the seed, for points that were not trained on
const PER_CLASS = 100;

const normal = (next) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

const POINT = {
  spiral(c, t, next) {
    const angle = ((2 * Math.PI) / 3) * (c + 2 * t) + 0.2 * normal(next);
    return [t * Math.sin(angle), t * Math.cos(angle)];
  },
  moons(c, t, next) {
    const [x, y] = [Math.cos(Math.PI * t), Math.sin(Math.PI * t)];
    const [u, v] = c ? [0.5 - x, 0.25 - y] : [x - 0.5, y - 0.25];
    return [0.7 * (u + 0.1 * normal(next)), 0.7 * (v + 0.1 * normal(next))];
  },
  xor(c, t, next) {
    const [x, y] = [0.1 + 0.9 * next(), 0.1 + 0.9 * next()];
    const side = next() < 0.5 ? -1 : 1;
    return [side * x, (c ? -side : side) * y];
  },
};

/* Points of the settings: { X: x and y of one point after the other, y: their classes, classes }. */
export function points({ data: kind, f }, seed) {
  const [next, classes] = [stream(seed), CLASSES[kind]];
  if (kind === "function") return signs(formula(f), next);
  const [X, y] = [[], []];
  for (let c = 0; c < classes; c++)
    for (let i = 0; i < PER_CLASS; i++) {
      X.push(...POINT[kind](c, i / (PER_CLASS - 1), next));
      y.push(c);
    }
  return { X: Float64Array.from(X), y: Uint8Array.from(y), classes };
}

/* Points anywhere between -1 and 1, of class 1 where a function is above 0. */
function signs({ at }, next) {
  const X = Float64Array.from({ length: 4 * PER_CLASS }, () => 2 * next() - 1);
  const y = Uint8Array.from({ length: 2 * PER_CLASS }, (_, i) => at(X[2 * i], X[2 * i + 1]) > 0);
  return { X, y, classes: CLASSES.function };
}
