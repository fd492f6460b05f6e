"""Formulas on the element tree: pymdownx.arithmatex finds them, KaTeX renders them.

A formula becomes HTML and MathML while the site is built; browsers need no script for it.
"""

import html
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from markdown.util import HtmlStash

from course_code.publish.base.elements import text_of
from course_code.publish.base.words import LABELS
from course_code.publish.markup.katex import FormulaError, render
from course_code.publish.markup.source import Source

HEADINGS = {f"h{level}" for level in range(1, 7)}
CLASS = "arithmatex"
IN_HEADING = "Headings are shown in menus, which cannot show formulas: use words or symbols."
DOLLAR = (
    r"Write \$ for a dollar sign. A formula, $x$, has no space inside, no letter or digit before "
    r"it, no digit after it, and its words in \text{…}."
)
TIED = {"a", "b", "em", "i", "strong"}  # elements whose text a formula may touch
AMOUNT = re.compile(r"[-+~<>≈.,(]*\d")
NAMED = re.compile(r"\\(?:text\w*|mathrm|mathbf|mathit|mbox|operatorname\*?)\s*\{[^{}]*\}")
COMMAND = re.compile(r"\\[a-zA-Z]+\s*")
WORDS = re.compile(  # after a number, or after other words; or what no formula holds
    r"[\w.,;:!?%)]\s+[^\W\d_]{2}|/[^\W\d_]{3}|[\u2013\u2014\u2e80-\u9fff\uff00-\uffef]"
)

SHORT = 26  # characters of a formula that is not broken: it fits on a phone
BASE = '<span class="katex-base">'
OPENING = re.compile(r"[(\[（［【《〈「『“‘]*\Z")
CLOSING = r"[,.;:?!)\]，。；：、？！）］】》〉」』”’…]"
TAIL = re.compile(rf"{CLOSING}*(?:[-–][^\W\d_]{{1,3}}\b{CLOSING}*)?")  # or as in "n-th"


def set_formulas(root: Element, stash: HtmlStash, source: Source, language: str) -> None:
    """Render the formulas of a page that arithmatex (generic) has marked.

    Args:
        root: the page; changed in place.
        stash: keeps HTML that is put into the page last.
        source: for messages.
        language: "en" or "zh", of the label of formulas on their own line.

    Raises:
        CourseError: a bad formula, one in a heading, or one that is money.
    """
    for heading in root.iter():
        if heading.tag in HEADINGS and (found := next(_formulas(heading), None)) is not None:
            tex = _tex(found)
            raise source.mistake(f"a formula in a heading: {tex!r}", source.line(tex), IN_HEADING)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.get("class") == CLASS and child.tag == "div":
                body = rendered(_tex(child), True, source)
                child.attrib.update(display_attributes(language))
                child.text = stash.store(body)
            elif child.get("class") == CLASS:
                _set_inline(parent, child, stash, source)


def _formulas(element: Element) -> Iterator[Element]:
    return (inner for inner in element.iter() if inner.get("class") == CLASS)


def undelimited(marked: str, tag: str) -> str:
    r"""Return what arithmatex marked without its delimiters, \(…\) or \[…\].

    Args:
        marked: text of its element.
        tag: of the element: a block's text, in a div, is escaped once more.
    """
    text = marked.strip()[2:-2].strip()
    return html.unescape(text) if tag == "div" else text


def _tex(formula: Element) -> str:
    return undelimited(formula.text or "", formula.tag)


def _set_inline(parent: Element, formula: Element, stash: HtmlStash, source: Source) -> None:
    """Put a formula and the punctuation that is tied to it in its place in the text."""
    tex, index = _tex(formula), list(parent).index(formula)
    tail = formula.tail or ""
    before = (parent[index - 1].tail if index else parent.text) or ""
    sides = before or _beside(parent, index - 1), tail or _beside(parent, index + 1)
    if found := _money(tex, *sides):
        raise source.mistake(f"money, or {found}", source.line(tex), DOLLAR)
    opening, closing = OPENING.search(before)[0], TAIL.match(tail)[0]
    body = wrap_inline(rendered(tex, False, source), html.escape(opening), html.escape(closing))
    text = before.removesuffix(opening) + stash.store(body) + tail.removeprefix(closing)
    parent.remove(formula)
    if index:
        parent[index - 1].tail = text
    else:
        parent.text = text


def _beside(parent: Element, index: int) -> str:
    """Return the text of an element beside a formula, where nothing stands between them."""
    inside = 0 <= index < len(parent) and parent[index].tag in TIED
    return "".join(parent[index].itertext()) if inside else ""


def _money(tex: str, before: str, after: str) -> str | None:
    """Say what speaks for two amounts of money rather than for a formula between them."""
    last = before[-1:]
    if last.isdecimal() or (last.isalpha() and last < "\u2e80"):  # Chinese needs no space
        return f"a formula after a letter or digit: '{last}${tex}$'"
    if after[:1].isdigit():
        return f"a formula before a digit: '${tex}${after[0]}'"
    if AMOUNT.match(tex) and WORDS.search(COMMAND.sub(r"\\", NAMED.sub(r"\\", tex))):
        return f"a formula of a number and words: '${tex}$'"
    return None


def rendered(tex: str, display: bool, source: Source) -> str:
    """Return a formula's HTML; the error says where it stands."""
    try:
        return render(tex, display)
    except FormulaError as error:
        hint = "KaTeX's functions: https://katex.org/docs/supported"
        raise source.mistake(f"bad formula {tex!r}: {error}", source.line(tex), hint) from None


def display_attributes(language: str) -> dict[str, str]:
    """Return what the element of a displayed formula has: it scrolls, so it must have focus."""
    return {
        "tabindex": "0",
        "role": "group",
        "aria-label": LABELS[language]["formula"],
        "data-search-exclude": "",
    }


def wrap_inline(body: str, opening: str = "", closing: str = "") -> str:
    """Wrap a formula in the text, tied to the punctuation around it.

    A short formula stays on one line. In a long one only the parts next to the punctuation and
    those inside brackets are tied, so that it still breaks where a reader expects it.
    """
    plain = '<span class="katex">'
    whole = body.count(BASE) < 2 or _length(body.partition("</math>")[2]) <= SHORT
    tied = " math-nowrap" if whole and BASE in body else ""
    body = body.replace(plain, f'<span class="{CLASS} katex{tied}" data-search-exclude="">', 1)
    before, *parts = body.split(BASE)
    if whole:
        if opening or closing:
            return f'<span class="math-nowrap">{opening}{body}{closing}</span>'
        return body
    end = "</span></span>"  # of .katex-html and .katex
    parts = _grouped([f"{BASE}{part}" for part in [*parts[:-1], parts[-1].removesuffix(end)]])
    if opening:
        parts[0] = f'<span class="math-nowrap">{parts[0]}</span>'
    if closing:
        parts[-1] = f'<span class="math-nowrap">{parts[-1]}</span>'
    if closing.startswith(("-", "–")):
        closing = "\N{WORD JOINER}" + closing  # or a line breaks before the hyphen
    body = before + "".join(parts) + end
    if not opening and not closing:
        return body
    return f'<span class="math-nowrap math-long">{opening}{body}{closing}</span>'


def _grouped(parts: list[str]) -> list[str]:
    """Tie the parts of a formula that stand inside the same brackets, while they fit on a phone."""
    groups, depth = [], 0
    for part in parts:
        if depth > 0 and _length(groups[-1] + part) <= SHORT:
            groups[-1] += part
        else:
            groups.append(part)
        text = text_of(part)
        depth += sum(map(text.count, "([{")) - sum(map(text.count, ")]}"))
    return [
        f'<span class="math-nowrap">{group}</span>' if group.count(BASE) > 1 else group
        for group in groups
    ]


def _length(body: str) -> int:
    """Count the characters that are seen."""
    return len(text_of(body))
