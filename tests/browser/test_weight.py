"""How long a lesson keeps a phone busy, beside a short page of plain Material in the same run."""

import json
from statistics import median

import pytest
from conftest import mkdocs

from .conftest import serve
from .places import PROFILES, lessons

ROUNDS = 5
SLOWER = 4  # a phone's processor
LONG = 50  # milliseconds of a task that a reader does not notice
LIMIT = 20  # times plain Material; lessons were at 23 to 36 before code had few elements
CATEGORIES = ["disabled-by-default-devtools.timeline", "toplevel"]
CONFIG = "site_name: Plain\ntheme: {name: material, font: false}\n"
TEXT = "# Plain\n\n" + "\n".join(
    f"## Part {n}\n\nText with `code` and **more**.\n\n- one\n- two\n" for n in range(20)
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text(TEXT)
    (folder / "mkdocs.yml").write_text(CONFIG)
    done = mkdocs("build", cwd=folder)
    assert done.returncode == 0, done.stderr
    with serve(folder / "site") as address:
        yield address


def blocking(browser, url: str) -> float:
    """Milliseconds of the main thread's own time beyond what a reader does not notice."""
    context = browser.new_context(**PROFILES["phone"])
    page = context.new_page()
    browser.start_tracing(page=page, categories=CATEGORIES)
    page.goto(url, wait_until="networkidle", timeout=120_000)
    page.wait_for_timeout(300)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    context.close()
    names = [event for event in events if event.get("name") == "thread_name"]
    main = {e["pid"]: e["tid"] for e in names if e["args"]["name"] == "CrRendererMain"}
    spent = dict.fromkeys(main, 0.0)
    for event in events:
        pid = event.get("pid")
        if event.get("name") == "RunTask" and main.get(pid) == event["tid"]:
            spent[pid] += max(0, SLOWER * event.get("tdur", 0) / 1000 - LONG)
    return max(spent.values())


@pytest.mark.parametrize("lesson", lessons())
def test_a_lesson_blocks_little_longer_than_a_plain_page(browser, address, plain, lesson):
    rounds = [
        (blocking(browser, f"{address}{lesson}/"), blocking(browser, plain)) for _ in range(ROUNDS)
    ]
    ours, theirs = (median(times) for times in zip(*rounds, strict=True))
    assert theirs > 0
    assert ours <= LIMIT * theirs, (ours, theirs)
