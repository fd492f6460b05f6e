"""A page's Markdown, with its lesson's cells, values and claims put in.

`parse` splits a page into prose, cells and claims and checks it against its lesson; `fill_page`
adds what the run gave; `to_markdown` writes the ordinary Markdown that the site generator builds.
"""

import re
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.inline import Block
from course_code.publish.lesson.read import Lesson
from course_code.publish.markup import glossary
from course_code.publish.page.text import fence_after
from course_code.publish.page.values import fill
from course_code.publish.run.plan import Run

DIRECTIVE = re.compile(r"^(?P<indent>[ \t]*):::\s*(?P<kind>\w+)\s+(?P<target>[\w.]+)(?P<rest>.*)$")
TITLE = re.compile(r"^# +(?P<text>.+?)(?: +\{[^}]*\})?$", re.M)
ATTRIBUTE = re.compile(r'\s*(?P<key>[a-z-]+)="(?P<text>[^"]*)"')
ROW = re.compile(r"(?P<name>[a-z][a-z0-9_]*):\s+(?P<text>.+)")
KINDS = ("theorem", "arithmetic", "measured", "literature")


@dataclass(frozen=True)
class Prose:
    """Markdown between directives; `line` is where it begins in the page."""

    text: str
    line: int


@dataclass(frozen=True)
class ShownCell:
    """A cell as a page shows it; outputs are of its blocks, once they are known."""

    name: str
    indent: str
    line: int
    alts: tuple[str, ...]
    captions: tuple[str, ...]
    fold: str | None = None
    fold_code: str | None = None
    blocks: tuple[Block, ...] = ()
    outputs: tuple[tuple[dict, ...], ...] = field(default=(), compare=False)
    expect: str | None = None


@dataclass(frozen=True)
class ShownClaims:
    """Rows of (kind, cell that asserts it or None, text)."""

    indent: str
    line: int
    rows: tuple[tuple[str, str | None, str], ...]


@dataclass(frozen=True)
class Page:
    """A page: its lesson's name (or None), its language, and its parts in order."""

    path: Path  # relative to the course
    language: str
    lesson: str | None
    segments: tuple[Prose | ShownCell | ShownClaims, ...]

    @property
    def title(self) -> str:
        """Text of the first heading of level 1, or an empty text."""
        found = (TITLE.search(s.text) for s in self.segments if isinstance(s, Prose))
        return next((match["text"] for match in found if match), "")


def page_paths(course: Course) -> dict[str, list[Path]]:
    """Pages of each language, relative to its folder.

    Raises:
        CourseError: a language lacks a page that another has, or a lesson has no page.
    """
    found = {
        language: sorted(p.relative_to(folder) for p in folder.rglob("*.md"))
        for language in LANGUAGES
        for folder in [course.prose(language)]
    }
    wanted = {path for paths in found.values() for path in paths}
    wanted |= {Path(f"{name}.md") for name in course.lesson_names()}
    for language, paths in found.items():
        for path in sorted(wanted - set(paths)):
            lesson = course.lessons / f"{path.stem}.py"
            why = "its lesson" if lesson.is_file() else "the other language"
            raise CourseError(
                f"this page is missing, though {why} has it",
                course.relative(course.prose(language) / path),
                hint="Write it: a page exists in every language, and for every lesson.",
            )
    return found


def parse(course: Course, language: str, path: Path, lessons: dict[str, Lesson]) -> Page:
    """Read one page and check it against its lesson.

    Raises:
        CourseError: a directive that cannot be read; an unknown lesson, cell or claim; a cell
            missing, shown twice or out of order.
    """
    file = course.prose(language) / path
    shown = course.relative(file)
    text = course.read(file)
    name = path.stem if path.parent == Path() and path.stem in lessons else None
    lists = {"glossary": partial(glossary.listed, course, language)}
    segments = tuple(_segments(text, shown, lessons, name, lists))
    if name:
        if not any(TITLE.search(s.text) for s in segments[:1] if isinstance(s, Prose)):
            raise CourseError("has no title before its first cell", shown, hint="Write: # Title")
        _check_cells(lessons[name], segments, shown)
        _check_claims(lessons[name], segments, shown)
    return Page(shown, language, name, segments)


def fill_page(page: Page, runs: dict[str, Run]) -> Page:
    """Add values to prose and outputs to cells.

    Raises:
        CourseError: an unknown value; a figure without alt text, or alt text without a figure.
    """
    values = {name: run.values for name, run in runs.items()}

    def fill_text(text: str, line: int) -> str:
        return fill(text, values, page.lesson or "", page.path, line)

    filled = []
    for segment in page.segments:
        if isinstance(segment, Prose):
            filled.append(replace(segment, text=_outside_fences(segment, fill_text)))
        elif isinstance(segment, ShownClaims):
            lines = enumerate(segment.rows, segment.line + 1)
            rows = tuple((k, c, fill_text(t, line)) for line, (k, c, t) in lines)
            filled.append(replace(segment, rows=rows))
        else:
            filled.append(_fill_cell(segment, runs[page.lesson], page.path, fill_text))
    return replace(page, segments=tuple(filled))


def _fill_cell(cell: ShownCell, run: Run, path: Path, fill_text) -> ShownCell:
    outputs = tuple(tuple(block) for block in run.entry["cells"][cell.name])
    figures = sum("figure" in output for block in outputs for output in block)
    if figures != len(cell.alts):
        raise CourseError(
            f"cell {cell.name!r} draws {figures} figure(s) but has {len(cell.alts)} alt text(s)",
            path,
            cell.line,
            'Describe each figure, in order: alt="what is seen in it".',
        )
    if len(cell.captions) > figures:
        raise CourseError(f"cell {cell.name!r} has more captions than figures", path, cell.line)
    expect = next(c.expect for c in run.lesson.cells if c.name == cell.name)
    return replace(
        cell,
        alts=tuple(fill_text(text, cell.line) for text in cell.alts),
        captions=tuple(fill_text(text, cell.line) for text in cell.captions),
        blocks=run.plan.inlined.blocks[cell.name],
        outputs=outputs,
        expect=expect,
    )


def _segments(text: str, path: Path, lessons: dict[str, Lesson], own: str | None, lists: dict):
    lines, prose, begin, fence, i = text.split("\n"), [], 1, "", 0
    opened = 0
    while i < len(lines):
        before, fence = fence, fence_after(lines[i], fence)
        opened = opened if before else i + 1
        match = None if fence else _match(lines[i], path, i + 1)
        if not match:
            prose.append(lines[i])
            i += 1
            continue
        if prose:
            yield Prose("\n".join(prose), begin)
        rows = _continuation(lines, i + 1, match["indent"])
        yield _directive(match, rows, path, i + 1, lessons, own, lists)
        i, prose = i + 1 + len(rows), []
        begin = i + 1
    if fence:
        raise CourseError("this fence is not closed", path, opened, f"Close it with {fence}")
    yield Prose("\n".join(prose), begin)


def _match(line: str, path: Path, number: int) -> re.Match | None:
    match = DIRECTIVE.match(line)
    if not match and line.lstrip().startswith(":::"):
        what = f"cannot read {line.strip()!r}"
        raise CourseError(what, path, number, "Write ::: cell lesson.name")
    return match


def _continuation(lines: list[str], start: int, indent: str) -> list[str]:
    rows = []
    while start < len(lines) and re.match(rf"{indent}[ \t]{{4,}}\S", lines[start]):
        rows.append(lines[start].strip())
        start += 1
    return rows


def _directive(match, rows: list[str], path: Path, line: int, lessons, own, lists):
    if match["kind"] == "list" and match["target"] in lists:
        return Prose(lists[match["target"]](path, line), line)
    lesson, _, cell = match["target"].partition(".")
    if lesson not in lessons:
        known = ", ".join(sorted(lessons)) or "none"
        raise CourseError(f"no lesson {lesson!r}; there are: {known}", path, line)
    if lesson != own:
        raise CourseError(
            f"lesson {lesson!r} belongs on its own page", path, line, f"Show it on {lesson}.md."
        )
    if match["kind"] == "cell":
        return _shown_cell(match, cell, " ".join([match["rest"], *rows]), path, line, lessons[own])
    if match["kind"] == "claims":
        return _shown_claims(match["indent"], rows, path, line, lessons[own])
    raise CourseError(
        f"unknown directive {match['kind']!r}", path, line, "Known: cell, claims, list."
    )


def _shown_cell(match, name: str, text: str, path: Path, line: int, lesson: Lesson) -> ShownCell:
    known = [cell.name for cell in lesson.cells]
    if name not in known:
        listed = ", ".join(known)
        raise CourseError(
            f"lesson {lesson.name!r} has no cell {name!r}", path, line, f"It has: {listed}"
        )
    given: dict[str, list[str]] = {}
    end = 0
    while attribute := ATTRIBUTE.match(text, end):
        given.setdefault(attribute["key"], []).append(attribute["text"].strip())
        end = attribute.end()
    if text[end:].strip():
        raise CourseError(
            f"cannot read {text[end:].strip()[:60]!r}",
            path,
            line,
            'Attributes look like alt="…"; the text holds no straight double quote.',
        )
    if unknown := set(given) - {"alt", "caption", "fold", "fold-code"}:
        raise CourseError(
            f"unknown attribute {min(unknown)!r}",
            path,
            line,
            "Known: alt, caption, fold, fold-code.",
        )
    if "" in given.get("alt", []):
        raise CourseError("an alt text is empty", path, line, "Say what is seen in the figure.")
    return ShownCell(
        name,
        match["indent"],
        line,
        tuple(given.get("alt", ())),
        tuple(given.get("caption", ())),
        *(given.get(key, [None])[0] for key in ("fold", "fold-code")),
    )


def _shown_claims(indent: str, rows: list[str], path: Path, line: int, lesson: Lesson):
    claims, shown = {claim.name: claim for claim in lesson.claims}, []
    for number, row in enumerate(rows, line + 1):
        match = ROW.fullmatch(row)
        if not match:
            raise CourseError(f"cannot read the claim {row!r}", path, number, "Write name: text.")
        name = match["name"]
        if name in claims:
            shown.append((claims[name].kind, claims[name].cell, match["text"], name))
        elif name in ("literature", "theorem"):
            shown.append((name, None, match["text"], None))
        else:
            known = ", ".join(claims)
            raise CourseError(
                f"lesson {lesson.name!r} asserts no claim {name!r}",
                path,
                number,
                f"It has: {known}",
            )
    names = [name for *_, name in shown if name]
    for name, claim in claims.items():
        if names.count(name) != 1:
            raise CourseError(
                f"claim {name!r} ({claim.kind}) is listed {names.count(name)} times",
                path,
                line,
                f"List each claim of {lesson.path} once.",
            )
    return ShownClaims(indent, line, tuple(row[:3] for row in shown))


def _check_cells(lesson: Lesson, segments: tuple, path: Path) -> None:
    """Every cell, once, in the lesson's order."""
    shown = [segment for segment in segments if isinstance(segment, ShownCell)]
    order = [cell.name for cell in lesson.cells]
    for position, segment in enumerate(shown):
        wanted = order[position] if position < len(order) else None
        if segment.name != wanted:
            again = any(s.name == segment.name for s in shown[:position])
            what = "is shown twice" if again else f"is out of order: {wanted!r} comes first"
            raise CourseError(
                f"cell {segment.name!r} {what}",
                path,
                segment.line,
                f"Show the cells in the order of {lesson.path}: {', '.join(order)}",
            )
    if missing := order[len(shown) :]:
        cell = next(cell for cell in lesson.cells if cell.name == missing[0])
        raise CourseError(
            f"cell {cell.name!r} of {lesson.path}:{cell.line} is not shown",
            path,
            hint=f"Add: ::: cell {lesson.name}.{cell.name}",
        )


def _check_claims(lesson: Lesson, segments: tuple, path: Path) -> None:
    if lesson.claims and not any(isinstance(segment, ShownClaims) for segment in segments):
        raise CourseError(
            f"the claims of {lesson.path} are not listed",
            path,
            hint=f"Add a block: ::: claims {lesson.name}",
        )


def _outside_fences(prose: Prose, change) -> str:
    """Apply `change(text, line)` to runs of lines outside fenced code."""
    out, plain, begin, fence = [], [], prose.line, ""

    def flush():
        if plain:
            out.extend(change("\n".join(plain), begin).split("\n"))
            plain.clear()

    for number, line in enumerate(prose.text.split("\n"), prose.line):
        after = fence_after(line, fence)
        if after or fence:
            flush()
            out.append(line)
        else:
            begin = begin if plain else number
            plain.append(line)
        fence = after
    flush()
    return "\n".join(out)
