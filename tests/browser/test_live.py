"""What holds for every live figure: fetched late, steady, and a still figure where it cannot be."""

import re

import pytest
from playwright.sync_api import expect

from .places import ROOT
from .visits import COUNT_SHIFTS, Traffic

FIGURES = sorted(
    (name, path.stem)
    for path in (ROOT / "docs/en").glob("*.md")
    for name in re.findall(r"(?m)^::: live (\w+)$", path.read_text("utf-8"))
)
HEIGHTS = """(app) => [
  app.getBoundingClientRect().height, parseFloat(getComputedStyle(app.parentElement).minHeight),
]"""
CONTRASTS = """(app) => {
  const pencil = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const luminance = (colour) => {
    pencil.fillStyle = colour;
    pencil.fillRect(0, 0, 1, 1);
    const parts = [...pencil.getImageData(0, 0, 1, 1).data].map((part) => part / 255);
    const [r, g, b] = parts.map((c) => (c > 0.04045 ? ((c + 0.055) / 1.055) ** 2.4 : c / 12.92));
    return 0.05 + 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = luminance(getComputedStyle(document.body).backgroundColor);
  return [...app.querySelectorAll("svg text")].map((text) => {
    const ink = luminance(getComputedStyle(text).fill);
    return Math.max(ink, paper) / Math.min(ink, paper);
  });
}"""  # of texts in drawings, which axe does not judge
PHONE = {"viewport": {"width": 390, "height": 844}}
STILL = ".live-stage .light-only:visible"


@pytest.fixture(params=FIGURES, ids=lambda param: param[0])
def figure(request):
    return request.param


@pytest.mark.parametrize("home", ["", "zh/"])
def test_it_comes_when_it_is_near_into_room_reserved_and_not_on_paper(
    new_page, address, figure, home
):
    name, lesson = figure
    page = new_page(**(PHONE if home else {}))
    asked, traffic = [], Traffic(page)
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(COUNT_SHIFTS)
    page.goto(f"{address}{home}{lesson}/")
    traffic.rest(page)
    assert not [url for url in asked if "/assets/figures/" in url]
    place = page.locator(f"#live-{name}")
    still = place.locator(STILL)
    caption = place.locator("figcaption").text_content()
    expect(still).to_have_count(1)
    place.evaluate("(place) => place.scrollIntoView({ block: 'center' })")
    expect(place).to_contain_class("is-live")
    assert any(url.endswith(f"/assets/figures/{name}.js") for url in asked)
    traffic.rest(page)
    app = place.locator(".live-app")
    height, reserved = app.evaluate(HEIGHTS)
    assert 0.8 * reserved <= height <= reserved + 1
    assert page.evaluate("layoutShift") < 0.05
    assert app.evaluate("(app) => app.scrollWidth <= app.clientWidth")
    controls = app.locator("button, select, input, [tabindex='0']").and_(page.locator(":visible"))
    heights = controls.evaluate_all("(all) => all.map((e) => e.getBoundingClientRect().height)")
    assert min(heights) >= 24  # for a finger
    expect(still).to_have_count(0)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert min(app.evaluate(CONTRASTS), default=21) >= 4.5, scheme
    page.emulate_media(media="print")
    expect(app).not_to_be_visible()
    expect(still).to_have_count(1)
    assert place.locator("figcaption").text_content() == caption


def test_who_has_no_scripts_sees_a_still_figure_and_is_told(new_page, address):
    page = new_page(java_script_enabled=False)
    for name, lesson in FIGURES:
        page.goto(f"{address}{lesson}/", wait_until="commit")
        place = page.locator(f"#live-{name}")
        expect(place.locator(STILL)).to_have_count(1)
        expect(place.locator(".live-note")).to_be_visible()
        expect(place.locator("figcaption")).to_be_visible()


def test_a_figure_whose_script_does_not_come_stays_as_it_was(new_page, address):
    name, lesson = FIGURES[0]
    page = new_page()
    page.route(f"**/assets/figures/{name}.js", lambda route: route.abort())
    page.goto(f"{address}{lesson}/")
    with page.expect_event("requestfailed"):
        page.locator(f"#live-{name}").scroll_into_view_if_needed()
    expect(page.locator(f"#live-{name} {STILL}")).to_have_count(1)
    expect(page.locator(f"#live-{name} .live-app")).to_have_count(0)
