"""The Markdown extension of the course: formulas and links to the glossary.

Any site generator that uses Python-Markdown can name it in its configuration, as
`course_code.publish.markup.extension` with the options of `Markup`. A generator that tells of each
page sets `Markup.source` before it renders one, so that messages name file and line.
"""

import posixpath
import re
from functools import cached_property
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import HtmlStash
from pymdownx.arithmatex import ArithmatexExtension

from course_code.publish.base.course import Course
from course_code.publish.markup import glossary
from course_code.publish.markup.formulas import set_formulas
from course_code.publish.markup.leftovers import refuse_leftovers
from course_code.publish.markup.source import Source
from course_code.publish.markup.tables import FormulaTableProcessor
from course_code.publish.markup.terms import Terms
from course_code.publish.markup.whole import read_whole

SCRIPT = re.compile(r"\s*(?:java|vb)script:", re.IGNORECASE)
ZENSICAL = "rendering_context"  # a processor of Zensical's, which knows the page
LAST = 1  # after inline marks, attributes and table of contents; before links are resolved


class Markup(Extension):
    """Options: `language` ("en" or "zh") and `course`, the folder with docs/glossary.yml, if any.

    Attributes:
        source: the page that is rendered next, for messages.
        page: its path from the language's folder; from it lead the links to the glossary.
    """

    def __init__(self, **options):
        self.config = {
            "language": ["en", "language of the pages: en or zh"],
            "course": ["", "folder of the course, whose glossary is linked; none if empty"],
        }
        self.source, self.page = Source(), "page.md"
        super().__init__(**options)

    @cached_property
    def terms(self) -> Terms | None:
        """The terms to link, if the course has a glossary and a page for it."""
        course, language = Course(Path(self.getConfig("course"))), self.getConfig("language")
        known = glossary.load(course) if self.getConfig("course") else None
        listed = (course.prose(language) / glossary.PAGE).is_file()
        return Terms(known, language) if known and listed else None

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802, Python-Markdown's name
        """Find formulas, also in tables, and set them and the terms when all else is done."""
        read_whole(md)
        ArithmatexExtension(generic=True).extendMarkdown(md)
        if "table" in md.parser.blockprocessors:
            before = md.parser.blockprocessors["table"]
            table = FormulaTableProcessor(md.parser, before.config)
            md.parser.blockprocessors.register(table, "table", 75)
        md.treeprocessors.register(_Finisher(md, self), "course", LAST)

    def finish(self, root: Element, stash: HtmlStash) -> None:
        """Mark links to other sites, set terms and formulas, and refuse what is left of them.

        Args:
            root: the page, all other marks done; changed in place.
            stash: keeps the page's raw HTML.

        Raises:
            CourseError: a mistake in a formula, or what was meant as markup and is none.
        """
        for link in root.iter("a"):
            address = unescape(link.get("href", ""))
            if SCRIPT.match(address):
                hint = "Pages run no scripts but the course's: write the address of a page."
                raise self.source.mistake(f"a link that is a script: {address!r}", None, hint)
            if urlsplit(address).netloc:
                link.set("rel", "noopener")
        if self.terms and self.page != glossary.PAGE:
            address = posixpath.relpath(glossary.PAGE, posixpath.dirname(self.page) or ".")
            self.terms.link(root, stash, address)
        refuse_leftovers(root, self.source)
        set_formulas(root, stash, self.source, self.getConfig("language"))


class _Finisher(Treeprocessor):
    def __init__(self, md: Markdown, markup: Markup):
        super().__init__(md)
        self.markup = markup

    def run(self, root: Element) -> None:
        if ZENSICAL in self.md.preprocessors:
            self.markup.page = self.md.preprocessors[ZENSICAL].page.path
        self.markup.finish(root, self.md.htmlStash)


def makeExtension(**options) -> Markup:  # noqa: N802, Python-Markdown's name
    """Return the extension, for a configuration that names this module."""
    return Markup(**options)
