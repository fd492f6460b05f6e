"""Figures of a run in a language: its words in their images, their data, their telling."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree as ET

from course_code.publish.base.again import again
from course_code.publish.base.course import TAGS
from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import digest, log
from course_code.publish.base.kept import Kept, key_of
from course_code.publish.base.words import COLUMNS, DESCRIBED
from course_code.publish.page.labels import FILE, HOLE, WORD, Labels
from course_code.publish.page.write import THEMES
from course_code.publish.run.inside.lettering import put, spans, unspanned
from course_code.publish.run.plan import Run

KEPT = ".figures"  # in the store
SVG = "http://www.w3.org/2000/svg"
TEXT, SPAN = f"{{{SVG}}}text", f"{{{SVG}}}tspan"
PRIVATE = 0xE000  # letters that stand for the formulas of a label
FORMULA = re.compile("([\ue000-\uf8ff])")
FORMULAS = re.compile("[\ue000-\uf8ff]+")
NUMBER = re.compile(r"[-+]?[\d.]*(?:e[-+]?\d+)?|-?inf|nan")
LEADING = 13.2  # points from line to line of a text that had one
WIDE = re.compile(r"(?<=[^\x00-\x7f])\n(?=[^\x00-\x7f])")  # no space between Chinese letters
ET.register_namespace("", SVG)
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")


class Speaker:
    """Says labels in a language, and remembers what served and what was missing."""

    def __init__(self, labels: Labels):
        self.labels, self.missing = labels, []
        self.used: dict[str, str] = {}  # in order, each with a label that it served
        self._said: dict[str, str] = {}

    def __call__(self, label: str) -> str:
        """Words for a label, with breaks of lines; itself where there are none."""
        if label not in self._said:
            found = self.labels.find(label)
            if found is None:
                self.missing.append(" ".join(label.split()))
            self._said[label], served = found or (label, ())
            for one in sorted(served):
                if one not in self.used or FORMULA.search(self.used[one]):  # this may be legible
                    self.used[one] = " ".join(label.split())
        return self._said[label]

    def line(self, label: str) -> str:
        """Words for a label in one line."""
        return WIDE.sub("", self(label)).replace("\n", " ")

    def glossed(self) -> Iterator[tuple[str, str]]:
        """Labels that served, each with its words; of a pattern, one that it served.

        Where figures are drawn in this language, their code tells what labels mean.
        """
        if self.labels.is_own:
            return
        words, told = dict(self.labels.words), {}
        for label, drawn in list(self.used.items()):
            if WORD.search(label) and words.get(label, label).lower() != label.lower():
                said = drawn if HOLE.search(label) else label
                told[FORMULAS.sub("…", said)] = FORMULAS.sub("…", self.line(said))
        yield from told.items()


def in_language(runs: dict[str, Run], labels: Labels, store: Path) -> dict[str, Run]:
    """Return the runs with their figures in a language.

    Words that serve no figure are warned of.

    Args:
        runs: of the lessons, by name.
        labels: words of the language.
        store: where what does not change is kept.

    Raises:
        CourseError: labels without words; says in which figures.
    """
    said, used, missing = {}, set(), []
    for name, run in runs.items():
        cells, served, lacking = _known(labels.language, name, run.entry["cells"], labels, store)
        said[name] = Run(run.plan, {**run.entry, "cells": cells})
        used.update(served)
        missing += [f"{run.lesson.path}: {what}" for what in lacking]
    Kept(store / KEPT / labels.language).keep_only(set(runs))
    if missing:
        hint = f"Write it in {FILE}, below {labels.language}, or below names if it stays."
        raise CourseError("\n".join(missing), hint=hint)
    for label, line in labels.lines:
        if label not in used:
            log.warning("%s:%d: no figure says %r", FILE, line, label)
    return said


@again(2)
def _known(language: str, lesson: str, cells: dict, labels: Labels, store: Path) -> tuple:
    """A run's cells, which labels and names served, and what is missing in which figure."""
    kept = Kept(store / KEPT / language)
    key = key_of(labels.names, labels.words, list(map(_parts, _figures(cells))))
    if (made := kept.get(lesson, key)) is None:
        made = _made(cells, labels)
        kept.put(lesson, key, made)
    parts, used, missing = made
    changed = iter(parts)
    return _put(cells, lambda figure: {**figure, **(next(changed) or {})}), used, missing


def _figures(cells: dict) -> Iterator[dict]:
    blocks = chain.from_iterable(cells.values())
    return (output["figure"] for block in blocks for output in block if "figure" in output)


def _parts(figure: dict) -> list:
    """What of a figure holds words, its images and its data in short."""
    table = figure.get("table") or {"csv": "", "panels": None}
    data = [*(figure[theme]["data"] for theme in THEMES), table["csv"]]
    return [*map(digest, data), table["panels"]]


def _put(cells: dict, new: Callable[[dict], dict]) -> dict:
    """Cells with other figures, in order."""

    def shown(output: dict) -> dict:
        return {**output, "figure": new(output["figure"])} if "figure" in output else output

    return {name: [list(map(shown, block)) for block in blocks] for name, blocks in cells.items()}


def _made(cells: dict, labels: Labels) -> tuple[list, list, list]:
    """What changes in each figure, which labels and names served, and what is missing where."""
    parts, used, missing = [], {}, []
    for name, blocks in cells.items():
        for number, figure in enumerate(_figures({name: blocks}), start=1):
            say = Speaker(labels)
            parts.append(changes(figure, say))
            used |= say.used
            where = f"figure {number} of cell {name!r}"
            lacking = dict.fromkeys(say.missing)
            missing += [f"{where}: no words for {label!r}" for label in lacking]
    return parts, list(used), missing


def changes(figure: dict, say: Speaker) -> dict | None:
    """What is otherwise in the language of a speaker; None where nothing in it is translated."""
    made = {theme: {**figure[theme], "data": image(figure[theme]["data"], say)} for theme in THEMES}
    if table := figure.get("table"):
        said = {"panels": _told(table["panels"], say), "csv": _csv(table["csv"], say)}
        made["table"] = table | said
    if made == {part: figure[part] for part in made}:
        return None
    return {**made, "language": say.labels.language, "said": list(say.glossed())}


def image(svg: str, say: Speaker) -> str:
    """An SVG with other words."""
    root, changed = ET.fromstring(svg), False
    for text in root.iter(TEXT):
        lines = [part for part in text if part.get("x")] or [text]
        label, formulas = _read(lines)
        if (words := say(label)) != label:
            _set(text, lines, words, formulas)
            changed = True
    if not changed:
        return svg
    root.set("lang", TAGS[say.labels.language])
    return ET.tostring(root, "unicode")


def _read(lines: list[ET.Element]) -> tuple[str, list[tuple[str, dict]]]:
    """The label of a text, formulas as one private letter each, and the runs of those."""
    parts, formulas = [], []
    for line in lines:
        pieces = [(line.text or "", {})]
        for span in line:
            pieces += [(span.text or "", dict(span.attrib)), (span.tail or "", {})]
        for letters, attributes in unspanned([piece for piece in pieces if piece[0]]):
            if attributes:
                formulas.append((letters, attributes))
                letters = chr(PRIVATE + len(formulas) - 1)
            parts.append(letters)
        parts.append(" ")
    return " ".join("".join(parts).split()), formulas


def _set(text: ET.Element, lines: list[ET.Element], words: str, formulas: list) -> None:
    """Put words in the place of a text's lines, about the middle of which they stand."""
    ys = [float(line.get("y") or 0) for line in lines]
    step = (ys[1] - ys[0]) if len(ys) > 1 else LEADING
    said = words.split("\n")
    first = (ys[0] + ys[-1] - step * (len(said) - 1)) / 2
    text[:], text.text = [], None
    for number, line in enumerate(said):
        place = {"x": text.get("x", "0"), "y": f"{first + step * number:.2f}"}
        text.attrib |= {} if number else place
        own = ET.SubElement(text, SPAN, place) if len(said) > 1 else text
        put(own, spans(list(_runs(line, formulas))), SPAN)


def _runs(line: str, formulas: list[tuple[str, dict]]) -> Iterator[tuple[str, dict]]:
    for part in filter(None, FORMULA.split(line)):
        yield formulas[ord(part) - PRIVATE] if FORMULA.fullmatch(part) else (part, {})


def _told(node, say: Speaker):
    """What is told of a figure's panels: every text is a label, but kinds of series."""
    if isinstance(node, dict):
        return {key: value if key == "kind" else _told(value, say) for key, value in node.items()}
    if isinstance(node, list):
        return [_told(each, say) for each in node]
    return say.line(node) if isinstance(node, str) else node


def _csv(text: str, say: Speaker) -> str:
    """A figure's data with other words in its head and in its cells; see run/inside/tables.py."""
    words = COLUMNS.get(say.labels.language, {})
    head, *rows = csv.reader(io.StringIO(text))
    kind = head.index("kind")
    out = io.StringIO()
    if not say.labels.is_own:
        out.write("\ufeff")  # or spreadsheets take it for another encoding
    written = csv.writer(out, lineterminator="\n")
    written.writerow(_head(name, words, say) for name in head)
    for row in rows:
        row[kind] = words.get(row[kind], row[kind])
    cells = dict.fromkeys(chain.from_iterable(rows))
    said = {cell: cell if NUMBER.fullmatch(cell) else say.line(cell) for cell in cells}
    written.writerows(map(said.__getitem__, row) for row in rows)
    return out.getvalue()


def _head(name: str, words: dict[str, str], say: Speaker) -> str:
    column, _, label = name.partition(": ")
    colon = DESCRIBED[say.labels.language]["colon"]
    return words.get(column, column) + (f"{colon}{say.line(label)}" if label else "")
