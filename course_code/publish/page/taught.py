"""`::: list glossary`: the terms of the course, each with the section that teaches it."""

import html

from course_code.publish.base.course import Course
from course_code.publish.base.words import LABELS
from course_code.publish.markup import glossary
from course_code.publish.markup.text import Token, tokens
from course_code.publish.page.parts import Page, Prose, headings

NO_SEARCH = "data-search-exclude"  # the section itself is found


def all_terms(course: Course, pages: dict[tuple[str, str], Page], language: str) -> str:
    """Return the Markdown of the glossary.

    Args:
        course: whose glossary it is.
        pages: of the course by language and path, filled; what terms link to is there.
        language: of the list.
    """
    known = glossary.load(course)
    taught = {
        entry.id: _link(entry.taught, pages, language) for entry in known.entries if entry.taught
    }
    return known.markdown(language, taught)


def _link(target: str, pages: dict[tuple[str, str], Page], language: str) -> str:
    path, _, anchor = target.partition("#")
    page, words = pages[language, path], LABELS[language]
    title, section = _shown(page.short_title), _section(page, anchor)
    told = words["taught section" if section else "taught page"].format(page=title, section=section)
    link = words["taught"].format(link=f'<a href="{target}">{told}</a>')
    return f' <span class="term-taught" {NO_SEARCH}>{link}</span>'


def _section(page: Page, anchor: str) -> str:
    """Return the title of a section, as HTML; an empty text for a cell, a figure or the page."""
    for part in page.segments:
        for heading in headings(part) if isinstance(part, Prose) else ():
            if heading.level > 1 and anchor == (heading.id or heading.slug):
                return _shown(heading.text)
    return ""


def _shown(text: str) -> str:
    """Return a heading's text, without formulas, as HTML."""
    return "".join(map(_piece, tokens(text)))


def _piece(token: Token) -> str:
    if token.kind == "code":
        return f"<code>{html.escape(token.text.strip('`').strip())}</code>"
    plain = token.text[1:] if token.kind == "escape" else token.text.replace("*", "")
    return html.escape(html.unescape(plain), quote=False)
