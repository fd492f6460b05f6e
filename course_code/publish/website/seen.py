"""What a reader of a built page finds, read from its elements."""

import html
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from course_code.publish.base.elements import OpenElements

UNREAD = {"script", "style", "pre", "code", "textarea", "svg", "title", "kbd", "samp"}
PARTS = {"lesson-code": "code", "lesson-output": "outputs"}
CLAIM = "claim-kind"
FRAME = {  # what docs/theme puts around a text, by its class or property
    "course-language": "the way to the other language",
    "course-search": "the course's search",
    "course-colours": "the choice of colours",
    "course-after": "what stands below a page",
    "og:title": "what is shown of it where its link is shared",
}


@dataclass
class Seen:
    """What a reader of a page finds: texts of its parts, in order, and where its links lead."""

    code: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)  # one for each figure
    claims: int = 0
    formulas: list[str] = field(default_factory=list)  # as TeX
    text: str = ""  # of its article, with a space for each tag
    joined: str = ""  # the same without these spaces
    links: list[str] = field(default_factory=list)  # to this site
    frame: set[str] = field(default_factory=set)  # of FRAME


def read(text: str) -> Seen:
    """Read a built page."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.seen.formulas = [tex(formula) for formula in reader.seen.formulas]
    return reader.seen


def tex(formula: str) -> str:
    """A formula without its delimiters and spaces, which do not count."""
    text = re.sub(r"[\s>]+", "", html.unescape(formula))
    return re.sub(r"^(?:\$\$?|\\[(\[])|(?:\$\$?|\\[)\]])$", "", text)


def is_claim(attributes: dict[str, str | None]) -> bool:
    """Whether an element tells the kind of a claim."""
    return CLAIM in (attributes.get("class") or "").split()


class _Reader(OpenElements):
    """Collects what is seen; of each open element it is known where its text goes."""

    def __init__(self):
        super().__init__()
        self.seen = Seen()
        self.articles = 0  # open ones; what stands outside tells of other pages, too
        self.had_article = False

    def handle_starttag(self, tag, attrs):
        values, goes = dict(attrs), self.within("text")
        classes = (values.get("class") or "").split()
        part = next((PARTS[name] for name in classes if name in PARTS), None)
        if part:
            getattr(self.seen, part).append("")
            goes = f"in {part}"  # its text is in the element code
        elif tag == "math":
            self.seen.formulas.append(values.get("data-tex") or "")
        elif tag == "code" and goes.startswith("in "):
            goes = goes.removeprefix("in ")
        elif goes == "text" and (tag in UNREAD or "figure-data" in classes):
            goes = ""
        self.seen.claims += is_claim(values)
        self.seen.frame |= {*classes, values.get("property")} & FRAME.keys()
        if "lesson-figure" in classes:
            self.seen.alts.append(None)
        elif tag == "img" and self.seen.alts and self.seen.alts[-1] is None:
            self.seen.alts[-1] = values.get("alt") or ""
        link = values.get("href") or values.get("src") or ""
        if link and not urlsplit(link).scheme and not urlsplit(link).netloc:
            self.seen.links.append(link)
        if tag == "article":
            self.seen.text = "" if not self.had_article else self.seen.text
            self.seen.joined = "" if not self.had_article else self.seen.joined
            self.articles, self.had_article = self.articles + 1, True
        self.seen.text += " "  # as for the tags of the Markdown: 10<sup>3</sup> is no 103
        self.enter(tag, goes)

    def handle_endtag(self, tag):
        super().handle_endtag(tag)
        self.articles -= tag == "article"
        self.seen.text += " "

    def handle_data(self, data):
        goes = self.within("text")
        if goes == "text" and (self.articles or not self.had_article):
            self.seen.text += data
            self.seen.joined += data
        elif goes in ("code", "outputs"):
            getattr(self.seen, goes)[-1] += data
