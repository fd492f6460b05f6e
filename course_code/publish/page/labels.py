r"""What figures say in each language: docs/figures.yml.

    names: [Adam, ReLU]
    en:
      leaky_relu: LeakyReLU
    zh:
      epoch: 轮次
      leaky_relu: LeakyReLU
      "layer {} of {}": 共 {1} 层的第 {0} 层

Lessons label their figures in English: there only names of the code get other words, the rest
stays. In another language every label needs words; names stay, as numbers and single letters do.
A {} stands for anything that stays or has words of its own. Spaces and breaks of lines do not
count in a label; \n in words breaks their line.
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import yaml

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.errors import CourseError
from course_code.publish.base.lined import compose, line_of, named

FILE = Path("docs/figures.yml")
LESSONS, *TRANSLATED = LANGUAGES  # the language of the lessons, and the others
LETTER = "[A-Za-zÀ-ɏ]"
WORD = re.compile(f"{LETTER}{{2}}")  # a letter alone is a symbol
HOLE = re.compile(r"\{(\d*)\}")
HINTS = {
    "file": f"Write names: [a, b], and below {' and '.join(TRANSLATED)}: lines of label: words.",
    "holes": "The words have a {} for each {} of the label, or {0}, {1} in another order.",
}
Found = tuple[str, frozenset[str]]  # words, and the labels and names of the file that served


@dataclass(frozen=True)
class Labels:
    """Words of a language for the labels of figures, and names that stay."""

    language: str
    names: tuple[str, ...]
    words: tuple[tuple[str, str], ...]  # of each label
    lines: tuple[tuple[str, int], ...]  # of the file, of labels and names

    @property
    def is_own(self) -> bool:
        """Whether figures are drawn in this language."""
        return self.language == LESSONS

    def find(self, label: str) -> Found | None:
        """Return the words for a label, itself if there is nothing to translate; None without."""
        label = " ".join(label.split())
        return self._found(label) or ((label, frozenset()) if self.is_own else None)

    def _found(self, label: str) -> Found | None:
        if label in self._exact:
            return self._exact[label], frozenset([label])
        if not WORD.search(label):
            return label, frozenset()
        if found := self._of_pattern(label, lettered=True):
            return found
        if self.names and not WORD.search(self._name.sub(" ", label)):
            return label, frozenset(self._name.findall(label))
        return self._of_pattern(label, lettered=False)

    def _of_pattern(self, label: str, lettered: bool) -> Found | None:
        for pattern, known in self._patterns[lettered]:
            if match := pattern.fullmatch(label):
                parts = [self.find(part) for part in match.groups()]
                if None not in parts:
                    words = _filled(self._exact[known], [part[0] for part in parts])
                    return words, frozenset([known]).union(*(part[1] for part in parts))
        return None

    @cached_property
    def _exact(self) -> dict[str, str]:
        return dict(self.words)

    @cached_property
    def _name(self) -> re.Pattern:
        names = "|".join(re.escape(name) for name in sorted(self.names, key=len, reverse=True))
        return re.compile(f"(?<!{LETTER})(?:{names})(?!{LETTER})")

    @cached_property
    def _patterns(self) -> dict[bool, list[tuple[re.Pattern, str]]]:
        """Of labels with holes, the longest first, by whether they have letters themselves."""
        found: dict[bool, list] = {True: [], False: []}
        for label in sorted(self._exact, key=len, reverse=True):
            if HOLE.search(label):
                parts = map(re.escape, HOLE.split(label)[::2])
                found[bool(WORD.search(label))].append((re.compile("(.+?)".join(parts)), label))
        return found


def load(course: Course) -> dict[str, Labels] | None:
    """Read the words of each language that has some; without the file figures stay as they are.

    Raises:
        CourseError: what is not YAML, an unknown or missing part, a label met before, words that
            have not the holes of their label.
    """
    if not (course.root / FILE).is_file():
        return None
    return _parsed(course.read(course.root / FILE))


@lru_cache(2)
def _parsed(text: str) -> dict[str, Labels]:
    node = compose(text, FILE)
    parts = {name: value for name, (_, value) in named(node, FILE, HINTS["file"]).items()}
    if missing := [name for name in ("names", *TRANSLATED) if name not in parts]:
        raise CourseError(f"{missing[0]!r} is missing", FILE, 1, HINTS["file"])
    if unknown := [name for name in parts if name not in ("names", *LANGUAGES)]:
        line = line_of(parts[unknown[0]])
        raise CourseError(f"unknown part {unknown[0]!r}", FILE, line, HINTS["file"])
    if not isinstance(parts["names"], yaml.SequenceNode):
        raise CourseError("names are not a list", FILE, line_of(parts["names"]), HINTS["file"])
    names = [(_text(name), line_of(name)) for name in parts["names"].value]
    said = {language: _labels(language, names, parts[language]) for language in TRANSLATED}
    if LESSONS in parts:
        said[LESSONS] = _labels(LESSONS, [], parts[LESSONS])
    return said


def _labels(language: str, names: list[tuple[str, int]], node: yaml.Node) -> Labels:
    words, lines = {}, dict(names)
    for label, (_, value) in named(node, FILE, HINTS["file"]).items():
        words[label], line = _text(value), line_of(value)
        if HOLE.sub("", label).strip() == "":
            raise CourseError(f"the label {label!r} is a hole alone", FILE, line)
        asked = sorted(hole or str(n) for n, hole in enumerate(HOLE.findall(words[label])))
        if asked != [str(number) for number in range(len(HOLE.findall(label)))]:
            raise CourseError(f"other holes than in {label!r}", FILE, line, HINTS["holes"])
        lines[label] = line
    return Labels(language, tuple(dict(names)), tuple(words.items()), tuple(lines.items()))


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
        raise CourseError("expected a text here", FILE, line_of(node), HINTS["file"])
    return node.value.strip()


def _filled(words: str, parts: list[str]) -> str:
    left = iter(parts)
    return HOLE.sub(lambda hole: parts[int(hole[1])] if hole[1] else next(left), words)
