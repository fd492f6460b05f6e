"""Built pages as a reader's browser and clipboard see them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup, Tag

CODE, OUTPUT, FIGURE = "lesson-code", "lesson-output", "lesson-figure"


@dataclass(frozen=True)
class Shown:
    """One block of code with what the page shows beneath it."""

    code: str
    output: str
    figures: int


def parse(path: Path) -> BeautifulSoup:
    """A page of a built site."""
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@cache
def read(path: Path) -> BeautifulSoup:
    """A page of the course's own site, which does not change: parsed once for a module's tests."""
    return parse(path)


def page_path(site: Path, language: str, name: str) -> Path:
    """File of a lesson's page."""
    return site / ("" if language == "en" else language) / name / "index.html"


def shown(page: BeautifulSoup) -> list[Shown]:
    """The lesson of a page, in page order, without the figure that its opening shows again."""
    blocks: list[list] = []
    for element in page.select(f".{CODE}, .{OUTPUT}, .{FIGURE}:not(.first, .live)"):
        if CODE in element["class"]:
            blocks.append([text(element), "", 0])
        elif OUTPUT in element["class"]:
            blocks[-1][1] += text(element) + "\n"
        else:
            blocks[-1][2] += 1
    return [Shown(*block) for block in blocks]


def spans(told: str) -> list[tuple[int, int]]:
    """Lines of the page's code, [begin, end), that a block's attribute says it needs."""
    return [(int(a), int(b)) for a, b in re.findall(r"(\d+)-(\d+)", told.split("|")[1])]


def with_needs(blocks: list[str], told: str) -> str:
    """What the second button of a block copies, by the code of the page and its attribute."""
    lines = "\n\n".join(blocks).split("\n")
    body = "\n".join(line for a, b in spans(told) for line in lines[a:b]).strip("\n")
    parts = [told.split("|")[0].replace(";", "\n"), body]
    return "\n\n".join(part for part in parts if part) + "\n"


def strings_outside(element: Tag, selector: str) -> Iterator[str]:
    """What an element says but for what stands in others."""
    others = {id(other) for other in element.select(selector)}
    for string in element.strings:
        if others.isdisjoint(map(id, string.parents)):
            yield string


def text(element: Tag) -> str:
    """What the copy button gives."""
    return element.find("code").get_text().removesuffix("\n")
