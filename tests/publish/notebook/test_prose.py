"""What a teacher writes in a notebook is on its page as Jupyter shows it, or as it was meant."""

import pytest

from course_code.publish.base.errors import CourseError

from .teachers import given, rendered, texts

FOLD = """<details>
<summary>Why <code>__init__</code>, $x_1$ &lt; <strong>b</strong>?</summary>

**Bold** and $y$:
- a
- b

```python
c = "**d**"
```

<details><summary>Inner</summary>

*e*

</details>

</details>

**After**"""


def test_what_is_inside_of_html_is_markup():
    page = rendered(given(texts(FOLD)))
    outer, inner = page("details")
    assert inner in outer.descendants
    assert outer.summary.code.get_text() == "__init__"
    assert [formula["data-tex"] for formula in outer("math")] == ["x_1", "y"]
    assert [strong.get_text() for strong in page("strong")] == ["b", "Bold", "After"]
    assert (len(outer("li")), inner.em.get_text()) == (2, "e")
    assert outer.select_one(".highlight").get_text().strip() == 'c = "**d**"'
    assert not page.select("[markdown]")


def test_html_is_what_jupyter_makes_of_it():
    text = "<div class='alert'>\n    <b>a</b> $c$\n\n**b**\n</div>\n\n"
    text += "<center>\n\n**d**\n</center>\n\n"
    text += "<p align='center'>\n<i>e</i></p>\n\n<pre>\n    **g**\n</pre>\n\n`<div>` $h<i$"
    page = rendered(given(texts(text)))
    assert [page.select_one(f"{where} strong").get_text() for where in (".alert", "center")] == [
        "b",
        "d",
    ]
    assert page.select_one("p[align] i").get_text() == "e"
    assert page.select_one(".alert math")["data-tex"] == "c"
    assert page.pre.get_text().strip("\n") == "    **g**"
    assert page("code")[-1].get_text() == "<div>"
    assert page("math")[-1]["data-tex"] == "h<i"


def test_what_jupyter_would_show_as_typed_names_its_cell():
    page = given(texts("a", "<div>\n**b**\n</div>"))
    with pytest.raises(CourseError, match=r"falling\.ipynb: cell 3: stress that was not"):
        rendered(page)


STRESSED = {
    "他说**“好”**吧": "“好”",
    "**注意：**先看": "注意：",
    "用*“斜体”*和**`代码`**表示": "“斜体”",
    "这是**“甲”和*乙*吧**的": "“甲”和乙吧",
}


@pytest.mark.parametrize("text", STRESSED)
def test_stress_beside_chinese_punctuation(text):
    page = rendered(given(texts(text), "zh"), "zh")
    assert page.find(["strong", "em"]).get_text() == STRESSED[text]
    assert "*" not in page.get_text()


def test_lists_of_two_kinds_are_two():
    page = rendered(given(texts("- a\n1. x\n2. y\n- b\n  - c\n  1. z")))
    assert [[li.get_text().split()[0] for li in each("li", recursive=False)]
            for each in page(["ul", "ol"])] == [["a"], ["x", "y"], ["b"], ["c"], ["z"]]  # fmt: skip


def test_headings_have_addresses_that_others_do_not_change():
    def found(*sources):
        return [h["id"] for h in rendered(given(texts(*sources)))(["h2", "h3"])]

    assert found("## 练习\n\n## 弯折 { .x }", "### 练习") == ["练习", "弯折", "弯折-练习"]
    assert found("## 答案", "## 弯折\n### 练习\n## 练习")[1:3] == ["弯折", "练习"]
    assert found("## Ex `a`\n### Hint", "## Ey\n### Hint") == ["ex-a", "hint", "ey", "ey-hint"]
    assert found("## Named {#here}") == ["here"]

    assert found("# 另一章\n\n## 小节") == ["小节"]


@pytest.mark.parametrize("text", ["3*(n+1)*m", '<b title="f*（x）*g">h</b>', "2 * “a” * b"])
def test_what_is_no_stress_stays(text):
    page = rendered(given(texts(text)))
    assert not page(["em", "strong"])
    assert str(page("p")[1]).count("*") == 2


@pytest.mark.parametrize(
    ("text", "address", "shown"),
    [
        ("*see https://x.org*", "https://x.org", "see https://x.org"),
        ("_https://x.org/a_", "https://x.org/a", "https://x.org/a"),
        ("（见https://x.org/a）。后", "https://x.org/a", "（见https://x.org/a）。后"),
        ("see https://x.org/A_(b), c", "https://x.org/A_(b)", "see https://x.org/A_(b), c"),
        ("(https://x.org/c).", "https://x.org/c", "(https://x.org/c)."),
        ("[https://x.org](https://x.org/*b*)", "https://x.org/*b*", "https://x.org"),
        ("[a][r]\n\n[r]: https://x.org/d", "https://x.org/d", "a"),
        ('<a href="https://x.org/*f*">g</a>', "https://x.org/*f*", "g"),
    ],
)
def test_addresses_end_where_they_end(text, address, shown):
    page = rendered(given(texts(text)))
    link = page.find("a", rel=True)
    assert (link["href"], link.find_parent("p").get_text()) == (address, shown)


@pytest.mark.parametrize("text", ["[a](&#106;avascript:x)", "[a][r]\n\n[r]: javascript:x"])
def test_a_link_that_is_a_script_is_refused(text):
    with pytest.raises(CourseError, match="a link that is a script"):
        rendered(given(texts(text)))


def test_comments_breaks_and_boxes():
    page = rendered(given(texts("a <!-- b --> c<br/>d\n\n- [ ] e\n- [x] f\n\n~~g~~")))
    assert page("p")[1].get_text().split() == ["a", "c", "d"]
    assert [item.get_text() for item in page("li")] == ["☐ e", "☑ f"]
    assert not page("input")
    assert page.find("del").get_text() == "g"


def test_formulas_in_quotes_and_code_in_tables():
    text = "> $$\n> x\n> + y\n> $$\n\n| a | b |\n|---|---|\n| `x|y` | $|z|$ |"
    page = rendered(given(texts(text)))
    assert [" ".join(formula["data-tex"].split()) for formula in page("math")] == ["x + y", "|z|"]
    assert page.blockquote.math["display"] == "block"
    assert not page.select("p > div")
    assert page.td.code.get_text() == "x|y"


def test_html_of_ones_own_stays():
    text = "<pre>a <b>b</b> <!-- c --> d</pre>\n\n<div class='highlight'>$x$</div>"
    page = rendered(given(texts(text)))
    assert page.pre.b.get_text() == "b"
    assert page.pre.get_text() == "a b  d"
    assert page.select_one("div.highlight math")["data-tex"] == "x"
