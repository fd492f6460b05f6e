"""Code in colour: the same text, few elements, no element without a colour of its own."""

import re
from pathlib import Path

import material
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from markdown import Markdown
from pygments.token import STANDARD_TYPES, Token

from course_code.publish.markup.colours import CLASSES, COLOURS, colour

NAME = "course_code.publish.markup.colours"
STYLES = Path(material.__file__).parent / "templates/assets/stylesheets"
CODE = '''import torch  # 数据 😀


@torch.no_grad()
def say(name: str) -> None:
    """Two

    lines."""
    if name is not None and len(name) < 3:
        print(f"{name!r:>10}\\n 🎉", 0x1F, True, r"\\d")
'''
FENCE = '```` {{ .python .lesson-code #cell-a data-search-exclude=""{} }}\n{}````\n'


def convert(text, extension=NAME, before=True):
    others = ["attr_list", "pymdownx.superfences", "pymdownx.details", "pymdownx.inlinehilite"]
    names = [extension, *others] if before else [*others, extension]
    options = {extension: {"pygments_lang_class": True}}
    html = Markdown(extensions=names, extension_configs=options).convert(text)
    return BeautifulSoup(html, "html.parser")


def coloured(code):
    """(start, text, class) of each coloured piece, as an ordinary reader of the HTML sees it."""
    found, at = [], 0
    for piece in code.descendants:
        if isinstance(piece, str):
            if piece.parent.name == "span":
                found.append((at, str(piece), piece.parent["class"][0]))
            at += len(piece)
    return found


def lessons():
    return sorted((ROOT / "course_code/teach").glob("[!_]*.py"))


@pytest.mark.parametrize("before", [True, False])
def test_code_keeps_its_text_and_its_attributes(before):
    block = convert(FENCE.format("", CODE), before=before).find("div")
    assert block.get_text() == CODE
    assert block["id"] == "cell-a"
    assert block["class"] == ["language-python", "lesson-code", "highlight"]
    assert block["data-search-exclude"] == ""
    assert [child.name for child in block.pre.children] == ["code"]
    assert block.pre["style"] == f"--lines:{len(CODE.splitlines())}"


def test_words_have_the_colours_of_their_kinds():
    pieces = {text.strip(): name for _, text, name in coloured(convert(FENCE.format("", CODE)))}
    expected = {
        "import": "k", "torch": "nf", "# 数据 😀": "c", "@torch": "k", "say": "nf",
        "str": "nb", '"""Two': "c", 'lines."""': "c", "is not": "k", "and": "k", "3": "m",
        "0x1F": "m", "\\n": "se",
    }  # fmt: skip
    assert expected.items() <= pieces.items()
    text = "".join(pieces)
    assert not any(plain in text for plain in ("(", ":=", "True"))


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_few_elements_and_none_beside_one_of_its_colour(path):
    code = path.read_text("utf-8")
    block = convert(FENCE.format("", code))
    assert block.get_text() == code
    pygments = convert(FENCE.format("", code), "pymdownx.highlight")
    assert len(block("span")) < len(pygments("span")) / 2
    for span in block("span"):
        assert span.get_text().strip()
        after = span.next_sibling
        assert getattr(after, "name", None) != "span" or after["class"] != span["class"]


def test_every_colour_is_one_of_the_theme():
    [style] = STYLES.glob("main.*.min.css")
    rules = re.findall(r"\.highlight \.(\w+)(?=[,{])", style.read_text("utf-8"))
    assert set(CLASSES.values()) <= set(rules)
    assert set(CLASSES) == set(COLOURS.values()) - {Token.Text}
    for token, name in CLASSES.items():
        assert STANDARD_TYPES[token] == name


def test_every_kind_that_the_theme_colours_has_that_colour():
    """What differs from the theme is meant: signs, brackets and names are text."""
    [style] = STYLES.glob("main.*.min.css")
    text = style.read_text("utf-8")
    hues = {}
    for selectors, hue in re.findall(r"((?:\.highlight \.\w+,?)+)\{color:var\(([\w-]+)\)", text):
        hues |= dict.fromkeys(re.findall(r"\.highlight \.(\w+)", selectors), hue)
    ours = {
        name: hues.get(CLASSES.get(colour(token)))
        for token, name in STANDARD_TYPES.items()
        if name in hues
    }
    differ = {name for name, hue in ours.items() if hue != hues[name]}
    assert differ == {"kc", "n", "o", "ow", "p"}
    assert ours["ow"] == hues["k"]
    assert {ours[name] for name in ("kc", "n", "o", "p")} == {None}


def test_code_in_folds_has_no_element_and_says_where_colours_go():
    fold = "??? note\n\n" + "".join(
        f"    {line}\n" for line in FENCE.format(' data-colours="later"', CODE).splitlines()
    )
    block = convert(fold).find("div", class_="lesson-code")
    assert block("span") == []
    assert block.get_text() == CODE
    assert "language-python" in block["class"]
    at, found, units = 0, [], CODE.encode("utf-16-le")
    for name, skip, length in re.findall(r"([a-z]+)(\d+),(\d+)", block["data-colours"]):
        start = at + int(skip)
        at = start + int(length)
        text = units[2 * start : 2 * at].decode("utf-16-le")
        found += [(line, name) for line in text.split("\n") if line.strip()]
    spans = coloured(convert(FENCE.format("", CODE)))
    assert found == [(text, name) for _, text, name in spans]


def test_other_code_is_coloured_too():
    page = convert("Run `#!python x = 1`, not `x`.\n\n```yaml\na: 1\n```\n\n```\nplain <b>\n```\n")
    assert page.p.code.get_text() == "x = 1"
    assert [span["class"] for span in page.p.code("span")] == [["m"]]
    assert [span["class"] for span in page.find(class_="language-yaml")("span")] != []
    plain = page.find(class_="language-text")
    assert (plain.get_text(), plain("span")) == ("plain <b>\n", [])
