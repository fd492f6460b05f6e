"""Visits to pages of a built site: what is measured while a reader opens one."""

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urlsplit

import axe_playwright_python
from conftest import EVERY_PAGE, ROOT

from course_code.publish.base.course import Course
from course_code.publish.base.files import digest
from course_code.publish.base.kept import Kept

from .places import PROFILES

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
UNSCROLL = """async () => { // what lies half below what stays looks too small to be hit
  scrollTo(0, 0);
  document.querySelectorAll(".md-sidebar__scrollwrap").forEach((pane) => pane.scrollTo(0, 0));
  await new Promise((go) => requestAnimationFrame(() => setTimeout(go))); // and it goes
}"""
RESTING = "* { content-visibility: visible !important; transition: none !important }"
STEADY = 0.05  # of layout shift: below it nothing jumps
CONTRAST = {"runOnly": ["color-contrast"]}
ALL = {"rules": {"target-size": {"enabled": True}}}  # beside WCAG 2.2 AA and best practice
STRUCTURE = {"rules": {**ALL["rules"], "color-contrast": {"enabled": False}}}
ALIKE = 10_000 if EVERY_PAGE else 3  # texts that are judged of a kind
JUDGED = """([spared, alike]) => {  // of a kind: alike in looks, in places alike in looks
  const painted = ["color", "background-color", "background-image", "opacity", "filter", "position",
    "display", "visibility", "mix-blend-mode", "font-size", "font-weight", "text-shadow"];
  const kinds = new Map();
  const said = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim().length > 1;
  const look = (element, around) => {
    if (spared && element.matches(spared)) return;
    const style = getComputedStyle(element);
    const looks = painted.map((name) => style.getPropertyValue(name));
    const name = JSON.stringify([around, element.tagName, element.getAttribute("class"), looks]);
    if (!kinds.has(name)) kinds.set(name, { number: kinds.size, judged: 0 });
    const kind = kinds.get(name);
    const judged = element.matches("input, select, textarea")
      || ([...element.childNodes].some(said) && kind.judged++ < alike);
    element.toggleAttribute("data-judged", judged);
    for (const inner of element.children) look(inner, kind.number);
  };
  look(document.documentElement, -1);
  axe.configure({ rules: [{ id: "color-contrast", selector: "[data-judged]" }] });
}"""
POLICY = "Content Security Policy"  # in what Chromium says of what it blocks
CODE_PAGE = "pytorch_basics/"  # has code of every colour
LAID_OUT = """() => [...document.querySelectorAll(".md-content__inner > :not(pre)")]
  .every((part) => getComputedStyle(part).contentVisibility === "visible")"""  # as site.js does
RESTED = """async () => {  // twice painted, and then nothing to do
  await document.fonts.ready;
  for (let turn = 0; turn < 2; turn++) {
    await new Promise((go) => requestAnimationFrame(() => requestIdleCallback(go)));
  }
}"""
COUNT_SHIFTS = """
window.layoutShift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) layoutShift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
LANGUAGES = """(() => {
  const link = document.querySelector("header .course-language");
  return [document.documentElement.lang, link.lang, link.href];
})()"""
WIDE = """
[...document.querySelectorAll("article pre > code")]
  .filter((code) => code.scrollWidth > code.clientWidth + 1)
  .map((code) => code.parentElement.parentElement.className + ": "
    + code.textContent.split("\\n").sort((a, b) => b.length - a.length)[0])
"""


@dataclass
class Visit:
    """What was measured while a reader opened a page, on a phone and on a wide screen."""

    requests: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)  # requests not answered, script errors
    languages: list[str] = field(default_factory=list)  # its own; the link's; the link's address
    elements: int = 0  # before anything was opened
    outside: int = 0  # of them outside formulas
    bytes_first: int = 0  # transferred before scrolling, headers included
    shift: dict[str, float] = field(default_factory=dict)  # by profile
    overflow: dict[str, int] = field(default_factory=dict)  # pixels wider than the window
    wide: dict[str, list[str]] = field(default_factory=dict)  # code and outputs that scroll
    violations: list[str] = field(default_factory=list)

    @property
    def is_fine(self) -> bool:
        """Whether there is nothing to complain of that another visit might not find again."""
        found = self.failures or self.violations
        return not found and max(self.overflow.values()) <= 0 and max(self.shift.values()) < STEADY


class Traffic:
    """What a page, or the pages of a context, ask for: what is under way, and what has come."""

    def __init__(self, of):
        self.under_way, self.finished, self.leaves = set(), [], False
        of.on("request", lambda request: self.under_way.add(request))
        of.on("requestfailed", lambda request: self.under_way.discard(request))
        of.on("requestfinished", self._came)

    def _came(self, request) -> None:
        self.under_way.discard(request)
        self.finished.append(request)

    def reload(self, page) -> None:
        """Load a page again: what it still asks for is cut off then, which is no failure of it."""
        self.leaves = True
        page.reload()
        self.leaves = False

    def failed(self, request) -> bool:
        """Whether a request that was not answered should have been."""
        return not (self.leaves and request.failure == "net::ERR_ABORTED")

    def rest(self, page) -> None:
        """Wait until a page, which is loaded, has nothing to do and nothing to come.

        That is known sooner than "networkidle", which waits half a second for what does not come.
        """
        page.wait_for_function(LAID_OUT, timeout=60_000)  # the machine may be busy
        for _ in range(3000):
            page.evaluate(RESTED)
            if not self.under_way:
                return
            page.wait_for_timeout(20)
        raise AssertionError(f"never came: {[request.url for request in self.under_way]}")


@contextmanager
def recorded(browser):
    """A new page as on a phone, the visit in which its failures are told, and its traffic."""
    context, visit = browser.new_context(**PROFILES["phone"]), Visit()
    traffic = Traffic(context)
    context.on("request", lambda request: visit.requests.append(request.url))
    tell = visit.failures.append
    context.on("requestfailed", lambda asked: traffic.failed(asked) and tell(asked.url))
    context.on("console", lambda said: POLICY in said.text and tell(said.text))
    context.on("weberror", lambda error: tell(str(error.error)))
    context.on("response", lambda got: got.status >= 400 and tell(f"{got.status} {got.url}"))
    context.add_init_script(COUNT_SHIFTS)
    page = context.new_page()
    page.set_default_timeout(60_000)  # the machine may be busy
    yield page, visit, traffic
    context.close()


def visit_page(browser, url: str) -> Visit:
    """Open a page on a phone, then on a wide screen, in light and in dark.

    Axe, whose time this is, looks at the English page on the phone and in the light, at the Chinese
    one, which has the same elements, on the wide screen and in the dark; once a week, with
    COURSE_EVERY_PAGE, at both in every way.
    """
    english = "/zh/" not in url or EVERY_PAGE
    chinese = "/zh/" in url or EVERY_PAGE
    with recorded(browser) as (page, visit, traffic):
        page.goto(url)
        traffic.rest(page)
        visit.bytes_first = sum(_size(request) for request in traffic.finished)
        visit.languages = page.evaluate(LANGUAGES)
        visit.elements = page.evaluate("document.querySelectorAll('*').length")
        inside = page.evaluate("document.querySelectorAll('.katex, .katex *').length")
        visit.outside = visit.elements - inside
        _look(page, visit, "phone", traffic)
        if english:
            page.evaluate(AXE)
            visit.violations += violations(page, "phone", **STRUCTURE)
        page.set_viewport_size(PROFILES["light"]["viewport"])
        page.evaluate("scrollTo(0, 0)")  # or browsers come back to where the page was left
        traffic.reload(page)  # and is scrolled through before all else has come
        _look(page, visit, "light", traffic)
        page.evaluate(AXE)
        if english:
            _choose_texts(page, url)
            visit.violations += violations(page, "light", **CONTRAST)
        if chinese:
            page.emulate_media(color_scheme="dark")  # differs from light in colours alone
            _choose_texts(page, url)
            visit.violations += violations(page, "dark", **ALL)
    return visit


def _look(page, visit: Visit, profile: str, traffic: Traffic) -> None:
    _scroll_through(page)
    traffic.rest(page)
    visit.shift[profile] = page.evaluate("layoutShift")
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    visit.overflow[profile] = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    page.add_style_tag(content=RESTING)
    visit.wide[profile] = page.evaluate(WIDE)
    page.evaluate(UNSCROLL)


def _choose_texts(page, url: str) -> None:
    """Let axe judge the contrast of some texts of each kind; of code, which is alike, on one page.

    Without the shade behind what scrolls, or axe would not judge what lies over a gradient.
    """
    page.add_style_tag(content="* { background-image: none !important }")
    page.evaluate(JUDGED, ["" if url.endswith(f"/{CODE_PAGE}") else ".highlight", ALIKE])


def violations(page, profile: str, **options) -> list[str]:
    """What axe, which the page has loaded, finds wrong with it."""
    hidden = ".katex-html"  # from screen readers, and in the colour of the text around it
    found = page.evaluate(
        """([hidden, options]) => axe.run({ exclude: [[hidden]] }, options).then(
          (result) => result.violations,
        )""",
        [hidden, {"resultTypes": ["violations"], **options}],
    )
    return [
        f"{profile}, {rule['id']}: {node['html'][:200]} | {node['failureSummary'][:300]}"
        for rule in found
        for node in rule["nodes"]
    ]


def _size(request) -> int:
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def _scroll_through(page) -> None:
    """Scroll a screen at a time, so that figures and formulas that wait for it are shown."""
    page.evaluate(
        """async () => {
          const painted = () => new Promise((go) => requestAnimationFrame(() => setTimeout(go)));
          for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
            scrollTo(0, y);
            await painted();
          }
        }"""
    )


# ---- kept ------------------------------------------------------------------------------------

MAKERS = [Path(__file__).with_name(name) for name in ("conftest.py", "places.py", "visits.py")]
ANYWHERE = "http://site/"  # its address, in what is kept


class Visits:
    """Visits(browser, site, address)(page) -> Visit: made, unless the same one was made before.

    As runs of lessons are, visits are kept in the store, by what they are made of: this code, the
    browser, and every file that the page asked for. One that found something is made again.
    """

    def __init__(self, browser, site: Path, address: str):
        self.browser, self.site, self.address = browser, site, address
        tools = [browser.version, *map(version, ("playwright", "axe-playwright-python"))]
        code = [digest(path.read_bytes()) for path in MAKERS]
        self.key = digest(json.dumps([*tools, *code, EVERY_PAGE]))
        self.kept = Kept(Course(ROOT).store / ".visits")

    def __call__(self, path: str) -> Visit:
        """The visit to a page, whose address in the site is `path`."""
        name = digest(path)
        if value := self.kept.get(name, self.key):
            visit = Visit(**_moved(value["visit"], ANYWHERE, self.address))
            if value["files"] == self._files(visit.requests):
                return visit
        visit = visit_page(self.browser, self.address + path)
        if visit.is_fine:
            told = _moved(asdict(visit), self.address, ANYWHERE)
            self.kept.put(name, self.key, {"visit": told, "files": self._files(visit.requests)})
        return visit

    def _files(self, requests: list[str]) -> dict[str, str | None]:
        """Digests of what the site has for addresses."""
        found = {}
        for url in requests:
            if url.startswith(self.address):
                path = self.site / unquote(urlsplit(url).path).lstrip("/")
                path = path / "index.html" if path.is_dir() else path
                found[str(path.relative_to(self.site))] = (
                    digest(path.read_bytes()) if path.is_file() else None
                )
        return found


def _moved(value, here: str, there: str):
    return json.loads(json.dumps(value).replace(here, there))
