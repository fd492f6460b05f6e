"""Notebooks that teachers put among the pages: judged, and made pages by mkdocs-jupyter.

Nothing is run: a page shows the outputs saved in the notebook. Each cell is judged before it is
shown, so a notebook that was saved half done stops the build.
"""

import base64
import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

import nbformat

from course_code.publish.base.again import again
from course_code.publish.base.errors import CourseError
from course_code.publish.base.words import LABELS
from course_code.publish.markup.source import Source
from course_code.publish.markup.whole import whole
from course_code.publish.notebook.prose import Mistake, Prose
from course_code.publish.notebook.shown import (
    code_cell,
    output_of,
    page_of,
    printed_output,
    prose_cell,
)
from course_code.publish.run.outputs import terminal

IMAGES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
OPTION = re.compile(r"#\|[ \t]*(?P<name>[\w-]+)[ \t]*:[ \t]*(?P<value>.*)")
ATTACHED = re.compile(r"(?:(?<=\]\()|(?<=\]\(<)|(?<=[\"']))attachment:(?P<name>[^)>\s\"']*)")
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
    parts: list[str] = field(default_factory=list)  # what each cell says, as Markdown
    cells: list[dict] = field(default_factory=list)  # as they are shown
    figures: dict[str, bytes] = field(default_factory=dict)  # by the name of a file beside it
    code: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)  # of the figures
    prose: Prose = field(default_factory=Prose)

    @property
    def markdown(self) -> str:
        """What its cells say."""
        return "\n".join(self.parts)

    @property
    def source(self) -> CellSource:
        """What its cells say, for messages."""
        starts, line = [], 1
        for part in self.parts:
            starts.append(line)
            line += part.count("\n") + 1
        return CellSource(self.path, self.markdown, tuple(starts))

    @cached_property
    def text(self) -> str:
        """The page, for any site generator that has the course's Markdown extension."""
        return whole(page_of(self.cells))


@again(2)
def read_given(path: Path, language: str, text: str) -> Given:
    """Read a notebook that was run and saved.

    Args:
        path: of the file, for messages and for the names of its figures.
        language: "en" or "zh".
        text: the file.

    Raises:
        CourseError: it is no notebook, has no title, or a cell was not run, failed, has a figure
            without a text for who cannot see it, an output that no page can show, or prose with
            what no page may have.
    """
    page = Given(path, language)
    for number, cell in enumerate(_notebook(text, path).cells, start=1):
        page.parts.append("")
        if number == 1:
            _first(cell, page)
        elif cell.cell_type == "markdown":
            said = _said(_attached(cell, number, page), number, page)
            page.cells.append(prose_cell(said))
        elif cell.cell_type == "code" and cell.source.strip():
            page.cells.append(_code(cell, number, page))
        elif cell.cell_type == "raw" and cell.source.strip():
            hint = "Make it a cell of Markdown or of code, or delete it."
            raise CourseError(f"cell {number}: raw text, which no page shows", path, hint=hint)
    return page


def _notebook(text: str, path: Path):
    try:
        data = json.loads(text)
        json.dumps(data, ensure_ascii=False).encode()  # half a character is none
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


def _first(cell, page: Given) -> None:
    """Show the title, a link to the notebook itself, and what follows in the first cell."""
    if cell.cell_type != "markdown" or not TITLE.match(cell.source):
        raise CourseError("cell 1: no title", page.path, hint="Begin it with a line `# Title`.")
    text = _said(_attached(cell, 1, page), 1, page)
    title, words = TITLE.match(text)[0], LABELS[page.language]
    look = 'class="md-button md-button--primary"'
    link = f'<a {look} href="{page.path.name}" download>{words["notebook"]}</a>'
    buttons = f'<p class="lesson-buttons" data-search-exclude>{link}</p>'
    page.cells += map(prose_cell, (title, buttons, text.removeprefix(title)))


def _attached(cell, number: int, page: Given) -> str:
    """Return a cell's Markdown with its pictures in it."""
    attached = cell.get("attachments", {})

    def data(found: re.Match) -> str:
        for kind, content in attached.get(unquote(found["name"]), {}).items():
            return f"data:{kind};base64,{content}"
        hint = "Paste the picture again, or put its file beside the notebook."
        what = f"cell {number}: the picture {found['name']!r} is not in the notebook"
        raise CourseError(what, page.path, hint=hint)

    return ATTACHED.sub(data, cell.source)


def _said(text: str, number: int, page: Given) -> str:
    """Return Markdown that a cell says, judged."""
    page.parts[-1] += f"\n{text}\n"
    try:
        return page.prose.read(text, number)
    except Mistake as mistake:
        what, hint = mistake.args
        raise CourseError(f"cell {number}: {what}", page.path, hint=hint) from None


def _code(cell, number: int, page: Given) -> dict:
    tags = cell.metadata.get("tags", [])
    if cell.execution_count is None and "skip-execution" not in tags:
        hint = "Run all cells and save, or give the cell the tag skip-execution."
        raise CourseError(f"cell {number}: not run", page.path, hint=hint)
    lines = cell.source.split("\n")
    options = []
    while lines and (option := OPTION.fullmatch(lines[0])):
        options.append((option["name"], option["value"].strip().strip("\"'")))
        del lines[0]
    alts = [value for name, value in options if name == "fig-alt"] or _alts(cell)
    words, hidden = LABELS[page.language], cell.metadata.get("jupyter", {})
    page.code.append("\n".join(lines))
    outputs = list(_outputs(cell, number, iter(alts), page))
    if hidden.get("outputs_hidden"):
        return code_cell(page.code[-1], outputs, fold=words["solution"])
    title = words["code"] if hidden.get("source_hidden") else ""
    return code_cell(page.code[-1], outputs, fold_code=title)


def _alts(cell) -> list[str]:
    told = cell.metadata.get("alt")
    return [text for text in told if isinstance(text, str)] if isinstance(told, list) else []


def _outputs(cell, number: int, alts: Iterator[str], page: Given) -> Iterator[dict]:
    """Yield a cell's outputs as they are shown."""
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


def _printed(text: str, page: Given) -> Iterator[dict]:
    text = terminal(text)
    if text.strip():
        page.printed.append(text)
        yield printed_output(text, page.language)


def _failure(output, cell, number: int, page: Given) -> str:
    said = f"{output.ename}: {output.evalue}"
    if "raises-exception" in cell.metadata.get("tags", []):
        return said
    hint = "Mend it and run all cells, or give the cell the tag raises-exception."
    raise CourseError(f"cell {number}: failed with {said}", page.path, hint=hint)


def _result(data: dict, number: int, alts: Iterator[str], page: Given) -> Iterator[dict]:
    """Yield a result as it is shown: as a picture, else as prose, else as text."""
    text = data.get("text/plain", "").strip()
    stands_for = (len(data) > 1 and OBJECT.fullmatch(text)) or NAMELESS.search(text)
    if kind := next((kind for kind in IMAGES if kind in data), None):
        yield _figure(kind, data[kind], number, alts, page)
    elif "text/markdown" in data:
        yield output_of("text/markdown", _said(data["text/markdown"], number, page))
    elif "text/latex" in data:
        formula = data["text/latex"].strip().strip("$").strip()
        yield output_of("text/markdown", _said(f"$$\n{formula}\n$$", number, page))
    elif text and WIDGET not in data and not stands_for:
        yield from _printed(data["text/plain"], page)
    else:
        shown = text[:60] or ", ".join(sorted(data))
        what = f"cell {number}: an output that no page can show ({shown})"
        hint = "Show it as text or as a picture; a semicolon ends a line whose value is not shown."
        raise CourseError(what, page.path, hint=hint)


def _figure(kind: str, data: str, number: int, alts: Iterator[str], page: Given) -> dict:
    if not (alt := next(alts, "").strip()):
        hint = "Begin the cell with a line `#| fig-alt: What the picture shows.` for each picture."
        raise CourseError(f"cell {number}: a figure without a text", page.path, hint=hint)
    name = f"{page.path.stem}-{len(page.figures) + 1}.{IMAGES[kind]}"
    try:
        page.figures[name] = data.encode() if kind == "image/svg+xml" else base64.b64decode(data)
    except ValueError:
        hint = "Run the cell again and save the notebook."
        raise CourseError(f"cell {number}: a picture is damaged", page.path, hint=hint) from None
    page.alts.append(alt)
    return output_of("image/png", "", alt=alt, file=name)
