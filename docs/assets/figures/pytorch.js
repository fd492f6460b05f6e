/* The trainer's settings as a script for PyTorch: the same data, weights and losses. */
import { formula } from "./formula.js";
import { WEIGHTS } from "./net.js";
import { FRESH } from "./points.js";

const STREAM = `def stream(seed):
    """Yield the page's random numbers from [0, 1): the generator mulberry32."""
    a = seed
    while True:
        a = (a + 0x6D2B79F5) % 2**32
        t = (a ^ a >> 15) * (a | 1) % 2**32
        t ^= (t + (t ^ t >> 7) * (t | 61)) % 2**32
        yield (t ^ t >> 14) / 2**32
`;

const NORMAL = `

def normal(numbers):
    """Return a number from the standard normal distribution."""
    radius = math.sqrt(-2 * math.log(1 - next(numbers)))
    return radius * math.cos(2 * math.pi * next(numbers))
`;

const POINT = {
  spiral: `    angle = 2 * math.pi / 3 * (c + 2 * t) + 0.2 * normal(numbers)
    return [t * math.sin(angle), t * math.cos(angle)]`,
  moons: `    x, y = math.cos(math.pi * t), math.sin(math.pi * t)
    u, v = (0.5 - x, 0.25 - y) if c else (x - 0.5, y - 0.25)
    return [0.7 * (u + 0.1 * normal(numbers)), 0.7 * (v + 0.1 * normal(numbers))]`,
  xor: `    x, y = 0.1 + 0.9 * next(numbers), 0.1 + 0.9 * next(numbers)
    side = -1 if next(numbers) < 0.5 else 1
    return [side * x, (-side if c else side) * y]`,
};

const each = (data, classes) => `${STREAM}${data === "xor" ? "" : NORMAL}

def point(c, t, numbers):
    """Return a point of class c; t goes from 0 to 1."""
${POINT[data]}


def make_points(seed):
    """Return 100 points of each class, X (N, 2), and their classes y (N,)."""
    numbers = stream(seed)
    X = [point(c, i / 99, numbers) for c in range(${classes}) for i in range(100)]
    return torch.tensor(X), torch.arange(${classes}).repeat_interleave(100)`;

const signs = (f) => `${STREAM}

def f(x, y):
    """Return the function that is above 0 where class 1 is."""
    return ${formula(f).python}


def make_points(seed):
    """Return 200 points, X (N, 2), and their classes y (N,)."""
    numbers = stream(seed)
    X = torch.tensor([[2 * next(numbers) - 1 for _ in "xy"] for _ in range(200)])
    return X, (f(X[:, 0], X[:, 1]) > 0).long()`;

const made = ({ data, f, seed }, classes) => `${data === "function" ? signs(f) : each(data, classes)}


X, y = make_points(${seed})
X_fresh, y_fresh = make_points(${seed + FRESH})`;

function typed({ X, y }) {
  const rows = Array.from(y, (c, i) => `    [${X[2 * i]}, ${X[2 * i + 1]}],  # ${c}\n`).join("");
  const labels = Array.from(y).join(", ").replace(/(.{1,84})(, |$)/g, "    $1,\n").replace(/,,/g, ",");
  return `${STREAM}

# The points as they were drawn.
X = torch.tensor([
${rows}])
y = torch.tensor([
${labels}])`;
}

const ACTIVATION = { none: "nn.Identity()", relu: "nn.ReLU()", tanh: "nn.Tanh()", sigmoid: "nn.Sigmoid()" };
const OPTIMIZER = {
  sgd: (rate) => `SGD(model.parameters(), lr=${rate})`,
  momentum: (rate) => `SGD(model.parameters(), lr=${rate}, momentum=0.9)`,
  adam: (rate) => `Adam(model.parameters(), lr=${rate})`,
};

/* Text of a script that runs as it stands. Its list `losses` holds the loss before each step. */
export function script(settings, drawn, classes, steps) {
  const { data, width, depth, activation, optimizer, rate, seed } = settings;
  const sizes = [2, ...Array(depth).fill(width), classes];
  const layers = sizes.slice(1).map((size, l) => `    nn.Linear(${sizes[l]}, ${size}),\n`);
  const model = layers.join(`    ${ACTIVATION[activation]},\n`);
  const fresh = data === "hand" ? "" : `
    fresh = (model(X_fresh).argmax(1) == y_fresh).double().mean()
    print(f"Right: {fresh:.1%} of fresh points")`;
  const names = data === "function" ? ["nn", ...formula(settings.f).used].sort() : ["nn"];
  return `${data === "spiral" || data === "moons" ? "import math\n\n" : ""}import torch
from torch import ${names.join(", ")}

torch.set_default_dtype(torch.float64)  # as the page computes


${data === "hand" ? typed(drawn) : made(settings, classes)}

model = nn.Sequential(
${model})
numbers = stream(${seed + WEIGHTS})
with torch.no_grad():  # the page's first weights, drawn as nn.Linear draws its own
    for layer in model:
        if isinstance(layer, nn.Linear):
            bound = layer.in_features**-0.5
            for p in (layer.weight, layer.bias):
                drawn = [(2 * next(numbers) - 1) * bound for _ in range(p.numel())]
                p.copy_(torch.tensor(drawn).view_as(p))

optimizer = torch.optim.${OPTIMIZER[optimizer](rate)}
losses = []
for step in range(${steps}):
    loss = nn.functional.cross_entropy(model(X), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if step % 10 == 0:
        print(f"step {step}: loss {loss:.4f}")

with torch.no_grad():
    right = (model(X).argmax(1) == y).double().mean()
    print(f"Right: {right:.1%} of the training points")${fresh}
`;
}
