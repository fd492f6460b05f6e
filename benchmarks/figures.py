"""How often a second live figures follow a hand that moves, here and on a processor 4 times slower.

    python -m benchmarks.figures [--site FOLDER] [--seconds N]

A handle is moved in every frame that the browser paints (of the trainer, a setting is not: it
trains, and what is counted is the frames of a page that must not freeze). A screen asks for 60 a
second. The last column is the time that one update takes of a frame's 16.7 ms.
"""

import argparse
import functools
import http.server
import os
import re
import shutil
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.sites import ROOT, build, copy_course

SLOWER = (1, 4)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MOVE = """async ([name, seconds]) => {
  const app = document.querySelector(`#live-${name} .live-app`);
  const handle = app.querySelector("[role=slider]");
  if (!handle) app.querySelector(".md-button--primary").click();
  const frame = () => new Promise(requestAnimationFrame);
  const begun = await frame();
  let [frames, spent, now] = [0, 0, begun];
  while (now - begun < 1000 * seconds) {
    const before = performance.now();
    const key = frames % 40 < 20 ? "ArrowUp" : "ArrowDown";
    handle?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    app.getBoundingClientRect();
    spent += performance.now() - before;
    now = await frame();
    frames++;
  }
  if (!handle) app.querySelector(".md-button--primary").click();
  return [(1000 * frames) / (now - begun), spent / frames];
}"""


def figures() -> list[tuple[str, str]]:
    """Name and lesson of every live figure."""
    pages = sorted((ROOT / "docs/en").glob("*.md"))
    texts = [(path.stem, path.read_text("utf-8")) for path in pages]
    return [(n, stem) for stem, text in texts for n in re.findall(r"(?m)^::: live (\w+)$", text)]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_):
        """Say nothing."""


def serve(site: Path) -> str:
    """Serve a folder while this process lives; return its address, ending in a slash."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def measure(page: Page, address: str, name: str, seconds: float) -> str:
    """One row of the table."""
    row = [f"{name:<12}"]
    for slower in SLOWER:
        page.goto(address)
        page.locator(f"#live-{name}").scroll_into_view_if_needed()
        page.wait_for_selector(f"#live-{name}.is-live")
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        rate, spent = page.evaluate(MOVE, [name, seconds])
        session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        row.append(f"{rate:5.0f} a second, {spent:6.2f} ms")
    return " | ".join(row)


def main() -> None:
    """Build the site unless it is given, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--site", type=Path)
    parser.add_argument("--seconds", type=float, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = options.site
        if site is None:
            copy = Path(folder) / "course"
            copy_course(copy, ".lessons")
            build(copy)
            site = copy / "site"
        installed = os.environ.get("CHROMIUM") or next(
            filter(None, map(shutil.which, BROWSERS)), None
        )
        browser = playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        page, address = browser.new_page(viewport={"width": 1280, "height": 900}), serve(site)
        print("figure       | here                    | 4 times slower")
        for name, lesson in figures():
            print(measure(page, f"{address}{lesson}/", name, options.seconds))
        browser.close()


if __name__ == "__main__":
    main()
