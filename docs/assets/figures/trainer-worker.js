/* Trains away from the page, so that the page never waits. Each message that comes says what to
   `do`; each that goes tells how the training stands, under the number of the run it is of. */
import { Training, entropy } from "./net.js";
import { tint } from "./plane.js";
import { FRESH, points } from "./points.js";

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

function regions() {
  const { net, data } = training;
  const grid = Math.max(24, Math.min(96, Math.floor(Math.sqrt(WORK / net.p.length))));
  return { grid, pixels: tint(net, data.classes, grid) };
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
