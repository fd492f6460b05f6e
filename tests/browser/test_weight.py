"""How long a lesson keeps a phone busy, beside an ordinary page of Material in the same run.

That page is what readers of any site made with Material meet: ten short sections of text, list,
code and table, about 950 elements, with the theme's own colours, search and features.
"""

import json
import math

import pytest
from conftest import EVERY_PAGE, mkdocs

from .conftest import serve
from .places import PROFILES, lessons

ROUNDS = 3, 8  # at least, at most; the least time of a page is its own, the rest is the machine's
HEAVIEST = len(lessons()) if EVERY_PAGE else 4  # pages that answer for the others
SLOWER = 4  # a phone's processor
LONG = 50  # milliseconds of a task that a reader does not notice
LIMIT = 2  # times the ordinary page
CATEGORIES = ["disabled-by-default-devtools.timeline", "toplevel"]
CONFIG = """
site_name: Plain
theme:
  name: material
  font: false
  features:
    [content.code.copy, navigation.footer, navigation.sections, navigation.top, search.highlight,
     search.suggest, toc.follow]
  palette:
    - media: "(prefers-color-scheme)"
      toggle: {icon: material/brightness-auto, name: Light}
    - media: "(prefers-color-scheme: light)"
      toggle: {icon: material/weather-sunny, name: Dark}
    - media: "(prefers-color-scheme: dark)"
      scheme: slate
      toggle: {icon: material/weather-night, name: The system's}
markdown_extensions: [tables, pymdownx.superfences, toc: {permalink: true}]
"""
SECTION = """
## Part {number}

A paragraph of ordinary text with `code`, **strong words** and a [link](#part-1), as manuals have
them: it says what the lines below it do, and why somebody would want that at all.

- one point of a list, with `code` in it
- another point, a little longer than the first
- and a third

```python
def mean(values: list[float], start: float = 0.0) -> float:
    \"\"\"Return the mean of some values.\"\"\"
    total = start
    for index, value in enumerate(values):
        total += value  # one after the other
    return total / len(values)
```

| name | meaning |
| --- | --- |
| `values` | what is averaged |
| `start` | where the sum begins |
"""
TEXT = "# Plain\n" + "".join(SECTION.format(number=number) for number in range(1, 11))


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


def heaviest(site) -> list[str]:
    """Lessons whose pages have most elements: those that take a browser's time."""
    tags = {name: (site / name / "index.html").read_text("utf-8").count("<") for name in lessons()}
    return sorted(tags, key=tags.get, reverse=True)


def test_a_lesson_blocks_little_longer_than_an_ordinary_page(browser, site, address, plain):
    urls = {"plain": plain, **{name: f"{address}{name}/" for name in heaviest(site)[:HEAVIEST]}}
    least, rounds, slow = dict.fromkeys(urls, math.inf), 0, list(urls)
    while rounds < ROUNDS[0] or (slow and rounds < ROUNDS[1]):
        least = {name: min(least[name], blocking(browser, url)) for name, url in urls.items()}
        slow = [name for name, time in least.items() if time > LIMIT * least["plain"]]
        rounds += 1
    assert least["plain"] > 0
    assert not slow, least
