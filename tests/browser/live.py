"""What tests of live figures share."""

import io
import re
from contextlib import redirect_stdout

import torch
from playwright.sync_api import Locator, Page, expect


def open_live(open_page, path: str, name: str, **options) -> tuple[Page, Locator]:
    """Open a page, go to a live figure, and wait until it is alive and has said how it stands."""
    page = open_page(path, **options)
    place = page.locator(f"#live-{name}")
    place.scroll_into_view_if_needed()
    expect(place).to_contain_class("is-live")
    app = place.locator(".live-app")
    expect(app.locator("[role=status]")).not_to_be_empty()
    return page, app


def kept(page: Page, text: str) -> None:
    """Wait until the address holds a text: it is written once a setting rests."""
    expect(page).to_have_url(re.compile(re.escape(text)))


def picture(app: Locator) -> str:
    """What the canvas of a figure shows, as a text."""
    return app.locator("canvas").evaluate("(canvas) => canvas.toDataURL()")


def fresh(app: Locator, before: str) -> str:
    """What the canvas shows once that is another picture than before, and no longer changes."""
    last, same = before, 0
    for _ in range(200):
        app.page.wait_for_timeout(50)
        now = picture(app)
        same = same + 1 if now == last != before else 0
        if same == 4:
            return now
        last = now
    raise AssertionError("the canvas shows what it showed, or does not come to rest")


def control(app: Locator, label: str) -> Locator:
    """The list or slider of a figure that has a label."""
    return app.locator("label", has_text=label).locator("select, input")


def drag(page: Page, handle: Locator, right: float, down: float) -> None:
    """Drag a handle by mouse, in two moves."""
    handle.scroll_into_view_if_needed()
    box = handle.locator("circle").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2)
    page.mouse.move(x + right, y + down)
    page.mouse.up()


def swipe(page: Page, handle: Locator, right: float, down: float) -> None:
    """Drag a handle by finger."""
    handle.scroll_into_view_if_needed()
    box = handle.locator("circle").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    client = page.context.new_cdp_session(page)
    for kind, share in (("Start", 0), ("Move", 0.5), ("Move", 1), ("End", None)):
        at = [] if share is None else [{"x": x + share * right, "y": y + share * down}]
        client.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": at})


def drawn(app: Locator, selector: str, name: str = "d") -> list[str]:
    """An attribute of all parts of a drawing that a selector finds."""
    return [part.get_attribute(name) for part in app.locator(selector).all()]


def run_script(text: str) -> dict:
    """Run a script as a reader would; what it binds, and what it printed."""
    bound, said, before = {}, io.StringIO(), torch.get_default_dtype()
    try:
        with redirect_stdout(said):
            exec(compile(text, "script.py", "exec"), bound)
    finally:
        torch.set_default_dtype(before)
    return bound | {"said": said.getvalue()}
