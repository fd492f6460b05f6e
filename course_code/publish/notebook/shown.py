"""Cells as a page shows them: mkdocs-jupyter renders them, the tree keeps the rules of the site."""

from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from pygments.token import STANDARD_TYPES, Token

from course_code.publish.base.words import LABELS
from course_code.publish.markup.colours import CLASSES, Merge, runs
from course_code.publish.notebook.by_jupyter import html_of
from course_code.publish.notebook.marks import SIGN, Marks
from course_code.publish.page.write import shape

OTHERS = "style, script, .clipboard-copy-txt"  # what mkdocs-jupyter adds by itself
BOXES = {True: "☑ ", False: "☐ "}  # of a list of tasks
RESERVED = dict.fromkeys(map(ord, f"\x02\x03{SIGN}"))  # for marks, here and in Python-Markdown
TOKENS = {name: token for token, name in STANDARD_TYPES.items()}


def prose_cell(text: str) -> dict:
    """Return a cell of Markdown as Jupyter reads it."""
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def code_cell(
    source: str, outputs: list[dict], name: str = "", fold_code: str = "", fold: str = ""
) -> dict:
    """Return a cell of code.

    Args:
        source: the code.
        outputs: as `output_of` and `printed_output` give them.
        name: id of the code on the page, if it has one.
        fold_code: title of a fold around the code, or empty.
        fold: title of a fold around code and outputs, or empty.
    """
    printed = bool(outputs) and "text/plain" in outputs[0]["data"]
    shown = {"id": name, "code": fold_code, "all": fold, "printed": printed}
    metadata = {"shown": shown}
    told = {"metadata": metadata, "outputs": outputs, "source": source}
    return {"cell_type": "code", "execution_count": None, **told}


def output_of(kind: str, data: str, **shown) -> dict:
    """Return an output of one MIME type, and what the template has to know of it."""
    return {"data": {kind: data}, "metadata": {"shown": shown}, "output_type": "display_data"}


def printed_output(text: str, language: str) -> dict:
    """Return what a cell printed, in a fold if it is long."""
    title, is_table = shape(text, LABELS[language]["long"])
    return output_of("text/plain", text, long=title, table=is_table)


def page_of(cells: list[dict]) -> str:
    """Return the HTML of cells, formulas marked and characters kept as Python-Markdown does."""
    marks = Marks()
    metadata = {"kernelspec": {"display_name": "", "language": "python", "name": "python3"}}
    shown = [marks.in_cell(cell) for cell in _cleaned(cells)]
    notebook = {"cells": shown, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    tree = _by_the_rules(html_of(notebook), marks)
    marks.show(tree)
    return str(tree)


def _cleaned(value):
    """Return what JSON can hold without the characters that marks are made of."""
    if isinstance(value, str):
        return value.translate(RESERVED)
    if isinstance(value, dict):
        return {name: _cleaned(part) for name, part in value.items()}
    return [_cleaned(part) for part in value] if isinstance(value, list) else value


def _by_the_rules(html: str, marks: Marks) -> BeautifulSoup:
    """Return the elements of a page, without style, scripts and addresses of mkdocs-jupyter's."""
    tree = BeautifulSoup(html, "html.parser")
    for other in tree.select(OTHERS):
        other.decompose()
    for anchor in tree.select("a.anchor-link"):
        del anchor.parent["id"]
        anchor.decompose()
    for image in tree("img"):
        image["loading"] = "lazy"
    for inner in tree.select(".highlight-ipynb"):
        frame, block = inner.parent, inner.pre.extract()
        frame.clear()
        frame.append(block)
    for box in tree.select("input.task-list-item-checkbox"):
        box.replace_with(BOXES[box.has_attr("checked")])
    for block in tree.select(".highlight > pre, pre:has(> code:only-child)"):
        if SIGN in block.get_text():
            block.string = marks.typed(block.get_text())
        _colour(block, tree)
    return tree


def _colour(block: Tag, tree: BeautifulSoup) -> None:
    """Give code an element for each colour, in a closed fold none; see markup/colours.py."""
    merged = list(Merge().filter(None, [*_tokens(block), (Token.Text, "\n")]))
    text = "".join(part for _, part in merged)
    frame = block.parent
    if "highlight" not in frame.get("class", ()):
        frame = block.wrap(tree.new_tag("div", attrs={"class": ["highlight"]}))
    code = tree.new_tag("code", attrs={"tabindex": "0"})
    block["style"] = f"--lines:{len(text.splitlines())}"
    block.clear()
    block.append(code)
    if frame.find_parent("details", class_="lesson-fold") and (told := runs(merged)):
        frame["data-colours"] = told
        code.append(text)
        return
    for token, part in merged:
        name = CLASSES.get(token)
        code.append(tree.new_tag("span", attrs={"class": name}, string=part) if name else part)


def _tokens(block: Tag) -> Iterator[tuple]:
    """Yield code without its last line end, piece by piece as Pygments has coloured it."""
    pieces = block.find_all(string=True)
    for number, text in enumerate(pieces, start=1):
        names = text.parent.get("class", ()) if text.parent.name == "span" else ()
        shown = str(text) if number < len(pieces) else text.rstrip("\n")
        yield TOKENS.get(" ".join(names), Token.Text), shown
