"""Pages rendered by Python-Markdown alone, with the course's extension."""

from html.parser import HTMLParser
from pathlib import Path

import markdown
import pytest

from course_code.publish.base.course import Course
from course_code.publish.markup.extension import Markup
from course_code.publish.markup.source import Source

EXTENSIONS = ["admonition", "attr_list", "footnotes", "md_in_html", "pymdownx.superfences",
              "tables", "toc"]  # fmt: skip
ENTRY = """\
- id: {id}
  en:
    term: {en}
    forms: [{en_forms}]
    definition: "{en} means \\"this\\" & <that>."
  zh:
    term: {zh}
    pinyin: {pinyin}
    forms: [{zh_forms}]
    definition: {zh}的意思。
"""


def entry(id: str, en: str, zh: str, pinyin: str, en_forms: str = "", zh_forms: str = "") -> str:
    return ENTRY.format(id=id, en=en, zh=zh, pinyin=pinyin, en_forms=en_forms, zh_forms=zh_forms)


TERMS = (
    entry("gradient", "gradient", "梯度", "tidu", "gradients")
    + entry("learning-rate", "learning rate", "学习率", "xuexilv", "learning rates, lr")
    + entry("gradient-descent", "gradient descent", "梯度下降", "tiduxiajiang")
    + entry("cross-entropy", "cross-entropy", "交叉熵", "jiaochashang", "cross entropy")
    + entry("entropy", "entropy", "信息熵", "xinxishang")
    + entry("amp", "amp", "安培数", "anpeishu", "", "AMP, one-hot 编码")
)
VOID = {"img", "br", "hr", "input", "meta", "path", "line"}


class Balance(HTMLParser):
    """Raises when tags do not nest."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.fixture
def course(write) -> Course:
    """A course with a small glossary."""
    return write({"docs/glossary.yml": TERMS})


@pytest.fixture
def render():
    """Function that gives the HTML of a page: render(text, language="zh", course=folder, …)."""

    def render(text: str, page: str = "page.md", **options: str) -> str:
        markup = Markup(**options)
        markup.page, markup.source = page, Source(Path("docs") / page, text)
        shown = markdown.markdown(text, extensions=[*EXTENSIONS, markup])
        parser = Balance()
        parser.feed(shown)
        assert parser.open == []
        return shown

    return render
