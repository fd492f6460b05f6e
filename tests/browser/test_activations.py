"""The figures of the activations page that show stored runs: a sum of bends, and histograms."""

import pytest
import torch
from playwright.sync_api import expect
from stored_states import unpacked

from course_code.teach.activations import ACTIVATIONS
from course_code.teach.digits import load_digits
from course_code.teach.ensemble import Ensemble
from course_code.teach.signals import preactivations

from .live import control, kept, open_live

STEPS = (0, 150, 2000)
BENDS = {"relu": torch.relu, "tanh": torch.tanh, "square": torch.square}
ADDED = """async ([asked, X]) => {
  const { network, sum } = await import(new URL("../assets/figures/bends.js", location.href).href);
  return asked.map(([activation, step]) => {
    const net = network({ activation, step });
    return X.map((x) => [...net.units.map(({ adds }) => adds(x)), sum(net, x), sum(net, x, 5)]);
  });
}"""
ON = 'button[aria-pressed="true"]'


@pytest.fixture(scope="module")
def stored(site):
    """What the two figures fetch."""
    files = (site / f"assets/figures/{name}.bin" for name in ("bends", "histograms"))
    return [unpacked(path.read_bytes()) for path in files]


# ---- a sum of bends ----------------------------------------------------------------------------


def test_what_the_units_add_at_a_thousand_places_is_what_torch_adds(browser, address, stored):
    runs, _ = stored
    page = browser.new_page()
    page.goto(f"{address}activations/")
    asked = [(name, step) for name in BENDS for step in STEPS]
    x = torch.linspace(-2, 2, 1000)
    found = page.evaluate(ADDED, [asked, x.tolist()])
    page.close()
    for (name, step), ours in zip(asked, found, strict=True):
        row = runs["weights"][runs["activations"].index(name), runs["steps"].index(step)]
        w, b, v, constant = row.split([8, 8, 8, 1])
        added = v * BENDS[name](x[:, None] * w + b)  # (1000, 8)
        whole = added.sum(dim=1) + constant
        without = whole - added[:, 0] - added[:, 2]
        torchs = torch.cat((added, whole[:, None], without[:, None]), dim=1)
        assert torch.allclose(torch.tensor(ours), torchs, rtol=1e-5, atol=1e-5), (name, step)
    at_the_end = {name: runs["weights"][i, -1] for i, name in enumerate(BENDS)}
    assert torch.equal(runs["weights"][0, 0], runs["weights"][2, 0])
    assert not torch.equal(at_the_end["relu"], at_the_end["square"])
    powers = runs["x"].double()[:, None] ** torch.arange(3)
    best = powers @ (torch.linalg.pinv(powers) @ runs["y"].double())
    assert abs((best - runs["y"]).square().mean().item() - runs["floor"]) < 1e-9


def lines(app) -> list[str]:
    """What is drawn: the units, their sum, its corners."""
    drawn = app.locator(".live-unit, .live-sum, .live-corners").all()
    return [part.get_attribute("d") for part in drawn]


def test_steps_bends_and_units_of_the_sum(open_page):
    page, app = open_live(open_page, "activations/", "bends", has_touch=True)
    status, step = app.locator("[role=status]"), control(app, "Step")
    expect(status).to_contain_text("Step 2000: mean squared error 6.")
    drawn = [lines(app)]

    def changed(says: str) -> None:
        expect(status).to_contain_text(says)
        drawn.append(lines(app))
        assert drawn[-1] != drawn[-2]

    step.press("ArrowLeft")
    changed("Step 1500: ")
    box = step.bounding_box()
    page.mouse.click(box["x"] + 2, box["y"] + box["height"] / 2)
    changed("Step 0: ")
    page.touchscreen.tap(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    changed("Step 2000: ")
    units = app.get_by_role("group", name="Units").get_by_role("button")
    expect(units).to_have_count(8)
    units.nth(1).hover()
    expect(status).to_contain_text("Unit 2 adds ")
    expect(status).to_contain_text("It bends at x = ")
    expect(app.locator(".live-picked")).to_have_count(1)
    units.nth(1).click()
    changed("Step 2000, 7 of 8 units: mean squared error ")
    expect(units.nth(1)).to_have_attribute("aria-pressed", "false")
    expect(app.locator(".live-out")).to_have_count(1)
    units.nth(2).tap()
    changed("Step 2000, 6 of 8 units: ")
    units.nth(0).focus()
    expect(status).to_contain_text("Unit 1 adds ")
    expect(status).to_contain_text("outside: here it is off everywhere")
    units.nth(5).focus()
    expect(status).to_contain_text("outside: here it is a straight line")
    page.keyboard.press("Space")
    changed("Step 2000, 5 of 8 units: ")
    kept(page, "bends=off:38")
    app.get_by_role("button", name="None").click()
    changed("Step 2000, 0 of 8 units: ")
    expect(app.locator(ON)).to_have_count(0)
    app.get_by_role("button", name="All").press("Enter")
    changed("Step 2000: mean")
    line = app.locator(".live-hit").nth(3)
    x, y = line.evaluate(
        """(line) => {
          const at = line.getPointAtLength(line.getTotalLength() / 2);
          const { x, y } = at.matrixTransform(line.getScreenCTM());
          return [x, y];
        }"""
    )
    page.touchscreen.tap(x, y)
    expect(status).to_contain_text("adds")
    control(app, "Activation").select_option("square")
    changed("All together they are one parabola, ")
    expect(status).to_contain_text("No parabola gets below 0.408.")
    expect(status).to_contain_text("mean squared error 0.408")
    control(app, "Activation").select_option("tanh")
    changed("Step 2000: mean squared error ")


# ---- histograms --------------------------------------------------------------------------------


def test_histograms_are_those_of_the_nets_and_whole(stored):
    _, runs = stored
    X, _ = load_digits(seed=0)["train"]
    whole = runs["shares"].float().sum(-1) + runs["zeros"].float()
    lost = runs["right"] < 0
    assert lost.any()
    assert (whole[~lost] - 1).abs().max() < 5e-3  # float16
    for i, name in enumerate(runs["activations"]):
        net = Ensemble((64, 100, 100, 10), name, seeds=(0,))
        low, high = runs["ranges"][i]
        for layer, a in enumerate(preactivations(net, X.mT)[:-1]):
            h = ACTIVATIONS[name](a.detach())
            bins = torch.histc(h[h != 0].clamp(low, high), runs["shares"].shape[-1], low, high)
            for run in range(3 * i, 3 * i + 3):  # at every rate
                told = runs["shares"][run, 0, layer].float()
                assert (told - bins / h.numel()).abs().max() < 1e-3, name
                assert abs(runs["zeros"][run, 0, layer].item() - (h == 0).float().mean()) < 1e-3


def heights(app) -> list[float]:
    bars = app.locator(".live-bar, .live-zeros").all()
    return [float(bar.get_attribute("height")) for bar in bars]


def test_activation_rate_and_step_of_the_histograms(open_page, stored):
    _, runs = stored
    page, app = open_live(open_page, "activations/", "histograms", has_touch=True)
    status, step = app.locator("[role=status]"), control(app, "Step")
    number = runs["activations"].index("relu") * 3 + 2
    zero = round(100 * runs["zeros"][number, 1, 0].item())
    expect(status).to_contain_text("Step 5: ")
    expect(status).to_contain_text(f"Layer 1: {zero}% of all values are exactly 0")
    bars = app.locator(".live-bar")
    assert bars.count() == 2 * runs["shares"].shape[-1]
    shares = runs["shares"][number].float()  # (K, 2, BINS)
    expected = 72 * shares[1] / shares.max()
    ours = [float(bar.get_attribute("height")) for bar in bars.all()]
    assert (torch.tensor(ours) - expected.flatten()).abs().max() < 1e-3
    seen = [heights(app)]

    def changed(says: str) -> None:
        expect(status).to_contain_text(says)
        seen.append(heights(app))
        assert seen[-1] != seen[-2]

    step.press("ArrowRight")
    changed("Step 10: ")
    box = step.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    changed("Step 50: ")
    page.touchscreen.tap(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    changed("Step 250: ")
    expect(status).to_contain_text("Layer 2: 100% of all values are exactly 0")
    control(app, "Learning rate").select_option("1")
    changed("Step 250: 9")
    control(app, "Activation").select_option("tanh")
    changed("Layer 2: 0% of all values are exactly 0, 9")
    kept(page, "histograms=activation:tanh,rate:1,step:250")
    control(app, "Activation").select_option("leaky_relu")
    control(app, "Learning rate").select_option("2")
    expect(status).to_have_text("Step 250: diverged. The weights are no numbers any more.")
    expect(bars).to_have_count(0)
    _, app = open_live(open_page, "zh/activations/?histograms=rate:0.5,step:7", "histograms")
    expect(app.locator("[role=status]")).to_contain_text("第 5 步：测试图片答对 ")
    assert control(app, "学习率").input_value() == "0.5"
