"""Terms are read from one file, listed on a page, and linked from prose and nothing else."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import ROOT

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.page import glossary
from course_code.publish.page.parse import parse
from course_code.publish.website.prepare import place_of, prepare

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
ADDED = re.compile(r'<a class="term" [^>]*>(.*?)</a>', re.DOTALL)


@pytest.fixture
def course(write) -> Course:
    return write({"docs/glossary.yml": TERMS})


@pytest.fixture
def link(course):
    """Link a page's HTML; return it with [id:text] for each link."""

    def link(text: str, language: str = "en") -> str:
        linked = glossary.load(course).link(text, language, "../glossary/")
        assert ADDED.sub(r"\1", linked) == text
        return re.sub(
            r'<a class="term" href="\.\./glossary/#([^"]+)" title="[^"]+">(.*?)</a>',
            r"[\1:\2]",
            linked,
            flags=re.DOTALL,
        )

    return link


# ---- the file ------------------------------------------------------------------------------------


def test_a_course_without_the_file_has_no_glossary(write):
    course = write({"docs/en/index.md": "# Home\n"})
    assert glossary.load(course) is None
    with pytest.raises(CourseError, match=r"index.md:3: there is no glossary"):
        glossary.listed(course, "en", Path("docs/en/index.md"), 3)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("- id: entropy", "- id: gradient", 41, "id 'gradient' is taken by the entry on line 1"),
        ("term: entropy", "term: Gradients", 41, "en form 'gradients' is taken by the entry"),
        ("term: 信息熵", "term: 梯度", 41, "zh form '梯度' is taken by the entry on line 1"),
        ("[cross entropy]", "[cross entropy, cross entropy]", 31, "en form 'cross entropy'"),
        ("- id: gradient\n", "- term: gradient\n", 1, "unknown name 'term'"),
        ("id: entropy", "id: Entropy of text", 41, "cannot use the id 'Entropy of text'"),
        ("    pinyin: tidu\n", "", 7, "'pinyin' is missing"),
        ("pinyin: tidu\n", "pinyin: tī dù\n", 8, "cannot sort by 'tī dù'"),
        ("definition: 梯度的意思。", "definition: ''", 10, "'definition' is empty"),
        ("definition: 梯度的意思。", "definition: [梯度]", 10, "'definition' is empty"),
        ("definition: 梯度的意思。", "definition: |\n      一\n      二", 10, "is not one line"),
        ("term: amp", "term: a", 53, "cannot look for 'a' in prose"),
        ("term: amp", "term: a & b", 53, "cannot look for 'a & b' in prose"),
        ("forms: [gradients]", "forms: gradients", 4, "forms are not a list"),
        ("forms: [gradients]", "form: [gradients]", 4, "unknown name 'form'"),
        ("term: gradient\n", "term: gradient\n    term: slope\n", 4, "'term' is given twice"),
        ("  zh:\n    term: 梯度\n", "  cn:\n    term: 梯度\n", 6, "unknown name 'cn'"),
        ("- id: gradient\n", "- gradient\n- id: gradient\n", 1, "expected names and values"),
        ("  en:\n", "  en: [\n", 4, "not YAML"),
    ],
)
def test_a_mistake_names_its_line(course, old, new, line, words):
    file = course.root / glossary.FILE
    assert old in TERMS
    file.write_text(TERMS.replace(old, new, 1), "utf-8")
    with pytest.raises(CourseError) as raised:
        glossary.load(course)
    assert str(raised.value).startswith(f"docs/glossary.yml:{line}: ")
    assert words in str(raised.value)


def test_a_missing_language_is_a_mistake(write):
    text = entry("gradient", "gradient", "梯度", "tidu")
    course = write({"docs/glossary.yml": text[: text.index("  zh:")]})
    with pytest.raises(CourseError, match="glossary.yml:1: entry 'gradient' has no 'zh'"):
        glossary.load(course)


def test_what_is_no_list_is_a_mistake(write):
    with pytest.raises(CourseError, match="glossary.yml:1: the glossary is not a list"):
        glossary.load(write({"docs/glossary.yml": "gradient: 梯度\n"}))


# ---- the list ------------------------------------------------------------------------------------


def test_the_list_is_sorted_by_each_language_and_names_both(course):
    known = glossary.load(course)
    english, chinese = known.markdown("en"), known.markdown("zh")
    ids = [re.findall(r'<dt id="([^"]+)">', text) for text in (english, chinese)]
    assert " ".join(ids[0]) == "amp cross-entropy entropy gradient gradient-descent learning-rate"
    assert " ".join(ids[1]) == "amp cross-entropy gradient gradient-descent entropy learning-rate"
    assert re.findall(r"^## (\w) \{#letter-(\w)\}$", chinese, re.M) == [
        (letter.upper(), letter) for letter in "ajtx"
    ]
    assert '<dt id="gradient">gradient <span lang="zh-Hans">梯度</span></dt>' in english
    assert '<dt id="gradient">梯度 <span lang="en">gradient</span></dt>' in chinese
    assert "<dd>gradient means &quot;this&quot; &amp; &lt;that&gt;.</dd>" in english
    assert english.count("<dl") == english.count("</dl>") == 5


def test_the_directive_puts_the_list_on_a_page(course):
    folder = course.root / "docs/en"
    folder.mkdir(parents=True)
    (folder / "words.md").write_text("# Words\n\n::: list glossary\n\nEnd.\n", "utf-8")
    page = parse(course, "en", Path("words.md"), {})
    text = "\n".join(segment.text for segment in page.segments)
    assert text.index("# Words") < text.index('<dt id="amp">') < text.index("End.")
    (folder / "words.md").write_text("# Words\n\n::: list words\n", "utf-8")
    with pytest.raises(CourseError, match=r"words\.md:3"):
        parse(course, "en", Path("words.md"), {})


# ---- links ---------------------------------------------------------------------------------------


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
        ("<p>R &amp; D &lt;gradient&gt; &#97;amp;</p>",
         "<p>R &amp; D &lt;[gradient:gradient]&gt; &#97;[amp:amp];</p>"),
        ("<p>the gradient's size</p>", "<p>the [gradient:gradient]'s size</p>"),
        ("<p><strong>Gradient</strong>s</p>", "<p><strong>[gradient:Gradient]</strong>s</p>"),
        ("<table><tr><th>gradient</th><td>lr</td></tr></table>",
         "<table><tr><th>gradient</th><td>[learning-rate:lr]</td></tr></table>"),
        ("gradient <div>gradient</div>", None),
        ("<p>x</p> gradient", None),
    ],
)  # fmt: skip
def test_the_first_use_of_an_english_term_is_linked(link, text, wanted):
    assert link(text) == (wanted or text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<p>求梯度，再求梯度。</p>", "<p>求[gradient:梯度]，再求梯度。</p>"),
        ("<p>梯度下降沿着梯度走</p>", "<p>[gradient-descent:梯度下降]沿着[gradient:梯度]走</p>"),
        ("<p>写成one-hot 编码或one-hot编码</p>", "<p>写成[amp:one-hot 编码]或one-hot编码</p>"),
        ("<p>写成one-hot编码</p>", "<p>写成[amp:one-hot编码]</p>"),
        ("<p>AMP 与 AMPS</p>", "<p>[amp:AMP] 与 AMPS</p>"),
        ("<p>AMPS、CAMP</p>", None),
    ],
)
def test_the_first_use_of_a_chinese_term_is_linked(link, text, wanted):
    assert link(text, "zh") == (wanted or text)


@pytest.mark.parametrize(
    "inner",
    [
        "<h2 id='gradient'>gradient</h2>",
        "<p><code>gradient</code></p>",
        "<pre><code><span>gradient</span>\n  gradient</code></pre>",
        "<p><a href='#x'>the <em>gradient</em></a></p>",
        '<p><span class="arithmatex">\\(gradient\\)</span></p>',
        '<div class="arithmatex">\\[gradient < 2\\]</div>',
        "<figure><figcaption><p>gradient</p></figcaption></figure>",
        "<details><summary>gradient</summary></details>",
        "<p><button type='button'>gradient</button></p>",
        '<p class="admonition-title">gradient</p>',
        '<p class="lesson-provenance" data-search-exclude>gradient</p>',
        '<ul><li><a href="#c"><span class="claim-kind claim-x">gradient</span></a></li></ul>',
        '<ul><li><span class="claim-kind claim-theorem">gradient</span></li></ul>',
        '<div class="course-lessons"><div><ol><li>gradient</li></ol></div><p>gradient</p></div>',
        "<dl><dt>gradient</dt></dl>",
        "<p><label for='a'>gradient</label></p>",
        "<!-- <p>gradient</p> -->",
        "<p><svg><text>gradient</text></svg></p>",
        '<p title="gradient" data-x="a > gradient">x</p>',
    ],
)
def test_what_is_not_prose_stays_as_it_is(link, inner):
    text = f"<li>\n{inner}\n</li>\n<p>At last: gradient</p>"
    assert link(text) == f"<li>\n{inner}\n</li>\n<p>At last: [gradient:gradient]</p>"


def test_the_address_and_the_definition_are_escaped_attributes(course):
    linked = glossary.load(course).link("<p>gradient</p>", "en", "./glossary.html")
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append((tag, dict(attrs)))

    Reader().feed(linked)
    title = 'gradient means "this" & <that>.'
    wanted = {"class": "term", "href": "./glossary.html#gradient", "title": title}
    assert found == [("p", {}), ("a", wanted)]


def test_code_keeps_every_character(course):
    code = "<pre><code>gradient  =\t1 &lt; 2\n\n  # lr &amp; gradient</code></pre>"
    text = f"<p>lr</p>\n{code}\n<p>gradient</p>"
    linked = glossary.load(course).link(text, "en", "#")
    assert code in linked
    assert linked.count('class="term"') == 2


# ---- on the site ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "path", "directories", "address"),
    [
        ("en", "index.md", True, "./glossary/"),
        ("en", "one.md", True, "../glossary/"),
        ("zh", "deep/one.md", True, "../../glossary/"),
        ("zh", "one.md", False, "./glossary.html"),
    ],
)
def test_links_lead_to_the_glossary_in_the_page_s_language(
    write, ran, language, path, directories, address
):
    pages = {f"docs/{g}/{p}": "# T\n" for g in ("en", "zh") for p in ("glossary.md", path)}
    site = prepare(write({"docs/glossary.yml": TERMS, **pages}))
    place = place_of(language, path, directories=directories)
    text = {"en": "<p>gradient</p>", "zh": "<p>梯度</p>"}[language]
    assert f'href="{address}#gradient"' in site.link_terms(text, language, path, place)
    assert site.link_terms(text, language, "glossary.md", place) == text


def test_without_a_page_of_the_glossary_nothing_is_linked(write, ran):
    pages = {f"docs/{language}/index.md": "# T\n" for language in ("en", "zh")}
    for files in (pages, {"docs/glossary.yml": TERMS, **pages}):
        site = prepare(write(files))
        text = "<p>gradient</p>"
        assert site.link_terms(text, "en", "index.md", place_of("en", "index.md")) == text


def test_a_mistake_in_the_glossary_stops_the_build_before_anything_runs(write, ran):
    files = {"docs/glossary.yml": "- id: x\n", "lessons/one": '# %% name="a"\nSEEDS = [1]\n'}
    with pytest.raises(CourseError, match="glossary.yml:1"):
        prepare(write(files))
    assert ran == []


# ---- the course's own ----------------------------------------------------------------------------


def test_the_course_s_glossary_is_sound():
    known = glossary.load(Course(ROOT))
    assert len(known.entries) >= 60
    for item in known.entries:
        for word in item.words.values():
            assert len(word.definition) <= 160, word.term
            assert word.definition[-1] in ".。", word.term
            assert "$" not in word.definition, word.term
            assert "\\" not in word.definition, word.term
        assert not glossary.HAN.search(item.words["en"].definition), item.id
        assert glossary.HAN.search(item.words["zh"].definition), item.id
