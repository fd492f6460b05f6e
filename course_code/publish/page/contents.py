"""`::: list lessons`: the path through the course, with a picture and the time of each lesson."""

from course_code.publish.base.words import LABELS
from course_code.publish.page.depths import Amount, amounts, reading_time, worked
from course_code.publish.page.parts import CourseList, Opening, Page, ShownCell, first_figure
from course_code.publish.page.write import pictures

Amounts = dict[str, tuple[Amount, Amount]]  # of the core and the whole, by lesson


def all_lessons(
    listed: CourseList, home: Page, pages: dict[str, Page], asked: dict[str, Page]
) -> str:
    """Return the Markdown of the list, with how long all of it takes on top.

    Args:
        listed: rows of (lesson, cell whose first figure is its picture, what it asks).
        home: the page that lists them, for messages.
        pages: of the lessons in its language, filled, by lesson.
        asked: the same as parsed, which still say what to know before.

    Raises:
        CourseError: a cell that draws nothing.
    """
    words = LABELS[home.language]
    read = {name: amounts(page) for name, page in pages.items()}
    lines = ["/// html | p.course-time", _together(read, home.language), "///", ""]
    lines += ["//// html | div.course-lessons", ""]
    for name, cell, text in listed.rows:
        page = pages[name]
        told = [reading_time(*read[name], home.language)]
        if needs := _needs(asked[name]):
            before = words["comma"].join(pages[need].short_title for need in needs)
            told.append(words["needs"].format(pages=before))
        figure = first_figure(cell, _outputs(page, cell), home.path, listed.line)
        lines += [
            f"1. [{page.title}]({page.path.name}) {pictures(cell, figure, name)}",
            f'    <span>{text} <span class="lesson-time">{" · ".join(told)}</span></span>',
            "",
        ]
    return "\n".join([*lines, "////", ""])


def _together(read: Amounts, language: str) -> str:
    minutes = [[amount.minutes(language) for amount in page] for page in read.values()]
    hours = dict(zip(("core", "whole"), map(sum, zip(*minutes, strict=True)), strict=False))
    hours["work"] = sum(worked(core) for core, _ in minutes)
    told = {name: f"{each / 60:.1f}".removesuffix(".0") for name, each in hours.items()}
    return LABELS[language]["hours"].format(lessons=len(read), **told)


def _outputs(page: Page, cell: str) -> tuple:
    return next(
        part.outputs for part in page.segments if isinstance(part, ShownCell) and part.name == cell
    )


def _needs(page: Page) -> tuple[str, ...]:
    return next((part.needs for part in page.segments if isinstance(part, Opening)), ())
