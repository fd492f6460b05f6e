"""A filled page becomes HTML with the code that ran, letter by letter, and nothing broken."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import markdown
import pytest
from conftest import ROOT
from mkdocs.config import load_config

from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.read import read_lesson
from course_code.publish.page.fill import fill_page
from course_code.publish.page.parse import parse
from course_code.publish.page.parts import Page, Prose, ShownCell
from course_code.publish.page.write import Place, figure_files, ranges, to_markdown
from course_code.publish.run import schedule
from course_code.publish.run.plan import plan_lesson

PLACE = Place("../", "../")
AWKWARD = '''text = """`one` ``two`` ```three```
```python
````text
````
<b>bold</b> &amp; {{ x }} $y$ \\alpha *s* _u_ é 数 \u2028 🎈
::: cell one.c0
    indented    
!!! note
# no heading
"""
if text:
    # %% a comment
    figure()


def last(n: int = 3) -> int:
    return n % 2 # no newline at the end'''  # noqa: W291


class Reader(HTMLParser):
    """Classes of blocks in page order, text of each code block, and images."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.classes, self.code, self.images, self.inside = [], [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        for name in (attributes.get("class") or "").split():
            if name.startswith("lesson-"):
                self.classes.append(name)
        if tag == "code" and self.classes and self.classes[-1] in ("lesson-code", "lesson-output"):
            self.code.append("")
            self.inside = True
        if tag == "img":
            self.images.append(attributes)

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "code"

    def handle_data(self, data):
        if self.inside:
            self.code[-1] += data


@pytest.fixture(scope="module")
def to_html():
    """Convert as the site does, with the extensions of mkdocs.yml."""
    config = load_config(str(ROOT / "mkdocs.yml"))

    def convert(text: str) -> str:
        text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)
        return markdown.Markdown(
            extensions=config.markdown_extensions, extension_configs=config.mdx_configs
        ).convert(text)

    return convert


@pytest.fixture
def shown(one_lesson, write, ran):
    """Markdown of a page of the lesson whose cells are given, and its run."""

    def shown(cells: list[str], page: str, place: Place = PLACE, language: str = "en", **modules):
        course = one_lesson(*cells, **modules)
        write({f"docs/{language}/one.md": page})
        plan = plan_lesson(course, "one")
        schedule.update(course, [plan])
        runs = schedule.runs(course, [plan])
        read = parse(course, language, Path("one.md"), {"one": read_lesson(course, "one")})
        return to_markdown(fill_page(read, runs), runs["one"], place), runs["one"]

    return shown


@pytest.mark.parametrize("indent", ["", '!!! note "Inside"\n\n    ', "- item\n\n    "])
@pytest.mark.parametrize("fold", ["", ' fold="Solution"', ' fold-code="The code"'])
def test_the_code_of_a_page_is_what_ran_letter_by_letter(shown, to_html, indent, fold):
    page = f'# T\n\n{indent}::: cell one.c0{fold} alt="a"\n\n{indent and "    "}More.\n'
    text, run = shown([AWKWARD], page)
    reader = Reader(to_html(text))
    (block,) = run.plan.inlined.blocks["c0"]
    assert AWKWARD in block.source
    assert reader.code == [block.source + "\n"]


@pytest.mark.parametrize("spoilt", ["x = '''\n   \n'''", "x = '\t'", "if x:\n\ty = 1"])
def test_code_that_markdown_would_change_is_refused(shown, spoilt):
    with pytest.raises(CourseError, match=r"one\.py:\d+: a tab, or spaces on a blank line"):
        shown(["x = 1\n" + spoilt], "# T\n\n::: cell one.c0\n")


def test_code_prints_figures_and_errors_keep_the_order_of_the_run(shown, to_html, write):
    write({"draw/lines": "def draw(figure):\n    figure()\n    figure()\n"})
    cells = [
        "print('a ` b\\n```\\n\\n  <c> {{ d }}')",
        "from course_code.draw.lines import draw\n\nfigure()\ndraw(figure)",
        "y = 1",
    ]
    page = (
        "# T\n\n::: cell one.c0\n\n::: cell one.c1\n"
        '    alt="1" alt="2" alt="3" caption="**First** $x$" caption="Second"\n\n::: cell one.c2\n'
    )
    text, _ = shown(cells, page)
    html_text = to_html(text)
    reader = Reader(html_text)
    blocks = ["lesson-code", "lesson-output", "lesson-fold", "lesson-code", "lesson-code"]
    blocks += ["lesson-figure"] * 3 + ["lesson-code"]
    row = [f"lesson-{name}" for name in ("buttons", "hide", "more", "copy", "print", "plain")]
    assert reader.classes == [*row, *blocks, "lesson-provenance"]
    assert re.findall(r'<details class="([^"]*)"', html_text) == [
        "lesson-more",
        "lesson-fold only-code",  # of c1, whose inlined code draws
    ]
    assert reader.code[1] == "a ` b\n```\n\n  <c> {{ d }}\n"
    assert [i["alt"] for i in reader.images] == ["1", "1", "2", "2", "3", "3"]
    assert [i["src"].rpartition("/")[2] for i in reader.images[2:4]] == [
        "c1-2.light.svg",
        "c1-2.dark.svg",
    ]
    assert html_text.count("<figcaption>") == 2
    assert "<strong>First</strong>" in html_text
    assert [html_text.count(f'id="cell-c{n}"') for n in range(3)] == [1, 1, 1]
    assert "<summary>Code that draws and checks</summary>" in html_text


def test_an_expected_error_is_shown_as_output(shown, to_html):
    _, run = shown(["x = 1"], "# T\n\n::: cell one.c0\n")
    (block,) = run.plan.inlined.blocks["c0"]
    failed = {"error": "KeyError", "says": "'a'\nb"}
    cell = ShownCell("c0", "", 3, (), (), blocks=(block,), outputs=((failed,),))
    page = Page(Path("docs/en/one.md"), "en", "one", (Prose("# T\n", 1), cell))
    assert Reader(to_html(to_markdown(page, run, PLACE))).code[1] == "KeyError: 'a'\nb\n"


ALTS = [
    "plain, with 数字 and é",
    "`code`, $x^2$, $$y$$, \\(z\\) and \\alpha",
    "*s* __u__ [a](b) ![c](d) [e][f] <g> & &amp; 'h' {i} #j",
    "!!! k https://l.m/n ::: o == p ~~q~~ ^r^ :s: (c)",
]


@pytest.mark.parametrize("alt", ALTS)
def test_alt_texts_arrive_as_they_were_written(shown, to_html, alt):
    text, _ = shown(["figure()"], f'# T\n\n::: cell one.c0 alt="{alt}"\n')
    light, dark = Reader(to_html(text)).images
    assert light["alt"] == dark["alt"] == alt
    assert (light["class"], dark["class"]) == ("light-only", "dark-only")
    assert light["src"] == "../assets/lessons/one/c0-1.light.svg"
    assert (light["width"], light["height"], light["loading"]) == ("40", "30", "lazy")


def test_claims_say_their_kind_and_lead_to_their_cell(shown, to_html):
    cell = 'check("measured low: is low", 1, "<", 2)\ncheck("theorem high: is high", 2, ">", 1)'
    page = "# T\n\n::: cell one.c0\n\n::: claims one\n    low: **Low** $x$.\n    high: High.\n"
    page += "    literature: Said.\n    theorem: Known.\n"
    text, _ = shown([cell], page)
    listed = to_html(text).partition("lesson-claims")[2]
    rows = re.findall(r"<li>(.*?)</li>", listed, re.S)
    assert [re.search(r"claim-kind claim-(\w+)", row)[1] for row in rows] == [
        "measured", "theorem", "literature", "theorem",
    ]  # fmt: skip
    assert ['href="#cell-c0"' in row for row in rows] == [True, True, False, False]
    assert "<strong>Low</strong>" in rows[0]


@pytest.mark.parametrize(
    ("language", "place", "links"),
    [
        ("en", Place("../", "../"), ["../notebooks/one.ipynb",
                                     "../scripts/one.py", "../runs.json"]),
        ("zh", Place("../../", "../", "", False),
         ["../notebooks/one.ipynb", "../scripts/one.py",
          "../../runs.json"]),
        ("zh", Place("../../", "../", "me/mine"),
         ["https://colab.research.google.com/github/me/mine/blob/gh-pages/zh/notebooks/one.ipynb",
          "../notebooks/one.ipynb", "../scripts/one.py", "../../runs.json"]),
    ],
)  # fmt: skip
def test_buttons_and_provenance_lead_to_the_files_of_the_page(
    shown, to_html, language, place, links
):
    text, run = shown(["x = 1"], "# T\n\nText.\n\n::: cell one.c0\n", place, language)
    converted = to_html(text)
    found = re.findall(r'<a (?:class="([^"]*)" )?href="([^"#]+)"', converted)
    assert [html.unescape(link) for _, link in found] == links
    assert [bool(first) for first, _ in found] == [True] + [False] * (len(links) - 1)
    assert "0–\u20602" in converted
    (told,) = re.findall(r'<p class="lesson-provenance"[^>]*>(.*?)</p>', converted)
    assert f"Python {run.plan.inputs.versions['python']}" in told
    assert {"en": "on cpu;", "zh": "设备 cpu；"}[language] in told
    assert converted.index("<h1") < converted.index("lesson-buttons") < converted.index("Text.")
    assert converted.rstrip().endswith("</p>")


def test_buttons_come_after_the_title_not_before_the_front_matter(shown):
    page = '---\ntitle: "T"\n---\n\n# T { #t }\n\n::: cell one.c0\n'
    text, _ = shown(["# a comment\nx = 1"], page)
    assert text.startswith('---\ntitle: "T"\n---\n\n# T { #t }\n\n<div class="lesson-buttons"')


def test_images_have_one_file_each(shown):
    text, run = shown(
        ["figure()\nfigure()", "figure()"],
        '# T\n\n::: cell one.c0 alt="a" alt="b"\n\n::: cell one.c1 alt="c"\n',
    )
    files = figure_files(run.entry["cells"])
    assert list(files) == [
        f"{name}.{theme}.svg" for name in ("c0-1", "c0-2", "c1-1") for theme in ("light", "dark")
    ]
    assert all(f'src="../assets/lessons/one/{file}"' in text for file in files)
    assert files["c0-1.dark.svg"].startswith(b"<svg")


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ([], []),
        ([3], ["3"]),
        ([0, 1], ["0", "1"]),
        ([2, 0, 1, 1], ["0–2"]),
        ([12345, 0, 1, 2, 3, 4, 7, 8], ["0–4", "7", "8", "12345"]),
        ([-2, -1, 0], ["-2–0"]),
    ],
)
def test_seeds_are_told_shortly(numbers, told):
    assert ranges(numbers) == told


@pytest.mark.parametrize(("lines", "folds"), [(60, 0), (61, 1), (3000, 1)])
def test_long_outputs_are_folded(shown, to_html, lines, folds):
    text, _ = shown([f"print('x\\n' * {lines - 1} + 'x')"], "# T\n\n::: cell one.c0\n")
    made = to_html(text)
    assert made.count("<summary>The output, ") == folds
    assert Reader(made).code[1] == "x\n" * lines


@pytest.mark.parametrize(
    ("text", "is_table"),
    [
        ("sgd   0.1  0.9\nadam  0.3  0.7", True),
        ("one  double  space in one line\nand a sentence", False),
        ("a  b\nc  d", False),  # narrow
    ],
)
def test_an_output_with_columns_is_told_from_sentences(shown, to_html, text, is_table):
    page, _ = shown([f"print({text!r})"], "# T\n\n::: cell one.c0\n")
    assert ("printed-table" in to_html(page)) == is_table
