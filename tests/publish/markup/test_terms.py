"""Terms are linked from running prose and nothing else, each once a page."""

import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from xml.etree.ElementTree import fromstring

import pytest
from markdown import Markdown
from markdown.serializers import to_html_string
from markdown.util import HtmlStash

from course_code.publish.markup import glossary
from course_code.publish.markup.extension import Markup
from course_code.publish.markup.terms import Terms

from .conftest import TERMS, entry

MORE = entry("momentum", "momentum", "动量", "dongliang") + entry("seed", "seed", "种子", "zhongzi")


def html_of(inner: str) -> str:
    return to_html_string(fromstring(f"<div>{inner}</div>"))


@pytest.fixture
def link(course):
    """Link a page's elements; return its HTML with [id:text] for each link."""

    def link(text: str, language: str = "en") -> str:
        root = fromstring(f"<div>{text}</div>")
        (course.root / glossary.FILE).write_text(TERMS + MORE, "utf-8")
        Terms(glossary.load(course), language).link(root, HtmlStash(), "glossary.md")
        return shown(to_html_string(root))

    return link


def shown(page: str) -> str:
    link = r'<a class="term" href="glossary\.md#([^"]+)" title="[^"]+">(.*?)</a>'
    return re.sub(link, r"[\1:\2]", page, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<p>A gradient, a gradient.</p>", "<p>A [gradient:gradient], a gradient.</p>"),
        ("<p>Gradients\n fall.</p>", "<p>[gradient:Gradients]\n fall.</p>"),
        ("<ul><li>LR</li></ul>", "<ul><li>[learning-rate:LR]</li></ul>"),
        ("<p>learning\nrate</p>", "<p>[learning-rate:learning\nrate]</p>"),
        ("<p>cross-entropy, then entropy</p>",
         "<p>[cross-entropy:cross-entropy], then [entropy:entropy]</p>"),
        ("<p>cross-entropy, cross-entropy</p>",
         "<p>[cross-entropy:cross-entropy], cross-entropy</p>"),
        ("<p>gradient descent</p>", "<p>[gradient-descent:gradient descent]</p>"),
        ("<p>pre-gradient, gradient-free, gradiental, _gradient</p>", None),
        ("<p>R &amp; D &lt;gradient&gt;</p>", "<p>R &amp; D &lt;[gradient:gradient]&gt;</p>"),
        ("<p>the gradient's size</p>", "<p>the [gradient:gradient]'s size</p>"),
        ("<p><strong>Gradient</strong>s</p>", "<p><strong>[gradient:Gradient]</strong>s</p>"),
        ("<table><tr><th>gradient</th><td>lr</td></tr></table>",
         "<table><tr><th>gradient</th><td>[learning-rate:lr]</td></tr></table>"),
        ("gradient <div>gradient</div>", None),
        ("<p>x</p> gradient", None),
    ],
)  # fmt: skip
def test_the_first_use_of_an_english_term_is_linked(link, text, wanted):
    assert link(text) == html_of(wanted or text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<p>求梯度，再求梯度。</p>", "<p>求[gradient:梯度]，再求梯度。</p>"),
        ("<p>梯度下降沿着梯度走</p>", "<p>[gradient-descent:梯度下降]沿着[gradient:梯度]走</p>"),
        ("<p>写成one-hot 编码或one-hot编码</p>", "<p>写成[amp:one-hot 编码]或one-hot编码</p>"),
        ("<p>写成one-hot编码</p>", "<p>写成[amp:one-hot编码]</p>"),
        ("<p>AMP 与 AMPS</p>", "<p>[amp:AMP] 与 AMPS</p>"),
        ("<p>AMPS、CAMP</p>", None),
        ("<p>移动量恰好是 0</p>", None),
        ("<p>移动量小，动量大</p>", "<p>移动量小，[momentum:动量]大</p>"),
        ("<p>次梯度不是梯度</p>", "<p>次梯度不是[gradient:梯度]</p>"),
        ("<p>量子种子</p>", "<p>量子[seed:种子]</p>"),
        ("<p>one-hot 编码员</p>", None),
        ("<p>带<em>动量</em>走</p>", "<p>带<em>[momentum:动量]</em>走</p>"),
    ],
)
def test_the_first_use_of_a_chinese_term_is_linked(link, text, wanted):
    assert link(text, "zh") == html_of(wanted or text)


@pytest.mark.parametrize(
    "inner",
    [
        "<h2 id='gradient'>gradient</h2>",
        "<p><code>gradient</code></p>",
        "<pre><code><span>gradient</span>\n  gradient</code></pre>",
        "<p><a href='#x'>the <em>gradient</em></a></p>",
        '<p><span class="arithmatex">\\(gradient\\)</span></p>',
        '<div class="arithmatex">\\[gradient\\]</div>',
        "<figure><figcaption><p>gradient</p></figcaption></figure>",
        "<details><summary>gradient</summary></details>",
        "<p><button type='button'>gradient</button></p>",
        '<p class="admonition-title">gradient</p>',
        '<p class="lesson-provenance" data-search-exclude="">gradient</p>',
        '<ul><li><a href="#c"><span class="claim-kind claim-x">gradient</span></a></li></ul>',
        '<ul><li><span class="claim-kind claim-theorem">gradient</span></li></ul>',
        '<div class="course-lessons"><div><ol><li>gradient</li></ol></div><p>gradient</p></div>',
        "<dl><dt>gradient</dt></dl>",
        "<p><label for='a'>gradient</label></p>",
        "<p><svg><text>gradient</text></svg></p>",
        '<p title="gradient" data-x="a > gradient">x</p>',
    ],
)
def test_what_is_not_prose_stays_as_it_is(link, inner):
    text = f"<li>\n{inner}\n</li>\n<p>At last: gradient</p>"
    wanted = f"<li>\n{inner}\n</li>\n<p>At last: [gradient:gradient]</p>"
    assert link(text) == html_of(wanted)


# ---- pages ---------------------------------------------------------------------------------------


@pytest.fixture
def page(course, render):
    """Render a page of a course that has a page of the glossary; links as [id:text]."""
    for language in ("en", "zh"):
        course.prose(language).mkdir(parents=True)
        (course.prose(language) / glossary.PAGE).write_text("# T\n")

    def page(text: str, **options: str) -> str:
        return shown(render(text, course=str(course.root), **options))

    return page


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("R & D, R &amp; D of a gradient &#97;amp;", "of a [gradient:gradient] &#97;[amp:amp];"),
        ("A *gradient*, `gradient` and <kbd>lr</kbd> lr",
         "A <em>[gradient:gradient]</em>, <code>gradient</code> and <kbd>lr</kbd> "
         "[learning-rate:lr]"),
        ('<a href="#x">a gradient, *its* lr</a><br>, and an lr',
         '<a href="#x">a gradient, <em>its</em> lr</a><br>, and an [learning-rate:lr]'),
        ('- <span class="claim-kind">gradient</span> lr',
         '<li><span class="claim-kind">gradient</span> [learning-rate:lr]</li>'),
        ('- <a href="#g"><span class="x">gradient</span></a> lr',
         '<li><a href="#g"><span class="x">gradient</span></a> [learning-rate:lr]</li>'),
        ("<p>raw gradient</p>\n\nA gradient", "A [gradient:gradient]"),
        ("<!-- gradient -->\n\nA gradient", "A [gradient:gradient]"),
        ("## gradient\n\nA gradient $gradient$", "A [gradient:gradient] <span"),
        ("$x$ gradients", "</span> [gradient:gradients]"),
        (r"\*gradient\*", "*[gradient:gradient]*"),
        ("A note[^n].\n\n[^n]: The gradient.", "<p>The [gradient:gradient]."),
        ("Term\n\n<div markdown>\n\nA gradient\n\n</div>", "<p>A [gradient:gradient]</p>"),
    ],
)  # fmt: skip
def test_terms_in_a_page(page, text, wanted):
    assert wanted in page(text)


def test_the_address_and_the_definition_are_escaped_attributes(course):
    root = fromstring("<p>gradient</p>")
    Terms(glossary.load(course), "en").link(root, HtmlStash(), "../glossary.md")
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append((tag, dict(attrs)))

    Reader().feed(to_html_string(root))
    title = 'gradient means "this" & <that>.'
    wanted = {"class": "term", "href": "../glossary.md#gradient", "title": title}
    assert found == [("p", {}), ("a", wanted)]


@pytest.mark.parametrize(
    ("language", "path", "address"),
    [
        ("en", "index.md", "glossary.md"),
        ("zh", "one.md", "glossary.md"),
        ("en", "deep/one.md", "../glossary.md"),
        ("zh", "very/deep/one.md", "../../glossary.md"),
    ],
)
def test_links_lead_to_the_glossary_of_the_language(page, course, render, language, path, address):
    text = {"en": "A gradient", "zh": "求梯度"}[language]
    linked = render(text, page=path, language=language, course=str(course.root))
    assert f'<a class="term" href="{address}#gradient" ' in linked


def test_zensical_tells_the_page_beside_its_processors(course, page):
    markup = Markup(course=str(course.root))
    md = Markdown(extensions=[markup])
    told = SimpleNamespace(page=SimpleNamespace(path="labs/one.md"), run=lambda lines: lines)
    md.preprocessors.register(told, "rendering_context", 0)
    assert 'href="../glossary.md#gradient"' in md.convert("A gradient")


def test_on_the_glossary_s_own_page_and_without_one_nothing_is_linked(page, course, render):
    assert page("A gradient", page=glossary.PAGE) == "<p>A gradient</p>"
    Path(course.prose("en") / glossary.PAGE).unlink()
    assert render("A gradient", course=str(course.root)) == "<p>A gradient</p>"
    (course.root / glossary.FILE).unlink()
    assert render("A gradient", course=str(course.root)) == "<p>A gradient</p>"
    assert render("A gradient") == "<p>A gradient</p>"
