"""The glossary: terms of the course in every language, and their list.

`docs/glossary.yml` holds the data. A page shows the list with `::: list glossary`; on every other
page the first use of each term becomes a link to it: see terms.py.
"""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from course_code.publish.base.course import LANGUAGES, TAGS, Course
from course_code.publish.base.errors import CourseError
from course_code.publish.base.lined import compose, line_of, named

FILE = Path("docs/glossary.yml")
PAGE = "glossary.md"
ID = re.compile(r"[a-z][a-z0-9-]+")
SECTION = re.compile(r"\w+\.md#[\w-]+")
HAN = re.compile(r"[\u4e00-\u9fff]")
BESIDE_HAN = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")
HINTS = {
    "id": "Write lower-case words with hyphens, such as learning-rate.",
    "definition": "Define the term in one line, in plain text.",
    "pinyin": "Write it in lower case without tones or spaces: the Chinese list is sorted by it.",
    "taught": "Write the page and the id of its section, such as softmax.md#example.",
}


@dataclass(frozen=True)
class Word:
    """A term in one language; `forms` are its other spellings that count as a use."""

    term: str
    definition: str
    forms: tuple[str, ...]
    sort: str


@dataclass(frozen=True)
class Entry:
    """One idea: its anchor on the glossary's page, and its word in each language.

    `taught` is the section that teaches it, as in softmax.md#example, or empty; `line` is where
    that stands in the file.
    """

    id: str
    words: dict[str, Word]
    taught: str = ""
    line: int = 1

    def names(self, languages: Iterable[str]) -> list[str]:
        """Return every name of it once, pinyin of Chinese ones included, in order of languages."""
        found = []
        for word in map(self.words.__getitem__, languages):
            found += [word.term, *word.forms, *([word.sort] if HAN.match(word.term) else [])]
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Glossary:
    """All entries, in the order of the file."""

    entries: tuple[Entry, ...]

    def markdown(self, language: str, taught: Mapping[str, str]) -> str:
        """Return the list for a page: a heading for each letter, then its terms.

        Args:
            language: of the page.
            taught: HTML that tells where a term is taught, by its id.
        """
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
            parts.append(f"<dd>{html.escape(word.definition)}{taught.get(entry.id, '')}</dd>")
        return "\n".join([*parts, "</dl>"])


def load(course: Course) -> Glossary | None:
    """Read the glossary; a course without the file has none.

    Raises:
        CourseError: what is not YAML, a missing language or text, an id or a form met before.
    """
    if not (course.root / FILE).is_file():
        return None
    return _parsed(course.read(course.root / FILE))


@lru_cache(2)
def _parsed(text: str) -> Glossary:
    node = compose(text, FILE)
    if not isinstance(node, yaml.SequenceNode):
        raise CourseError("the glossary is not a list of entries", FILE, 1)
    entries, seen = [], {}
    for item in node.value:
        entry = _entry(item)
        _claim(seen, ("id", entry.id), item)
        for language, word in entry.words.items():
            for form in (word.term, *word.forms):
                _claim(seen, (language, plain(form)), item)
        entries.append(entry)
    return Glossary(tuple(entries))


def listed(course: Course, language: str, path: Path, line: int) -> str:
    """Return the Markdown that stands for `::: list glossary`, without where terms are taught.

    Raises:
        CourseError: there is no glossary.
    """
    glossary = load(course)
    if glossary is None:
        raise CourseError("there is no glossary to list", path, line, f"Write {FILE}.")
    return glossary.markdown(language, {})


def _entry(node: yaml.Node) -> Entry:
    fields = _fields(node, {"id", "taught", *LANGUAGES})
    name = _text(fields, "id", node)
    if not ID.fullmatch(name):
        raise CourseError(f"cannot use the id {name!r}", FILE, line_of(fields["id"]), HINTS["id"])
    words = {}
    for language in LANGUAGES:
        if language not in fields:
            raise CourseError(f"entry {name!r} has no {language!r}", FILE, line_of(node))
        words[language] = _word(fields[language], language)
    if "taught" not in fields:
        return Entry(name, words)
    taught, line = _text(fields, "taught", node), line_of(fields["taught"])
    if not SECTION.fullmatch(taught):
        raise CourseError(f"cannot link to {taught!r}", FILE, line, HINTS["taught"])
    return Entry(name, words, taught, line)


def _word(node: yaml.Node, language: str) -> Word:
    fields = _fields(node, {"term", "definition", "forms", "pinyin"})
    term, definition = _text(fields, "term", node), _text(fields, "definition", node)
    sort = term.lower()
    if HAN.match(term):
        sort = _text(fields, "pinyin", node)
        if not re.fullmatch(r"[a-z]+", sort):
            where = line_of(fields["pinyin"])
            raise CourseError(f"cannot sort by {sort!r}", FILE, where, HINTS["pinyin"])
    forms = fields.get("forms")
    if forms is not None and not isinstance(forms, yaml.SequenceNode):
        raise CourseError("forms are not a list", FILE, line_of(forms), "Write forms: [a, b].")
    others = tuple(_text({"form": form}, "form", node) for form in (forms.value if forms else ()))
    for form in (term, *others):
        if len(form) < 2 or re.search(r'[<>&"]', form):
            hint = "A form is at least two letters, none of them of HTML's own."
            raise CourseError(f"cannot look for {form!r} in prose", FILE, line_of(node), hint)
    return Word(term, definition, others, sort)


def _fields(node: yaml.Node, known: set[str]) -> dict[str, yaml.Node]:
    fields = named(node, FILE)
    for name, (line, _) in fields.items():
        if name not in known:
            hint = f"Known: {', '.join(sorted(known))}."
            raise CourseError(f"unknown name {name!r}", FILE, line, hint)
    return {name: value for name, (_, value) in fields.items()}


def _text(fields: dict[str, yaml.Node], name: str, node: yaml.Node) -> str:
    """Return a field's text, which has to be there, on one line."""
    field = fields.get(name)
    if field is None:
        raise CourseError(f"{name!r} is missing", FILE, line_of(node), HINTS.get(name, ""))
    text = field.value.strip() if isinstance(field, yaml.ScalarNode) else ""
    if not text or "\n" in text:
        what = "is not one line of text" if text else "is empty"
        raise CourseError(f"{name!r} {what}", FILE, line_of(field), HINTS.get(name, ""))
    return text


def _claim(seen: dict[tuple[str, str], int], key: tuple[str, str], node: yaml.Node) -> None:
    if key in seen:
        kind = "id" if key[0] == "id" else f"{key[0]} form"
        what = f"{kind} {key[1]!r} is taken by the entry on line {seen[key]}"
        raise CourseError(what, FILE, line_of(node))
    seen[key] = line_of(node)


def plain(form: str) -> str:
    """Return a form without what does not matter when two are compared."""
    return BESIDE_HAN.sub("", " ".join(html.unescape(form).lower().split()))
