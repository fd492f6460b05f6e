"""Notebooks that mkdocs-jupyter made HTML, set in the site's own markup.

From its HTML come the Markdown cells and the highlighted code; outputs come from the notebook.
Its style sheets (576 KB on every page), its scripts and what they would load are left out: the
site's own style shows text, code, outputs and formulas, in light and dark, as on the lesson's page.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from course_code.publish.base.errors import CourseError
from course_code.publish.markup.dollars import render_dollars
from course_code.publish.markup.source import Source

CELL = re.compile(r'<div class="jp-Cell [^>]*\bid="cell-id=([^"]+)"[^>]*>')
MARKDOWN = re.compile(r'<div [^>]*data-mime-type="text/markdown"[^>]*>')
DIV = re.compile(r"<(/?)div\b")
CODE = re.compile(
    r'<div class="highlight-ipynb[^>]*>\s*<pre[^>]*>(?:<span></span>)?(.*?)</pre>', re.DOTALL
)
LISTING = re.compile(r'<div class="highlight"><pre>(?:<span></span>)?(.*?)</pre>', re.DOTALL)
HEADING = re.compile(
    r'<(?P<tag>h[1-6])[^>]*>(?P<text>.*?)(?:<a class="anchor-link"[^>]*>.*?</a>)?</(?P=tag)>',
    re.DOTALL,
)
CODE_BLOCK = '<div class="language-python lesson-code highlight">'
WORDS = {
    "en": {"code": "Code", "solution": "Code and output", "section": "Link to this section"},
    "zh": {"code": "代码", "solution": "代码与输出", "section": "本节链接"},
}


def clean(
    text: str,
    notebook: dict,
    source: Path,
    *,
    language: str = "en",
    anchors: Iterable[str] = (),
    images: Sequence[str] = (),
) -> str:
    """Return a notebook page in the site's own markup, with no style sheet, script or request.

    Args:
        text: what mkdocs-jupyter made of the notebook.
        notebook: the notebook, as JSON.
        source: the lesson page's Markdown file, for messages about formulas.
        language: "en" or "zh".
        anchors: ids of the headings, in order, as the table of contents has them.
        images: HTML of each figure, in order; without it, figures are embedded.

    Raises:
        CourseError: the HTML is not what mkdocs-jupyter 0.26 makes of this notebook.
    """
    chunks = CELL.split(text)[1:]
    wanted = [cell["id"] for cell in notebook["cells"]]
    if chunks[::2] != wanted:
        raise _unexpected(source, f"its cells are {chunks[::2]}, not {wanted}")
    made = dict(zip(wanted, chunks[1::2], strict=True))
    ids, figures, parts = iter(anchors), iter(images), []
    read = Source(source, source.read_text("utf-8") if source.is_file() else "")
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            body = _markdown(made[cell["id"]], source, cell["id"])
            body = render_dollars(_headings(body, ids, language), read, language)
            parts.append(body)
        else:
            code = CODE.search(made[cell["id"]])
            if not code:
                raise _unexpected(source, f"cell {cell['id']} has no code")
            parts.append(_code_cell(cell, code[1], figures, language))
    return '<div class="notebook">\n' + "\n".join(parts) + "\n</div>\n"


def toc_ids(toc: Iterable) -> Iterator[str]:
    """Yield the ids in a table of contents, given as MkDocs's nested anchors, in page order."""
    for entry in toc:
        yield entry.id
        yield from toc_ids(entry.children)


def _markdown(text: str, source: Path, cell: str) -> str:
    """Return what is inside the element that holds a Markdown cell's HTML."""
    start = MARKDOWN.search(text)
    depth = 1
    for found in DIV.finditer(text, start.end() if start else len(text)):
        depth += -1 if found[1] else 1
        if depth == 0:
            body = text[start.end() : found.start()].strip()
            return LISTING.sub(r'<div class="highlight"><pre><code>\1</code></pre>', body)
    raise _unexpected(source, f"cell {cell} has no text")


def _unexpected(source: Path, what: str) -> CourseError:
    return CourseError(
        f"the notebook's preview is not as expected: {what}",
        source,
        hint="Install the pinned mkdocs-jupyter: pip install -r requirements.txt",
    )


def _headings(text: str, ids: Iterator[str], language: str) -> str:
    """Give headings the ids of the table of contents; mkdocs-jupyter gives Chinese ones none."""

    def replace(found: re.Match) -> str:
        id_, tag = next(ids, None), found["tag"]
        if id_ is None:
            return f"<{tag}>{found['text']}</{tag}>"
        link = f'<a class="headerlink" href="#{id_}" title="{WORDS[language]["section"]}">¶</a>'
        return f'<{tag} id="{id_}">{found["text"]}{link}</{tag}>'

    return HEADING.sub(replace, text)


def _code_cell(cell: dict, highlighted: str, figures: Iterator[str], language: str) -> str:
    """Return a code cell as the lesson's page shows it."""
    code = f"{CODE_BLOCK}<pre><code>{highlighted}</code></pre></div>"
    outputs = "\n".join(_outputs(cell, figures))
    jupyter = cell["metadata"].get("jupyter", {})
    if jupyter.get("outputs_hidden"):
        return _details(WORDS[language]["solution"], f"{code}\n{outputs}")
    if jupyter.get("source_hidden"):
        code = _details(WORDS[language]["code"], code)
    return f"{code}\n{outputs}"


def _details(summary: str, body: str) -> str:
    return f'<details class="lesson-fold"><summary>{summary}</summary>\n{body}\n</details>'


def _outputs(cell: dict, figures: Iterator[str]) -> Iterator[str]:
    alts = iter(cell["metadata"].get("alt", ()))
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            yield _output("".join(output["text"]))
        elif output["output_type"] == "error":
            yield _output(f"{output['ename']}: {output['evalue']}")
        else:
            alt = next(alts)
            image = next(figures, None) or _embedded(output, alt)
            yield f'<figure class="lesson-figure">{image}</figure>'


def _output(text: str) -> str:
    code = html.escape(text.rstrip("\n"), quote=False)
    return f'<div class="highlight no-copy lesson-output"><pre><code>{code}\n</code></pre></div>'


def _embedded(output: dict, alt: str) -> str:
    """Return a figure whose image is in the page itself."""
    size = output["metadata"]["image/png"]
    return (
        f'<img src="data:image/png;base64,{output["data"]["image/png"]}" alt="{html.escape(alt)}" '
        f'width="{size["width"]}" height="{size["height"]}" loading="lazy">'
    )
