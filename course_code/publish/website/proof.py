"""The built site is proved, whatever built it: all that the pages ask for is there to be read.

A site generator that skips an extension, loses a file or prints a mark as it was typed reports
nothing. So each built page is read as a browser reads it and compared with what its course gave.
"""

import html
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from course_code.publish.base.course import LANGUAGES
from course_code.publish.base.elements import OpenElements
from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import digest
from course_code.publish.base.kept import Kept, key_of
from course_code.publish.lab.leaks import leaks
from course_code.publish.page.parts import (
    Live,
    Page,
    Prose,
    ShownCell,
    ShownClaims,
    ShownFigure,
)
from course_code.publish.page.text import tokens
from course_code.publish.website.prepare import Site, place_of

MARKS = ("{{", ":::", "$$", "**", "[^", "???", "!!!", "////", "\\(", "\\[")
UNREAD = {"script", "style", "pre", "code", "textarea", "svg", "title"}
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NOT_SHOWN = re.compile(  # of Markdown: marks of notes, targets of links, attributes, tags, items
    r"<(code|pre|svg|style)\b.*?</\1>|!\[[^\]]*\](?=[(\[])|\]\[[^\]]*\]|^[ \t]*\*\[[^\]]+\]:[^\n]*$"
    r"|\[\^[^\]]*\]|\]\([^)]*\)|^[ \t]*\[[^\]]+\]:[^\n]*$|\{[^{}]*\}|</?[a-zA-Z!][^<>]*>"
    r"|^[ \t>]*\d+[.)](?=\s)",
    re.MULTILINE | re.DOTALL,
)
PARTS = {"lesson-code": "code", "lesson-output": "outputs"}


@dataclass
class Seen:
    """What a reader of a page finds: texts of its parts, in order, and where its links lead."""

    code: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)  # one for each figure
    claims: int = 0
    formulas: list[str] = field(default_factory=list)  # as TeX
    text: str = ""
    links: list[str] = field(default_factory=list)  # to this site


def prove(site: Site, folder: Path, kept: Kept | None = None) -> None:
    """Prove every page of a built site, and that the files it leads to are there.

    Args:
        site: the course, filled.
        folder: the built site, English at its root.
        kept: what has been proved before, so that only pages that changed are read.

    Raises:
        CourseError: a page lacks something; says which page lacks what.
    """
    if found := problems(site, folder, kept):
        raise CourseError("\n".join(found), hint="The site is not complete as it was built.")


def problems(site: Site, folder: Path, kept: Kept | None = None) -> list[str]:
    """Say what each page of a built site lacks; see `prove`."""
    found, there = [], cache(_is_there)
    for (language, path), page in site.pages.items():
        file = _built(folder / ("" if language == LANGUAGES[0] else language), path)
        if file is None:
            found.append(f"{page.path}: there is no page of it in {folder}")
            continue
        links, missing = _proved(site, page, (language, path), file.read_bytes(), kept)
        missing += [f"it leads to {link}, which is not there" for link in _dead(links, file, there)]
        found += [f"{page.path}: {what}" for what in missing]
    return found


def lacking(page: Page, markdown: str, seen: Seen) -> list[str]:
    """Say what a built page lacks of what its course page, filled, asks for."""
    wanted = wanted_of(page, markdown)
    found = [f"{mark!r} stands in its text" for mark in MARKS if mark in seen.text]
    found += _compared("code block", wanted.code, seen.code)
    found += _compared("output", wanted.outputs, seen.outputs)
    found += _compared("figure", wanted.alts, seen.alts)
    if wanted.claims != seen.claims:
        found.append(f"{seen.claims} claims instead of {wanted.claims}")
    lost = Counter(wanted.formulas) - Counter(seen.formulas)
    found += [f"the formula {tex!r} is missing" for tex in lost]
    numbers = Counter(NUMBER.findall(wanted.text)) - Counter(NUMBER.findall(seen.text))
    return found + [f"the number {number} is missing" for number in numbers]


def wanted_of(page: Page, markdown: str) -> Seen:
    """What a reader shall find on a page."""
    wanted, texts = Seen(), []
    for part in page.segments:
        if isinstance(part, ShownCell):
            for block, outputs in zip(part.blocks, part.outputs, strict=True):
                wanted.code.append(block.source)
                wanted.outputs += [o for o in map(_printed, outputs) if o is not None]
            wanted.alts += part.alts
            texts += part.captions
        elif isinstance(part, ShownFigure):
            wanted.alts.append(part.alt)
        elif isinstance(part, Live):
            wanted.alts.append(part.alt)
            texts.append(part.caption)
        elif isinstance(part, ShownClaims):
            wanted.claims += len(part.rows)
            texts += [text for *_, text in part.rows]
        elif isinstance(part, Prose):
            texts.append(part.text)
            wanted.claims += part.text.count('class="claim-kind ')  # pages explain the kinds
    prose = "\n".join(t.text for text in texts for t in tokens(text) if t.kind == "text")
    wanted.text = html.unescape(NOT_SHOWN.sub(" ", prose))
    maths = (token.text for token in tokens(markdown) if token.kind in ("math", "display"))
    wanted.formulas = [_tex(formula) for formula in maths]
    return wanted


def read(text: str) -> Seen:
    """Read a built page."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.seen.formulas = [_tex(formula) for formula in reader.seen.formulas]
    return reader.seen


class _Reader(OpenElements):
    """Collects what is seen; of each open element it is known where its text goes."""

    def __init__(self):
        super().__init__()
        self.seen = Seen()

    def handle_starttag(self, tag, attrs):
        values, goes = dict(attrs), self.within("text")
        classes = (values.get("class") or "").split()
        part = next((PARTS[name] for name in classes if name in PARTS), None)
        if part:
            getattr(self.seen, part).append("")
            goes = f"in {part}"  # its text is in the element code
        elif tag == "math":
            self.seen.formulas.append(values.get("data-tex") or "")
        elif tag == "code" and goes.startswith("in "):
            goes = goes.removeprefix("in ")
        elif goes == "text" and (tag in UNREAD or "figure-data" in classes):
            goes = ""
        self.seen.claims += "claim-kind" in classes
        if "lesson-figure" in classes:
            self.seen.alts.append(None)
        elif tag == "img" and self.seen.alts and self.seen.alts[-1] is None:
            self.seen.alts[-1] = values.get("alt") or ""
        link = values.get("href") or values.get("src") or ""
        if link and not urlsplit(link).scheme and not urlsplit(link).netloc:
            self.seen.links.append(link)
        self.seen.text += " "  # as for the tags of the Markdown: 10<sup>3</sup> is no 103
        self.enter(tag, goes)

    def handle_endtag(self, tag):
        super().handle_endtag(tag)
        self.seen.text += " "

    def handle_data(self, data):
        goes = self.within("text")
        if goes == "text":
            self.seen.text += data
        elif goes in ("code", "outputs"):
            getattr(self.seen, goes)[-1] += data


def _proved(site: Site, page: Page, name: tuple[str, str], data: bytes, kept: Kept | None):
    """Where a page's links lead, and what it lacks; only what lacks nothing is kept."""
    markdown = site.markdown(*name, place_of(*name))
    key = key_of(markdown, digest(data))
    if kept and (links := kept.get("/".join(name), key)) is not None:
        return links, []
    seen = read(data.decode("utf-8"))
    missing = lacking(page, markdown, seen)
    if page.is_lab:
        text = "\n".join([*seen.code, seen.text])
        missing += [f"it gives {line!r} away" for _, line in leaks(site.labs[page.lesson][0], text)]
    links = sorted(set(seen.links))
    if kept and not missing:
        kept.put("/".join(name), key, links)
    return links, missing


def _compared(kind: str, wanted: list[str], seen: list[str]) -> Iterator[str]:
    """Say which parts of a page differ from what was asked for."""
    if len(wanted) != len(seen):
        yield f"{len(seen)} {kind}s instead of {len(wanted)}"
    for number, (mine, built) in enumerate(zip(wanted, seen, strict=False), 1):
        if _plain(mine) != _plain(built):
            yield f"{kind} {number} is not as it was: {_plain(built)[:60]!r}"
            return


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


def _printed(output: dict) -> str | None:
    if "error" in output:
        return f"{output['error']}: {output['says']}"
    return output.get("text")


def _tex(formula: str) -> str:
    """A formula without its delimiters and spaces, which do not count."""
    text = re.sub(r"[\s>]+", "", html.unescape(formula))
    return re.sub(r"^(?:\$\$?|\\[(\[])|(?:\$\$?|\\[)\]])$", "", text)


def _built(folder: Path, path: str) -> Path | None:
    """The page that was made of `path`, with or without a folder of its own."""
    page = folder / path
    files = (page.with_suffix("") / "index.html", page.with_suffix(".html"))
    return next((file for file in files if file.is_file()), None)


def _dead(links: list[str], page: Path, there: Callable[[str], bool]) -> Iterator[str]:
    """Links of a page that lead to no file."""
    for link in links:
        path = unquote(urlsplit(link).path)
        if path and not path.startswith("/") and not there(os.path.normpath(page.parent / path)):
            yield link


def _is_there(path: str) -> bool:
    """Whether a file is there, or in a folder its page."""
    target = Path(path)
    return (target / "index.html").is_file() if target.is_dir() else target.is_file()
