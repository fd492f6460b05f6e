"""The opening of a lesson page: reading times, what to know before, the answer, a figure."""

from collections.abc import Iterator
from dataclasses import replace

from course_code.publish.base.words import LABELS
from course_code.publish.page.depths import amounts, reading_time
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
    segments = []
    for segment in page.segments:
        opening = isinstance(segment, Opening)
        segments += _written(segment, page, known, titles) if opening else [segment]
    return replace(page, segments=tuple(segments))


def _written(
    opening: Opening, page: Page, known: Known, titles: dict[str, str]
) -> Iterator[Segment]:
    words, told = LABELS[page.language], reading_time(*amounts(page), page.language)
    if opening.needs:
        pages = [f"[{titles.get(name, name)}]({name}.md)" for name in opening.needs]
        told += " · " + words["needs"].format(pages=words["comma"].join(pages))
    answer = fill(opening.answer, known, opening.line)
    lines = ["", "/// html | p.lesson-time", told, "///", "", f'??? abstract "{words["answer"]}"']
    yield Prose("\n".join([*lines, "", f"    {answer}", ""]), opening.line)
    for name, indent in ((opening.figure, "    "), (opening.hook, "")):
        if name is not None:
            yield _figure(name, indent, opening.line, page)


def _figure(name: str, indent: str, line: int, page: Page) -> ShownFigure:
    cells = (segment for segment in page.segments if isinstance(segment, ShownCell))
    cell = next(cell for cell in cells if cell.name == name)
    figure = first_figure(name, cell.outputs, page.path, line)
    return ShownFigure(name, line, cell.alts[0], (*cell.captions, None)[0], figure, indent)
