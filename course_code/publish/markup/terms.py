"""Links from running prose to the glossary: the first use of each term on a page."""

import re
from collections.abc import Callable, Iterable
from itertools import pairwise
from xml.etree.ElementTree import Element

from markdown.util import HTML_PLACEHOLDER_RE, HtmlStash

from course_code.publish.base.elements import OpenElements
from course_code.publish.markup.glossary import Glossary, plain
from course_code.publish.markup.words import stands_alone

PROSE = {"p", "li", "td", "dd"}
NOT_PROSE = {  # text in these is never linked
    "a", "abbr", "button", "code", "dt", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "kbd",
    "label", "math", "pre", "script", "style", "summary", "svg", "textarea", "th",
}  # fmt: skip
APART = {"admonition-title", "arithmatex", "claim-kind", "course-hero", "course-lessons"}
WORDS = re.compile(r"[\x21-\x7e]+|[^\x00-\x7f]+")
START = r"(?<![A-Za-z0-9_])(?<![A-Za-z0-9_]-)"


class Terms:
    """The terms of one language, and what finds them in text."""

    def __init__(self, glossary: Glossary, language: str):
        self.words = {entry.id: entry.words[language] for entry in glossary.entries}
        forms = [(f, name) for name, word in self.words.items() for f in (word.term, *word.forms)]
        self.ids = {plain(form): name for form, name in forms}
        self.find = _finder(form for form, _ in forms)

    def link(self, root: Element, stash: HtmlStash, address: str) -> None:
        """Make the first use of each term on a page a link with its definition as title.

        Args:
            root: the page, formulas still TeX; changed in place.
            stash: keeps raw HTML of the page.
            address: of the glossary's page, from this one.
        """
        words = dict(self.words)

        def linked(found: re.Match) -> Element | None:
            name = self.ids[plain(found[0])]
            if name not in words or not stands_alone(found.string, *found.span()):
                return None
            title = words.pop(name).definition
            link = Element("a", {"class": "term", "href": f"{address}#{name}", "title": title})
            link.text = found[0]
            return link

        _Linker(self.find, linked, stash).visit(root, prose=False)


class _Linker(OpenElements):
    """Goes through a page's elements; raw HTML inside its text, kept in the stash, is parsed."""

    def __init__(self, find: re.Pattern, linked: Callable, stash: HtmlStash):
        super().__init__()
        self.find, self.linked, self.stash = find, linked, stash

    def visit(self, element: Element, prose: bool) -> None:
        """Link terms in an element; `prose`: whether the text around it is."""
        if _apart(element.tag, element.attrib):
            return
        if element.tag in PROSE:
            prose, self.open = True, []
        children = list(element)
        element.text, inside = self._split(element.text, prose)
        for child in children:
            self.visit(child, prose)
            child.tail, after = self._split(child.tail, prose)
            inside += [child, *after]
        element[:] = inside

    def _split(self, text: str | None, prose: bool) -> tuple[str | None, list[Element]]:
        """Return a text up to its first link, and its links with what follows them as tails."""
        if not prose or not text:
            return text, []
        texts, links, end = [""], [], 0
        for raw in [*HTML_PLACEHOLDER_RE.finditer(text), None]:
            start = raw.start() if raw else len(text)
            if not any(apart for _, apart in self.open):
                for found in self.find.finditer(text, end, start):
                    if (link := self.linked(found)) is not None:
                        texts[-1] += text[end : found.start()]
                        links.append(link)
                        texts.append("")
                        end = found.end()
            texts[-1] += text[end:start]
            if raw:
                texts[-1] += raw[0]
                end = raw.end()
                self._pass(raw)
        for link, tail in zip(links, texts[1:], strict=True):
            link.tail = tail
        return texts[0], links

    def _pass(self, raw: re.Match) -> None:
        """Take note of the tags that a piece of raw HTML opens and closes."""
        number = int(raw[1])
        if number < self.stash.html_counter and isinstance(self.stash.rawHtmlBlocks[number], str):
            self.feed(self.stash.rawHtmlBlocks[number])

    def handle_starttag(self, tag, attrs):
        """Open a raw tag; it is known whether its text is no prose."""
        self.enter(tag, _apart(tag, dict(attrs)))


def _apart(tag: str, attributes: dict[str, str]) -> bool:
    """Tell whether an element's text is something else than running prose."""
    classes = set((attributes.get("class") or "").split())
    return tag in NOT_PROSE or bool(classes & APART) or "data-search-exclude" in attributes


def _finder(forms: Iterable[str]) -> re.Pattern:
    """Return what finds forms in text: the longest at each place, Latin ones as whole words."""
    branches: dict[str, list[str]] = {}
    for form in sorted(forms, key=lambda form: (-len(form), form)):
        words = WORDS.findall(form)
        gaps = [r"\s+" if (a + b).isascii() else r"\s*" for a, b in pairwise(words)]
        end = r"(?![A-Za-z0-9_]|-[A-Za-z0-9_])" if form[-1].isascii() else ""
        body = "".join(re.escape(w) + gap for w, gap in zip(words, [*gaps, end], strict=True))
        branches.setdefault(form[0].lower(), []).append(body)
    found = [
        f"{START if first.isascii() else ''}(?={re.escape(first)})(?:{'|'.join(bodies)})"
        for first, bodies in branches.items()
    ]
    return re.compile("|".join(found), re.IGNORECASE)
