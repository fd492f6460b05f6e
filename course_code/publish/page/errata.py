"""`::: list errata`: what the notes say and what the lessons found, from the lessons' own tables.

A lesson that examines the notes has a section with the id `notes-checked`, which begins with a
table of two columns: a sentence of the notes, and the verdict on it.
"""

import re
from collections.abc import Iterator
from itertools import dropwhile, takewhile

from course_code.publish.base.words import LABELS
from course_code.publish.markup.text import in_cell
from course_code.publish.page.parts import Page, Prose, headings

CHECKED = "notes-checked"
OWN = re.compile(r"\]\(#")  # a link within its page
NOTE = re.compile(r"\[\^[^\]]+\]")


def all_errata(pages: dict[str, Page], language: str) -> str:
    """Return the Markdown of one table of all verdicts.

    Args:
        pages: of the lessons in one language, by path, filled.
        language: of the table.
    """
    words = LABELS[language]
    head = [f"| {' | '.join(words['errata'])} |", "| --- | --- | --- |"]
    lines = ["//// html | div.errata", "", *head]
    for path, page in pages.items():
        link = f"[{in_cell(page.short_title)}]({path}#{CHECKED})"
        lines += [f"| {link} {moved(row, path)}" for row in _rows(page)]
    return "\n".join(["", *lines, "", "////", ""])


def moved(text: str, path: str) -> str:
    """Return a text of the page at `path` for another page: notes go, its own links lead there."""
    return OWN.sub(f"]({path}#", NOTE.sub("", text))


def _rows(page: Page) -> Iterator[str]:
    """Yield the rows of the page's table as typed, without its head."""
    for prose in (segment for segment in page.segments if isinstance(segment, Prose)):
        for heading in headings(prose):
            if heading.id == CHECKED or heading.slug == CHECKED:
                lines = prose.text.split("\n")[heading.line - prose.line + 1 :]
                below = dropwhile(lambda line: not line.startswith("|"), lines)
                yield from list(takewhile(lambda line: line.startswith("|"), below))[2:]
