"""Digits as two numbers: the page decodes as PyTorch does, and every control shows others."""

import re

import torch
from playwright.sync_api import expect
from stored_states import unpacked
from torch.nn import functional as F

from course_code.teach.digits import load_digits

from .live import control, drag, kept, open_live, swipe

READ = """async (places) => {
  const root = new URL("../assets/figures/", location.href).href;
  const { codeOf, decode, picture } = await import(`${root}codes.js`);
  const every = (code) => places.map((z) => decode(code, z));
  const all = Array.from({ length: 240 }, (_, i) => i);
  const codes = ["net", "pca"].map((code) => all.map((i) => codeOf(code, i)));
  return { net: every("net"), pca: every("pca"), codes, first: [0, 239].map(picture) };
}"""


def test_the_page_decodes_as_torch_does(open_page, site):
    run = unpacked((site / "assets/figures/codes.bin").read_bytes())
    W, b, V, c, directions, mean = (
        run[name].float() for name in ("W", "b", "V", "c", "directions", "mean")
    )
    z = 3 * torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
    page = open_page("pretraining/")
    read = page.evaluate(READ, z.tolist())
    decoders = {
        "net": lambda z: F.linear(F.relu(F.linear(z, W, b)), V, c),
        "pca": lambda z: F.linear(z, directions, mean),
    }
    for name, decode in decoders.items():
        assert (torch.tensor(read[name]) - decode(z)).abs().max() < 1e-5
    X, y = load_digits(1000, 300, seed=0)["test"]
    assert torch.equal(run["pictures"] / 16, X[:240])
    assert torch.equal(run["labels"].long(), y[:240])
    assert torch.equal(torch.tensor(read["first"]), X[[0, 239]])
    for name, codes in zip(decoders, read["codes"], strict=True):
        back = decoders[name](torch.tensor(codes))
        assert torch.equal(torch.tensor(codes), run[f"codes_{name}"].float())
        error = (back - X[:240]).square().mean().item()
        assert abs(error / run[f"error_{name}"] - 1) < 0.05  # of all 497
    told = page.locator("article").text_content()
    low, high = re.search(
        r"2 numbers, error: PCA .* autoencoder ([\d.]+) to ([\d.]+)", told
    ).groups()
    assert 0.97 * float(low) < run["error_net"] < 1.03 * float(high)  # the lesson's


def pictures(app) -> list[str]:
    """What the three canvases show."""
    canvases = app.locator("canvas").all()
    return [canvas.evaluate("(canvas) => canvas.toDataURL()") for canvas in canvases]


def test_the_cross_moves_by_mouse_finger_and_keyboard_and_pictures_follow(open_page):
    page, app = open_live(open_page, "pretraining/", "codes", has_touch=True)
    status, cross = app.locator("[role=status]"), app.get_by_role("slider")
    seen = [pictures(app)]
    assert len(set(seen[0])) == 3
    told = [cross.get_attribute("aria-valuetext")]
    for move in (
        lambda: cross.press("Shift+ArrowRight"),
        lambda: cross.press("ArrowUp"),
        lambda: drag(page, cross, 60, 50),
        lambda: swipe(page, cross, -90, 30),
    ):
        move()
        told.append(cross.get_attribute("aria-valuetext"))
        seen.append(pictures(app))
    assert len({first for first, *_ in seen}) == len(set(told)) == 5
    assert len({second for _, second, _ in seen}) > 2
    expect(status).to_contain_text(f"At {told[-1]} the decoder draws")
    plane = app.locator("svg")
    box = plane.bounding_box()
    page.touchscreen.tap(box["x"] + 0.75 * box["width"], box["y"] + 0.65 * box["height"])
    kept(page, "codes=x:2")
    expect(status).to_contain_text("The second, a 0 at")
    before = pictures(app)
    digit = app.locator(".live-digit", has_text="4").first.bounding_box()
    page.mouse.move(digit["x"] + digit["width"] / 2, digit["y"] + digit["height"] / 2)
    expect(status).to_contain_text("The second, a 4 at")
    hovered = pictures(app)
    assert hovered[0] == before[0]
    assert hovered[1:] != before[1:]
    assert app.locator(".live-border").get_attribute("cx") != cross.get_attribute("aria-valuenow")


def test_code_digit_and_next_picture(open_page):
    page, app = open_live(open_page, "zh/pretraining/", "codes")
    status = app.locator("[role=status]")
    control(app, "数字").select_option("7")
    expect(status).to_contain_text("数字 7，")
    sevens = app.locator(".live-digit", has_text="7").count()
    assert app.locator(".live-digit:not(.live-faint)").count() == sevens > 10
    app.get_by_role("button", name="下一张图片").press("Enter")
    expect(status).to_contain_text("数字 7，")
    before, error = pictures(app), re.search(r"平均：([\d.]+)", status.text_content())[1]
    assert before[0] == before[2]  # the cross stands on the picture's code
    control(app, "编码来自").select_option("pca")
    expect(status).not_to_contain_text(f"平均：{error}")
    after = pictures(app)
    assert after[1] == before[1]
    assert after[2] != before[2]
    kept(page, "codes=code:pca,digit:7")
    page.reload()
    page.locator("#live-codes").scroll_into_view_if_needed()
    expect(control(app, "编码来自")).to_have_value("pca")
    expect(status).to_contain_text("数字 7，")
