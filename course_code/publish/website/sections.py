"""A built page in the sections that a search finds, whatever built it."""

import re
from dataclasses import dataclass

from course_code.publish.base.elements import VOID, OpenElements
from course_code.publish.page.depths import FURTHER

HEADINGS = {"h1", "h2", "h3", "h4", "dt"}
UNREAD = {  # what is folded, too: a result leads to what can be seen
    "button", "details", "pre", "script", "style", "svg", "textarea"
}  # fmt: skip
APART = {  # lists of what other pages say, too, and how long pages take
    *("headerlink", "footnote", "footnote-ref", "lesson-claims", "claims-ledger", "errata"),
    *("course-change", "course-time", "lesson-time"),
}
BLOCKS = {*HEADINGS, "dd", "div", "figcaption", "li", "p", "summary", "td", "th"}
NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+|[A-Z]\w+")  # torch.nn, optimizer.step, CrossEntropyLoss
ERROR = re.compile(r"\w+Error: .*(?:\n .*)*")
REMARK = 400  # characters


@dataclass
class Section:
    """What stands from one heading to the next; the first of a page has no anchor.

    Attributes:
        code: dotted and capital names in its code, and messages of its errors; each word once.
        unsought: nobody looks for it: news, what is further, what says little but claims.
    """

    anchor: str
    title: str = ""
    text: str = ""
    code: str = ""
    unsought: bool = False

    @property
    def is_short(self) -> bool:
        """Whether it says no more than a remark on claims does."""
        return bool(self.anchor) and not self.code and len(_tidy(self.text)) < REMARK

    def facts(self) -> list[str]:
        """The same as a list of tidy texts, which can be kept."""
        names = " ".join(dict.fromkeys(self.code.split()))
        return [self.anchor, _tidy(self.title), _tidy(self.text), names]


def sections(page: str) -> list[list[str]]:
    """Return (anchor, title, text, code) of each section of a built page.

    Displayed formulas, lists of claims and what is folded are left out. A page without an article
    has none.
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    found = [section for section in reader.found if not section.unsought]
    return [section.facts() for section in found if section.title or section.text.strip()]


class _Reader(OpenElements):
    """Of each open element it is known where its text goes: "title", "text", "code", "output" or
    nowhere; or that it is "outside" the article.

    A formula is there twice, for eyes and for screen readers, whose text it is: "formula" goes
    nowhere but for the element math in it.
    """

    def __init__(self):
        super().__init__()
        self.found = [Section("")]

    def handle_starttag(self, tag, attrs):
        if tag in VOID:
            return
        if (goes := self.within("outside")) == "outside":
            self.enter(tag, "text" if tag == "article" else goes)
            return
        values = dict(attrs)
        classes = set((values.get("class") or "").split())
        if "course-change" in classes:
            self.found[-1].unsought = bool(self.found[-1].anchor)
        elif "lesson-claims" in classes and self.found[-1].is_short:
            self.found[-1].unsought = True
        if "lesson-code" in classes and "data-colours" not in values:
            goes = "code"  # of folds nothing
        elif "lesson-output" in classes:
            goes = "output"
        elif goes == "formula" and tag == "math":
            goes = "text"
        elif goes == "text" and "katex" in classes:
            goes = "formula"
        elif goes in ("text", "title") and (
            "data-search-exclude" in values or tag in UNREAD or classes & APART
        ):
            goes = ""
        elif goes == "text" and (tag == "h1" or (tag in HEADINGS and values.get("id"))):
            self._begin(tag, values.get("id"))
            goes = "title"
        self.enter(tag, goes)

    def handle_endtag(self, tag):
        super().handle_endtag(tag)
        self.found[-1].text += " " if tag in BLOCKS else ""

    def handle_data(self, data):
        goes, section = self.within("outside"), self.found[-1]
        if goes == "title":
            section.title += data
        elif goes == "text":
            section.text += data
        elif goes == "code":
            section.code += " ".join(["", *NAME.findall(data)])
        elif goes == "output":
            section.code += " ".join(["", *ERROR.findall(data)])

    def _begin(self, tag: str, anchor: str | None) -> None:
        """Begin a section, unless this is the page's own heading or cannot be led to."""
        if tag != "h1" and anchor:
            self.found.append(Section(anchor, unsought=anchor == FURTHER))


def _tidy(text: str) -> str:
    return " ".join(text.split())
