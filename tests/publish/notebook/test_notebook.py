"""Notebooks and scripts hold the page's code, its outputs, and prose that Jupyter can show."""

import base64
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat

from course_code.publish.lesson.inline import Block
from course_code.publish.notebook.dialect import read_markdown
from course_code.publish.notebook.notebook import notebook_bytes, to_notebook, write_notebook
from course_code.publish.notebook.plain import plain as to_plain
from course_code.publish.notebook.script import to_script
from course_code.publish.page.parts import Page, Prose, ShownCell, ShownClaims

HOME = "https://example.org/course/"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9"/></svg>'


PNG = base64.b64encode(b"\x89PNG picture").decode()


def figure():
    """A figure as the store keeps it."""
    image = {"width": 40, "height": 30, "data": SVG}
    notebook = {"format": "png", "data": PNG}
    return {"figure": {"light": image, "dark": image, "notebook": notebook}}


def cell(name, *sources, outputs=None, **options):
    """A shown cell whose blocks have these sources."""
    blocks = tuple(Block(source, False, ()) for source in sources)
    outputs = outputs or tuple(() for _ in sources)
    defaults = {"indent": "", "line": 1, "alts": (), "captions": ()}
    return ShownCell(name, blocks=blocks, outputs=outputs, **(defaults | options))


def page(*segments, language="en", path="spiral.md"):
    """A page of these segments; text is prose."""
    parts = tuple(Prose(part, 1) if isinstance(part, str) else part for part in segments)
    return Page(Path("docs", language, path), language, "spiral", parts)


HELPER = Block("def draw(ax):\n    ax.plot([1])", True, ())
FIGURES = replace(
    cell("plot", "draw(1)\nplt.show()"),
    blocks=(HELPER, Block("draw(1)\nplt.show()", False, ())),
    outputs=((), ({"text": "two\nlines"}, figure(), figure())),
    alts=("A “line” & more", "Dots"),
    captions=("**First.** It rises with $x$.",),
)
BUG = cell(
    "bug",
    "raise RuntimeError('no')",
    outputs=(({"error": "RuntimeError", "says": "no"},),),
    expect="RuntimeError",
)
SOLUTION = cell("solution", "print(2)", outputs=(({"text": "2"},),), fold="Solution")
LESSON = page(
    '---\ntitle: Spiral\n---\n\n# Spiral\n\nIntro $x$.\n\n!!! note "Look"\n\n    Before.\n',
    replace(FIGURES, indent="    "),
    "\n    After $$y$$.\n\n## Bugs\n",
    BUG,
    SOLUTION,
    ShownClaims("", 1, (("measured", "plot", "It *rises*."), ("literature", None, "So it is."))),
    "",
)


def code_blocks(page):
    """The page's code, in order."""
    return [b for s in page.segments if isinstance(s, ShownCell) for b in s.blocks]


def sources(notebook, kind):
    return ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == kind]


def test_a_notebook_is_valid_and_ready_for_colab():
    notebook = to_notebook(LESSON, HOME)
    nbformat.validate(nbformat.from_dict(notebook), relax_add_props=False)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert notebook["metadata"]["colab"]["name"] == "spiral.ipynb"
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)


def test_a_notebook_has_exactly_the_pages_code():
    wanted = [block.source for block in code_blocks(LESSON)]
    assert len(wanted) == 4
    assert sources(to_notebook(LESSON), "code") == wanted


def test_outputs_are_those_of_the_run():
    cells = [c for c in to_notebook(LESSON)["cells"] if c["cell_type"] == "code"]
    assert [c["execution_count"] for c in cells] == [1, 2, 3, 4]
    text, first, second = cells[1]["outputs"]
    assert "".join(text["text"]) == "two\nlines\n"
    assert first["data"] == {"image/png": PNG, "text/plain": ["A “line” & more"]}
    assert second["metadata"]["image/png"] == {"width": 40, "height": 30}
    assert cells[1]["metadata"]["alt"] == ["A “line” & more", "Dots"]


def test_captions_follow_their_figures():
    texts = [("".join(c["source"]), c["cell_type"]) for c in to_notebook(LESSON)["cells"]]
    at = texts.index(("draw(1)\nplt.show()", "code"))
    text, kind = texts[at + 1]
    assert (text.split("\n")[0], kind) == ("> **First.** It rises with $x$.", "markdown")


def test_drawing_code_is_collapsed_and_titled():
    cells = to_notebook(LESSON)["cells"]
    at = next(i for i, c in enumerate(cells) if c["id"] == "cell-plot-1")
    assert cells[at]["metadata"] == {"cellView": "form", "jupyter": {"source_hidden": True}}
    assert "".join(cells[at - 1]["source"]).endswith("> **Code that draws and checks**")
    assert "jupyter" not in cells[at + 1]["metadata"]


def test_a_solution_hides_code_and_output():
    cells = to_notebook(LESSON)["cells"]
    solution = next(c for c in cells if c["id"] == "cell-solution")
    assert solution["metadata"]["jupyter"] == {"source_hidden": True, "outputs_hidden": True}
    assert "**Solution**" in sources(to_notebook(LESSON), "markdown")


def test_an_expected_error_is_shown_announced_and_allowed():
    cells = to_notebook(LESSON)["cells"]
    at = next(i for i, c in enumerate(cells) if c["id"] == "cell-bug")
    assert cells[at]["metadata"]["tags"] == ["raises-exception"]
    [error] = cells[at]["outputs"]
    assert (error["ename"], error["evalue"]) == ("RuntimeError", "no")
    assert "RuntimeError" in "".join(cells[at - 1]["source"])


def test_a_cell_in_an_admonition_splits_it():
    inside = cell("a", "x = 1", indent="    ")
    notebook = to_notebook(page("!!! tip\n\n    One.\n", inside, "\n    Two.\n\nThree."))
    kinds = [c["cell_type"] for c in notebook["cells"]]
    assert kinds == ["markdown", "code", "markdown"]
    assert sources(notebook, "markdown") == ["> **Tip**\n>\n> One.", "> Two.\n\nThree."]


def test_a_cell_in_details_is_hidden_after_their_text():
    inside = cell("a", "x = 1", indent="    ")
    notebook = to_notebook(page('??? note "More"\n\n    One.\n', inside, "\n    Two.\n"))
    texts = [
        f"<details>\n<summary>More{m}</summary>\n\n{t}\n\n</details>"
        for m, t in (("", "One."), (" …", "Two."))
    ]
    assert sources(notebook, "markdown") == texts
    assert notebook["cells"][1]["metadata"]["jupyter"]["outputs_hidden"]


def test_a_cell_at_the_start_of_details_follows_their_title():
    inside = cell("a", "x = 1", indent="        ")
    notebook = to_notebook(page('??? note "A"\n\n    ??? tip "B"\n\n', inside, "C"))
    first = "<details>\n<summary>A</summary>\n\n**B**\n\n</details>"
    assert sources(notebook, "markdown") == [first, "C"]
    assert notebook["cells"][1]["metadata"]["jupyter"]["outputs_hidden"]


def test_a_cell_in_open_details_is_shown():
    notebook = to_notebook(page('???+ note "More"\n', cell("a", "x = 1", indent="    "), ""))
    assert sources(notebook, "markdown") == ["**More**"]
    assert notebook["cells"][1]["metadata"] == {}


def test_sections_begin_their_own_cells():
    notebook = to_notebook(page("# A\n\nOne.\n\n## B\n\n```text\n## no heading\n```\n"))
    texts = sources(notebook, "markdown")
    assert [text.split("\n")[0] for text in texts] == ["# A", "## B"]


def test_the_title_says_where_the_notebook_is_from():
    known, unknown = to_notebook(LESSON, HOME), to_notebook(LESSON)
    assert "(https://example.org/course/spiral/)" in sources(known, "markdown")[0]
    assert "http" not in sources(unknown, "markdown")[0]
    assert "title:" not in sources(known, "markdown")[0], "front matter is no text"


def test_claims_name_their_kind():
    [claims] = [t for t in sources(to_notebook(LESSON), "markdown") if "rises*" in t]
    assert "- **measured here** It *rises*.\n- **literature** So it is." in claims


def test_chinese_words_in_chinese_notebooks():
    zh = replace(LESSON, language="zh", path=Path("docs/zh/spiral.md"))
    texts = "\n".join(sources(to_notebook(zh, HOME), "markdown"))
    assert "本笔记本" in texts
    assert "绘图与检验用的代码" in texts
    assert "This notebook" not in texts


def test_the_same_page_gives_the_same_bytes(tmp_path):
    assert notebook_bytes(to_notebook(LESSON, HOME)) == notebook_bytes(to_notebook(LESSON, HOME))
    path = write_notebook(tmp_path / "spiral.ipynb", LESSON, HOME)
    assert path.read_bytes() == notebook_bytes(to_notebook(LESSON, HOME))
    nbformat.validate(nbformat.read(path, as_version=4))


def test_a_notebook_is_written_only_when_its_page_changed(tmp_path):
    path = write_notebook(tmp_path / "spiral.ipynb", LESSON)
    before = path.stat().st_mtime_ns
    write_notebook(path, LESSON)
    assert path.stat().st_mtime_ns == before
    write_notebook(path, LESSON, HOME)
    assert b"example.org" in path.read_bytes()
    outputs = replace(SOLUTION, outputs=(({"text": "three"},),))
    write_notebook(path, page(outputs))
    assert b"three" in path.read_bytes()
    path.unlink()
    assert write_notebook(path, LESSON).is_file()


def test_links_without_a_known_address_become_text():
    text = '[a *b*](c.md) ![d](e.png) [f](https://g.org) <img src="h.png" alt="i">'
    pieces = to_plain(read_markdown(text), lambda to: to if ":" in to else None)
    assert list(pieces) == ["a *b* *(d)* [f](https://g.org) *(i)*"]


def run(script, tmp_path):
    path = tmp_path / "script.py"
    path.write_text(script, "utf-8")
    return subprocess.run(
        [sys.executable, "-I", "-X", "utf8", path], capture_output=True, text=True, encoding="utf-8"
    )


def test_a_script_runs_to_its_end_past_expected_errors(tmp_path):
    text = 'text = """a\n  b"""\nif text:\n    raise RuntimeError(text + \'c\')'
    lesson = page(
        "# 标题\n\nProse.\n\n## Two\n",
        cell("one", "x = error = 1", "print(x)"),
        cell("bug", text, expect="RuntimeError"),
        cell("matrix", "raise KeyError(f'''k\n{x}''')", expect="OddError"),
        cell("end", "print(x + 1, error)"),
    )
    script = to_script(lesson, HOME)
    ran = run(script, tmp_path)
    assert ran.stderr == ""
    assert ran.stdout == "1\nRuntimeError: a\n  bc\nKeyError: 'k\\n1'\n2 1\n"
    assert "# # 标题\n# https://example.org/course/spiral/" in script
    assert "# ## Two" in script
    assert "Prose" not in script


def test_a_script_has_the_pages_code():
    lesson = page(cell("one", "x = 1", "y = 2"), "text", cell("two", "print(x + y)"))
    assert to_script(lesson) == "# %%\nx = 1\n\n# %%\ny = 2\n\n# %%\nprint(x + y)\n"


def test_notebooks_are_json_with_readable_characters():
    data = notebook_bytes(to_notebook(page("# 标题")))
    assert "标题".encode() in data
    assert json.loads(data)["nbformat_minor"] == 5
