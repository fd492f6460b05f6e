"""Mistakes that show only when all pages are known: links, and what languages differ in."""

import posixpath
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from itertools import combinations, groupby, zip_longest
from pathlib import Path
from urllib.parse import unquote, urlsplit

from course_code.publish.base.again import again
from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.elements import tags
from course_code.publish.base.errors import CourseError
from course_code.publish.base.kept import Kept, key_of
from course_code.publish.markup import glossary
from course_code.publish.markup.text import CONTAINER, tokens
from course_code.publish.page.depths import FURTHER, further
from course_code.publish.page.marked import markup, opened
from course_code.publish.page.parts import (
    CourseList,
    Live,
    Opening,
    Page,
    Prose,
    Segment,
    ShownCell,
    ShownClaims,
    headings_of,
)

ANCHORS = ".anchors"  # in the store: ids and links of pages
LINK = re.compile(
    r"\]\(\s*<?(?P<link>[^()\s<>]+)|^ {0,3}\[[^\]^\n]+\]:[ \t]+<?(?P<reference>[^\s<>]+)",
    re.MULTILINE,
)
ID = re.compile(r"\{[^{}\n]*#(?P<id>[\w:-]+)[^{}\n]*\}")  # of an attribute list
BLOCK_ID = re.compile(r"(?m)^[ \t>]*/{3,} +html *\| *[\w-]+[^\s#\[]*#(?P<id>[\w:-]+)")
ELSEWHERE = re.compile(r"[a-zA-Z][\w+.-]*:|//")
QUIZ = ("question", "choice")  # types of folds that pages of all languages have alike
MADE = ("notebooks/", "scripts/", "assets/lessons/", "runs.json", "results.json")  # by the build

Pages = dict[tuple[str, str], Page]


def check_pages(course: Course, pages: Pages) -> None:
    """Refuse links that lead nowhere, ids given twice, texts left untranslated, lone quizzes.

    Args:
        course: whose files pages link to, and whose glossary to sections.
        pages: of all languages, by language and path.

    Raises:
        CourseError: says the file and the line, and what there is; or an id that is taken.
    """
    known = {key: _anchors_and_links(*key, page, course.store) for key, page in pages.items()}
    anchors = {key: found for key, (found, _) in known.items()}
    for (language, path), page in pages.items():
        for target, line in known[language, path][1]:
            if wrong := _wrong(course, language, path, target, anchors):
                raise CourseError(wrong[0], page.path, line, wrong[1])
    _check_glossary(course, anchors)
    for one, other in combinations(LANGUAGES, 2):
        for language, path in pages:
            if language == one and (other, path) in pages:
                _check_translated(pages[one, path], pages[other, path])


def _check_glossary(course: Course, anchors) -> None:
    """Refuse sections that teach a term and are not there."""
    known = glossary.load(course)
    for entry in known.entries if known else ():
        for language in LANGUAGES if entry.taught else ():
            if wrong := _wrong(course, language, glossary.PAGE, entry.taught, anchors):
                what = f"{wrong[0]} in {course.relative(course.prose(language))}"
                raise CourseError(what, glossary.FILE, entry.line, wrong[1])


def _check_translated(page: Page, translated: Page) -> None:
    _check_quizzes(page, translated)
    alts = {alt for cell in page.segments if isinstance(cell, ShownCell) for alt in cell.alts}
    for cell in translated.segments:
        for alt in cell.alts if isinstance(cell, ShownCell) else ():
            if alt in alts and " " in alt:
                what = f"the alt text {alt[:40]!r}… is not translated"
                raise CourseError(what, translated.path, cell.line, "Say it in this language.")
    figures = {part.name: part for part in page.segments if isinstance(part, Live)}
    others = {part.name: part for part in translated.segments if isinstance(part, Live)}
    for name in sorted(set(figures) ^ set(others)):
        what = f"the live figure {name!r} stands in one language alone"
        raise CourseError(what, translated.path, hint=f"Write it as {page.path} has it, or there.")
    for name, figure in others.items():
        for (key, text), (_, original) in zip(figure.words, figures[name].words, strict=True):
            if text == original and " " in text:
                what = f"{key}, {text[:40]!r}…, is not translated"
                raise CourseError(what, translated.path, figure.line, "Say it in this language.")


def _check_quizzes(page: Page, translated: Page) -> None:
    here, there = _quizzes(translated), _quizzes(page)
    for (kind, line), (other, at) in zip_longest(here, there, fillvalue=("nothing", None)):
        if kind != other:
            what = f"{kind} in a quiz where {page.path}{f':{at}' if at else ''} has {other}"
            raise CourseError(
                what, translated.path, line, "Write it in both languages, or in none."
            )


def _quizzes(page: Page) -> Iterator[tuple[str, int]]:
    """Yield the questions of a page and what there is to choose, each with its line."""
    prose = (part for part in page.segments if isinstance(part, Prose))
    found = (token for part in prose for token in tokens(part.text, part.line))
    opened = (token for token in found if token.within == "container")
    for line, parts in groupby(opened, key=lambda token: token.line):
        marks = CONTAINER.fullmatch("".join(token.text for token in parts).rstrip("\n"))
        yield from ((kind, line) for kind in (marks["types"] or "").split() if kind in QUIZ)


@again(2)
def _anchors_and_links(language: str, path: str, page: Page, store: Path) -> tuple[set, list]:
    kept, key = Kept(store / ANCHORS / language), key_of(repr(page))
    if (found := kept.get(path, key)) is None:
        found = sorted(_anchors(page)), list(_links(page))
        kept.put(path, key, found)
    anchors, links = found
    return {*anchors}, links


def _links(page: Page) -> Iterator[tuple[str, int]]:
    """Yield every link of a page, with its line."""
    for text, first in _texts(page):
        for token in tokens(text, first):
            for target, line in _targets(token.text) if token.kind == "text" else ():
                yield target, token.line + line


def _targets(text: str) -> Iterator[tuple[str, int]]:
    """Yield where the links and the images of a text lead, with their 0-based lines."""
    for found in LINK.finditer(text):
        yield found[found.lastgroup], text.count("\n", 0, found.start(found.lastgroup))
    for line, _, attributes in tags(text):
        yield from ((value, line) for name in ("href", "src") if (value := attributes.get(name)))


def _texts(page: Page) -> Iterator[tuple[str, int]]:
    for part in page.segments:
        if isinstance(part, Prose):
            yield part.text, part.line
        elif isinstance(part, Opening):
            yield part.answer, part.line
        elif isinstance(part, Live):
            yield part.caption, part.line
        elif isinstance(part, ShownClaims):
            yield from ((text, part.line + n) for n, (_, _, text) in enumerate(part.rows, 1))
        elif isinstance(part, ShownCell):
            yield from ((text, part.line) for text in (*part.captions, part.fold or ""))


def _anchors(page: Page) -> set[str]:
    """Return the ids that a page has, each once.

    Raises:
        CourseError: two of a name.
    """
    known: dict[str, int] = {}
    for name, line in _ids(page):
        if name in known:
            hint = "Give one of them another: {#another-name}"
            raise CourseError(
                f"the id {name!r} is taken by line {known[name]}", page.path, line, hint
            )
        known[name] = line
    figures = {name for part in page.segments for name, _ in _figures(part)}
    return {*known} - figures  # which not every figure has


def _ids(page: Page) -> Iterator[tuple[str, int]]:
    """Yield every id of a page, with its line."""
    for part in page.segments:
        if isinstance(part, ShownCell):
            yield f"cell-{part.name}", part.line
            yield from _figures(part)
        elif isinstance(part, Live):
            yield part.id, part.line
        elif isinstance(part, CourseList):
            yield from ((name, part.line) for name, _ in ids(part.text, part.line))
        elif isinstance(part, Prose) and part.text == further(page.language):
            yield FURTHER, part.line
        elif isinstance(part, Prose):
            yield from ids(part.text, part.line)


def _figures(part: Segment) -> Iterator[tuple[str, int]]:
    """Yield the ids of what may be told of a cell's figures."""
    for number, _ in enumerate(part.alts if isinstance(part, ShownCell) else (), 1):
        yield f"data-{part.name}-{number}", part.line


def ids(text: str, line: int = 1) -> Iterator[tuple[str, int]]:
    """Yield the ids in Markdown that begins on `line`: of headings, attribute lists and tags."""
    found = list(tokens(text, line))
    named = [(h.line, name) for h in headings_of(found) if (name := h.id or h.slug)]
    plain = markup(t if t.within != "heading" else replace(t, kind="") for t in found)
    places = [(found.start(), found["id"]) for found in ID.finditer(plain)]
    places += [(found.start(), found["id"]) for found in BLOCK_ID.finditer(plain)]
    places += [(tag.start, id_) for tag in opened(plain) if (id_ := tag.attributes.get("id"))]
    named += [(line + plain.count("\n", 0, place), name) for place, name in places]
    yield from ((name, line) for line, name in sorted(named))


def _wrong(course: Course, language: str, path: str, target: str, anchors) -> tuple | None:
    """Return what is wrong with a link and what to do, or None."""
    if ELSEWHERE.match(target):
        return None if _is_address(target) else (f"{target!r} is no address", "Mend the link.")
    file, _, fragment = map(unquote, target.partition("#"))
    place = posixpath.normpath(posixpath.join(posixpath.dirname(path), file)) if file else path
    if (language, place) in anchors:
        known = sorted(anchors[language, place])
        if not fragment or fragment in known or fragment.startswith(("fn:", "fnref:")):
            return None
        return f"the link target #{fragment} is not found on {place}", _near(fragment, known)
    if not file.endswith(".md") and _exists(course, language, place):
        return None
    known = sorted(name for lang, name in anchors if lang == language)
    return f"the link target {target!r} is not found", _near(file, known)


def _is_address(target: str) -> bool:
    with suppress(ValueError):  # a bracket in it, as of a link within a link
        return bool(urlsplit(target))
    return False


def _exists(course: Course, language: str, place: str) -> bool:
    """Tell whether the site has a file that is no page."""
    inner = place.removeprefix("../")
    folders = (course.prose(language), course.root / "docs")
    return inner.startswith(MADE) or any(
        Path(f, name).is_file() for f in folders for name in (place, inner)
    )


def _near(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean {near[0]!r}? " if near else f"There are: {', '.join(known) or 'none'}."
