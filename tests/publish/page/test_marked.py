"""HTML in Markdown is told by where it stands; nothing else of the text moves."""

import pytest

from course_code.publish.markup.text import tokens
from course_code.publish.page.marked import loose, markup, opened, readdressed, untagged
from course_code.publish.page.place import Place


def test_text_without_tags_is_as_long_as_before():
    text = '1 <b\ntitle=">">2</b> &#46; &amp; 5 < 6 <code>7</code><br> <https://x.org/8> <!-- 9 -->'
    shown = untagged(text, {"code"})
    assert len(shown) == len(text)
    assert shown.split() == ["1", "2", "&#46;", "&amp;", "5", "<", "6"]
    assert shown.index("\n") == text.index("\n")
    assert untagged("a & b") == "a & b"


def test_tags_are_found_where_they_stand():
    text = "a\n<div class=x>\n<p>b</div> <img\nsrc='c'> `<i>` $<u>$ \\<s>"
    found = opened(markup(tokens(text)))
    assert [text[each.start : each.end] for each in found] == [
        "<div class=x>", "<p>", "<img\nsrc='c'>",
    ]  # fmt: skip
    assert text[found[0].closed :].startswith("</div>")
    assert (found[0].attributes, found[2].closed) == ({"class": "x"}, None)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("<div><b>a</div> <p>b <br> <img src='c'> <svg><path d='e'/></svg>", []),
        ("<div> </b> <a@b.org>", ["/b", "div"]),
        ("<details><summary>a</summary>", ["details"]),
    ],
)
def test_what_is_open_or_closes_nothing_is_told(text, tags):
    assert [tag for _, tag in loose(text)] == tags


@pytest.mark.parametrize(
    ("place", "page"),
    [(Place("../../", "../"), "../one/#a"), (Place("../../", "../", "", False), "../one.html#a")],
)
def test_addresses_lead_from_their_page_and_only_in_tags(place, page):
    text = 'href="one.md#a" `<a href="one.md#a">` <a class=x href=\'one.md#a\'>b</a> '
    text += '<img alt="&lt;" src="assets/b.svg"> <a href="https://x.org/one.md#a" download>c</a>'
    wanted = f'href="one.md#a" `<a href="one.md#a">` <a class="x" href="{page}">b</a> '
    wanted += '<img alt="&lt;" src="../../assets/b.svg"> '
    wanted += '<a href="https://x.org/one.md#a" download>c</a>'
    assert readdressed(text, place.lead) == wanted
