"""A browser, a server for the built site, and visits to its pages."""

import gzip
import http.server
import os
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import axe_playwright_python
import pytest
from conftest import EVERY_PAGE

from course_code.publish.base.errors import CourseError
from course_code.publish.paper.chromium import chromium

from .places import PROFILES, SUBFOLDER

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
UNSCROLL = """async () => { // what lies half below what stays looks too small to be hit
  scrollTo(0, 0);
  document.querySelectorAll(".md-sidebar__scrollwrap").forEach((pane) => pane.scrollTo(0, 0));
  await new Promise((go) => requestAnimationFrame(() => setTimeout(go))); // and it goes
}"""
RESTING = "* { content-visibility: visible !important; transition: none !important }"
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


# ---- server ----------------------------------------------------------------------------------


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the site as a host would: compressed, and under two addresses."""

    protocol_version = "HTTP/1.1"

    def translate_path(self, path):
        return super().translate_path(path.removeprefix(SUBFOLDER) or "/")

    def send_head(self):
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.split("?")[0].endswith("/"):
            path /= "index.html"
        if path.suffix not in {".html", ".css", ".js", ".json", ".svg", ".xml"}:
            return super().send_head()
        if not path.is_file():
            return super().send_head()
        body = _compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)
        return None

    def log_message(self, *_):
        pass


class _Server(http.server.ThreadingHTTPServer):
    """Says nothing of readers who leave before they were answered."""

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@cache
def _compressed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 6, mtime=0)


@contextmanager
def serve(site: Path):
    """Serve a built site; gives its address, ending in a slash."""
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), lambda *a: handler(*a, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def address(site):
    """Where the built site is served, ending in a slash."""
    with serve(site) as found:
        yield found


# ---- browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")  # Playwright's event loop must end before other tests run theirs
def browser():
    """Chromium; without one tests are skipped, and fail where CI is set."""
    try:
        with chromium() as found:
            yield found
    except CourseError as error:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(str(error))


@pytest.fixture
def new_page(browser):
    """Function that gives an empty page in a fresh profile: new_page(has_touch=True, …)."""
    contexts = []

    def new_page(**options):
        contexts.append(browser.new_context(**{**PROFILES["light"], **options}))
        page = contexts[-1].new_page()
        page.set_default_timeout(15_000)
        return page

    yield new_page
    for context in contexts:
        context.close()


@pytest.fixture
def open_page(new_page, address):
    """Function that opens a page of the site in a fresh profile: open_page("spiral/", …)."""

    def open_page(path, **options):
        page = new_page(**options)
        page.goto(address + path)
        return page

    return open_page


# ---- visits ----------------------------------------------------------------------------------


@dataclass
class Visit:
    """What was measured while a reader opened a page, on a phone and on a wide screen."""

    requests: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)  # requests not answered, script errors
    languages: tuple = ()  # of the page and of the link to the other one; its address
    elements: int = 0  # before anything was opened
    outside: int = 0  # of them outside formulas
    bytes_first: int = 0  # transferred before scrolling, headers included
    shift: dict[str, float] = field(default_factory=dict)  # by profile
    overflow: dict[str, int] = field(default_factory=dict)  # pixels wider than the window
    wide: dict[str, list[str]] = field(default_factory=dict)  # code and outputs that scroll
    violations: list[str] = field(default_factory=list)


class Traffic:
    """What a page, or the pages of a context, ask for: what is under way, and what has come."""

    def __init__(self, of):
        self.under_way, self.finished = set(), []
        of.on("request", lambda request: self.under_way.add(request))
        of.on("requestfailed", lambda request: self.under_way.discard(request))
        of.on("requestfinished", self._came)

    def _came(self, request) -> None:
        self.under_way.discard(request)
        self.finished.append(request)

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
def _recorded(browser):
    context, visit = browser.new_context(**PROFILES["phone"]), Visit()
    traffic = Traffic(context)
    context.on("request", lambda request: visit.requests.append(request.url))
    context.on("requestfailed", lambda request: visit.failures.append(request.url))
    context.on("console", lambda said: POLICY in said.text and visit.failures.append(said.text))
    context.on("weberror", lambda error: visit.failures.append(str(error.error)))
    context.on(
        "response",
        lambda answer: (
            answer.status >= 400 and visit.failures.append(f"{answer.status} {answer.url}")
        ),
    )
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
    with _recorded(browser) as (page, visit, traffic):
        page.goto(url)
        traffic.rest(page)
        visit.bytes_first = sum(_size(request) for request in traffic.finished)
        visit.languages = tuple(page.evaluate(LANGUAGES))
        visit.elements = page.evaluate("document.querySelectorAll('*').length")
        inside = page.evaluate("document.querySelectorAll('.katex, .katex *').length")
        visit.outside = visit.elements - inside
        _look(page, visit, "phone", traffic)
        if english:
            page.evaluate(AXE)
            visit.violations += violations(page, "phone", **STRUCTURE)
        page.set_viewport_size(PROFILES["light"]["viewport"])
        page.evaluate("scrollTo(0, 0)")  # or browsers come back to where the page was left
        page.reload()  # and is scrolled through before all else has come
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


def settle(page) -> None:
    """Wait until nothing that is seen fades any more; what is not painted stands still."""
    page.evaluate(
        """async () => {
          await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
          const seen = (one) => one.effect.target.checkVisibility({ contentVisibilityAuto: true });
          const ended = document.getAnimations().filter(seen).map((one) => one.finished);
          const late = new Promise((go) => setTimeout(go, 10_000));
          await Promise.race([Promise.allSettled(ended), late]);
        }"""
    )


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


@pytest.fixture(scope="module")
def visit(browser, address):
    """Function visit(page) -> Visit; each visit is made once."""
    return cache(lambda path: visit_page(browser, address + path))
