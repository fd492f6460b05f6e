"""Formulas become HTML and MathML while the site is built; browsers need no script for them."""

import html
import re
from dataclasses import dataclass
from pathlib import Path

from course_code.publish.base.errors import CourseError
from course_code.publish.markup.katex import FormulaError, render

LABELS = {"en": "Formula", "zh": "公式"}

OPENING = r"[(\[（［【《〈「『“‘]"
CLOSING = r"[,.;:?!)\]，。；：、？！）］】》〉」』”’…]"
TAIL = rf"{CLOSING}*(?:[-–][^\W\d_]{{1,3}}\b{CLOSING}*)?"  # punctuation, or as in "n-th"
FORMULA = re.compile(
    rf"(?P<open>{OPENING}*)"
    r'<(?P<tag>span|div) class="arithmatex">\s*\\(?P<kind>[(\[])(?P<tex>.*?)\\[)\]]\s*</(?P=tag)>'
    rf"(?P<close>{TAIL})",
    re.DOTALL,
)
HEADING = re.compile(r"<h([1-6])\b[^>]*>(?:(?!</h\1>).)*?\\\((.*?)\\\)", re.DOTALL)
UNTOUCHED = re.compile(
    r"<(pre|code|script|style|svg|math|textarea)\b.*?</\1>|<!--.*?-->", re.DOTALL | re.IGNORECASE
)
TAG = re.compile(r"<[^<>]*>")
STRAY = re.compile(r"\$\$|\\[()\[\]]|\$[^$\n]{0,200}?(?:\\[a-zA-Z]|\^|_\{)[^$\n]{0,200}?\$")
NOT_TEXT = re.compile(f"{UNTOUCHED.pattern}|{TAG.pattern}", UNTOUCHED.flags)
DOLLARS = re.compile(
    rf"(?P<open>{OPENING}*)"
    r"(?:\$\$(?P<block>[^$<>]+)\$\$|\$(?![\s$])(?P<text>[^$<>\n]+)(?<!\s)\$(?!\d))"
    rf"(?P<close>{TAIL})"
)


@dataclass(frozen=True)
class Katex:
    """Renders the formulas of a course.

    Args:
        root: folder of the course, from which messages name files.
    """

    root: Path

    def render(self, tex: str, display: bool) -> str:
        """Return the HTML of a formula; see `katex.render`."""
        return render(tex, display)


def render_html(text: str, source: Path, katex: Katex, language: str = "en") -> str:
    """Replace the formulas that pymdownx.arithmatex (generic) marked in a page's HTML.

    Args:
        text: HTML of the page.
        source: the Markdown file, for messages.
        katex: renders the formulas.
        language: "en" or "zh", of the label of formulas on their own line.

    Raises:
        CourseError: a bad formula, one in a heading, or math that was not recognised.
    """
    if heading := HEADING.search(text):
        tex = html.unescape(heading[2])
        raise CourseError(
            f"a formula in a heading: {tex!r}",
            _shown(source, katex),
            find_line(source, tex),
            "Headings are shown in menus too, which cannot show formulas: use words or symbols.",
        )

    def replace(found: re.Match) -> str:
        tex = html.unescape(found["tex"]).strip()
        display = found["kind"] == "["
        body = _rendered(katex, tex, display, source)
        if display:
            return found["open"] + wrap_display(body, language, found["tag"]) + found["close"]
        return wrap_inline(body, found["open"], found["close"])

    result = FORMULA.sub(replace, text)
    _reject_stray(FORMULA.sub(lambda found: found["open"] + found["close"], text), source, katex)
    return result


def render_dollars(text: str, source: Path, katex: Katex, language: str = "en") -> str:
    """Replace the formulas, `$x$` or `$$x$$`, of a notebook's Markdown cell made HTML.

    Args:
        text: HTML in which formulas are still TeX.
        source: the page's Markdown file, for messages.
        katex: renders the formulas.
        language: "en" or "zh".

    Raises:
        CourseError: a bad formula.
    """

    def replace(found: re.Match) -> str:
        tex = html.unescape(found["block"] or found["text"]).strip()
        body = _rendered(katex, tex, found["block"] is not None, source)
        if found["block"] is not None:
            return found["open"] + wrap_display(body, language, "span") + found["close"]
        return wrap_inline(body, found["open"], found["close"])

    parts, end = [], 0
    for skipped in NOT_TEXT.finditer(text):
        parts += [DOLLARS.sub(replace, text[end : skipped.start()]), skipped[0]]
        end = skipped.end()
    return "".join(parts) + DOLLARS.sub(replace, text[end:])


def _rendered(katex: Katex, tex: str, display: bool, source: Path) -> str:
    """Render a formula; the error says where it stands."""
    try:
        return katex.render(tex, display)
    except FormulaError as error:
        raise CourseError(
            f"bad formula {tex!r}: {error}",
            _shown(source, katex),
            find_line(source, tex),
            "KaTeX's functions: https://katex.org/docs/supported",
        ) from None


def _shown(source: Path, katex: Katex) -> Path:
    """Return the path that messages show: from the project's folder when it lies there."""
    return source.relative_to(katex.root) if source.is_relative_to(katex.root) else source


def wrap_display(body: str, language: str, tag: str = "div") -> str:
    """Wrap a displayed formula: it scrolls by itself, so the keyboard must reach it."""
    return (
        f'<{tag} class="arithmatex" tabindex="0" role="group" aria-label="{LABELS[language]}"'
        f" data-search-exclude>{body}</{tag}>"
    )


def wrap_inline(body: str, opening: str = "", closing: str = "") -> str:
    """Wrap a formula in the text, tied to the punctuation around it.

    Only the parts next to the punctuation are tied, so that long formulas still break.
    """
    if not opening and not closing:
        return f'<span class="arithmatex" data-search-exclude>{body}</span>'
    base = '<span class="katex-base">'
    before, *parts = body.split(base)
    if len(parts) == 1:
        formula = f'<span class="arithmatex" data-search-exclude>{body}</span>'
        return f'<span class="math-nowrap">{opening}{formula}{closing}</span>'
    end = "</span></span>"  # of .katex-html and .katex
    parts = [f"{base}{part}" for part in [*parts[:-1], parts[-1].removesuffix(end)]]
    if opening:
        parts[0] = f'<span class="math-nowrap">{parts[0]}</span>'
    if closing:
        parts[-1] = f'<span class="math-nowrap">{parts[-1]}</span>'
    if closing.startswith(("-", "–")):
        closing = f"\N{WORD JOINER}{closing}"  # or a line breaks before the hyphen
    body = before + "".join(parts) + end
    formula = f'<span class="arithmatex" data-search-exclude>{body}</span>'
    return f'<span class="math-nowrap math-long">{opening}{formula}{closing}</span>'


def _reject_stray(text: str, source: Path, katex: Katex) -> None:
    """Raise for math that is still TeX in the page's text."""
    shown = html.unescape(TAG.sub("", UNTOUCHED.sub("", text)))
    if found := STRAY.search(shown):
        start = max(found.start() - 20, 0)
        near = " ".join(shown[start : found.end() + 20].split())
        raise CourseError(
            f"math that was not recognised: {near!r}",
            _shown(source, katex),
            find_line(source, found[0]),
            "Write $x$ with no space inside, $$ on lines of their own, \\$ for a dollar sign.",
        )


def find_line(source: Path, tex: str) -> int | None:
    r"""Return the 1-based line on which a formula starts in a Markdown file, if it is there.

    Args:
        source: the file.
        tex: the formula; spaces and line ends in it match any others, and block quotes.
    """
    try:
        text = source.read_text("utf-8")
    except OSError:
        return None
    words = r"[\s>]+".join(re.escape(word) for word in tex.split())
    opening, closing = r"(?:\$|\\\(|\\\[)[\s>]*", r"[\s>]*(?:\$|\\\)|\\\])"
    for pattern in (opening + f"({words})" + closing, f"({words})"):
        if found := re.search(pattern, text):
            return text.count("\n", 0, found.start(1)) + 1
    return None
