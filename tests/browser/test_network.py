"""The trained network on the spiral page: it is the stored run's, and every control answers."""

import re

import pytest
import torch
from playwright.sync_api import expect
from stored_states import unpacked
from torch.nn import functional as F

from course_code.teach.data import make_spirals
from course_code.teach.device import generator

from .live import control, kept, open_live, picture

HIDDEN = 12
ASKED = [
    (a, o, step) for a in ("identity", "relu") for o in ("sgd", "adam") for step in (0, 100, 1000)
]
COMPUTED = """async ([asked, X]) => {
  const root = new URL("../assets/figures/", location.href).href;
  const { network, outputs } = await import(root + "network.js");
  const { tint } = await import(root + "plane.js");
  const told = ([activation, optimizer, step]) => {
    const net = network({ activation, optimizer, step });
    const { hidden, scores, shares } = outputs(net, Float64Array.from(X));
    return [Array.from(hidden), Array.from(scores), shares, Array.from(tint(net, 3, 24))];
  };
  return asked.map(told);
}"""
COLOURS = torch.tensor([[0, 114, 178], [213, 94, 0], [0, 158, 115]])


@pytest.fixture(scope="module")
def stored(site):
    return unpacked((site / "assets/figures/network.bin").read_bytes())


def weights_of(stored, activation: str, optimizer: str, step: int) -> list[torch.Tensor]:
    """W1, b1, W2, b2 of a run at a step, float32."""
    number = stored["activations"].index(activation) * 2 + stored["optimizers"].index(optimizer)
    p = stored["weights"][number, stored["steps"].index(step)]
    parts = p.split([2 * HIDDEN, HIDDEN, 3 * HIDDEN, 3])
    return [parts[0].reshape(HIDDEN, 2), parts[1], parts[2].reshape(3, HIDDEN), parts[3]]


def test_what_it_computes_at_a_thousand_points_is_what_torch_computes(browser, address, stored):
    page = browser.new_page()
    page.goto(f"{address}spiral/")
    X = 2.4 * torch.rand(1000, 2, generator=generator(0)) - 1.2
    found = page.evaluate(COMPUTED, [ASKED, X.flatten().tolist()])
    page.close()
    line = 2.4 * (torch.arange(24) + 0.5) / 24 - 1.2
    grid = torch.stack(torch.meshgrid(line, -line, indexing="xy"), -1).reshape(-1, 2)
    for asked, (hidden, scores, shares, pixels) in zip(ASKED, found, strict=True):
        W1, b1, W2, b2 = weights_of(stored, *asked)
        bend = torch.relu if asked[0] == "relu" else lambda a: a

        def net(X, W1=W1, b1=b1, W2=W2, b2=b2, bend=bend):
            h = bend(F.linear(X, W1, b1))
            return h, F.linear(h, W2, b2)

        h, z = net(X)
        for ours, torchs in ((hidden, h), (scores, z), (shares, z.softmax(1))):
            ours = torch.tensor(ours, dtype=torch.float64).reshape(torchs.shape)
            assert torch.allclose(ours, torchs.double(), rtol=1e-5, atol=1e-5), asked
        mixed = net(grid)[1].softmax(1) @ COLOURS.float()
        seen = torch.tensor(pixels).reshape(-1, 4)
        assert (seen[:, :3] - mixed).abs().max() < 1, asked
        assert (seen[:, 3] == 110).all()


def test_its_runs_have_the_same_points_first_weights_and_budget(stored):
    X, y = make_spirals(1000, 3, seed=generator(12345))
    assert torch.equal(stored["points"], X[::10])
    assert torch.equal(stored["labels"].long(), y[::10])
    first, last = stored["weights"][:, 0], stored["weights"][:, -1]
    assert (first == first[0]).all()
    assert stored["steps"][-1] == 1000
    assert len({tuple(row) for row in last.tolist()}) == 4


MARKED = """(canvas, colour) => {
  const all = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let found = 0;
  for (let k = 0; k < all.length; k += 4)
    found += colour.every((part, c) => all[k + c] === part);
  return found;
}"""


def test_its_points_have_the_colours_of_the_page(open_page):
    page, app = open_live(open_page, "spiral/", "network", color_scheme="dark")
    canvas = app.locator("canvas")
    dark = ([86, 180, 233], [240, 128, 60], [47, 191, 148])
    assert all(canvas.evaluate(MARKED, colour) > 200 for colour in dark)
    page.emulate_media(color_scheme="light")
    drawn = f"([canvas, colours]) => colours.every((each) => ({MARKED})(canvas, each) > 200)"
    page.wait_for_function(drawn, arg=[canvas.element_handle(), COLOURS.tolist()])
    assert not any(canvas.evaluate(MARKED, colour) for colour in dark)


def seen(app) -> list[str]:
    """What is shown: the plane, the bars, the text."""
    bars = [bar.get_attribute("height") for bar in app.locator(".live-bar").all()]
    return [picture(app), *bars, app.locator("svg").text_content()]


def test_every_control_changes_what_is_seen_and_said(open_page):
    page, app = open_live(open_page, "spiral/", "network", has_touch=True)
    status, step, canvas = app.locator("[role=status]"), control(app, "Step"), app.locator("canvas")
    expect(status).to_contain_text(
        re.compile(r"Step 1000: loss 0\.0\d+\. Right: 9\d% of the 300 tr")
    )
    expect(status).to_contain_text("At (0, 0.5) the network says class")
    assert app.locator(".live-bar").count() == HIDDEN
    told = [seen(app)]

    def changed(says: str) -> None:
        expect(status).to_contain_text(says)
        told.append(seen(app))
        assert told[-1][0] != told[-2][0]
        assert told[-1][1:] != told[-2][1:]

    step.press("ArrowLeft")
    changed("Step 700: ")
    box = step.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    changed("Step 150: ")
    assert step.get_attribute("aria-valuetext") == "150"
    page.touchscreen.tap(box["x"] + 2, box["y"] + box["height"] / 2)
    changed("Step 0: loss 1.1. Right: 33%")
    step.press("End")
    control(app, "Activation").select_option("identity")
    changed("Step 1000: loss 0.781. Right: 5")
    control(app, "Optimizer").select_option("sgd")
    changed("Step 1000: loss 0.781. Right: 5")
    control(app, "Activation").select_option("relu")
    changed("Step 1000: loss 0.1")
    kept(page, "network=optimizer:sgd")
    box = canvas.bounding_box()

    def at(x: float, y: float) -> tuple[float, float]:
        across, down = x / 2.4 + 0.5, 0.5 - y / 2.4
        return box["x"] + across * box["width"], box["y"] + down * box["height"]

    page.mouse.move(*at(0.6, -0.6))
    changed("At (0.6, −0.6) the")
    page.touchscreen.tap(*at(-0.6, 0.3))
    changed("At (−0.6, 0.3) the")
    canvas.press("ArrowRight")
    changed("At (−0.56, 0.3) the")
    canvas.press("Shift+ArrowDown")
    changed("At (−0.56, 0.1) the")
    assert canvas.get_attribute("aria-valuetext") == "(−0.56, 0.1)"
    kept(page, "network=optimizer:sgd,x:-56,y:10")


def test_an_address_is_taken_within_its_limits_and_a_point_told(open_page, stored):
    X, label = stored["points"][40], stored["labels"][40].item()
    x, y = (round(100 * value) for value in X.tolist())
    query = f"activation:identity,optimizer:sgd,step:20,x:{x},y:{y}"
    _, app = open_live(open_page, f"zh/spiral/?network={query}", "network")
    status = app.locator("[role=status]")
    expect(status).to_contain_text("第 20 步：损失 0.788，300 个训练点答对 5")
    expect(status).to_contain_text(f"这里有一个第 {label} ")
    assert control(app, "激活函数").input_value() == "identity"
    query = "activation:tanh,optimizer:x,step:5,x:121,y:1e1"
    _, app = open_live(open_page, f"spiral/?network={query}", "network")
    expect(app.locator("[role=status]")).to_contain_text("Step 1000: loss 0.0")
    expect(app.locator("[role=status]")).to_contain_text("At (0, 0.5)")


def test_without_its_states_the_still_figure_stays(open_page):
    page = open_page("404.html")
    page.route("**/network.bin", lambda route: route.abort())
    page.goto(page.url.replace("404.html", "spiral/"))
    with page.expect_event("requestfailed"):
        page.locator("#live-network").scroll_into_view_if_needed()
    expect(page.locator("#live-network .live-stage .light-only:visible")).to_have_count(1)
    expect(page.locator("#live-network .live-app")).to_have_count(0)
