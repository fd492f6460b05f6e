/* A small network and its training, in double precision and without a library: what
   PyTorch computes, step for step. Tests compare it with PyTorch and with finite differences. */

/* Random numbers: mulberry32, which a few lines of Python repeat. */
export function stream(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const WEIGHTS = 1_000_000; // added to the seed: weights have a stream of their own

/* ---- Network ---------------------------------------------------------------------------------------- */

/* Each activation, and its derivative by its own output. */
const BEND = {
  none: [(a) => a, () => 1],
  relu: [(a) => (a > 0 ? a : a <= 0 ? 0 : a), (h) => (h > 0 ? 1 : 0)],
  tanh: [Math.tanh, (h) => 1 - h * h],
  sigmoid: [(a) => 1 / (1 + Math.exp(-a)), (h) => h * (1 - h)],
};
export const ACTIVATIONS = Object.keys(BEND);

export class Net {
  /* Layers from `sizes[l]` to `sizes[l + 1]`; weights and biases between ±1/√(inputs), as
     nn.Linear draws them. All parameters lie in `p`, their gradient in `g`: of each layer its
     weights, row by row, then its biases. */
  constructor(sizes, activation, seed) {
    [this.bend, this.slope] = BEND[activation];
    this.layers = [];
    let start = 0;
    for (let l = 0; l + 1 < sizes.length; l++) {
      const [inputs, outputs] = [sizes[l], sizes[l + 1]];
      const bias = start + inputs * outputs;
      this.layers.push({ inputs, outputs, start, bias });
      start = bias + outputs;
    }
    const next = stream(seed);
    this.p = new Float64Array(start);
    this.g = new Float64Array(start);
    for (const { inputs, outputs, start, bias } of this.layers)
      for (let i = start; i < bias + outputs; i++) this.p[i] = (2 * next() - 1) / Math.sqrt(inputs);
  }

  /* What each layer puts out for points X: the last are the scores. */
  forward(X) {
    const out = [X];
    this.layers.forEach((layer, l) => {
      const { inputs, outputs, start, bias } = layer;
      const [from, count] = [out[l], out[l].length / inputs];
      const [to, last] = [new Float64Array(count * outputs), l === this.layers.length - 1];
      for (let n = 0; n < count; n++)
        for (let j = 0; j < outputs; j++) {
          let sum = this.p[bias + j];
          for (let i = 0, w = start + j * inputs, h = n * inputs; i < inputs; i++)
            sum += this.p[w + i] * from[h + i];
          to[n * outputs + j] = last ? sum : this.bend(sum);
        }
      out.push(to);
    });
    return out;
  }

  /* Mean cross-entropy of labels y, and how many the largest score gets right; the gradient is in
     `g` then, and what the layers put out in `out`. */
  backward({ X, y }) {
    const out = (this.out = this.forward(X));
    const { loss, right, by } = entropy(out.at(-1), y);
    this.g.fill(0);
    let error = by;
    for (let l = this.layers.length - 1; l >= 0; l--) {
      const { inputs, outputs, start, bias } = this.layers[l];
      const [from, below] = [out[l], new Float64Array(l ? out[l].length : 0)];
      for (let n = 0; n < y.length; n++)
        for (let j = 0; j < outputs; j++) {
          const e = error[n * outputs + j];
          if (e === 0) continue; // of units that are off
          this.g[bias + j] += e;
          for (let i = 0, w = start + j * inputs, h = n * inputs; i < inputs; i++) {
            this.g[w + i] += e * from[h + i];
            if (l) below[h + i] += e * this.p[w + i];
          }
        }
      if (l) for (let k = 0; k < below.length; k++) below[k] *= this.slope(from[k]);
      error = below;
    }
    return { loss, right };
  }
}

/* Mean of -log p_y, how many are right, and the derivative by the scores, (p - y) / count. */
export function entropy(scores, y) {
  const classes = scores.length / y.length;
  const by = new Float64Array(scores.length);
  let [loss, right] = [0, 0];
  for (let n = 0; n < y.length; n++) {
    const row = scores.subarray(n * classes, (n + 1) * classes);
    const p = softmax(row);
    const top = row.indexOf(Math.max(...row));
    let sum = 0;
    for (const z of row) sum += Math.exp(z - row[top]);
    loss += Math.log(sum) + row[top] - row[y[n]];
    right += top === y[n];
    for (let c = 0; c < classes; c++) by[n * classes + c] = (p[c] - (c === y[n])) / y.length;
  }
  return { loss: loss / y.length, right, by };
}

/* Probabilities of scores, at a temperature. */
export function softmax(scores, temperature = 1) {
  const largest = Math.max(...scores);
  const powers = Array.from(scores, (z) => Math.exp((z - largest) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/* ---- Optimizers: one step against the gradient g, in place ----------------------------------------- */

const RULE = {
  sgd: (state, g) => g,
  momentum(state, g) {
    state.u ??= new Float64Array(g.length);
    for (let i = 0; i < g.length; i++) state.u[i] = 0.9 * state.u[i] + g[i];
    return state.u;
  },
  adam(state, g) {
    for (const key of ["m", "v", "move"]) state[key] ??= new Float64Array(g.length);
    const { m, v, move } = state;
    const t = (state.t = (state.t ?? 0) + 1);
    const [first, second] = [1 - 0.9 ** t, Math.sqrt(1 - 0.999 ** t)];
    for (let i = 0; i < g.length; i++) {
      m[i] = 0.9 * m[i] + 0.1 * g[i];
      v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
      move[i] = m[i] / first / (Math.sqrt(v[i]) / second + 1e-8);
    }
    return move;
  },
};
export const OPTIMIZERS = Object.keys(RULE);

/* Training of a network on data: step() gives the loss before the step, as a loop in PyTorch
   records it, and where the network stands now. */
export class Training {
  constructor({ width, depth, activation, optimizer, rate, seed }, data) {
    const sizes = [2, ...Array(depth).fill(width), data.classes];
    Object.assign(this, { data, rate, rule: RULE[optimizer], state: {}, steps: 0 });
    this.net = new Net(sizes, activation, seed + WEIGHTS);
    this.relu = activation === "relu";
  }

  step() {
    const [{ loss, right }, { p, g }] = [this.net.backward(this.data), this.net];
    this.first ??= loss;
    this.finite = Number.isFinite(loss) ? loss : (this.finite ?? loss);
    const [before, move] = [size(p), this.rule(this.state, g)];
    for (let i = 0; i < p.length; i++) p[i] -= this.rate * move[i];
    this.jump = (this.rate * size(move)) / before; // the step, beside all parameters
    this.steps++;
    return { loss, right };
  }

  /* How the network does now, without a step, and what ails it: "diverged", "dead" (a layer whose
     units are all off), "higher" (than at the start), "faint" (hardly a gradient reaches the
     first layer, and nothing has been learnt), or "". */
  look() {
    const { loss, right } = this.net.backward(this.data);
    return { loss, accuracy: right / this.data.y.length, ...this.ails(loss) };
  }

  ails(loss) {
    if (!Number.isFinite(loss) || loss > 1e6)
      return { why: "diverged", first: this.first, last: this.finite, jump: this.jump };
    const { layers, out, g } = this.net;
    const off = this.relu ? out.findIndex((h, l) => l && l < layers.length && h.every((a) => a === 0)) : -1;
    if (off > 0) return { why: "dead", layer: off };
    if (this.steps && loss > 1.5 * this.first) return { why: "higher", first: this.first, jump: this.jump };
    const slope = size(g.subarray(0, layers[0].bias)); // by the weights of the first layer
    const faint = layers.length > 1 && slope < 1e-3 && loss > 0.9 * this.first;
    return faint ? { why: "faint", slope } : { why: "" };
  }
}

const size = (v) => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
