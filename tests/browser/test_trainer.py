"""The trainer on the spiral page: it computes what PyTorch computes, and answers every control."""

import io
import re
from contextlib import redirect_stdout

import pytest
import torch
from playwright.sync_api import expect
from torch import nn
from torch.nn import functional as F

from .live import control, fresh, kept, open_live, picture

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


def run_script(text: str) -> dict:
    """Run a script as a reader would; what it binds, and what it printed."""
    bound, said, before = {}, io.StringIO(), torch.get_default_dtype()
    try:
        with redirect_stdout(said):
            exec(compile(text, "script.py", "exec"), bound)
    finally:
        torch.set_default_dtype(before)
    return bound | {"said": said.getvalue()}


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


# ---- controls ----------------------------------------------------------------------------------


AT_REST = """() => {
  const app = document.querySelector(".live-trainer");
  const [shown, said] = [".live-readout", "[role=status]"].map((one) => app.querySelector(one));
  return shown.textContent === said.textContent;
}"""


def step_of(page) -> int:
    return int(re.search(r"\d+", page.locator(".live-readout").text_content())[0])


def test_mouse_and_keyboard_train_pause_step_and_reset(open_page):
    page, app = open_live(open_page, "spiral/", "trainer")
    status, line = app.locator("[role=status]"), app.locator(".live-line")
    expect(status).to_have_text(
        re.compile(r"^Step 0: loss 1\.\d+\. Right: \d+% of .* fresh ones\.$")
    )
    start = picture(app)
    step = app.get_by_role("button", name="One step")
    step.click()
    expect(status).to_contain_text("Step 1:")
    step.press("Enter")
    expect(status).to_contain_text("Step 2:")
    train = app.get_by_role("button", name="Train")
    train.press("Space")
    long = "() => document.querySelector('.live-line').getAttribute('d').length > 400"
    page.wait_for_function(long)
    pause = app.get_by_role("button", name="Pause")
    pause.click()
    expect(train).to_be_visible()
    page.wait_for_function(AT_REST)
    stopped = step_of(page)
    assert stopped > 20
    expect(status).to_contain_text(f"Step {stopped}: loss 0.")
    assert picture(app) != start
    expect(page).not_to_have_url(re.compile(r"\?"))
    app.get_by_role("button", name="Reset").click()
    expect(status).to_contain_text("Step 0:")
    assert line.get_attribute("d") == ""
    assert picture(app) == start


def test_every_setting_begins_anew_and_stands_in_the_address(open_page):
    page, app = open_live(open_page, "spiral/", "trainer")
    status, seen = app.locator("[role=status]"), [fresh(app, "")]
    for key, change, told in (
        ("Points", lambda e: e.select_option("moons"), "data:moons"),
        ("Activation", lambda e: e.select_option("tanh"), "activation:tanh"),
        ("Optimizer", lambda e: e.select_option("momentum"), "optimizer:momentum"),
        ("Hidden layers", lambda e: e.press("ArrowRight"), "depth:2"),
        ("Units in each", lambda e: e.press("ArrowLeft"), "width:31"),
        ("Learning rate", lambda e: e.press("End"), "rate:10"),
        ("Seed", lambda e: e.click(position={"x": 60, "y": 10}), "seed:"),
    ):
        app.get_by_role("button", name="One step").click()
        expect(status).to_contain_text("Step 1:")
        change(control(app, key))
        expect(status).to_contain_text("Step 0:")
        kept(page, told)
        if key not in ("Optimizer", "Learning rate"):  # which act with the first step
            seen.append(fresh(app, seen[-1]))
    assert len(set(seen)) == 6
    told = page.url
    again, app = open_live(open_page, "spiral/?" + told.partition("?")[2], "trainer")
    assert fresh(app, "") == seen[-1]
    assert again.url == told
    assert control(app, "Units in each").input_value() == "31"


FAILURES = [  # activation, optimizer, hidden layers more than before, what is said
    ("none", "sgd", 0, "Diverged at step"),
    ("relu", "sgd", 1, "units of hidden layer 2 are off"),
    ("tanh", "momentum", 0, "The loss is higher than at the start"),
    ("sigmoid", "sgd", 6, "Next to no gradient reaches the first layer"),
]


def test_a_run_that_fails_says_why(open_page):
    _, app = open_live(open_page, "spiral/?trainer=rate:10,width:12", "trainer")
    for activation, optimizer, deeper, says in FAILURES:
        for _ in range(deeper):
            control(app, "Hidden layers").press("ArrowRight")
        control(app, "Activation").select_option(activation)
        control(app, "Optimizer").select_option(optimizer)
        if activation == "sigmoid":
            control(app, "Learning rate").press("Home")
        app.get_by_role("button", name="Train").click()
        expect(app.locator(".live-readout")).to_contain_text(says)
        if says.startswith("Diverged"):
            expect(app.get_by_role("button", name="Train")).to_be_visible()  # it stopped by itself
            expect(app.locator("[role=status]")).to_contain_text("Try 1.")
        else:
            app.get_by_role("button", name="Pause").click()


def test_an_address_out_of_limits_is_not_taken(open_page):
    query = "data:evil,width:65,depth:-1,rate:7,seed:1e9,optimizer:<b>,f:alert(1)"
    _, app = open_live(open_page, f"spiral/?trainer={query}", "trainer")
    expect(app.locator("[role=status]")).to_contain_text("Step 0: loss 1.")
    assert control(app, "Units in each").input_value() == "32"
    assert control(app, "Points").input_value() == "spiral"
    assert app.locator("[type=text]").input_value() == "sin(5x) - 2y"


def drawn_points(count: int) -> re.Pattern:
    """An address with so many points, three letters each."""
    return re.compile(rf"points:[\w-]{{{3 * count}}}$")


def test_points_are_drawn_by_mouse_finger_and_keyboard_and_stay_in_the_address(open_page):
    page, app = open_live(open_page, "spiral/", "trainer", has_touch=True)
    status, canvas = app.locator("[role=status]"), app.locator("canvas")
    control(app, "Points").select_option("hand")
    expect(status).to_contain_text("at least two classes")
    empty = picture(app)
    app.get_by_role("button", name="Train").click()
    expect(app.get_by_role("button", name="Train")).to_be_visible()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 200, steps=10)
    page.mouse.up()
    page.wait_for_timeout(500)  # until the address rests
    points = page.url.partition("points:")[2]
    many = len(points) // 3
    assert 3 <= many <= 12
    app.get_by_role("button", name="▲ 1").tap()
    page.touchscreen.tap(box["x"] + 250, box["y"] + 100)
    expect(page).to_have_url(drawn_points(many + 1))
    canvas.focus()
    for key in ("2", "ArrowUp", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(page).to_have_url(drawn_points(many + 2))
    expect(app.get_by_role("button", name="■ 2")).to_have_attribute("aria-pressed", "true")
    expect(status).to_contain_text("Step 0: loss")
    page.keyboard.press("Delete")
    app.get_by_role("button", name="Undo").click()
    kept(page, f"points:{points}")
    expect(page).to_have_url(drawn_points(many))
    page.reload()
    page.locator("#live-trainer").scroll_into_view_if_needed()
    expect(page.locator("#live-trainer.is-live canvas")).to_be_visible()
    assert picture(app) != empty


def test_a_function_is_chosen_and_written_and_stands_in_the_address(open_page):
    page, app = open_live(open_page, "zh/spiral/", "trainer", has_touch=True)
    status, written = app.locator("[role=status]"), app.get_by_role("textbox")
    expect(written).not_to_be_visible()
    seen = [picture(app)]
    control(app, "数据点").select_option("function")
    expect(status).to_contain_text("第 0 步")
    seen.append(fresh(app, seen[-1]))
    app.get_by_role("button", name="圆环").tap()
    kept(page, "trainer=data:function,f:sin")
    seen.append(fresh(app, seen[-1]))
    app.get_by_role("button", name="圆盘").click()
    expect(written).to_have_value("x² + y² - 0.4")
    seen.append(fresh(app, seen[-1]))
    written.focus()
    page.keyboard.press("End")
    page.keyboard.type(" + ")
    expect(status).to_contain_text("“f(x, y) = x ^ 2 + y ^ 2 - 0.4 +”")
    expect(written).to_have_attribute("aria-invalid", "true")
    assert picture(app) == seen[-1]
    page.keyboard.type("x")
    expect(status).to_contain_text("第 0 步")
    expect(written).not_to_have_attribute("aria-invalid", "true")
    seen.append(fresh(app, seen[-1]))
    app.get_by_role("button", name="走一步").click()
    expect(status).to_contain_text("新点答对")
    app.locator("summary").click()
    expect(app.locator(".live-code pre")).to_contain_text("return x ** 2 + y ** 2 - 0.4 + x\n")
    assert len(set(seen)) == 5
    kept(page, "0.4+%2B+x")
    page.reload()
    page.locator("#live-trainer").scroll_into_view_if_needed()
    expect(written).to_have_value("x² + y² - 0.4 + x")
    expect(status).to_contain_text("第 0 步")
    assert fresh(app, "") == seen[-1]


def test_the_same_in_pytorch_is_shown_and_copied(open_page):
    page, app = open_live(
        open_page, "zh/spiral/?trainer=width:12", "trainer",
        permissions=["clipboard-read", "clipboard-write"],
    )  # fmt: skip
    app.locator("summary").press("Enter")
    shown = app.locator(".live-code pre")
    expect(shown).to_contain_text("nn.Linear(2, 12),")
    control(app, "每层单元数").press("ArrowRight")
    expect(shown).to_contain_text("nn.Linear(2, 13),")
    app.get_by_role("button", name="复制脚本").click()
    expect(app.locator("[role=status]")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == shown.text_content()
    assert len(run_script(copied.replace("range(50)", "range(2)"))["losses"]) == 2
