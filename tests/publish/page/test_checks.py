"""What a reader would see as typed, or not at all, stops the build with its line and a remedy."""

from pathlib import Path

import pytest
from conftest import ROOT

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.lab.read import read_labs
from course_code.publish.lab.trial import as_lesson
from course_code.publish.lesson.read import read_lesson
from course_code.publish.markup.text import tokens
from course_code.publish.page.across import check_pages
from course_code.publish.page.checks import check_text
from course_code.publish.page.parse import page_paths, parse

PATH = Path("docs/zh/one.md")


def check(text: str) -> None:
    check_text(text, list(tokens(text)), PATH)


REFUSED = {  # page, line of the error, words of it
    "front matter that is no YAML": (
        "---\nhide: x\ntitle: Momentum: a narrow valley\n---\n# T\n", 3, 'title: "Momentum: a n',
    ),
    "front matter with a mark of another page": (
        "---\ntitle: a\x0c\n---\n# T\n", 1, "the front matter is not YAML",
    ),
    "front matter with a day that there is not": (
        "---\ndate: 2026-02-30\n---\n# T\n", 1, "not YAML: day is out of range",
    ),
    "front matter that is a list": ("---\n- a\n---\n# T\n", 1, "no list of names"),
    "script in the title": ("---\ntitle: <img src=x>\n---\n# T\n", 1, "title holds HTML"),
    "title that YAML takes for yes": ("---\ntitle: Yes\n---\n# T\n", 1, "title is no text: True"),
    "description without words": ("---\ndescription:\n---\n# T\n", 1, 'quotes: description: "…"'),
    "value in the description": ('---\ndescription: "{{ x }}"\n---\n', 1, "description holds HTML"),
    "solution that is not indented": (
        '# T\n\n??? success "Solution"\n\nSecret.\n', 3, "holds nothing\n  Indent what belongs",
    ),
    "solution indented by two": (
        '# T\n\n??? success "Solution"\n\n  Secret.\n', 3, "holds nothing",
    ),
    "solution at the end": ('# T\n\n??? success "Solution"\n', 3, "holds nothing"),
    "solution within a list": ('- a\n\n    ??? tip "S"\n\n    Secret.\n', 3, "holds nothing"),
    "second paragraph indented by two": (
        '??? tip "S"\n\n    One.\n\n  Two.\n', 5, "indented by 2 spaces",
    ),
    "a note without text": ("!!! note\nText.\n", 1, "'!!! note' holds nothing"),
    "a tab without text": ('=== "Tab"\n\nText.\n', 1, "holds nothing"),
    "unknown type": ('??? choise "A"\n\n    x\n', 1, "Did you mean 'choice'?"),
    "unknown type of a note": ("!!! warnin\n\n    x\n", 1, "Did you mean 'warning'?"),
    "list nested by two": ("# T\n\n- a\n  - b\n", 4, "stands 4 spaces in"),
    "numbered list nested by three": ("1. a\n   1. b\n", 2, "indented by 3 spaces"),
    "paragraph of an item, by two": ("- a\n\n  b\n", 3, "indented by 2 spaces"),
    "unknown note": ("a[^nowhere]\n\n[^somewhere]: x\n", 1, "Did you mean [^somewhere]?"),
    "unknown note in a caption": (
        '::: cell a.b\n    caption="a[^x]"\n', 2, "there is no note [^x]\n  Write it: [^x]: …",
    ),
    "Chinese heading": ("# 标题\n\n## 弯折\n", 3, "Name it: ## 弯折 {#a-short-name}"),
    "heading with a value": ("## Best {{ x }}\n", 1, "has no lasting address"),
    "id given twice": ("## A {#a}\n\n## B { #a .x }\n", 3, "the id 'a' is taken by line 1"),
    "heading met before": ("## Bugs\n\n## 中 {#zh}\n\n## Bugs\n", 5, "'bugs' is taken by line 1"),
    "id of another heading": ("## The *bug*\n\n## B {#the-bug}\n", 3, "taken by line 1"),
    "image without alt text": ("a\n![](b.png)\n", 2, "Say what is seen: ![alt text]"),
    "image by reference without it": ("a\n\n![][b]\n\n[b]: c.png\n", 3, "without alt text"),
    "image whose alt is a space": ('a `b`\n<img src="b.png"\nalt=" ">\n', 2, "without alt text"),
    "image of another site": ("a\n![b `c`](https://x.org/d.png)\n", 2, "'https://x.org/d.png'"),
    "such an image by reference": ("![b][c]\n\n[c]: //x.org/d.png\n", 1, "from another site"),
    "such an image in a caption": (
        '::: cell a.b\n    caption="![c](http://x.org/d.png)"\n', 2, "from another site",
    ),
    "such an image in HTML": (
        'a `b`\n<img alt="`c`" src=https://x.org/$1$.png>\n', 2, "<img> comes",
    ),
    "such an image in a set": ('<img alt="a" srcset="a.png 1x, //x.org/b 2x">\n', 1, "comes from"),
    "such an image in a style": ('<b style="c: url(//x.org/a)">a</b>\n', 1, "style of <b>"),
    "such an image in an SVG": ('<svg><use href="https://x.org/a"/></svg>\n', 1, "<use> comes"),
    "a script": ("a\n\n<script>\nalert(`1`)\n</script>\n", 3, "<script>, which no page may hold"),
    "a script of an element": ('<b onclick="a()">b</b>\n', 1, "a script in the attribute onclick"),
    "a script as an address": ('a [b](javascript:c) d\n', 1, "a link that is a script"),
    "a script as a link": ('<a href=" JavaScript:c">d</a>\n', 1, "a script in the attribute href"),
    "a frame": ('<iframe src="a.html"></iframe>\n', 1, "<iframe>, which no page may hold"),
    "an element that stays open": ("a\n\n<div>\n\nb\n", 3, "<div> is not closed"),
    "an element that was not open": ("a\n\n</div>\n", 3, "</div> closes nothing"),
    "image in HTML without it": ('<img src="b.png" alt="">\n', 1, "without alt text"),
    "underlined heading": ("# T\n\n训练\n----\n", 3, "Write: ## Heading"),
    "quoted heading": ("# T\n\n> ## 训练\n", 3, "Write: ## Heading"),
    "first line that MkDocs drops": ("Summary: a page.\n\n# T\n", 1, "as metadata and drops it"),
    "address on the first line": ("https://example.org is it\n\n# T\n", 1, "drops it"),
    "title without quotes": ("??? tip Look here\n\n    x\n", 1, "title of '??? tip Look here'"),
    "title in single quotes": ("??? note 'Title'\n\n    x\n", 1, "in double quotes"),
    "tab without quotes": ("a\n\n=== Tab\n\n    x\n", 3, "no fold, note or tab: '=== Tab'"),
    "block of another extension": ("/// note | Title\nx\n///\n", 1, "no fold, note or tab"),
    "numbered list right below text": (
        "Do so:\n1. this,\n   then\n2. that\n", 2, "none: '1. this,'\n  Put an empty line",
    ),
    "numbered list right below items": ("- a\n1. b\n2. c\n", 2, "a numbered list that is none"),
    "numbered list in a quote": ("> a\n> 1. b\n> 2. c\n", 2, "a numbered list that is none"),
    "list with brackets": ("1) a\n2) b\n", 1, "not 1) or 1、"),
    "list as Chinese has it": ("如下：\n1、甲\n2、乙\n", 2, "none: '1、甲'"),
    "list with bullets": ("# T\n\n• a\n• b\n", 3, "a list that is none: '• a'"),
    "cell too many": ("| a | b |\n|---|---|\n| `x|y` | 2 | and *so* |\n", 3, "'and *so*' would"),
    "text below a table": ("| a | b |\n|---|---|\n| 1 | 2 |\nSo.\n", 4, "table above it: 'So.'"),
    "row below an empty line": ("| a |\n|---|\n\n| b |\n", 4, "belongs to no table: '| b |'"),
    "table without a head": ("a\n\n| a | b |\n| 1 | 2 |\n", 3, "belongs to no table"),
    "signs that are a tag": ("a\nif a<b and c>d then\n", 2, "<b and c> would be read as a tag"),
    "angles that are a tag": ("a `b` list<int> c\n", 1, "<int> would be read as a tag"),
    "address that is a value": ("a\n[b]({{ c }})\n", 2, "a value in an address"),
    "address of an image": ("![a](b/{{ c }}.png)\n", 1, "a value in an address"),
    "address of a reference": ("[a]\n\n[a]: {{ b }}\n", 3, "a value in an address"),
    "href that is a value": ('<a\nhref="{{ c }}">b</a>\n', 1, "a value in the attribute href"),
    "script that is a value": ('<b onclick="{{ c }}">b</b>\n', 1, "in the attribute onclick"),
    "value without quotes": ("a\n<p title={{c}}>b</p>\n", 2, "a value without quotes in title"),
    "math in a paragraph": ("a\nb $$x$$ c\n", 2, "$$ on lines of their own"),
    "math with a blank line": ("$$\na\n\nb\n$$\n", 1, "$$ inside a paragraph"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_mistake_names_its_line_and_what_to_do(case):
    text, line, words = REFUSED[case]
    with pytest.raises(CourseError) as error:
        check(text)
    assert str(error.value).startswith(f"{PATH}:{line}: ")
    assert words in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: 'a: b'\nhide: [toc]\n---\n# 标题\n\n## 弯折 {#bend}\n\n## ReLU 之后\n",
        "---\n---\n# T\n",
        '??? tip "S"\n\n    a\n\n    ??? choice "B"\n\n        b\n\n!!! note ""\n\n\tc\n',
        '- a\n  goes on\n- b\n    - c\n\n        ??? tip "S"\n\n            d\n',
        "> !!! note\n>     a\n\n> - b\n>\n>     c\n",
        "$$\na \\\\\n  b\n$$\n\n```\n  - a\n   b\n```\n\n<!--\n\n  a\n-->\n",
        '::: cell a.b\n  alt="a"\n\n::: claims a\n      b: c\n',
        "a[^b]\n\n[^b]: c\n\n    d\n\nTerm\n:   e\n\n    f\n",
        '![a](b.png) <img alt="a" src="b.png"> `![](c)` $![](d)$\n',
        '`[^a]` \\[^b] $x^{[^c]}$ ` ??? choise "d" `\n',
        "1. a\n   goes on\n\n1. b\n   `c`\n",
        "As in layer\n1. It has\n20. ones.\n\n- a\n    1. b\n    2. c\n\n2. d\n3. e\n",
        "> | a | b |\n> |--|--|\n> | $x|y$ | `|` |\n> c | \\| | |\n\n| a\n|---\n| b\n",
        '[a {{ b }}](c.md "{{ d }}") <b title="{{ e }}" lang=\'{{ f }}\'>g</b> [^h]\n\n[^h]: i\n',
        "<https://x.org> <a@b.org> <br> <details open><summary>x</summary></details>\n",
        '<svg><path d="M0"/></svg> 5 < 6, a <- b, `<int>` $a<b$ <!-- <x> -->\n',
        '![a](data:image/png;base64,AA) <p>a<br>b\n\n<a href="https://x.org" class="on">c</a>\n',
        "`<script>` \\<script> <https://x.org/a> [a](https://x.org) $a <div> b$\n",
        '!!! note inline end "A"\n\n    /// html | div.x\n    a\n    ///\n\n===\n\n!important\n',
    ],
)
def test_what_is_right_stays(text):
    check(text)


@pytest.fixture
def pages(write):
    """Check the pages of a course without lessons: texts of index.md and deep/two.md."""

    def pages(one: str, two: str = "# Two\n", chinese: str = "# 一\n"):
        course = write({
            "docs/en/index.md": one, "docs/en/deep/two.md": two, "docs/zh/index.md": chinese,
            "docs/zh/deep/two.md": "# 二\n", "docs/assets/a.svg": "<svg/>", "docs/en/b.png": "b",
        })  # fmt: skip
        check_pages(course, {
            (language, path.as_posix()): parse(course, language, path, {})
            for language, paths in page_paths(course).items() for path in paths
        })  # fmt: skip

    return pages


def test_links_that_lead_somewhere(pages):
    pages(
        "# One { #top }\n\n## Growth of `x`\n\n[a](deep/two.md) [b](deep/two.md#end) [c](#top)\n"
        '[d](#growth-of-x) [e](https://x.org) [f](mailto:a@b.org) <a href="b.png">g</a> [h][i] '
        '![j](assets/a.svg) <span id="here"></span> [k](#here) `[l](m.md)` $[n](o)$\n\n'
        "[i]: deep/two.md\n\n[p](notebooks/one.ipynb) <!-- [q](r.md) --> [s](deep%2Ftwo.md#end)\n",
        "# Two\n\n## End\n\n[a](../index.md#top) ![b](../assets/a.svg)\n",
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("# T\n\na\n[b](deep/tow.md)\n", 4, "'deep/tow.md' is not found\n  Did you mean 'deep/two"),
        ("# T\n\n## Growth\n\n`a` [b](#grow)\n", 5, "#grow is not found on index.md\n  Did you"),
        ("# T\n\n[b](deep/two.md#x)\n", 3, "#x is not found on deep/two.md"),
        ("# T\n\n[b][c]\n\n[c]: tow.md\n", 5, "'tow.md' is not found"),
        ('# T\n\n<a href="deep/two/">b</a>\n', 3, "'deep/two/' is not found\n  Did you mean"),
        ("# T\n\n![a](asset/a.svg)\n", 3, "'asset/a.svg' is not found"),
        ("# T\n\n[a](https://[b](two.md)\n", 3, "'https://[b]' is no address"),
        ("# T\n\nx < y\n<a\n  href='tow.md'>b</a>\n", 4, "'tow.md' is not found"),
        ("# T\n\n<img alt='>' src=gone.png>\n", 3, "'gone.png' is not found"),
    ],
)  # fmt: skip
def test_links_that_lead_nowhere(pages, text, line, words):
    with pytest.raises(CourseError) as error:
        pages(text)
    assert str(error.value).startswith(f"docs/en/index.md:{line}: ")
    assert words in str(error.value)
    with pytest.raises(CourseError, match=r"docs/zh/index\.md"):
        pages("# T\n", chinese=text)


TAKEN = {  # a page of the lesson `one`, line of the second id, words
    "a heading and a cell": ("## A {#cell-c0}\n\n::: cell one.c0\n", 5, "taken by line 3"),
    "a heading and the data of a figure": (
        '## A {#data-c0-1}\n\n::: cell one.c0 alt="a"\n', 5, "'data-c0-1' is taken by line 3",
    ),
    "a heading and what lies further": (
        "::: cell one.c0\n\n## A {#further}\n\n::: further\n", 7, "'further' is taken by line 5",
    ),
    "what lies further, twice": (
        "::: further\n\n::: cell one.c0\n\n::: further\n", 7, "'further' is taken by line 3",
    ),
    "a tag and a heading": (
        '::: cell one.c0\n\na\n<span\nid="a"></span>\n\n## B {#a}\n', 9, "'a' is taken by line 6",
    ),
    "two tags": ('<b id="a">b</b>\n<b id=a>b</b>\n\n::: cell one.c0\n', 4, "taken by line 3"),
    "a paragraph and a tag": (
        'b\n{: #a }\n\n::: cell one.c0\n\n<b id="a">b</b>\n', 8, "'a' is taken by line 4",
    ),
    "a block and a heading's words": (
        "/// html | div#b-c\na\n///\n\n::: cell one.c0\n\n## B *c*\n", 9, "'b-c' is taken",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TAKEN)
def test_an_id_is_given_once(write, case):
    text, line, words = TAKEN[case]
    lesson = '# %% name="c0"\nSEEDS = range(2)\n'
    course = write({"lessons/one": lesson, "docs/en/one.md": f"# T\n\n{text}"})
    page = parse(course, "en", Path("one.md"), {"one": read_lesson(course, "one")})
    with pytest.raises(CourseError) as error:
        check_pages(course, {("en", "one.md"): page})
    assert str(error.value).startswith(f"docs/en/one.md:{line}: the id ")
    assert words in str(error.value)


def test_ids_in_code_and_formulas_are_none(pages):
    pages("# T\n\n## A {#a}\n\n`{#a}` $x^{#a}$ <!-- <b id='a'> -->\n\n```\n{#a}\n```\n")


def test_links_in_captions_and_claims_and_alts_that_were_not_translated(write):
    lesson = '# %% name="c0"\nSEEDS = range(2)\ncheck("theorem t: one", 1, "==", 1)\n'
    page = '# T\n\n::: cell one.c0\n    alt="{0}"\n    caption="[a]({1})"\n\n'
    page += "::: claims one\n    t: [b]({2}).\n"

    def check(zh: str, caption: str = "one.md", claim: str = "one.md") -> None:
        english = page.format("A line that rises", caption, claim)
        chinese = page.format(zh, "one.md", "one.md")
        course = write(
            {"lessons/one": lesson, "docs/en/one.md": english, "docs/zh/one.md": chinese}
        )
        lessons = {"one": read_lesson(course, "one")}
        check_pages(
            course, {(n, "one.md"): parse(course, n, Path("one.md"), lessons) for n in ("en", "zh")}
        )

    check("上升的线")
    with pytest.raises(CourseError, match=r"docs/zh/one\.md:3: the alt text .* is not translated"):
        check("A line that rises")
    with pytest.raises(CourseError, match=r"docs/en/one\.md:3: the link target 'two.md'"):
        check("上升的线", caption="two.md")
    with pytest.raises(CourseError, match=r"docs/en/one\.md:8: the link target 'two.md'"):
        check("上升的线", claim="two.md")


def test_a_quiz_asks_the_same_in_both_languages(pages):
    quiz = '# T\n\n??? question "A"\n\n    ??? choice "B"\n\n        c\n'
    more = quiz + '\n    ??? choice "D"\n\n        e\n'
    pages(quiz, chinese=quiz.replace("A", "甲"))
    pages(quiz, chinese=quiz.replace("A", "`A`，$a$？").replace("B", "*乙* `b`"))
    where = r"docs/en/index\.md"
    with pytest.raises(
        CourseError, match=rf"zh/index\.md: nothing in a quiz where .*{where}:9 has"
    ):
        pages(more, chinese=quiz)
    with pytest.raises(
        CourseError, match=rf"zh/index\.md:9: choice in a quiz where {where} has no"
    ):
        pages(quiz, chinese=more)


def test_the_pages_of_the_course_are_right():
    course = Course(ROOT)
    lessons = {name: read_lesson(course, name) for name in course.lesson_names()}
    lessons |= {lab.name: as_lesson(lab) for lab in read_labs(course)}
    check_pages(course, {
        (language, path.as_posix()): parse(course, language, path, lessons)
        for language, paths in page_paths(course).items() for path in paths
    })  # fmt: skip
