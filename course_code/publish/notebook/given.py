"""Notebooks that teachers put among the pages, as Markdown that the site renders like its own.

Nothing is run: a page shows the outputs saved in the notebook. Each cell is judged before it is
shown, so a notebook that was saved half done stops the build.
"""

import base64
import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from course_code.publish.base.errors import CourseError
from course_code.publish.base.words import LABELS
from course_code.publish.markup.source import Source
from course_code.publish.notebook.prose import Mistake, Prose
from course_code.publish.page.write import fence, folded, joined, printed
from course_code.publish.run.outputs import terminal

IMAGES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
OPTION = re.compile(r"#\|[ \t]*(?P<name>[\w-]+)[ \t]*:[ \t]*(?P<value>.*)")
SPECIAL = re.compile(r"[\\\[\]`*_$<&]")  # in an image's text
TITLE = re.compile(r"\A# .+")
OBJECT = re.compile(r"<.*>", re.DOTALL)  # what stands for something else that is shown
NAMELESS = re.compile(r"<[^<>]* at 0x[0-9a-f]+>")
WIDGET = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class CellSource(Source):
    """A notebook's Markdown: messages name the cell, since nobody sees the lines."""

    starts: tuple[int, ...] = ()  # 1-based line on which each cell begins

    def mistake(self, what: str, line: int | None, hint: str) -> CourseError:
        """Return the error that says what is wrong, in which cell, and what to do."""
        return CourseError(self.cell(line) + what, self.path, None, hint)

    def cell(self, line: int | None) -> str:
        """Return words for a message about a line of the page, if that is known."""
        return f"cell {bisect_right(self.starts, line)}: " if line else ""


@dataclass
class Given:
    """A teacher's notebook as a page."""

    path: Path  # as messages show it
    language: str
    parts: list[str] = field(default_factory=list)  # one a cell
    figures: dict[str, bytes] = field(default_factory=dict)  # by the name of a file beside it
    code: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)  # of the figures
    prose: Prose = field(default_factory=Prose)

    @property
    def markdown(self) -> str:
        """The page as ordinary Markdown."""
        return "\n".join(self.parts)

    @property
    def source(self) -> CellSource:
        """The page for messages."""
        starts, line = [], 1
        for part in self.parts:
            starts.append(line)
            line += part.count("\n") + 1
        return CellSource(self.path, self.markdown, tuple(starts))


def read_given(text: str, path: Path, language: str) -> Given:
    """Read a notebook that was run and saved.

    Args:
        text: the file.
        path: of the file, for messages and for the names of its figures.
        language: "en" or "zh".

    Raises:
        CourseError: it is no notebook, has no title, or a cell was not run, failed, has a figure
            without a text for who cannot see it, an output that no page can show, or prose with
            what no page may have.
    """
    page = Given(path, language)
    for number, cell in enumerate(_notebook(text, path).cells, start=1):
        if number == 1:
            page.parts.append(_first(cell, page))
        elif cell.cell_type == "markdown":
            page.parts.append(_prose(cell, number, page))
        elif cell.cell_type == "code" and cell.source.strip():
            page.parts.append(_code(cell, number, page))
        else:
            page.parts.append("")
    return page


def _notebook(text: str, path: Path):
    try:
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("nbformat") != 4:
            raise CourseError("not a notebook of format 4", path, hint="Save it with Jupyter.")
        nbformat.validate(data)
        notebook = nbformat.reads(text, as_version=4)
    except json.JSONDecodeError as error:
        hint = "Open it in Jupyter and save it again."
        raise CourseError(f"not a notebook: {error.msg}", path, error.lineno, hint) from None
    except nbformat.ValidationError as error:
        what = str(error).splitlines()[0]
        raise CourseError(f"not a notebook: {what}", path, hint="Save it with Jupyter.") from None
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # of nbformat itself
        what = f"not a notebook: {type(error).__name__}: {error}"
        raise CourseError(what, path, hint="Save it with Jupyter.") from None
    if not notebook.cells:
        raise CourseError("the notebook is empty", path)
    return notebook


def _first(cell, page: Given) -> str:
    """Return the title, a link to the notebook itself, and what follows in the first cell."""
    if cell.cell_type != "markdown" or not TITLE.match(cell.source):
        raise CourseError("cell 1: no title", page.path, hint="Begin it with a line `# Title`.")
    text = _prose(cell, 1, page)
    title, words = TITLE.match(text), LABELS[page.language]
    look = 'class="md-button md-button--primary"'
    link = f'<a {look} href="{page.path.name}" download>{words["notebook"]}</a>'
    buttons = f'<p class="lesson-buttons" data-search-exclude>{link}</p>'
    return f"{title[0]}\n\n{buttons}\n\n{text[title.end() :].lstrip()}\n"


def _prose(cell, number: int, page: Given) -> str:
    text = cell.source
    for name, data in cell.get("attachments", {}).items():
        kind, content = next(iter(data.items()))
        text = text.replace(f"attachment:{name}", f"data:{kind};base64,{content}")
    return _read(text, number, page) + "\n"


def _read(text: str, number: int, page: Given) -> str:
    try:
        return page.prose.read(text, number)
    except Mistake as mistake:
        what, hint = mistake.args
        raise CourseError(f"cell {number}: {what}", page.path, hint=hint) from None


def _code(cell, number: int, page: Given) -> str:
    tags = cell.metadata.get("tags", [])
    if cell.execution_count is None and "skip-execution" not in tags:
        hint = "Run all cells and save, or give the cell the tag skip-execution."
        raise CourseError(f"cell {number}: not run", page.path, hint=hint)
    lines = cell.source.split("\n")
    options = []
    while lines and (option := OPTION.fullmatch(lines[0])):
        options.append((option["name"], option["value"].strip().strip("\"'")))
        del lines[0]
    alts = [value for name, value in options if name == "fig-alt"] or cell.metadata.get("alt", [])
    words, hidden = LABELS[page.language], cell.metadata.get("jupyter", {})
    later = ' data-colours="later"' if hidden else ""
    outputs = list(_outputs(cell, number, iter(alts), page))
    page.code.append("\n".join(lines))
    code = fence(page.code[-1], f".python {joined(outputs)}.lesson-code{later}")
    if hidden.get("outputs_hidden"):
        return "\n".join(folded([*code, "", *outputs], words["solution"]))
    title = words["code"] if hidden.get("source_hidden") else None
    return "\n".join([*folded(code, title), "", *outputs])


def _outputs(cell, number: int, alts: Iterator[str], page: Given) -> Iterator[str]:
    """Yield the lines that show a cell's outputs."""
    text = ""
    for output in cell.outputs:
        if output.output_type == "stream":
            text += output.text
            continue
        yield from _printed(text, page)
        text = ""
        if output.output_type == "error":
            yield from _printed(_failure(output, cell, number, page), page)
        else:
            yield from _result(output.data, number, alts, page)
    yield from _printed(text, page)


def _printed(text: str, page: Given) -> list[str]:
    text = terminal(text)
    if not text.strip():
        return []
    page.printed.append(text)
    return [*printed(text, LABELS[page.language]["long"]), ""]


def _failure(output, cell, number: int, page: Given) -> str:
    said = f"{output.ename}: {output.evalue}"
    if "raises-exception" in cell.metadata.get("tags", []):
        return said
    hint = "Mend it and run all cells, or give the cell the tag raises-exception."
    raise CourseError(f"cell {number}: failed with {said}", page.path, hint=hint)


def _result(data: dict, number: int, alts: Iterator[str], page: Given) -> list[str]:
    """Return the lines that show a result: a picture, else prose, else text."""
    if kind := next((kind for kind in IMAGES if kind in data), None):
        return _figure(kind, data[kind], number, alts, page)
    if "text/markdown" in data:
        return [_read(data["text/markdown"], number, page), ""]
    if "text/latex" in data:
        return ["$$", data["text/latex"].strip().strip("$").strip(), "$$", ""]
    text = data.get("text/plain", "").strip()
    stands_for = (len(data) > 1 and OBJECT.fullmatch(text)) or NAMELESS.search(text)
    if text and WIDGET not in data and not stands_for:
        return _printed(data["text/plain"], page)
    shown = text[:60] or ", ".join(sorted(data))
    what = f"cell {number}: an output that no page can show ({shown})"
    hint = "Show it as text or as a picture; a semicolon ends a line whose value is not shown."
    raise CourseError(what, page.path, hint=hint)


def _figure(kind: str, data: str, number: int, alts: Iterator[str], page: Given) -> list[str]:
    if not (alt := next(alts, "").strip()):
        hint = "Begin the cell with a line `#| fig-alt: What the picture shows.` for each picture."
        raise CourseError(f"cell {number}: a figure without a text", page.path, hint=hint)
    name = f"{page.path.stem}-{len(page.figures) + 1}.{IMAGES[kind]}"
    page.figures[name] = data.encode() if kind == "image/svg+xml" else base64.b64decode(data)
    page.alts.append(alt)
    text = SPECIAL.sub(r"\\\g<0>", alt)
    image = f"![{text}]({name}){{ loading=lazy }}"
    return ["//// html | figure.lesson-figure.notebook-figure", image, "////", ""]
