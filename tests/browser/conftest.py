"""A browser, a server for the built site, and visits to its pages."""

import gzip
import http.server
import os
import sys
import threading
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.paper.chromium import chromium

from .places import PROFILES, SUBFOLDER
from .readers import LESSONS, Reader, texts
from .visits import Visits

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


@pytest.fixture(scope="module")
def visit(browser, site, address):
    """Function visit(page) -> Visit; each visit is made once."""
    return cache(Visits(browser, site, address))


@pytest.fixture(scope="module", params=LESSONS)
def reader(request, browser, address):
    """Each lesson, in each language by turns, opened once: tests go through one in their order."""
    allowed = {"permissions": ["clipboard-read", "clipboard-write"]}
    dark = {**PROFILES["dark"], **allowed}
    with_scripts = browser.new_context(**dark)
    without = browser.new_context(**PROFILES["light"], java_script_enabled=False)
    page, bare, fetched = with_scripts.new_page(), without.new_page(), []
    page.on("request", lambda request: fetched.append(request.url))
    for opened in (page, bare):
        opened.set_default_timeout(60_000)  # the machine may be busy
        opened.goto(address + request.param)
    yield Reader(page, bare, fetched, texts(bare.locator(".lesson-code code")))
    with_scripts.close()
    without.close()


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
