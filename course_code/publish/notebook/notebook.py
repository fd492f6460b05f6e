"""A filled page as a notebook that is already executed.

It holds the page's code, block by block and letter by letter, and needs nothing of this project.
"""

import functools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from course_code.publish.base.again import again
from course_code.publish.base.files import digest, write_atomically
from course_code.publish.base.kept import key_of
from course_code.publish.base.words import GLOSSED, LABELS
from course_code.publish.markup.text import tokens
from course_code.publish.notebook import plain
from course_code.publish.notebook.dialect import read_markdown
from course_code.publish.notebook.places import address, resolve
from course_code.publish.notebook.plain import Slot
from course_code.publish.page.parts import (
    CourseList,
    Live,
    Page,
    Prose,
    ShownCell,
    ShownClaims,
)
from course_code.publish.page.write import caption, claims, folded, indented

HEADING = re.compile(r"(?P<mark>#{1,6}) (?P<text>.+)")


@dataclass(frozen=True)
class _Code:
    """A block of code with its outputs, as nbformat has them, as one cell of the notebook."""

    id: str
    source: str
    outputs: list[dict]
    alts: tuple[str, ...]
    hidden: bool  # its source is folded
    fails: str | None  # the exception that it raises on purpose


def to_notebook(page: Page, home: str = "") -> dict:
    """Return the page as a notebook in nbformat 4.5, with the outputs of its run.

    Args:
        page: a filled page.
        home: absolute address of the home page in its language; empty if unknown.
    """
    cells: list[dict] = []
    counts = {"markdown": 0, "code": 0}
    for cell in _cells(page, home):
        counts[cell["cell_type"]] += 1
        if cell["cell_type"] == "code":
            cell["execution_count"] = None if page.is_lab else counts["code"]
        else:
            cell["id"] = f"text-{counts['markdown']}"
        cells.append(cell)
    return {
        "cells": cells,
        "metadata": {
            "colab": {"name": f"{page.path.stem}.ipynb", "provenance": [], "toc_visible": True},
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {
                "codemirror_mode": {"name": "ipython", "version": 3},
                "file_extension": ".py",
                "mimetype": "text/x-python",
                "name": "python",
                "nbconvert_exporter": "python",
                "pygments_lexer": "ipython3",
            },
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def notebook_bytes(notebook: dict) -> bytes:
    """Return the notebook's file, the same bytes for the same notebook."""
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n".encode()


def write_notebook(path: Path, page: Page, home: str = "") -> Path:
    """Write the page's notebook, unless the file was written from the same inputs before.

    Args:
        path: the .ipynb file; beside it lie digests of what it was made of and of its bytes.
        page: a filled page.
        home: as in `to_notebook`.

    Returns:
        `path`.
    """
    wanted, mark = _made_of(path, page, home), path.with_suffix(".inputs")
    with suppress(OSError):
        if mark.read_bytes() == f"{wanted} {digest(path.read_bytes())}".encode():
            return path
    data = notebook_bytes(to_notebook(page, home))
    write_atomically(path, data)
    write_atomically(mark, f"{wanted} {digest(data)}".encode())
    return path


@again(1)
def _made_of(_path: Path, page: Page, home: str) -> str:
    """Key of a notebook: all of the page that it reads."""
    return key_of(repr((replace(page, segments=()), home, _read(page))))


def _read(page: Page) -> tuple[str, list[_Code]]:
    """The page's Markdown with a slot for each block of code, and these."""
    codes: list[_Code] = []
    return markdown_of(page, lambda cell: _slots(cell, page.language, codes)), codes


def _cells(page: Page, home: str) -> Iterator[dict]:
    """Yield the cells of the notebook, one of text for each section between cells of code."""
    source, codes = _read(page)
    text: list[str] = []
    for piece in plain.plain(read_markdown(source), functools.partial(resolve, page, home)):
        if isinstance(piece, Slot) or HEADING.match(piece):
            yield from _text_cell(text)
            text = []
        if isinstance(piece, Slot):
            yield _code_cell(codes[piece.number], piece.folded)
        else:
            text.append(piece)
            if (title := HEADING.fullmatch(piece)) and title["mark"] == "#":
                text.append(_origin(title["text"], page, home))
    yield from _text_cell(text)


def markdown_of(page: Page, slots: Callable[[ShownCell], Iterable[str]]) -> str:
    """Return a page's Markdown, without its front matter.

    Args:
        page: filled.
        slots: gives the lines that stand for a cell.
    """
    return "\n".join(_lines_of(page, slots))


def _lines_of(page: Page, slots: Callable[[ShownCell], Iterable[str]]) -> Iterator[str]:
    for segment in page.segments:
        if isinstance(segment, Prose):
            parts = tokens(segment.text, segment.line)
            yield "".join(part.text for part in parts if part.kind != "front matter")
        elif isinstance(segment, ShownClaims):
            yield from indented(claims(segment, page.language), segment.indent)
        elif isinstance(segment, CourseList):
            yield segment.text
        elif isinstance(segment, Live):
            told = LABELS[page.language]["live"].format(url=f"#{segment.id}")
            yield from indented([told, "", *caption(segment.caption)], segment.indent)
        elif isinstance(segment, ShownCell):
            lines = list(slots(segment))
            yield from indented(folded(lines, segment.fold), segment.indent)


def _slots(cell: ShownCell, language: str, codes: list[_Code]) -> Iterator[str]:
    """Yield a slot for each block; titles before folded ones, captions after figures."""
    figure = 0
    for number, (block, outputs) in enumerate(zip(cell.blocks, cell.outputs, strict=True), 1):
        title = LABELS[language]["folded"] if block.folded else cell.fold_code
        fails = cell.expect if number == len(cell.blocks) else None
        figures = sum("figure" in output for output in outputs)
        name = f"cell-{cell.name}" + (f"-{number}" if len(cell.blocks) > 1 else "")
        alts = cell.alts[figure : figure + figures]
        if title:
            yield from [f"**{title}**", ""]
        if fails:
            yield from [f"> {LABELS[language]['fails'].format(error=fails)}", ""]
        yield from [plain.slot(len(codes)), ""]
        shown = _outputs(outputs, alts)
        codes.append(_Code(name, block.source, shown, alts, bool(title), fails))
        for text in cell.captions[figure : figure + figures]:
            yield from [*caption(text), ""]
        for output in outputs:
            yield from _glossed(output.get("figure", {}), language)
        figure += figures


def _glossed(figure: dict, language: str) -> Iterator[str]:
    """Yield what the labels of a figure mean, which the page shows in its language."""
    if said := figure.get("said"):
        pairs = (f"`{label}` {words}" for label, words in said)
        yield GLOSSED[language].format(words=LABELS[language]["semicolon"].join(pairs))
        yield ""


def _origin(title: str, page: Page, home: str) -> str:
    """Say below the title what this notebook is."""
    name = ("lab " if page.is_lab else "") + ("from" if home else "here")
    label = LABELS[page.language][name]
    return "> " + label.format(title=title, url=address(page, home) if home else "")


def _text_cell(blocks: list[str]) -> Iterator[dict]:
    if blocks:
        text = "\n\n".join(blocks)
        yield {"cell_type": "markdown", "id": "", "metadata": {}, "source": _lines(text)}


def _lines(text: str) -> list[str]:
    return re.findall(r".*\n|.+", text)


def _code_cell(code: _Code, is_folded: bool) -> dict:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": code.id,
        "metadata": _metadata(code, is_folded),
        "outputs": code.outputs,
        "source": _lines(code.source),
    }


def _metadata(code: _Code, is_folded: bool) -> dict:
    metadata: dict = {}
    if code.hidden or is_folded:
        metadata |= {"cellView": "form", "jupyter": {"source_hidden": True}}
    if is_folded:
        metadata["collapsed"] = True
        metadata["jupyter"]["outputs_hidden"] = True
    if code.fails:
        metadata["tags"] = ["raises-exception"]
    if code.alts:
        metadata["alt"] = list(code.alts)
    return metadata


def _outputs(outputs: tuple[dict, ...], alts: tuple[str, ...]) -> list[dict]:
    """Return a block's stored outputs as nbformat has them."""
    described, shown = iter(alts), []
    for output in outputs:
        if "figure" in output:
            shown.append(_figure(output["figure"], next(described)))
        elif "error" in output:
            name, says = output["error"], output["says"]
            said = {"ename": name, "evalue": says, "traceback": [f"{name}: {says}"]}
            shown.append({"output_type": "error", **said})
        else:
            text = _lines(output["text"] + "\n")
            shown.append({"name": "stdout", "output_type": "stream", "text": text})
    return shown


def _figure(figure: dict, alt: str) -> dict:
    """Return a figure as PNG: SVG shows in trusted notebooks only, WebP not everywhere."""
    size = {name: figure["light"][name] for name in ("width", "height")}
    return {
        "data": {"text/plain": _lines(alt), "image/png": figure["notebook"]["data"]},
        "metadata": {"image/png": size},
        "output_type": "display_data",
    }
