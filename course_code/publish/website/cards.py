"""The picture of a page where a link to it is shared: the first figure that its lesson shows."""

import base64
import struct
from dataclasses import dataclass

from course_code.publish.page.parts import CourseList, Page, ShownCell, ShownFigure

FOLDER = "assets/cards"
Pages = dict[tuple[str, str], Page]


def cards(pages: Pages, language: str) -> dict[str, dict]:
    """Return by path of a page {"file", "alt", "width", "height"} of its picture.

    A lab has its lesson's, a page that lists the lessons the first one's; others have none.

    Args:
        pages: of the site, filled.
        language: of the pages to return.
    """
    known = {
        page.lesson: picture
        for (lang, _), page in pages.items()
        if lang == language and (picture := _first(page))
    }
    chosen = {path: _lesson(page) for (lang, path), page in pages.items() if lang == language}
    return {path: _card(name, known[name]) for path, name in chosen.items() if name in known}


def files(pages: Pages) -> dict[str, bytes]:
    """Return the pictures by path in the site."""
    found = {page.lesson: picture for page in pages.values() if (picture := _first(page))}
    return {_file(name): picture.png for name, picture in found.items()}


@dataclass(frozen=True)
class _Picture:
    alt: str
    png: bytes


def _first(page: Page) -> _Picture | None:
    """The figure that a lesson's page opens with, or else the first one of its cells."""
    for part in () if page.is_lab else page.segments:
        if isinstance(part, ShownFigure):
            return _picture(part.alt, part.figure)
        if isinstance(part, ShownCell) and part.alts:
            (output, *_) = [o for block in part.outputs for o in block if "figure" in o]
            return _picture(part.alts[0], output["figure"])
    return None


def _picture(alt: str, figure: dict) -> _Picture:
    return _Picture(alt, base64.b64decode(figure["notebook"]["data"]))


def _lesson(page: Page) -> str:
    """The lesson whose picture a page has, or an empty text."""
    if page.lesson:
        return page.lesson.removeprefix("labs/")
    lists = (part.rows for part in page.segments if isinstance(part, CourseList))
    return next((rows[0][0] for rows in lists if rows), "")


def _card(lesson: str, picture: _Picture) -> dict:
    width, height = struct.unpack(">II", picture.png[16:24])
    return {"file": _file(lesson), "alt": picture.alt, "width": width, "height": height}


def _file(lesson: str) -> str:
    return f"{FOLDER}/{lesson}.png"
