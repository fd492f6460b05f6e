"""The opening of a lesson page: reading times, what to know before, the answer, a figure."""

from collections.abc import Iterator
from dataclasses import replace

from course_code.publish.base.words import LABELS
from course_code.publish.page.depths import TIME, amounts, reading_time
from course_code.publish.page.parts import (
    Opening,
    Page,
    Prose,
    Segment,
    ShownCell,
    ShownFigure,
    first_figure,
)
from course_code.publish.page.values import Known, fill


def open_page(page: Page, known: Known, titles: dict[str, str]) -> Page:
    """Write out the opening of a page whose cells and values are filled in.

    Args:
        page: filled but for its opening.
        known: values that the answer may show.
        titles: short ones of the lessons' pages in the page's language.

    Raises:
        CourseError: an unknown value; a cell without the figure that is to be shown.
    """
    opening = next((part for part in page.segments if isinstance(part, Opening)), None)
    if opening is None:
        return page
    parts = list(_parts(opening, page, known))
    told = reading_time(*amounts(_with(page, opening, parts)), page.language)
    return _with(page, opening, [_times(opening, told, page.language, titles), *parts])


def _with(page: Page, opening: Opening, parts: list[Segment]) -> Page:
    at = page.segments.index(opening)
    return replace(page, segments=(*page.segments[:at], *parts, *page.segments[at + 1 :]))


def _times(opening: Opening, told: str, language: str, titles: dict[str, str]) -> Prose:
    words = LABELS[language]
    if opening.needs:
        pages = [f"[{titles.get(name, name)}]({name}.md)" for name in opening.needs]
        told += " · " + words["needs"].format(pages=words["comma"].join(pages))
    return Prose("\n".join(["", TIME, told, "///", ""]), opening.line)


def _parts(opening: Opening, page: Page, known: Known) -> Iterator[Segment]:
    """Yield the answer, folded, with its figure, and the figure that stands open."""
    answer = fill(opening.answer, known, opening.line)
    title = f'??? abstract "{LABELS[page.language]["answer"]}"'
    yield Prose("\n".join(["", title, "", f"    {answer}", ""]), opening.line)
    for name, indent in ((opening.figure, "    "), (opening.hook, "")):
        if name is not None:
            yield _figure(name, indent, opening.line, page)


def _figure(name: str, indent: str, line: int, page: Page) -> ShownFigure:
    cells = (segment for segment in page.segments if isinstance(segment, ShownCell))
    cell = next(cell for cell in cells if cell.name == name)
    figure = first_figure(name, cell.outputs, page.path, line)
    return ShownFigure(name, line, cell.alts[0], (*cell.captions, None)[0], figure, indent)
