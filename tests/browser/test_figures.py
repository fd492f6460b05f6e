"""The smaller live figures: what they compute is exact, and every control changes what is seen."""

import re

import pytest
import torch
from playwright.sync_api import expect
from torch.nn import functional as F

from course_code.teach.perceptron import learn_from_mistakes
from course_code.teach.tent import count_pieces, folded

from .live import control, drag, drawn, kept, open_live, swipe


@pytest.fixture(scope="module")
def page(browser, address):
    """A page that can import the modules: page.evaluate("async () => (await live('tent')).…")."""
    page = browser.new_page()
    page.goto(f"{address}spiral/")
    page.evaluate(
        """() => {
          const root = new URL("../assets/figures/", location.href).href;
          window.live = (name) => import(`${root}${name}.js`);
        }"""
    )
    yield page
    page.close()


# ---- softmax -----------------------------------------------------------------------------------


def test_softmax_and_its_gradient_are_those_of_torch(page):
    draw = torch.Generator().manual_seed(0)
    for temperature in (0.1, 1.0, 50.0):
        scores = (30 * torch.randn(3, generator=draw, dtype=torch.float64)).requires_grad_()
        ours = page.evaluate(
            "async (asked) => (await live('softmax')).judge(...asked)",
            [scores.tolist(), temperature, 1],
        )
        loss = F.cross_entropy(scores / temperature, torch.tensor(1))
        (slopes,) = torch.autograd.grad(loss, scores)
        assert abs(ours["loss"] - loss.item()) < 1e-12 * max(1, loss.item())
        assert (
            max(abs(a / temperature - b) for a, b in zip(ours["gap"], slopes.tolist(), strict=True))
            < 1e-12
        )
        assert torch.allclose(
            torch.tensor(ours["p"], dtype=torch.float64), F.softmax(scores / temperature, 0)
        )


def test_scores_move_by_mouse_finger_and_keyboard(open_page):
    page, app = open_live(open_page, "softmax/", "softmax", has_touch=True)
    status, handles = app.locator("[role=status]"), app.get_by_role("slider", name="Score of")
    expect(status).to_have_text(
        "Softmax of (25, 36, 39) is (7.9 × 10⁻⁷, 0.0474, 0.953). The right class is 2: "
        "its loss is 3.05. p − y = (7.9 × 10⁻⁷, −0.953, 0.953)."
    )
    unbroken = "p\u00a0−\u00a0y\u00a0=\u00a0("
    assert unbroken in app.locator(".live-readout").text_content()
    bars, arrows = drawn(app, "rect", "width"), drawn(app, ".live-push")
    handles.nth(0).press("ArrowUp")
    expect(status).to_contain_text("(25.5, 36, 39)")
    assert handles.nth(0).get_attribute("aria-valuenow") == "25.5"
    handles.nth(0).press("Shift+ArrowDown")
    expect(status).to_contain_text("(23, 36, 39)")
    drag(page, handles.nth(1), 0, -40)
    expect(status).not_to_contain_text("36, 39)")
    assert drawn(app, "rect", "width") != bars
    assert drawn(app, ".live-push") != arrows
    kept(page, "softmax=a:2300,b:")
    after = status.text_content()
    swipe(page, handles.nth(2), 0, 30)
    expect(status).not_to_have_text(after)
    app.get_by_role("button", name="25, 36, 39").click()
    expect(status).to_contain_text("Softmax of (25, 36, 39)")
    expect(page).to_have_url(re.compile(r"/softmax/$"))


def test_temperature_right_class_and_step_of_softmax(open_page):
    _, app = open_live(open_page, "zh/softmax/", "softmax")
    status = app.locator("[role=status]")
    temperature = control(app, "温度")
    temperature.press("End")
    assert temperature.get_attribute("aria-valuetext") == "100"
    expect(status).to_contain_text("(0.306, 0.342, 0.352)")
    expect(status).to_contain_text("再除以 100")
    temperature.press("Home")
    expect(status).to_contain_text("再除以 0.1")
    control(app, "正确类别").select_option("1")
    expect(status).to_contain_text("正确类别是第 1 类：损失为 140")
    for _ in range(2):
        app.get_by_role("button", name="走一步").press("Enter")
    expect(status).to_contain_text("(45, 26, 29)")


# ---- perceptron ---------------------------------------------------------------------------------

CLOUD = """async (points) => {
  const { learn, margin, whole } = await live("perceptron");
  const steps = [...learn(points, 200)];
  return { ...whole(points), ...margin(points), w: steps.at(-1).w };
}"""


def test_the_perceptron_is_that_of_the_lesson_and_its_margin_the_widest(page):
    draw = torch.Generator().manual_seed(1)
    for margin in (0.3, 0.1, 0.03):
        X = 2 * torch.rand(60, 2, generator=draw, dtype=torch.float64) - 1
        side = X @ torch.tensor([0.6, 0.8], dtype=torch.float64)
        X, y = X[side.abs() > margin][:12], side[side.abs() > margin][:12].sign()
        weights, mistakes = learn_from_mistakes(X, y, 200)
        ours = page.evaluate(CLOUD, torch.cat((X, y[:, None]), 1).tolist())
        assert ours["mistakes"] == sum(mistakes)
        assert ours["passes"] == len(mistakes)
        assert torch.allclose(torch.tensor(ours["w"], dtype=torch.float64), weights[-1])
        turns = torch.linspace(0, 2 * torch.pi, 20_001, dtype=torch.float64)
        lines = torch.stack((turns.cos(), turns.sin()))
        widest = (y[:, None] * (X @ lines)).amin(0).max().item()
        assert widest - 1e-12 <= ours["gamma"] <= widest + 1e-3
        assert ours["gamma"] >= margin
        assert ours["mistakes"] <= (ours["R"] / ours["gamma"]) ** 2
    never = page.evaluate(CLOUD, [[1, 0, 1], [0.5, 0, -1]])
    assert never["mistakes"] in (None, float("inf"))
    assert never["gamma"] <= 0


def test_points_are_dragged_flipped_and_learnt(open_page):
    page, app = open_live(open_page, "neurons/", "perceptron", has_touch=True)
    status, points = app.locator("[role=status]"), app.get_by_role("slider", name="Point")
    whole = re.search(r"mistakes (\d+)\.", status.text_content())[1]
    one = app.get_by_role("button", name="Next point")
    one.click()
    expect(status).to_contain_text("Pass 1, point 1 of 8: a mistake")
    assert drawn(app, ".live-border")[0]
    expect(app.locator(".live-wrong")).to_have_count(1)
    one.press("Enter")
    expect(status).to_contain_text("Pass 1, point 2 of 8")
    for _ in range(20):
        app.get_by_role("button", name="One pass").click()
    expect(status).to_contain_text(f"it is done, after {whole} in all")
    app.get_by_role("button", name="From the start").click()
    expect(status).to_contain_text("w = 0")
    bound, band = re.search(r"=\s([\d.]+)\.$", status.text_content())[1], drawn(app, ".live-band")
    points.nth(2).press("ArrowDown")
    drag(page, points.nth(5), 30, 20)
    expect(status).not_to_contain_text(f"= {bound}.")
    assert drawn(app, ".live-band") != band
    place = points.nth(4).get_attribute("transform")
    swipe(page, points.nth(4), 40, 20)
    assert points.nth(4).get_attribute("transform") != place
    points.nth(3).press("Enter")
    assert points.nth(3).get_attribute("aria-valuetext").endswith("class +1, a disc")
    expect(status).to_contain_text("never stops")
    app.get_by_role("button", name="Other class").click()
    assert points.nth(3).get_attribute("aria-valuetext").endswith("class −1, a triangle")
    expect(status).to_contain_text("the bound allows")


# ---- paths --------------------------------------------------------------------------------------

WALK = """async ([settings, start]) => {
  const { path, surface } = await live("paths");
  const ground = surface(settings.surface, settings.kappa, settings.angle);
  const places = path(settings, ground, start, 50);
  return { places, heights: places.map(ground.height) };
}"""


def height(x, kind: str, kappa: float, angle: float):
    """The surfaces as the page writes them."""
    if kind == "bent":
        return ((1 - x[0]) ** 2 + kappa * (x[1] - x[0] ** 2) ** 2) / 2
    turn = torch.deg2rad(torch.tensor(angle, dtype=torch.float64))
    along = turn.cos() * x[0] + turn.sin() * x[1]
    across = turn.cos() * x[1] - turn.sin() * x[0]
    return (along**2 + kappa * across**2) / 2


@pytest.mark.parametrize("kind", ["straight", "bent"])
@pytest.mark.parametrize("rule", ["sgd", "momentum", "adam"])
def test_paths_are_those_of_torch(page, kind, rule):
    settings = {"surface": kind, "rule": rule, "kappa": 20, "angle": 30, "rate": 0.01, "mu": 0.8}
    start = [-1.2, 0.7]
    walked = page.evaluate(WALK, [settings, start])
    x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    step = {
        "sgd": lambda: torch.optim.SGD([x], lr=0.01),
        "momentum": lambda: torch.optim.SGD([x], lr=0.01, momentum=0.8),
        "adam": lambda: torch.optim.Adam([x], lr=0.01),
    }[rule]()
    for place, told in zip(walked["places"], walked["heights"], strict=True):
        loss = height(x, kind, 20, 30.0)
        assert max(abs(a - b) for a, b in zip(x.tolist(), place, strict=True)) < 1e-12
        assert abs(loss.item() - told) < 1e-11
        step.zero_grad()
        loss.backward()
        step.step()
    assert len(walked["places"]) == 51


def test_every_setting_of_the_valley_changes_the_path(open_page):
    page, app = open_live(open_page, "geometry/", "paths", has_touch=True)
    status, line = app.locator("[role=status]"), app.locator(".live-line")
    expect(status).to_contain_text("After 30 steps the height is 1.21")
    expect(status).to_contain_text("κ = 20, √κ = 4.47")
    expect(status).to_contain_text("a rate of 0.19 on")
    seen = [line.get_attribute("d")]
    for change in (
        lambda: control(app, "Curvatures").press("ArrowRight"),
        lambda: control(app, "Turned by").press("End"),
        lambda: control(app, "Rate").press("ArrowLeft"),
        lambda: control(app, "Momentum μ").press("Home"),
        lambda: control(app, "Steps").press("ArrowRight"),
        lambda: app.get_by_role("button", name="One step more").click(),
        lambda: control(app, "Rule").select_option("adam"),
        lambda: control(app, "Valley").select_option("bent"),
        lambda: app.get_by_role("slider", name="Where the path").press("ArrowUp"),
        lambda: drag(page, app.get_by_role("slider", name="Where the path"), 30, 20),
        lambda: swipe(page, app.get_by_role("slider", name="Where the path"), 20, -10),
    ):
        change()
        seen.append(line.get_attribute("d"))
    assert len(set(seen)) == len(seen)
    kept(page, "paths=surface:bent,rule:adam,kappa:50,angle:90")
    expect(control(app, "Momentum μ")).not_to_be_visible()
    control(app, "Rule").select_option("sgd")
    control(app, "Rate").press("End")
    expect(status).to_contain_text("Diverged: at rate 2")
    places = app.locator(".live-levels > *").count()
    assert places == 9


# ---- tent ---------------------------------------------------------------------------------------


def test_folds_are_those_of_the_lesson(page):
    for k in range(9):
        known = page.evaluate(
            """async (k) => {
              const { corners, pieces, shallow } = await live("tent");
              return { deep: corners(k), seen: pieces(corners(k)), flat: pieces(shallow(k, 5)) };
            }""",
            k,
        )
        x, y = torch.tensor(known["deep"], dtype=torch.float64).T
        assert torch.equal(folded(x, k), y)
        fine = torch.linspace(0, 1, 2 ** (k + 2) + 1, dtype=torch.float64)
        assert known["seen"] == count_pieces(folded(fine, k)) == 2**k
        assert known["flat"] <= 6


def test_folds_units_and_the_number_that_goes_through(open_page):
    page, app = open_live(open_page, "width_depth/", "tent", has_touch=True)
    status = app.locator("[role=status]")
    expect(status).to_contain_text("2 to the power of 3, or 8, with 19 parameters")
    expect(status).to_contain_text("at most 4 pieces with 10 parameters")
    expect(status).to_contain_text("x on its way: 0.3 → 0.6 → 0.8 → 0.4.")
    deep, wide = app.locator(".live-line"), app.locator(".live-other")
    before = deep.get_attribute("d"), wide.get_attribute("d")
    control(app, "Folds").press("ArrowRight")
    expect(status).to_contain_text("or 16, with 25 parameters")
    control(app, "Units").press("End")
    expect(status).to_contain_text("One hidden layer of 64: at most 65 pieces")
    assert deep.get_attribute("d") != before[0]
    assert wide.get_attribute("d") != before[1]
    handle, walk = app.get_by_role("slider", name="x, which"), app.locator(".live-walk")
    told = [walk.get_attribute("d")]
    handle.press("ArrowLeft")
    expect(status).to_contain_text("x on its way: 0.29 →")
    told.append(walk.get_attribute("d"))
    drag(page, handle, 60, 0)
    told.append(walk.get_attribute("d"))
    swipe(page, handle, -90, 0)
    told.append(walk.get_attribute("d"))
    assert len(set(told)) == 4
    kept(page, "tent=folds:4,units:64,x:")
