"""A page read and checked against its lesson."""

from pathlib import Path

from course_code.publish.base.again import again
from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.errors import CourseError
from course_code.publish.base.kept import Kept, key_of
from course_code.publish.lesson.read import Lesson
from course_code.publish.markup.text import Token, tokens
from course_code.publish.page.checks import check_text
from course_code.publish.page.directives import Reader
from course_code.publish.page.parts import (
    Live,
    Page,
    Prose,
    Segment,
    ShownCell,
    ShownClaims,
    headings,
)

CHECKED = ".checked"  # in the store: pages without mistakes


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
    wanted |= {Path(f"{name}.md") for name in [*course.lesson_names(), *course.lab_names()]}
    for language, paths in found.items():
        for path in sorted(wanted - set(paths)):
            folder = course.labs if path.parts[0] == "labs" else course.lessons
            lesson = folder / f"{path.stem}.py"
            why = "its lesson" if lesson.is_file() else "the other language"
            raise CourseError(
                f"this page is missing, though {why} has it",
                course.relative(course.prose(language) / path),
                hint=_missing(course, found[language]),
            )
    return found


def _missing(course: Course, pages: list[Path]) -> str:
    """Say what to do about a missing page; a renamed lesson leaves a page that shows its cells."""
    lessons = course.lesson_names()
    told = f"There are the lessons {', '.join(lessons) or '(none)'}"
    old = [path.as_posix() for path in pages if path.stem not in lessons]
    told += f" and the pages without a lesson {', '.join(old)}." if old else "."
    return (
        "Write it: a page exists in every language, and for every lesson, under the lesson's "
        f"name. {told} If a lesson was renamed, rename its pages too."
    )


def parse(course: Course, language: str, path: Path, lessons: dict[str, Lesson]) -> Page:
    """Read one page and check it against its lesson.

    Raises:
        CourseError: a directive that cannot be read; an unknown lesson, cell or claim; a cell
            missing, shown twice or out of order.
    """
    file = course.prose(language) / path
    shown = course.relative(file)
    name = path.with_suffix("").as_posix()
    name = name if name in lessons else None
    found = _checked(shown, course.read(file), course.store)
    segments = tuple(_segments(found, Reader(course, language, shown, lessons, name)))
    if name:
        first = segments[0]
        if not (isinstance(first, Prose) and any(h.level == 1 for h in headings(first))):
            raise CourseError("has no title before its first cell", shown, hint="Write: # Title")
        _check_cells(lessons[name], segments, shown)
        _check_claims(lessons[name], segments, shown)
        _check_live(segments, shown)
    lab = f"labs/{name}" if f"labs/{name}" in lessons else None
    return Page(shown, language, name, segments, lab)


@again(1)
def _checked(path: Path, text: str, store: Path) -> list[Token]:
    """Tokens of a page's text, which has no mistakes in it."""
    found = list(tokens(text))
    kept, key = Kept(store / CHECKED), key_of(text)
    if not kept.get(path.as_posix(), key):
        check_text(text, found, path)
        kept.put(path.as_posix(), key, True)
    return found


def _segments(found: list[Token], reader: Reader):
    prose, begin = [], 1
    for token in found:
        if token.kind != "directive":
            prose.append(token.text)
            continue
        if prose:
            yield Prose("".join(prose).removesuffix("\n"), begin)
        yield reader.read(token)
        prose, begin = [], token.line + token.text.count("\n")
    yield Prose("".join(prose), begin)


def _check_cells(lesson: Lesson, segments: tuple[Segment, ...], path: Path) -> None:
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


def _check_live(segments: tuple[Segment, ...], path: Path) -> None:
    """No live figure twice: it has an address on the page, and its state stands in the page's."""
    seen = set()
    for part in segments:
        if isinstance(part, Live):
            if part.name in seen:
                raise CourseError(f"the live figure {part.name!r} stands twice", path, part.line)
            seen.add(part.name)


def _check_claims(lesson: Lesson, segments: tuple[Segment, ...], path: Path) -> None:
    if lesson.claims and not any(isinstance(segment, ShownClaims) for segment in segments):
        raise CourseError(
            f"the claims of {lesson.path} are not listed",
            path,
            hint=f"Add a block: ::: claims {lesson.name}",
        )
