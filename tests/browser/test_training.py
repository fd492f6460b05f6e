"""The trainer computes what PyTorch computes: gradients, functions, whole runs of its script."""

import re

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from .live import run_script

DRAWN = "ABACDBEFCGHAIJBKLC"  # six points of three classes
SETTINGS = [  # data, depth, width, activation, optimizer, rate
    ("spiral", 1, 32, "relu", "adam", 0.01),
    ("spiral", 3, 8, "tanh", "momentum", 0.03),
    ("moons", 2, 5, "sigmoid", "adam", 0.1),
    ("xor", 4, 6, "relu", "sgd", 0.1),
    ("hand", 2, 4, "tanh", "adam", 0.03),
    ("spiral", 0, 1, "none", "sgd", 1),
    ("function", 2, 6, "tanh", "adam", 0.03),
]
FUNCTION = "sin(5x) - 2y^2 / (1 + abs(x))"
KEYS = ("data", "depth", "width", "activation", "optimizer", "rate")
LIVE = """async ([settings, drawn]) => {
  const root = new URL("../assets/figures/", location.href).href;
  const { Training } = await import(root + "net.js");
  const { script } = await import(root + "pytorch.js");
  const { asData, read } = await import(root + "drawn.js");
  const { CLASSES, points } = await import(root + "points.js");
  const hand = asData(read(drawn));
  const data = settings.data === "hand" ? hand : points(settings, settings.seed);
  const training = new Training(settings, data);
  const { net } = training;
  const first = Array.from(net.p);
  const { loss } = net.backward(data);
  const slope = (i) => {  // by the parameter i, from losses alone
    const h = 1e-6;
    net.p[i] = first[i] + h;
    const above = net.backward(data).loss;
    net.p[i] = first[i] - h;
    const below = net.backward(data).loss;
    net.p[i] = first[i];
    return (above - below) / (2 * h);
  };
  const places = first.map((_, i) => i).filter((i) => i % Math.ceil(first.length / 40) === 0);
  const slopes = places.map(slope);
  net.backward(data);
  const gradient = Array.from(net.g);
  const losses = Array.from({ length: 50 }, () => training.step().loss);
  return {
    loss, first, gradient, places, slopes, losses, X: Array.from(data.X), y: Array.from(data.y),
    classes: data.classes, script: script(settings, hand, CLASSES[settings.data], 50),
  };
}"""
BENDS = {"none": nn.Identity, "relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


@pytest.fixture(scope="module")
def computed(browser, address):
    """What the page's modules compute for each of SETTINGS."""
    page = browser.new_page()
    page.goto(f"{address}spiral/")
    found = [
        page.evaluate(LIVE, [dict(zip(KEYS, each, strict=True), seed=7, f=FUNCTION), DRAWN])
        for each in SETTINGS
    ]
    page.close()
    return found


def slopes_of_torch(settings: dict, known: dict) -> tuple[float, torch.Tensor]:
    """Loss and gradient of the same network, with the same parameters, by autograd."""
    sizes = [2, *[settings["width"]] * settings["depth"], known["classes"]]
    p = torch.tensor(known["first"], dtype=torch.float64, requires_grad=True)
    h, start = torch.tensor(known["X"], dtype=torch.float64).reshape(-1, 2), 0
    for inputs, outputs in zip(sizes, sizes[1:], strict=False):
        bias = start + inputs * outputs
        h = F.linear(h, p[start:bias].reshape(outputs, inputs), p[bias : bias + outputs])
        start = bias + outputs
        if start < len(p):
            h = BENDS[settings["activation"]]()(h)
    loss = F.cross_entropy(h, torch.tensor(known["y"]))
    (slopes,) = torch.autograd.grad(loss, p)
    return loss.item(), slopes


@pytest.mark.parametrize("number", range(len(SETTINGS)))
def test_gradients_are_those_of_autograd_and_of_finite_differences(computed, number):
    known = computed[number]
    loss, slopes = slopes_of_torch(dict(zip(KEYS, SETTINGS[number], strict=True)), known)
    assert abs(known["loss"] - loss) < 1e-12
    ours = torch.tensor(known["gradient"], dtype=torch.float64)
    assert slopes.abs().max() > 1e-4
    assert (ours - slopes).abs().max() < 1e-12
    measured = torch.tensor(known["slopes"], dtype=torch.float64)
    assert (ours[known["places"]] - measured).abs().max() < 1e-7


WRITTEN = {  # what a reader may write, and what Python makes of it
    "x² + y² - 0.4": "x ** 2 + y ** 2 - 0.4",
    "-x^2 y 2y": None,
    "-x^2 y y": "-x ** 2 * y * y",
    "−X^-2 / (y*3) / 2": "-x ** -2 / (y * 3) / 2",
    "(x - 1) - (y - 2)": "x - 1 - (y - 2)",
    "2^3^(x^y)^2": "2 ** 3 ** (x ** y) ** 2",
    "3(x+y)tan(x)tanh(y)": "3 * (x + y) * torch.tan(x) * torch.tanh(y)",
    "exp(log(abs(x)))cos(2pi sqrt y)": None,
    "exp(log(abs x))": None,
    "exp(log(abs(x))) cos(2 pi sqrt(y))": "torch.exp(torch.log(torch.abs(x)))"
    " * torch.cos(2 * torch.pi * torch.sqrt(y))",
    "（ｘ＋1）＊2": "(x + 1) * 2",
    "exp(900) * 1000000000000000000000 x": "float('inf') * x",
    "1 / 0 - 3": "float('inf') + 0 * x",
    "sin x": None,
    "x y)": None,
    "x +": None,
    "": None,
    "x.constructor": None,
    "alert(1)": None,
}
READ = """async (written) => {
  const { formula } = await import(new URL("../assets/figures/formula.js", location.href).href);
  const places = [-0.7, -0.2, 0.3, 0.9];
  return written.map((text) => {
    const { at, python, used, read } = formula(text);
    const values = at && places.flatMap((x) => places.map((y) => String(at(x, y))));
    return { values, python, used, read };
  });
}"""


def test_functions_are_read_as_python_reads_them(open_page):
    read = open_page("spiral/").evaluate(READ, list(WRITTEN))
    places = torch.tensor([-0.7, -0.2, 0.3, 0.9], dtype=torch.float64)
    x, y = (part.flatten() for part in torch.meshgrid(places, places, indexing="ij"))
    for (text, python), found in zip(WRITTEN.items(), read, strict=True):
        if python is None:
            assert found["values"] is None, text
            assert found["read"] is not None
            continue
        ours = torch.tensor([float(value) for value in found["values"]], dtype=torch.float64)
        names = {name: getattr(torch, name) for name in found["used"]} | {"x": x, "y": y}
        for theirs in (eval(python, names | {"torch": torch}), eval(found["python"], names)):
            assert torch.allclose(ours, theirs, rtol=1e-12, atol=1e-12, equal_nan=True), text
    assert [each["read"] for each in read if each["read"]][-2:] == ["x +", "x"]


@pytest.mark.parametrize("number", range(len(SETTINGS)))
def test_the_script_gives_the_same_points_weights_and_losses(computed, number):
    known = computed[number]
    ran = run_script(known["script"])
    assert (ran["X"].flatten() - torch.tensor(known["X"], dtype=torch.float64)).abs().max() < 1e-12
    assert ran["y"].tolist() == known["y"]
    gaps = [abs(a - b) for a, b in zip(ran["losses"], known["losses"], strict=True)]
    assert len(gaps) == 50
    assert max(gaps) < 1e-9  # of the 1e-4 that the page may promise
    assert known["losses"][-1] < known["losses"][0]
    assert re.search(r"step 40: loss \d\.\d{4}\nRight: [\d.]+% of the training points", ran["said"])
    assert max(len(line) for line in known["script"].split("\n")) <= 88
