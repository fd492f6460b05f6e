"""What a reader sees of a page and of its notebook, paragraph by paragraph."""

import html
import re
from dataclasses import replace

from bs4 import BeautifulSoup, NavigableString
from conftest import ROOT
from markdown import Markdown
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from course_code.publish.base.course import Course
from course_code.publish.base.words import LABELS
from course_code.publish.lesson.inline import Block
from course_code.publish.markup.text import tokens
from course_code.publish.notebook.dialect import _Formulas
from course_code.publish.notebook.notebook import to_notebook
from course_code.publish.page.opening import open_page
from course_code.publish.page.parts import Live, Opening, Page, Prose, ShownCell, ShownClaims
from course_code.publish.page.values import Known
from course_code.publish.page.write import Place, to_markdown

HOME = "https://example.org/"
SVG = {"width": 4, "height": 3, "data": "<svg/>"}
FIGURE = {"figure": {"light": SVG, "dark": SVG, "notebook": {"format": "png", "data": ""}}}
COURSE = Course(ROOT)
HIDDEN = "pre, .highlight, a.footnote-backref, .lesson-buttons, .lesson-provenance, figure.first"
HIDDEN += ", .live-note"  # a notebook has its own words for a figure that it cannot move
BLOCKS = re.compile(
    r"^(p|div|ul|ol|li|dl|dt|dd|table|tr|td|th|blockquote|details|summary|fig.*|pre|h[1-6r]|label)$"
)


def paragraphs(page: BeautifulSoup) -> list[str]:
    """What a reader sees, block by block; numbers of items and notes are part of it."""
    for note in page.select(".footnote li"):
        number = 1 + len(note.find_previous_siblings("li"))
        (note.find("p") or note).insert(0, f"[{number}] ")
    for mark in page.select("sup:has(> a.footnote-ref)"):
        mark.string = f"[{mark.get_text()}]"
    for hidden in page.select(f"{HIDDEN}, button, img, input"):
        hidden.decompose()
    for item in page.select("ol:not(.footnote > ol) > li"):
        start = int(item.parent.get("start", 1))
        item.insert(0, f"{start + len(item.find_previous_siblings('li'))}. ")
    for formula in page.select(".arithmatex, .math"):
        tex = re.sub(r"^\\[(\[]|\\[)\]]$", "", formula.get_text().strip())
        formula.string = "".join(html.unescape(tex).split())
    for block in page.find_all(BLOCKS):
        block.insert_before("\x1e")
        block.insert_after("\x1e")
    for comment in page.find_all(string=lambda s: type(s) is not NavigableString):
        comment.extract()
    text = [" ".join(part.split()) for part in page.get_text().split("\x1e")]
    return [re.sub(r"^(\d+\.) ?", r"\1", part) for part in text if part]


def of_page(page: Page, config) -> list[str]:
    text = to_markdown(page, None, Place("../", "../"))
    text = "".join(t.text for t in tokens(text) if t.kind != "front matter")
    reader = Markdown(
        extensions=[*config.markdown_extensions, _Formulas()], extension_configs=config.mdx_configs
    )
    page = BeautifulSoup(reader.convert(text), "html.parser")
    for link in page.select("a.headerlink"):
        link.decompose()
    for tabs in page.select(".tabbed-set"):  # a notebook has each label above its block
        blocks = tabs.select(".tabbed-content > .tabbed-block")
        for label, block in zip(tabs.select(".tabbed-labels > label"), blocks, strict=True):
            block.insert_before(label)
    return merged(paragraphs(page))


def of_notebook(page: Page) -> list[str]:
    reader = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, double_inline=True)
    cells = [c for c in to_notebook(page, HOME)["cells"] if c["cell_type"] == "markdown"]
    made = "\n".join(reader.render("".join(cell["source"])) for cell in cells)
    words = LABELS[page.language]
    own = (
        words["from"].split("[")[0],
        words["lab from"].split("[")[0],
        words["fails"].split("`")[0],
        re.sub(r"\[(.*?)\]\(.*?\)", r"\1", words["live"]),
    )
    rendered = BeautifulSoup(made, "html.parser")
    for summary in rendered.find_all("summary"):
        text = summary.get_text()
        summary.string = re.sub(r"\$([^$]+)\$", lambda f: "".join(f[1].split()), text)
        if text.endswith(" …"):
            summary.decompose()
    found = paragraphs(rendered)
    return merged([part for part in found if not part.startswith(own)])


def merged(parts: list[str]) -> list[str]:
    """Numbers of items joined to their text, which may stand in a paragraph of its own."""
    out: list[str] = []
    for part in parts:
        part = part.replace(r"\vert", "|").replace(r"\Vert", r"\|").replace("｜", "|")
        if out and re.fullmatch(r"\d+\.|\[\d+\]", out[-1]):
            out[-1] += part
        else:
            out.append(re.sub(r"(?<=^\[\d\]) ", "", part))
    return out


def shown(page: Page) -> Page:
    """The page as if its lesson had run: every value 7, every figure there."""

    def seven(text: str) -> str:
        parts = (re.sub(r"\{\{.*?\}\}", "7", t.text) if t.kind == "text" else t.text
                 for t in tokens(text))  # fmt: skip
        return "".join(parts)

    segments = []
    for part in page.segments:
        if isinstance(part, Prose):
            segments.append(replace(part, text=seven(part.text)))
        elif isinstance(part, Opening):
            segments.append(replace(part, answer=seven(part.answer)))
        elif isinstance(part, ShownClaims):
            segments.append(replace(part, rows=tuple((k, c, seven(t)) for k, c, t in part.rows)))
        elif isinstance(part, Live):
            segments.append(replace(part, caption=seven(part.caption), **FIGURE))
        elif not isinstance(part, ShownCell):
            segments.append(part)
        else:
            part = replace(part, blocks=(Block("x = 1", False, ()),), captions=tuple(
                map(seven, part.captions)), outputs=((FIGURE,) * len(part.alts),))  # fmt: skip
            segments.append(part)
    page = replace(page, segments=tuple(segments))
    return open_page(page, Known({}, page.lesson or "", page.path), {})
