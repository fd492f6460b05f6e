"""Formulas of a notebook's Markdown cell that another tool has made HTML."""

import html
import re

from course_code.publish.markup.formulas import display_attributes, rendered, wrap_inline
from course_code.publish.markup.source import Source

OPENING = r"[(\[（［【《〈「『“‘]"
CLOSING = r"[,.;:?!)\]，。；：、？！）］】》〉」』”’…]"
TAIL = rf"{CLOSING}*(?:[-–][^\W\d_]{{1,3}}\b{CLOSING}*)?"  # punctuation, or as in "n-th"
NOT_TEXT = re.compile(
    r"<(pre|code|script|style|svg|math|textarea)\b.*?</\1>|<!--.*?-->|<[^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
DOLLARS = re.compile(
    rf"(?P<open>{OPENING}*)"
    r"(?:\$\$(?P<block>[^$<>]+)\$\$|\$(?![\s$])(?P<text>[^$<>\n]+)(?<!\s)\$(?!\d))"
    rf"(?P<close>{TAIL})"
)


def render_dollars(text: str, source: Source, language: str = "en") -> str:
    """Replace the formulas, `$x$` or `$$x$$`, of a notebook's Markdown cell made HTML.

    Args:
        text: HTML in which formulas are still TeX.
        source: the page's Markdown file, for messages.
        language: "en" or "zh".

    Raises:
        CourseError: a bad formula.
    """

    def replace(found: re.Match) -> str:
        tex = html.unescape(found["block"] or found["text"]).strip()
        body = rendered(tex, found["block"] is not None, source)
        if found["block"] is None:
            return wrap_inline(body, found["open"], found["close"])
        named = "".join(
            f' {name}="{value}"' for name, value in display_attributes(language).items()
        )
        return f'{found["open"]}<span class="arithmatex"{named}>{body}</span>{found["close"]}'

    parts, end = [], 0
    for skipped in NOT_TEXT.finditer(text):
        parts += [DOLLARS.sub(replace, text[end : skipped.start()]), skipped[0]]
        end = skipped.end()
    return "".join(parts) + DOLLARS.sub(replace, text[end:])
