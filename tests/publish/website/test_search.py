"""A built page, cut into what a search finds."""

import json

import pytest
import quickjs

from course_code.publish.base.kept import Kept
from course_code.publish.website import search
from course_code.publish.website.sections import sections

PAGE = """<nav>menu</nav><article class="md-content__inner">
<h1 id="_1">Bends<a class="headerlink" href="#_1">¶</a></h1>
<p class="lesson-buttons" data-search-exclude>Download</p><p>One <em>b</em>end<br>more.</p>
<h2 id="slope">The <code>slope</code></h2>
<p>It is <span class="arithmatex katex" data-search-exclude=""><span class="katex-mathml"><math
data-tex="x"><mi>x</mi></math></span><span class="katex-html">twice</span></span>, see
<a class="term" href="g#x">terms</a><sup><a class="footnote-ref" href="#fn">1</a></sup>.</p>
<div class="arithmatex" data-search-exclude=""><span class="katex"><math><mi>y</mi></math></span>
</div>
<div class="python lesson-code" data-search-exclude=""><pre><code>from torch import nn
rate = nn.ReLU(inplace=True)  # nn.ReLU again
</code></pre></div>
<div class="lesson-output" data-search-exclude=""><pre><code>loss 0.5
RuntimeError: mat1 and mat2
</code></pre></div>
<details class="lesson-fold"><summary>Code</summary><div class="lesson-code" data-colours="x"
data-search-exclude=""><pre><code>plt.show()</code></pre></div></details>
<dl><dt>A term</dt><dd>without an address</dd></dl>
<dl><dt id="relu">ReLU <span>修正</span></dt><dd>Bends &amp; rests.</dd></dl>
<h2 id="further">Further</h2><p>In any order.</p>
<h3 id="kind">What kind?</h3><p>Theorems.</p>
<div class="lesson-claims"><ul><li>measured: a claim</li></ul></div>
<h3 id="news">A lesson more</h3><p>1 May 2026</p><div class="course-change">It is new.</div>
</article><footer>foot</footer>"""


def test_headings_begin_sections_and_what_is_apart_is_left_out():
    assert sections(PAGE) == [
        ["", "Bends", "One bendmore.", ""],
        ["slope", "The slope", "It is x, see terms. A term without an address",
         "nn.ReLU True RuntimeError: mat1 and mat2"],
        ["relu", "ReLU 修正", "Bends & rests.", ""],
    ]  # fmt: skip


def test_a_section_that_ends_with_the_claims_is_found():
    claims = '<div class="lesson-claims"><ul><li>measured: a claim</li></ul></div></article>'
    for told in ("<p>It bends.</p>" * 50, '<div class="lesson-code">nn.ReLU</div>'):
        page = f'<article><h1>A</h1><h2 id="b">B</h2>{told}{claims}'
        assert [found[0] for found in sections(page)] == ["", "b"]
    assert [found[0] for found in sections(page.replace(told, "<p>So.</p>"))] == [""]


@pytest.mark.parametrize("page", ["", "<p>text</p>", "<article></article>", "<article>"])
def test_a_page_without_text_has_no_sections(page):
    assert sections(page) == []


def test_the_index_of_a_course_reads_only_pages_that_changed(course, tmp_path, monkeypatch):
    kept, site = Kept(tmp_path), course.root / "site"
    first = search.index(course, "en", site, kept)
    assert first == (site / search.FILE).read_bytes()
    read = []
    monkeypatch.setattr(search, "sections", lambda page: read.append(page) or sections(page))
    assert search.index(course, "en", site, kept) == first
    assert read == []
    page = site / "tiny/index.html"
    page.write_text(page.read_text("utf-8").replace("Discs", "Coins"), "utf-8")
    assert search.index(course, "en", site, kept) != first
    assert len(read) == 1


@pytest.mark.parametrize(("language", "growth"), [("en", "Growth"), ("zh", "增长")])
def test_the_index_has_the_pages_of_its_language_and_their_addresses(course, language, growth):
    folder = course.root / "site" / ("" if language == "en" else language)
    text = (folder / search.FILE).read_text("utf-8").removeprefix("var courseIndex = ")
    index = json.loads(text.removesuffix(";\n"))
    assert [address for address, *_ in index["pages"]] == ["index.html", "tiny/"]
    assert ["growth", growth] in [part[:2] for part in index["pages"][1][1]]
    assert index["terms"] == {}


def test_the_engine_carries_its_licence_and_half_of_its_weight():
    code = search.engine().decode()
    assert code.startswith("/* MiniSearch ")
    assert "Permission is hereby granted" in code
    assert "/**" not in code
    assert len(code) < 0.6 * len((search.ENGINE / "index.js").read_text("utf-8"))
    context = quickjs.Context()
    context.eval(code)
    context.eval('const found = new MiniSearch({ fields: ["text"] })')
    context.eval('found.add({ id: 7, text: "softmax" })')
    assert context.eval('found.search("softmx", { fuzzy: 1 })[0].id') == 7
