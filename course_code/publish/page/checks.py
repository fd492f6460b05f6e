"""Mistakes in the Markdown of a page that a site generator would publish without a word."""

import re
from difflib import get_close_matches
from itertools import chain
from pathlib import Path

import yaml

from course_code.publish.base.errors import CourseError
from course_code.publish.base.lined import mistake
from course_code.publish.markup.text import CONTAINER, Token, fence_after
from course_code.publish.page.foreign import foreign
from course_code.publish.page.marked import loose, markup, opened
from course_code.publish.page.parts import headings_of
from course_code.publish.page.typed import Mistakes, numbered, typed

TYPES = {  # of `!!!` and `???`: Material's, and two of the course
    *("note", "abstract", "info", "tip", "success", "question", "warning", "failure", "danger"),
    *("bug", "example", "quote", "choice", "lesson-fold"),
}
LIST_ITEM = re.compile(r"[ \t]*(?:[-+*]|\d+[.)])[ \t]")
NOTE = re.compile(r"(?m)^ {0,3}\[\^([^\]\s]+)\]:")
NOTE_MARK = re.compile(r"\[\^([^\]\s]+)\](?!:)")
NO_ALT = re.compile(r"!\[\s*\][(\[]")
UNDERLINE = re.compile(r"(?:=+|-+) *")
QUOTED = re.compile(r"[ \t>]*> *#{1,6}.*")
META = re.compile(r" {0,3}[A-Za-z0-9_-]+:")  # of mkdocs.utils.meta
IN_FRONT = ("title", "description")


def check_text(text: str, found: list[Token], path: Path) -> None:
    """Refuse what a reader would see as typed, in another place, or not at all.

    Args:
        text: of the page.
        found: its tokens.
        path: of the page, for errors.

    Raises:
        CourseError: a fence or a comment that stays open; front matter that is not YAML; a fold
            that holds nothing, or of an unknown type; an indentation that means nothing; a note
            that is not there; a heading without an address of its own; an image without alt text;
            an element that stays open; what comes from other sites; what is nearly a block or a
            tag.
    """
    for line, what, hint in mistakes(text, found):
        raise CourseError(what, path, line, hint)


def mistakes(text: str, found: list[Token]) -> Mistakes:
    """Yield what `check_text` refuses: its line, what is wrong, what to do."""
    checks = (_front_matter, _metadata, _notes)
    yield from chain.from_iterable(check(found) for check in checks)
    lines, hidden = text.split("\n"), _hidden(found)
    yield from _indentation(lines, hidden)
    yield from numbered(lines, hidden)
    yield from _anywhere(text, found)


def mistakes_of_notebook(text: str, found: list[Token]) -> Mistakes:
    """Yield the same of Markdown as Jupyter reads it, which knows neither folds nor notes."""
    yield from _unknown(found)
    yield from _anywhere(text, found)


def _anywhere(text: str, found: list[Token]) -> Mistakes:
    checks = (_closed, _dollars, _headings, _images, foreign)
    yield from chain.from_iterable(check(found) for check in checks)
    lines, hidden = text.split("\n"), _hidden(found)
    yield from _underlined(lines, hidden)
    yield from typed(lines, hidden, found)
    yield from _elements(found)


def _unknown(found: list[Token]) -> Mistakes:
    hint = "Notebooks have neither folds nor notes: write <details>, > or a link."
    for token in found:
        if token.within == "container" or token.kind == "directive":
            yield token.line, f"Jupyter shows {token.text.strip()!r} as it is typed", hint
        elif token.kind == "text" and (mark := NOTE_MARK.search(token.text)):
            yield token.line, f"Jupyter shows {mark[0]!r} as it is typed", hint


def _closed(found: list[Token]) -> Mistakes:
    for token in found:
        if token.kind == "comment" and not token.text.endswith("-->"):
            yield token.line, "this comment is not closed", "Close it with -->"
        if token.kind == "fence":
            fence = ""
            for line in token.text.rstrip("\n").split("\n"):
                fence = fence_after(line, fence)
            if fence:
                yield token.line, "this fence is not closed", f"Close it with {fence}"


def _dollars(found: list[Token]) -> Mistakes:
    hint = "Put $$ on lines of their own, with a blank line before and after the formula."
    last = ""  # what stands before a formula
    for token in found:
        if token.kind == "text" and "$$" in token.text:
            before = token.text[: token.text.index("$$")]
            yield token.line + before.count("\n"), "$$ inside a paragraph", hint
        if token.kind == "math" and token.text[0] == "$" and last.endswith("$"):
            yield token.line, "$$ inside a paragraph", hint
        last = token.text if token.kind == "text" else ""


def _front_matter(found: list[Token]) -> Mistakes:
    token = next((token for token in found if token.kind == "front matter"), None)
    if not token:
        return
    try:
        data = yaml.safe_load("\n".join(token.text.rstrip().split("\n")[1:-1])) or {}
    except (yaml.YAMLError, ValueError) as error:  # the second of a day that there is not
        what, line = mistake(error)
        hint = 'Quote text that holds a colon: title: "Momentum: a narrow valley"'
        yield (line or 0) + 1, f"the front matter is not YAML: {what}", hint
        return
    if not isinstance(data, dict):
        yield 1, "the front matter is no list of names and values", "Write title: …"
        return
    for key in IN_FRONT:
        text = data.get(key, "words")
        if not isinstance(text, str):  # as YAML has yes, 2024 and nothing
            yield 1, f"the {key} is no text: {text!r}", f'Put it in quotes: {key}: "…"'
        elif re.search(r"<|\{\{", text):
            yield 1, f"the {key} holds HTML or a value", "It is shown as text: use words."


def _metadata(found: list[Token]) -> Mistakes:
    """Refuse a first line that MkDocs takes for metadata and leaves out: `Note: a draft`."""
    if found and found[0].kind != "front matter" and (key := META.match(found[0].text)):
        hint = "Begin with the title, or with an empty line."
        yield 1, f"MkDocs reads {key[0]!r} at the top of a page as metadata and drops it", hint


def _headings(found: list[Token]) -> Mistakes:
    """Refuse what gets its id by counting; a title is the first, so its id never changes."""
    seen: dict[str, int] = {}
    for heading in headings_of(found):
        if heading.level > 1 and heading.id is None and ("{{" in heading.text or not heading.slug):
            hint = f"Name it: {'#' * heading.level} {heading.text} {{#a-short-name}}"
            yield heading.line, f"the heading {heading.text!r} has no lasting address", hint
        name = heading.id or heading.slug
        if name and name in seen:
            hint = f"Name it: {'#' * heading.level} {heading.text} {{#another-name}}"
            yield heading.line, f"the id {name!r} is taken by line {seen[name]}", hint
        seen[name] = heading.line


def _notes(found: list[Token]) -> Mistakes:
    prose = [token for token in found if token.kind in ("text", "directive")]
    known = {name for token in prose for name in NOTE.findall(token.text)}
    for token in prose:
        for mark in NOTE_MARK.finditer(token.text):
            if mark[1] not in known:
                near = get_close_matches(mark[1], known, n=1)
                hint = f"Did you mean [^{near[0]}]?" if near else f"Write it: [^{mark[1]}]: …"
                line = token.line + token.text.count("\n", 0, mark.start())
                yield line, f"there is no note {mark[0]}", hint


def _images(found: list[Token]) -> Mistakes:
    text = markup(found)
    places = [image.start() for image in NO_ALT.finditer(text)]
    places += [
        image.start
        for image in opened(text)
        if image.tag == "img" and not (image.attributes.get("alt") or "").strip()
    ]
    for place in sorted(places):
        hint = "Say what is seen: ![alt text](file.svg)"
        yield found[0].line + text.count("\n", 0, place), "an image without alt text", hint


def _elements(found: list[Token]) -> Mistakes:
    """Refuse what would hold the rest of the page, or end what holds the page."""
    text = markup(found)
    for place, tag in loose(text):
        line = found[0].line + text.count("\n", 0, place)
        if tag.startswith("/"):
            yield line, f"<{tag}> closes nothing", f"Open it before with <{tag[1:]}>, or remove it."
        else:
            yield line, f"<{tag}> is not closed", f"Close it with </{tag}>."


def _hidden(found: list[Token]) -> set[int]:
    """Return the lines whose indentation is nobody's business but their own."""
    hidden: set[int] = set()
    for token in found:
        if token.kind in ("front matter", "fence", "comment", "directive", "display"):
            lines = token.text.rstrip("\n").count("\n")
            first = token.line + (token.kind in ("fence", "directive", "display"))
            hidden.update(range(first, token.line + lines + 1))
    return hidden


def _underlined(lines: list[str], hidden: set[int]) -> Mistakes:
    """Refuse headings of another kind, whose addresses are not checked."""
    for number, line in enumerate(lines, 1):
        below = lines[number] if number < len(lines) and number + 1 not in hidden else ""
        first = number == 1 or not lines[number - 2].strip()
        if number in hidden or not line.strip():
            continue
        if (first and UNDERLINE.fullmatch(below)) or QUOTED.fullmatch(line):
            yield number, f"a heading that is underlined or quoted: {line!r}", "Write: ## Heading"


def _indentation(lines: list[str], hidden: set[int]) -> Mistakes:
    in_list, blank = False, True
    for number, line in enumerate(lines, 1):
        bare = line.expandtabs(4)
        depth = len(bare) - len(bare.lstrip())
        if not bare.strip():
            in_list, blank = False, True
            continue
        if number not in hidden:
            item = bool(LIST_ITEM.match(line))
            in_list = in_list or (blank and item)
            if (
                depth % 4
                and not bare.lstrip().startswith(("<", ">"))
                and (blank or (in_list and item))
            ):
                what = f"indented by {depth} spaces, which is neither inside nor outside"
                yield number, what, "What belongs to a list, a fold or a note stands 4 spaces in."
            if container := CONTAINER.fullmatch(line):
                yield from _container(container, number, depth, lines)
        blank = False


def _container(found: re.Match, number: int, depth: int, lines: list[str]) -> Mistakes:
    kind = (found["types"] or "").split()
    if kind and kind[0] not in TYPES:
        near = get_close_matches(kind[0], TYPES, n=1)
        meant = f"Did you mean {near[0]!r}? " if near else ""
        yield number, f"unknown type {kind[0]!r}", f"{meant}Known: {', '.join(sorted(TYPES))}."
    if ">" in found["indent"]:
        return
    following = next((line for line in lines[number:] if line.strip()), "").expandtabs(4)
    inside = len(following) - len(following.lstrip())
    if inside < depth + 4:
        hint = "Indent what belongs to it by four spaces; else it stands open on the page."
        yield number, f"{found[0].strip()!r} holds nothing", hint
