"""The built site is proved, whatever built it: all that the pages ask for is there to be read.

A site generator that skips an extension, loses a file or prints a mark as it was typed reports
nothing. So each built page is read as a browser reads it and compared with what its course gave.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from course_code.publish.base.course import LANGUAGES
from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import digest
from course_code.publish.base.kept import Kept, key_of
from course_code.publish.lab.leaks import leaks
from course_code.publish.notebook.given import read_given
from course_code.publish.page.parts import Page
from course_code.publish.website.prepare import Site, place_of
from course_code.publish.website.seen import FRAME, Seen, read
from course_code.publish.website.wanted import MARKS, WORD, Wanted, wanted_of, wanted_of_given

KINDS = {"code": "code block", "outputs": "output", "alts": "figure"}
FEW = 5  # words that a page lacks are told one by one
REACH = 20  # characters on either side of a mark
THEME = "docs/theme/main.html"  # of a course that has a theme of its own

Lack = tuple[str, int | None]  # what is missing, and the line that asks for it, if that is known


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
    folders = {one: folder / ("" if one == LANGUAGES[0] else one) for one, _ in site.pages}
    for (language, path), page in site.pages.items():
        file = _built(folders[language], path)
        if file is None:
            found.append(f"{page.path}: there is no page of it in {folder}")
            continue
        links, missing = _proved(site, page, (language, path), file.read_bytes(), kept)
        dead = (f"it leads to {link}, which is not there" for link in _dead(links, file, there))
        for what, line in [*missing, *((what, None) for what in dead)]:
            found.append(f"{page.path}{f':{line}' if line else ''}: {what}")
    for language, own in folders.items():
        found += _given(site, language, own, there)
    return found


def lacking(wanted: Wanted, seen: Seen) -> Iterator[Lack]:
    """Say what a built page lacks of what is wanted of it."""
    yield from _marks(wanted, seen.text)
    for kind in KINDS:
        yield from _compared(kind, wanted, seen)
    if wanted.claims != seen.claims:
        yield f"{seen.claims} claims instead of {wanted.claims}", None
    for formula in Counter(wanted.formulas) - Counter(seen.formulas):
        yield f"the formula {formula!r} is missing", wanted.lines.get(formula)
    missing = Counter(WORD.findall(wanted.text))
    missing -= Counter(WORD.findall(seen.text)) | Counter(WORD.findall(seen.joined))
    for word in list(missing)[:FEW]:
        kind = "number" if word[0].isdigit() else "word"
        yield f"the {kind} {word} is missing", wanted.lines.get(word)
    if len(missing) > FEW:
        yield f"{len(missing) - FEW} more words are missing", None


def _marks(wanted: Wanted, text: str) -> Iterator[Lack]:
    """Marks that nobody has rendered, but for those that a page shows on purpose."""
    for mark in MARKS:
        if text.count(mark) > wanted.marks[mark]:
            at = text.index(mark)
            near = " ".join(text[max(at - REACH, 0) : at + REACH].split())
            yield f"{mark!r} stands in its text: {near!r}", None


def _proved(site: Site, page: Page, name: tuple[str, str], data: bytes, kept: Kept | None):
    """Where a page's links lead, and what it lacks; only what lacks nothing is kept."""
    markdown, frame = site.markdown(*name, place_of(*name)), _frame(site, name[1])
    key = key_of(markdown, digest(data), sorted(frame))
    if kept and (links := kept.get("/".join(name), key)) is not None:
        return links, []
    seen = read(data.decode("utf-8"))
    missing = [*lacking(wanted_of(page, markdown), seen), *_unframed(frame, seen)]
    if page.is_lab:
        text = "\n".join([*seen.code, seen.text])
        told = leaks(site.labs[page.lesson][0], text)
        missing += [(f"it gives {line!r} away", None) for _, line in told]
    links = sorted(set(seen.links))
    if kept and not missing:
        kept.put("/".join(name), key, links)
    return links, missing


def _frame(site: Site, path: str) -> set[str]:
    """What the course's theme puts around a page."""
    languages = {language for language, _ in site.pages}
    absent = {"course-language"} if len(languages) < 2 else set()
    absent |= {"course-after"} if path == "index.md" else set()
    return FRAME.keys() - absent if (site.course.root / THEME).is_file() else set()


def _unframed(frame: set[str], seen: Seen) -> Iterator[Lack]:
    """Say what of the theme is missing on a page."""
    for name in sorted(frame - seen.frame):
        yield f"it has not {FRAME[name]}", None


def _given(site: Site, language: str, folder: Path, there) -> Iterator[str]:
    """What the pages lack that were made of teachers' notebooks."""
    prose = site.course.prose(language)
    for path in sorted(prose.rglob("*.ipynb")):
        name, shown = path.relative_to(prose), site.course.relative(path)
        if any(part.startswith(".") for part in name.parts):
            continue
        file = _built(folder, name.as_posix())
        if file is None:
            yield f"{shown}: there is no page of it in {folder}"
            continue
        page, seen = read_given(shown, language, site.course.read(path)), read(_text(file))
        for what, line in [
            *lacking(wanted_of_given(page), seen),
            *_unframed(_frame(site, name.as_posix()), seen),
        ]:
            yield f"{shown}: {page.source.cell(line)}{what}"
        for link in _dead(sorted(set(seen.links)), file, there):
            yield f"{shown}: it leads to {link}, which is not there"


def _text(file: Path) -> str:
    return file.read_text("utf-8")


def _compared(kind: str, wanted: Wanted, seen: Seen) -> Iterator[Lack]:
    """Say which parts of a page differ from what was asked for."""
    mine, built, word = getattr(wanted, kind), getattr(seen, kind), KINDS[kind]
    if len(mine) != len(built):
        yield f"{len(built)} {word}s instead of {len(mine)}", None
    for number, (one, other) in enumerate(zip(mine, built, strict=False), 1):
        if _plain(one) != _plain(other):
            what = f"{word} {number} is not as it was: {_plain(other)[:60]!r}"
            yield what, wanted.lines.get(f"{kind} {number}")
            return


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


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
