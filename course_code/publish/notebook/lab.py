"""A lab's page: its notebook, rendered by mkdocs-jupyter."""

from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag

from course_code.publish.base.words import LABELS
from course_code.publish.markup.source import Source
from course_code.publish.markup.text import tokens
from course_code.publish.markup.whole import whole
from course_code.publish.notebook.dialect import read_markdown
from course_code.publish.notebook.inline import EMPHASIS, KEPT
from course_code.publish.notebook.notebook import markdown_of
from course_code.publish.notebook.plain import BLOCKS, Slot, plain, slot
from course_code.publish.notebook.shown import code_cell, page_of, prose_cell
from course_code.publish.page.parts import Page, ShownCell

HELD = {  # what plain.py writes in its own way
    *BLOCKS, *EMPHASIS, *KEPT, "a", "br", "caption", "code", "dd", "dt", "img", "li", "span",
    "summary", "sup", "tbody", "td", "tfoot", "th", "thead", "tr",
}  # fmt: skip
NAMED = ("h1", "h2", "h3", "h4", "h5", "h6")
OF_PAGES = ".tabbed-set, .footnote, sup, pre"  # whose inputs and addresses become text
HINT = "A lab's page is its notebook: say it in Markdown that Jupyter knows."


def lab_html(page: Page, text: str) -> str:
    """Return the HTML of a lab's notebook, whose links lead as those of the page.

    Args:
        page: a lab's, filled.
        text: its file.

    Raises:
        CourseError: something that no notebook can hold, or that was meant as markup and is none.
    """
    codes: list[dict] = []
    source = Source(page.path, text)
    told = markdown_of(page, lambda cell: _slots(cell, page.language, codes))
    tree = read_markdown(told, source)
    _check(tree, source)
    cells = []
    for piece in plain(tree, _kept, named=True):
        if not isinstance(piece, Slot):
            cells.append(prose_cell(piece))
        elif piece.folded:
            fold = LABELS[page.language]["code"]
            shown = codes[piece.number]["metadata"]["shown"] | {"all": fold}
            cells.append(codes[piece.number] | {"metadata": {"shown": shown}})
        else:
            cells.append(codes[piece.number])
    return page_of(cells)


def lab_text(page: Page, html: str, row: str) -> str:
    """Return a lab's page for any site generator that has the course's Markdown extension.

    Args:
        page: a lab's, filled.
        html: of its notebook.
        row: HTML of the buttons below its title.
    """
    found = (token for token in tokens(page.segments[0].text) if token.kind == "front matter")
    title, end, rest = html.partition("</h1>")
    return "".join(token.text for token in found) + whole(f"{title}{end}\n{row}{rest}")


def _check(tree: BeautifulSoup, source: Source) -> None:
    """Refuse what a notebook would lose."""
    for tag in tree(True):
        if tag.name in NAMED or tag.css.closest(OF_PAGES):
            continue
        if what := _lost(tag):
            near = " ".join(tag.get_text().split()[:5])
            raise source.mistake(what, source.line(near), HINT)


def _lost(tag: Tag) -> str:
    if tag.name not in HELD:
        return f"<{tag.name}>, which no notebook holds"
    return f"the address #{tag['id']}, which no notebook has" if tag.get("id") else ""


def _kept(target: str) -> str | None:
    """Return where a link leads, which the site generator resolves; notes stand in the text."""
    return None if target.startswith("#fn") else target


def _slots(cell: ShownCell, language: str, codes: list[dict]) -> Iterator[str]:
    name = f"cell-{cell.name}"  # of the first block that is seen
    for block in cell.blocks:
        title = LABELS[language]["folded"] if block.folded else cell.fold_code
        yield from ["", slot(len(codes)), ""]
        codes.append(code_cell(block.source, [], "" if block.folded else name, title or ""))
        name = name if block.folded else ""
