"""The glossary: terms of the course in every language, their list, and links to it from pages.

`docs/glossary.yml` holds the data. A page shows the list with `::: list glossary`; on every other
page the first use of each term becomes a link to it, with the definition as its title.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import yaml

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.errors import CourseError

FILE = Path("docs/glossary.yml")
PAGE = "glossary.md"
ID = re.compile(r"[a-z][a-z0-9-]+")
HAN = re.compile(r"[\u4e00-\u9fff]")
WORDS = re.compile(r"[\x21-\x7e]+|[^\x00-\x7f]+")
BESIDE_HAN = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")
START = r"(?<![A-Za-z0-9_])(?<![A-Za-z0-9_]-)"
TAGS = {"en": "en", "zh": "zh-Hans"}
HINTS = {
    "id": "Write lower-case words with hyphens, such as learning-rate.",
    "definition": "Define the term in one line, in plain text.",
    "pinyin": "Write it in lower case without tones or spaces: the Chinese list is sorted by it.",
}

# Text in these is never linked. None of them holds another of its own name.
WHOLE = (
    "a|abbr|button|code|dt|figcaption|h[1-6]|kbd|label|math|pre|script|style|summary|svg"
    "|textarea|th"
)
ATTRIBUTES = r"""(?:"[^"]*"|'[^']*'|[^<>"'])*"""
MARKUP = re.compile(
    rf"<!--.*?-->|<({WHOLE})\b.*?</\1>"
    r'|<(span|div|p)\b[^<>]*(?:\bclass="(?:arithmatex|admonition-title|claim-kind)\b'
    r"|\bdata-search-exclude\b)[^<>]*>.*?</\2>"
    rf"|<(?P<close>/?)(?P<name>[a-zA-Z][\w-]*)(?P<rest>{ATTRIBUTES})>",
    re.DOTALL,
)
PROSE = {"p", "li", "td", "dd"}
APART = re.compile(r'\bclass="[^"]*\bcourse-(?:hero|lessons)\b')  # made of links already


@dataclass(frozen=True)
class Word:
    """A term in one language; `forms` are its other spellings that count as a use."""

    term: str
    definition: str
    forms: tuple[str, ...]
    sort: str


@dataclass(frozen=True)
class Entry:
    """One idea: its anchor on the glossary's page, and its word in each language."""

    id: str
    words: dict[str, Word]


@dataclass(frozen=True)
class Glossary:
    """All entries, in the order of the file."""

    entries: tuple[Entry, ...]

    def markdown(self, language: str) -> str:
        """Return the list for a page: a heading for each letter, then its terms."""
        parts, letter = [], ""
        for entry in sorted(self.entries, key=lambda entry: entry.words[language].sort):
            word = entry.words[language]
            if word.sort[0].upper() != letter:
                parts += ["</dl>", ""] if letter else []
                letter = word.sort[0].upper()
                parts += [f"## {letter} {{#letter-{letter.lower()}}}", "", '<dl class="glossary">']
            others = " ".join(
                f'<span lang="{TAGS[other]}">{html.escape(entry.words[other].term)}</span>'
                for other in LANGUAGES
                if other != language and entry.words[other].term != word.term
            )
            parts.append(f'<dt id="{entry.id}">{html.escape(word.term)} {others}</dt>')
            parts.append(f"<dd>{html.escape(word.definition)}</dd>")
        return "\n".join([*parts, "</dl>"])

    def link(self, text: str, language: str, address: str) -> str:
        """Return a page's HTML in which the first use of each term is a link.

        Args:
            text: HTML of the page, formulas still TeX. Nothing of it changes but for the links.
            language: of the page.
            address: of the glossary's page, from this one.
        """
        find, ids = self._finders[language]
        words = {entry.id: entry.words[language] for entry in self.entries}

        def replace(found: re.Match) -> str:
            name = ids.get(_plain(found[0]))
            word = words.pop(name, None)
            if word is None:
                return found[0]
            title = html.escape(word.definition)
            return f'<a class="term" href="{address}#{name}" title="{title}">{found[0]}</a>'

        return "".join(
            find.sub(replace, part) if is_prose and words else part
            for part, is_prose in _parts(text)
        )

    @cached_property
    def _finders(self) -> dict[str, tuple[re.Pattern, dict[str, str]]]:
        """For each language: what finds a term, and the ids of what it finds."""
        finders = {}
        for language in LANGUAGES:
            ids = {
                form: entry.id
                for entry in self.entries
                for form in (entry.words[language].term, *entry.words[language].forms)
            }
            plain = {_plain(form): name for form, name in ids.items()}
            finders[language] = (_finder(ids), plain)
        return finders


def load(course: Course) -> Glossary | None:
    """Read the glossary; a course without the file has none.

    Raises:
        CourseError: what is not YAML, a missing language or text, an id or a form met before.
    """
    if not (course.root / FILE).is_file():
        return None
    try:
        node = yaml.compose(course.read(course.root / FILE), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise CourseError(f"not YAML: {error.problem}", FILE, mark and mark.line + 1) from None
    if not isinstance(node, yaml.SequenceNode):
        raise CourseError("the glossary is not a list of entries", FILE, 1)
    entries, seen = [], {}
    for item in node.value:
        entry = _entry(item)
        _claim(seen, ("id", entry.id), item)
        for language, word in entry.words.items():
            for form in (word.term, *word.forms):
                _claim(seen, (language, _plain(form)), item)
        entries.append(entry)
    return Glossary(tuple(entries))


def listed(course: Course, language: str, path: Path, line: int) -> str:
    """Return the Markdown that stands for `::: list glossary`.

    Raises:
        CourseError: there is no glossary.
    """
    glossary = load(course)
    if glossary is None:
        raise CourseError("there is no glossary to list", path, line, f"Write {FILE}.")
    return glossary.markdown(language)


def _entry(node: yaml.Node) -> Entry:
    fields = _fields(node, {"id", *LANGUAGES})
    name = _text(fields, "id", node)
    if not ID.fullmatch(name):
        raise CourseError(f"cannot use the id {name!r}", FILE, _line(fields["id"]), HINTS["id"])
    words = {}
    for language in LANGUAGES:
        if language not in fields:
            raise CourseError(f"entry {name!r} has no {language!r}", FILE, _line(node))
        words[language] = _word(fields[language], language)
    return Entry(name, words)


def _word(node: yaml.Node, language: str) -> Word:
    fields = _fields(node, {"term", "definition", "forms", "pinyin"})
    term, definition = _text(fields, "term", node), _text(fields, "definition", node)
    sort = term.lower()
    if HAN.match(term):
        sort = _text(fields, "pinyin", node)
        if not re.fullmatch(r"[a-z]+", sort):
            where = _line(fields["pinyin"])
            raise CourseError(f"cannot sort by {sort!r}", FILE, where, HINTS["pinyin"])
    forms = fields.get("forms")
    if forms is not None and not isinstance(forms, yaml.SequenceNode):
        raise CourseError("forms are not a list", FILE, _line(forms), "Write forms: [a, b].")
    others = tuple(_text({"form": form}, "form", node) for form in (forms.value if forms else ()))
    for form in (term, *others):
        if len(form) < 2 or re.search(r'[<>&"]', form):
            hint = "A form is at least two letters, none of them of HTML's own."
            raise CourseError(f"cannot look for {form!r} in prose", FILE, _line(node), hint)
    return Word(term, definition, others, sort)


def _fields(node: yaml.Node, known: set[str]) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise CourseError("expected names and values here", FILE, _line(node))
    fields = {}
    for key, value in node.value:
        if key.value not in known:
            hint = f"Known: {', '.join(sorted(known))}."
            raise CourseError(f"unknown name {key.value!r}", FILE, _line(key), hint)
        if key.value in fields:
            raise CourseError(f"{key.value!r} is given twice", FILE, _line(key))
        fields[key.value] = value
    return fields


def _text(fields: dict[str, yaml.Node], name: str, node: yaml.Node) -> str:
    """Return a field's text, which has to be there, on one line."""
    field = fields.get(name)
    if field is None:
        raise CourseError(f"{name!r} is missing", FILE, _line(node), HINTS.get(name, ""))
    text = field.value.strip() if isinstance(field, yaml.ScalarNode) else ""
    if not text or "\n" in text:
        what = "is not one line of text" if text else "is empty"
        raise CourseError(f"{name!r} {what}", FILE, _line(field), HINTS.get(name, ""))
    return text


def _claim(seen: dict[tuple[str, str], int], key: tuple[str, str], node: yaml.Node) -> None:
    if key in seen:
        kind = "id" if key[0] == "id" else f"{key[0]} form"
        what = f"{kind} {key[1]!r} is taken by the entry on line {seen[key]}"
        raise CourseError(what, FILE, _line(node))
    seen[key] = _line(node)


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1


def _plain(form: str) -> str:
    """Return a form without what does not matter when two are compared."""
    return BESIDE_HAN.sub("", " ".join(html.unescape(form).lower().split()))


def _finder(forms: Iterable[str]) -> re.Pattern:
    """Return what finds forms in text: the longest at each place, Latin ones as whole words.

    It finds entities too, so that no part of one is taken for a word.
    """
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
    return re.compile("|".join([r"&#?\w+;", *found]), re.IGNORECASE)


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Split HTML into pieces, in order, and say which of them are running prose."""
    end, depth, apart = 0, 0, [False]
    for found in MARKUP.finditer(text):
        yield text[end : found.start()], depth > 0 and not apart[-1]
        yield found[0], False
        end = found.end()
        if found["name"] in PROSE:
            depth = max(0, depth + (-1 if found["close"] else 1))
        elif found["name"] == "div" and not found["close"]:
            apart.append(apart[-1] or bool(APART.search(found["rest"])))
        elif found["name"] == "div" and len(apart) > 1:
            apart.pop()
    yield text[end:], depth > 0 and not apart[-1]
