"""The browser that prints, and in which the site is tested: the system's, or Playwright's own."""

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course_code.publish.base.errors import CourseError

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PROGRAMS = (  # the one without windows needs the least
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable", "chrome"),
)
HINT = "Install chromium with the system's packages, or name one: CHROMIUM=/path/of/it"


@contextmanager
def chromium() -> Iterator:
    """Chromium or Chrome, of which CHROMIUM may name one; Playwright's own, installed if need be.

    Raises:
        CourseError: none starts.
    """
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            browser = _launch(playwright)
        except (Error, OSError, subprocess.SubprocessError) as error:
            said = (getattr(error, "stderr", None) or str(error)).strip()[:300]
            raise CourseError(f"no Chromium or Chrome that starts: {said}", hint=HINT) from None
        try:
            yield browser
        except KeyboardInterrupt:  # what Playwright has not finished is no message
            logging.getLogger("asyncio").disabled = True
            raise
        browser.close()


def _launch(playwright):
    named = os.environ.get("CHROMIUM")
    if program := named or next(filter(None, map(shutil.which, PROGRAMS)), None):
        return playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
    if not Path(playwright.chromium.executable_path).exists():
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    return playwright.chromium.launch(args=ARGUMENTS)
