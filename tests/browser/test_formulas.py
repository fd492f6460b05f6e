"""A formula is drawn with fewer elements than KaTeX's, each of its characters in the same place."""

import html

import pytest
from markdown import Markdown
from pymdownx.arithmatex import ArithmatexExtension

from course_code.publish.markup import katex, vendored

from .places import ROOT

PLACES = """
() => [...document.querySelectorAll(".formula")].map((formula) => {
  const found = [], { left, top } = formula.getBoundingClientRect(), range = new Range();
  const add = (name, box) =>
    found.push([name, box.x - left, box.y - top, box.width, box.height]);
  add("all", formula.getBoundingClientRect());
  for (const walk = document.createTreeWalker(formula, 4); walk.nextNode();) {
    const text = walk.currentNode;
    if (text.parentElement.closest(".katex-mathml, .vlist-s")) continue;
    for (let i = 0; i < text.length; i++) {
      range.setStart(text, i); range.setEnd(text, i + 1);
      add(text.data[i], range.getBoundingClientRect());
    }
  }
  for (const line of formula.querySelectorAll("svg, [class$=-line], .katex-rule, .nulldelimiter"))
    add(line.localName, line.getBoundingClientRect());
  return found;
})
"""
MORE = [
    r"\sqrt{x^2+1}", r"\hat{y}\bar{x}\tilde{z}\vec{v}", r"\underbrace{a+b}_{n}",
    r"\lVert x\rVert_2^2 \mathbb{E}[x] \mathcal{L}", r"\overline{AB}",
    r"\widehat{xyz}\ \xrightarrow{n}",
    r"\begin{pmatrix}a&b\\c&d\end{pmatrix}", r"\boxed{x}\cancel{y}\mathrlap{a}b\smash{c}",
    r"\big( \Bigg[ x \Bigg] \big)", r"3.5\%\ \text{of } \mathbf{W}\boldsymbol{\theta}",
]  # fmt: skip


def formulas() -> list[tuple[str, bool]]:
    """Every formula of the course, and a few kinds that it lacks: TeX, and whether displayed."""
    found = {(tex, False) for tex in MORE}
    for page in sorted(ROOT.glob("docs/*/*.md")):
        md = Markdown(extensions=[ArithmatexExtension(generic=True), "tables", "md_in_html"])
        root = md.parser.parseDocument(page.read_text("utf-8").split("\n")).getroot()
        root = md.treeprocessors["inline"].run(root) or root
        for element in root.iter():
            if element.get("class") == "arithmatex":
                tex = html.unescape((element.text or "").strip()[2:-2].strip())
                found.add((tex, element.tag == "div"))
    return sorted(found)


def page_of(shown: list[str]) -> str:
    style = (vendored.HERE / "katex/katex.min.css").as_uri()
    body = "".join(f'<div class="formula">a{formula}b</div>' for formula in shown)
    link = f'<link rel="stylesheet" href="{style}"><style>{katex.STYLE}</style>'
    return f'<!doctype html><meta charset="utf-8">{link}{body}'


def test_every_character_stays_in_its_place(browser, tmp_path, monkeypatch):
    wanted = [f for f in formulas() if "{{" not in f[0]]
    assert len(wanted) > 300
    slim = [katex.render.__wrapped__(*formula) for formula in wanted]
    monkeypatch.setattr(katex, "slim", lambda formula: formula)
    full = [katex.render.__wrapped__(*formula) for formula in wanted]
    assert sum(map(len, slim)) < 0.7 * sum(map(len, full))
    page, measured = browser.new_page(), []
    for name, shown in (("full", full), ("slim", slim)):
        file = tmp_path / f"{name}.html"
        file.write_text(page_of(shown), "utf-8")
        page.goto(file.as_uri())
        page.evaluate("document.fonts.ready")
        measured.append(page.evaluate(PLACES))
    page.close()
    for formula, before, after in zip(wanted, *measured, strict=True):
        assert [place[0] for place in before] == [place[0] for place in after], formula
        for one, other in zip(before, after, strict=True):
            assert other[1:] == pytest.approx(one[1:], abs=0.1), (formula, one[0])
