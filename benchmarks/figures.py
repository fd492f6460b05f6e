"""How often a second live figures follow a hand that moves, here and on a processor 4 times slower.

    python -m benchmarks.figures [--site FOLDER] [--rounds N] [--only NAME]

In every frame that the browser paints a handle or a slider of the figure is moved: each in its
turn, and the slowest is told. Of the trainer no setting is: it trains, and what is counted is the
frames of a page that must not freeze. A screen asks for 60 a second. Beside it stands how long one
update takes, of a frame's 16.7 ms. All are medians of rounds of a second. What else the machine
does counts in them: so the same is measured, between the figures, of an empty page that adds
100,000 roots in each frame, and the load of the machine is told.
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
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.sites import ROOT, build, copy_course

SLOWER = (1, 4)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
TRAINS = "trainer"
HANDS = "[role=slider], input[type=range]"
MOVE = """async ([name, hand, hands]) => {
  const app = document.querySelector(`#live-${name} .live-app`);
  const train = app?.querySelector(".md-button--primary");
  const moved = app?.querySelectorAll(hands)[hand];
  const key = (key) => new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  const move = (forth) => {
    if (!app) for (let i = 0; i < 1e5; i++) sum += Math.sqrt(i);
    if (train || !app) return;
    if (moved.type !== "range") return moved.dispatchEvent(key(forth ? "ArrowUp" : "ArrowDown"));
    moved.valueAsNumber += forth ? -1 : 1;
    moved.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const frame = () => new Promise(requestAnimationFrame);
  train?.click();
  const begun = await frame();
  let [frames, spent, now, sum] = [0, [], begun, 0];
  while (now - begun < 1000) {
    const before = performance.now();
    move(frames % 8 < 4);
    app?.getBoundingClientRect();
    spent.push(performance.now() - before);
    now = await frame();
    frames++;
  }
  train?.click();
  spent.sort((a, b) => a - b);
  return [(1000 * frames) / (now - begun), spent[spent.length >> 1]];
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


def measure(page: Page, name: str, slower: int, hand: int = 0) -> tuple[float, float]:
    """Updates in a second, and the milliseconds that half of them take at most.

    Args:
        page: which shows the figure.
        name: of the figure; of an empty page none.
        slower: than this machine's processor, by so many times.
        hand: the handle or slider that is moved, by its place in the figure.
    """
    page.bring_to_front()
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    found = page.evaluate(MOVE, [name, hand, HANDS])
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    session.detach()
    return found


def row(name: str, found: dict[int, list[list]]) -> str:
    """One row of the table: medians of the slowest hand, by how many times slower."""
    told = []
    for slower in SLOWER:
        medians = [tuple(map(median, zip(*rounds, strict=True))) for rounds in found[slower]]
        rate, spent = max(medians, key=lambda pair: pair[1])
        told.append(f"{rate:5.0f} a second, {spent:6.2f} ms")
    return " | ".join([f"{name:<12}", *told])


def compare(browser: Browser, address: str, names: list[tuple[str, str]], rounds: int) -> None:
    """Print the table, a figure after the other; the empty page comes last."""
    still, page = browser.new_page(), browser.new_page(viewport={"width": 1280, "height": 900})
    empty = {slower: [[]] for slower in SLOWER}
    for name, lesson in names:
        page.goto(f"{address}{lesson}/")
        page.locator(f"#live-{name}").scroll_into_view_if_needed()
        page.wait_for_selector(f"#live-{name}.is-live")
        count = max(1, page.locator(f"#live-{name}").locator(HANDS).count())
        hands = range(1 if name == TRAINS else count)
        found = {
            slower: [[measure(page, name, slower, hand) for _ in range(rounds)] for hand in hands]
            for slower in SLOWER
        }
        for slower in SLOWER:
            empty[slower][0].append(measure(still, "", slower))
        print(row(name, found))
    print(row("empty page", empty))


def main() -> None:
    """Build the site unless it is given, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--site", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", metavar="NAME", action="append", help="only this figure")
    options = parser.parse_args()
    names = [pair for pair in figures() if not options.only or pair[0] in options.only]
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
        print("figure       | here                    | 4 times slower")
        compare(browser, serve(site), names, options.rounds)
        print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        browser.close()


if __name__ == "__main__":
    main()
