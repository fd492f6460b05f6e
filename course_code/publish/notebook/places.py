"""Where the pages and files that a page links to lie on the web."""

import posixpath
import re
from pathlib import PurePosixPath
from urllib.parse import urljoin

from course_code.publish.page.parts import Page

SCHEME = re.compile(r"[a-zA-Z][\w+.-]*:|//")


def resolve(page: Page, home: str, target: str) -> str | None:
    """Return the absolute address of a link on a page; None where a notebook has no such place."""
    if SCHEME.match(target):
        return target
    if not home or target.startswith(("#cell-", "#fn")):
        return None
    path, mark, fragment = target.partition("#")
    if not path:
        return address(page, home) + mark + fragment
    folder = _relative(page).parent.as_posix()
    path = posixpath.normpath(posixpath.join(folder, path))
    return urljoin(home, _site_path(path)) + mark + fragment


def address(page: Page, home: str) -> str:
    """Return the absolute address of a page."""
    return urljoin(home, _site_path(_relative(page).as_posix()))


def _relative(page: Page) -> PurePosixPath:
    """Path of the page from its language's folder."""
    return PurePosixPath(*page.path.parts[2:])


def _site_path(path: str) -> str:
    """Return where the site has the file: softmax.md is softmax/, a/index.md is a/."""
    if not path.endswith(".md"):
        return path
    path = path.removesuffix(".md")
    return path.removesuffix("index") if posixpath.basename(path) == "index" else f"{path}/"
