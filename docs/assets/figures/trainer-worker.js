/* Trains away from the page, so that the page never waits. Each message that comes says what to
   `do`; each that goes tells how the training stands, under the number of the run it is of. */
import { COLOURS, FRESH, Training, entropy, points, softmax } from "./net.js";

const WORK = 2e7; // multiplications that a picture of the regions may take
const LIMIT = 20_000; // steps of a run
let training, fresh, run, timer, slice;
let losses = [];

function begin({ settings, drawn, calm, number }) {
  clearTimeout(timer);
  const data = settings.data === "hand" ? drawn : points(settings, settings.seed);
  fresh = settings.data === "hand" ? null : points(settings, settings.seed + FRESH);
  training = new Training(settings, data);
  [run, losses, slice] = [number, [], calm ? 500 : 40];
  tell(false);
}

function train() {
  const end = performance.now() + slice;
  let loss;
  do losses.push((loss = training.step().loss));
  while (performance.now() < end && Number.isFinite(loss) && training.steps < LIMIT);
  const on = tell(true);
  if (on) timer = setTimeout(train);
}

/* Tell how it stands; returns whether training may go on. */
function tell(running) {
  const now = training.look();
  const on = running && now.why !== "diverged" && training.steps < LIMIT;
  const known = fresh && entropy(training.net.forward(fresh.X).at(-1), fresh.y).right / fresh.y.length;
  postMessage({ run, ...now, fresh: known, steps: training.steps, losses, running: on, ...regions() });
  losses = [];
  return on;
}

/* A picture of the plane from -1.2 to 1.2: each point in the mixed colours of what it may be. */
function regions() {
  const { net, data } = training;
  const grid = Math.max(24, Math.min(96, Math.floor(Math.sqrt(WORK / net.p.length))));
  const X = new Float64Array(2 * grid * grid);
  for (let row = 0, k = 0; row < grid; row++)
    for (let column = 0; column < grid; column++) {
      X[k++] = 2.4 * ((column + 0.5) / grid - 0.5);
      X[k++] = 2.4 * (0.5 - (row + 0.5) / grid);
    }
  const scores = net.forward(X).at(-1);
  const pixels = new Uint8ClampedArray(4 * grid * grid);
  for (let k = 0; k < grid * grid; k++) {
    const shares = softmax(scores.subarray(k * data.classes, (k + 1) * data.classes));
    for (let channel = 0; channel < 3; channel++)
      pixels[4 * k + channel] = shares.reduce((sum, p, c) => sum + p * COLOURS[c][channel], 0);
    pixels[4 * k + 3] = 110;
  }
  return { grid, pixels };
}

const DO = {
  begin,
  train: () => (clearTimeout(timer), train()),
  pause: () => (clearTimeout(timer), tell(false)),
  step() {
    clearTimeout(timer);
    losses.push(training.step().loss);
    tell(false);
  },
};
onmessage = ({ data }) => DO[data.do](data);
