"""A filled page as a notebook that is already executed, and as a plain script.

Both hold the page's code, block by block and letter by letter, and need nothing of this project.
"""

import ast
import builtins
import functools
import hashlib
import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin

from course_code.publish.base import words as labels
from course_code.publish.base.files import write_atomically
from course_code.publish.lesson.inline import Block
from course_code.publish.notebook import plain as flatten
from course_code.publish.page.parts import Page, Prose, ShownCell, ShownClaims
from course_code.publish.page.text import fence_after

WORDS = {
    "en": {
        "from": "This notebook is the page [{title}]({url}), already run. It needs no other file.",
        "here": "This notebook is a page of the course, already run. It needs no other file.",
        "fails": "The next cell fails on purpose, with `{error}`. Go on with the one after it.",
    },
    "zh": {
        "from": "本笔记本即课程页面[{title}]({url})，已经运行过，不需要其他文件。",
        "here": "本笔记本即课程的一页，已经运行过，不需要其他文件。",
        "fails": "下一个单元会故意报错 `{error}`，请接着运行它后面的单元。",
    },
}
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
HEADING = re.compile(r"(?P<mark>#{1,6}) (?P<text>.+)")
SCHEME = re.compile(r"[a-zA-Z][\w+.-]*:|//")


def to_notebook(page: Page, home: str = "") -> dict:
    """Return the page as a notebook in nbformat 4.5, with the outputs of its run.

    Args:
        page: a filled page.
        home: absolute address of the home page in its language; empty if unknown.
    """
    cells: list[dict] = []
    counts = {"markdown": 0, "code": 0}
    for part in _parts(page, home):
        if isinstance(part, ShownCell):
            for cell in _code_cells(part, page.language):
                counts[cell["cell_type"]] += 1
                if cell["cell_type"] == "code":
                    cell["execution_count"] = counts["code"]
                else:
                    cell["id"] = f"text-{counts['markdown']}"
                cells.append(cell)
        else:
            counts["markdown"] += 1
            cells.append(_markdown(part, f"text-{counts['markdown']}"))
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
        path: the .ipynb file; a digest of its inputs lies beside it.
        page: a filled page.
        home: as in `to_notebook`.

    Returns:
        `path`.
    """
    digest = hashlib.sha256(repr((page, home)).encode())
    for module in (__file__, flatten.__file__, labels.__file__):
        digest.update(Path(module).read_bytes())
    wanted, mark = digest.hexdigest(), path.with_suffix(".inputs")
    if not (path.is_file() and mark.is_file() and mark.read_text() == wanted):
        mark.unlink(missing_ok=True)
        write_atomically(path, notebook_bytes(to_notebook(page, home)))
        write_atomically(mark, wanted.encode())
    return path


def to_script(page: Page, home: str = "") -> str:
    """Return the page's code as a percent-format script that runs from top to bottom.

    Headings become comments. Code that fails on purpose is caught, and its error printed.

    Args:
        page: a filled page.
        home: as in `to_notebook`.
    """
    parts = []
    for part in _parts(page, home):
        if isinstance(part, ShownCell):
            for block in part.blocks:
                fails = part.expect is not None and block is part.blocks[-1]
                code = _caught(block.source, part.expect) if fails else block.source
                parts.append(f"# %%\n{code}")
        elif heading := HEADING.match(part):
            comment = [heading[0]]
            if heading["mark"] == "#" and home:
                comment.append(_address(page, home))
            parts.append("# %% [markdown]\n" + "\n".join(f"# {line}" for line in comment))
    return "\n\n".join(parts) + "\n"


def _parts(page: Page, home: str) -> Iterator[str | ShownCell]:
    """Yield the page as plain Markdown, split at headings, and its cells."""
    cells: list[ShownCell] = []
    pieces = []
    for segment in page.segments:
        if isinstance(segment, Prose):
            pieces.append(segment.text)
        elif isinstance(segment, ShownClaims):
            pieces.append(_claims(segment, page.language))
        else:
            pieces.append(f"\n{segment.indent}\x00{len(cells)}\x00\n")
            cells.append(segment)
    text = FRONT_MATTER.sub("", "\n".join(pieces))
    text = flatten.flatten(text, functools.partial(resolve, page, home))
    for slot, lines in _split(text):
        if slot:
            cell = cells[int(slot["number"])]
            yield replace(cell, fold=cell.fold or "") if slot["folded"] else cell
        elif markdown := "\n".join(lines).strip("\n"):
            yield _with_origin(markdown, page, home)


def _split(text: str) -> Iterator[tuple[re.Match | None, list[str]]]:
    """Yield (slot, []) for cells and (None, lines) for the Markdown between cells and headings."""
    lines, fence, depth = [], "", 0  # depth: of <details>, which must stay in one piece
    for line in text.split("\n"):
        slot = flatten.SLOT.fullmatch(line)
        depth += 0 if fence else line.count("<details") - line.count("</details>")
        if slot or (not fence and not depth and HEADING.match(line)):
            yield None, lines
            lines = []
        if slot:
            yield slot, []
            continue
        fence = fence_after(line, fence)
        lines.append(line)
    yield None, lines


def _with_origin(markdown: str, page: Page, home: str) -> str:
    """Add to the title what this notebook is."""
    title = HEADING.match(markdown)
    if not title or title["mark"] != "#":
        return markdown
    words = WORDS[page.language]
    url = _address(page, home) if home else ""
    origin = words["from" if home else "here"].format(title=title["text"], url=url)
    return f"{title[0]}\n\n> {origin}\n{markdown[title.end() :]}"


def resolve(page: Page, home: str, target: str) -> str | None:
    """Return the absolute address of a link on a page, or None without `home`."""
    if SCHEME.match(target):
        return target
    if not home:
        return None
    path, mark, fragment = target.partition("#")
    if not path:
        return _address(page, home) + mark + fragment
    folder = _relative(page).parent.as_posix()
    return (
        urljoin(home, _site_path(posixpath.normpath(posixpath.join(folder, path))))
        + mark
        + fragment
    )


def _relative(page: Page) -> PurePosixPath:
    """Path of the page from its language's folder."""
    return PurePosixPath(*page.path.parts[2:])


def _address(page: Page, home: str) -> str:
    return urljoin(home, _site_path(_relative(page).as_posix()))


def _site_path(path: str) -> str:
    """Return where the site has the file: softmax.md is softmax/, a/index.md is a/."""
    if not path.endswith(".md"):
        return path
    path = path.removesuffix(".md")
    return path.removesuffix("index") if posixpath.basename(path) == "index" else f"{path}/"


def _claims(claims: ShownClaims, language: str) -> str:
    rows = [
        f"{claims.indent}- **{labels.LABELS[language][kind]}**: {text}"
        for kind, _, text in claims.told
    ]
    return "\n".join(["", *rows, ""])


def _markdown(text: str, id_: str = "") -> dict:
    return {"cell_type": "markdown", "id": id_, "metadata": {}, "source": _lines(text)}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _code_cells(cell: ShownCell, language: str) -> Iterator[dict]:
    """Yield a code cell for each block, titles before folded ones, captions after figures."""
    figure, folded = 0, cell.fold is not None
    if cell.fold:
        yield _markdown(f"**{cell.fold}**")
    for number, (block, outputs) in enumerate(zip(cell.blocks, cell.outputs, strict=True), 1):
        title = labels.LABELS[language]["drawing"] if block.folded else cell.fold_code
        if title and not folded:
            yield _markdown(f"**{title}**")
        fails = cell.expect if number == len(cell.blocks) else None
        if fails:
            yield _markdown(f"> {WORDS[language]['fails'].format(error=fails)}")
        figures = sum("figure" in output for output in outputs)
        alts = cell.alts[figure : figure + figures]
        yield {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{cell.name}" + (f"-{number}" if len(cell.blocks) > 1 else ""),
            "metadata": _metadata(bool(title) or folded, folded, fails, alts),
            "outputs": _outputs(outputs, alts),
            "source": _lines(block.source),
        }
        if captions := cell.captions[figure : figure + figures]:
            yield _markdown("\n\n".join(captions))
        figure += figures


def _metadata(hidden: bool, folded: bool, fails: str | None, alts: tuple[str, ...]) -> dict:
    metadata: dict = {}
    if hidden:
        metadata |= {"cellView": "form", "jupyter": {"source_hidden": True}}
    if folded:
        metadata["collapsed"] = True
        metadata["jupyter"]["outputs_hidden"] = True
    if fails:
        metadata["tags"] = ["raises-exception"]
    if alts:
        metadata["alt"] = list(alts)
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


def _caught(source: str, error: str) -> str:
    """Return code that prints the error it is to raise, and goes on."""
    inside = set()  # lines within a string, which indenting would change
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
        ):
            inside.update(range(node.lineno + 1, node.end_lineno + 1))
    lines = [
        line if number in inside or not line else f"    {line}"
        for number, line in enumerate(source.split("\n"), 1)
    ]
    error = error if hasattr(builtins, error) else "Exception"
    caught = [f"except {error} as error:", '    print(f"{type(error).__name__}: {error}")']
    return "\n".join(["try:", *lines, *caught])


def code_blocks(page: Page) -> list[Block]:
    """Return the page's code in order: what a reader copies, the notebook's and the script's."""
    return [b for s in page.segments if isinstance(s, ShownCell) for b in s.blocks]
