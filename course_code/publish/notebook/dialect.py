"""The Markdown that pages are written in, read without a site generator."""

from xml.etree.ElementTree import Element

from bs4 import BeautifulSoup
from markdown import Markdown
from markdown.util import HtmlStash

from course_code.publish.markup.extension import Markup
from course_code.publish.markup.leftovers import refuse_leftovers
from course_code.publish.markup.source import Source

EXTENSIONS = {  # those of mkdocs.yml, which a test compares
    "abbr": {},
    "admonition": {},
    "attr_list": {},
    "def_list": {},
    "footnotes": {"USE_DEFINITION_ORDER": False},
    "md_in_html": {},
    "sane_lists": {},
    "tables": {},
    "toc": {},
    "pymdownx.blocks.html": {},
    "pymdownx.details": {},
    "pymdownx.inlinehilite": {},
    "pymdownx.superfences": {},
    "pymdownx.tabbed": {"alternate_style": True},
}


class _Formulas(Markup):
    """The course's extension, which leaves formulas as they were written."""

    def finish(self, root: Element, stash: HtmlStash) -> None:
        """Neither render formulas nor link terms."""
        if self.source.path:
            refuse_leftovers(root, self.source)


def read_markdown(text: str, source: Source | None = None) -> BeautifulSoup:
    """Return the elements that the site's Markdown makes of a text, formulas still TeX.

    Args:
        text: Markdown.
        source: the page, if what is left of markup shall be refused.

    Raises:
        CourseError: what was meant as markup and is none.
    """
    options = {**EXTENSIONS, "pymdownx.highlight": {"pygments_lang_class": True}}
    formulas = _Formulas()
    formulas.source = source or Source()
    reader = Markdown(extensions=[*options, formulas], extension_configs=options)
    return BeautifulSoup(reader.convert(text), "html.parser")
