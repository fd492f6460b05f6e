"""Edits by the hundred: each runs the lessons that it can change, no other, and no page is stale.

Three lessons and a lab share helpers of helpers, constants, an alias and a data set; pages list
terms and claims, and name each other. Every number, comment, docstring, line of prose and version
of theirs is changed in turn and changed back, in one process, as under a server. Pages and
downloads then equal those of a build from nothing, which remembers nothing either.
"""

import ast
import re
import shutil
import sys
from collections import Counter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from course_code.publish.base import again
from course_code.publish.base.course import Course
from course_code.publish.run import inputs
from course_code.publish.website.prepare import place_of, prepare

from .three_lessons import ALL, CELLS, FILES, GLOSSARY, LAB, PAGES, STEPS, USERS, WORDS, page


@pytest.fixture
def course(write) -> Course:
    pages = {f"docs/{at}/{name}.md": page(name, at) for name in CELLS for at in ("en", "zh")}
    others = {f"docs/{at}/{name}.md": text for name, text in PAGES.items() for at in ("en", "zh")}
    words = {"docs/glossary.yml": GLOSSARY, "docs/figures.yml": WORDS}
    theme = {"docs/theme/main.html": "<p>theme</p>\n"}
    lab = {"labs/alpha": LAB, "teach/steps": STEPS}
    return write({**FILES, **pages, **others, **words, **theme, **lab})


def owner(file: str, tree: ast.Module, line: int) -> set[str]:
    """Lessons whose outputs the code at `line` can change."""
    if file.startswith("lessons/"):
        return {file.removeprefix("lessons/")}
    (node,) = (n for n in tree.body if n.lineno <= line <= n.end_lineno)
    return USERS[node.name if hasattr(node, "name") else node.targets[0].id]


def replaced(text: str, node: ast.AST, new: str) -> str:
    lines = text.split("\n")
    line = lines[node.lineno - 1]
    lines[node.lineno - 1] = line[: node.col_offset] + new + line[node.end_col_offset :]
    return "\n".join(lines)


def edits_of_code():
    """(kind, file, new text, lessons that must run)."""
    for file, text in FILES.items():
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and type(node.value) is int:
                kind = "cell" if file.startswith("lessons/") else "helper, constant, data"
                new = replaced(text, node, str(node.value + 1))
                yield kind, file, new, owner(file, tree, node.lineno)
            if isinstance(node, ast.FunctionDef | ast.Module) and ast.get_docstring(node):
                said, gamma = ast.get_docstring(node).split("\n")[0], file == "lessons/gamma"
                new = text.replace(said, f"{said} Or so.", 1)
                yield "docstring", file, new, {"gamma"} if gamma else set()
        for n, line in enumerate(lines := text.split("\n")):
            reads_itself = {"gamma"} if file == "lessons/gamma" else set()
            if re.match(r"\s*[a-zA-Z@].*[\w)\]:]$", line) and not line.startswith("    Twice"):
                new = "\n".join([*lines[:n], f"{line}  # a note", *lines[n + 1 :]])
                yield "comment", file, new, reads_itself
            if line.startswith(("    return", "print", "STEP", "DATA", "square")):
                new = "\n".join(
                    [*lines[:n], "", "    " * line.startswith(" ") + "# a line", *lines[n:]]
                )
                yield "blank line", file, new, reads_itself
    alias = FILES["lessons/beta"].replace("low as under", "low as beneath")
    yield "alias", "lessons/beta", alias.replace("under(4)", "beneath(4)"), {"beta"}
    other = FILES["lessons/beta"].replace("import low as", "import top as")
    yield "alias", "lessons/beta", other, {"beta"}
    yield "order", "teach/numbers", FILES["teach/numbers"] + "\n\nLATE = 1\n", set()
    renamed = FILES["lessons/alpha"].replace('name="second"', 'name="second" timeout=9 output=9000')
    yield "limits", "lessons/alpha", renamed, set()
    for name in ("alpha", "beta"):
        moved = FILES[f"lessons/{name}"].replace('"""What', '"""Why, and what', 1)
        yield "lesson's docstring", f"lessons/{name}", moved, set()


def edits_of_text():
    for name in CELLS:
        for language in ("en", "zh"):
            text = page(name, language)
            for sentence in (" in one sentence.", "The last sentence", "# ", "::: cell"):
                more = f"More.\n\n{sentence}" if sentence == "::: cell" else f"{sentence} (new)"
                new = text.replace(sentence, more, 1)
                yield "prose", f"docs/{language}/{name}.md", new, set()
    home = "# Home\n\n{{ alpha/total }} of {{ beta/average:.2f}}\n"
    for language in ("en", "zh"):
        yield "other page", f"docs/{language}/index.md", home, set()
        tried = PAGES["labs/alpha"].replace("Try.", "Try it.")
        yield "prose", f"docs/{language}/labs/alpha.md", tried, set()
    yield "glossary", "docs/glossary.yml", GLOSSARY.replace("equally", "evenly"), set()
    other = GLOSSARY.replace("term: mean", "term: average").replace("平均值", "均值")
    yield "glossary", "docs/glossary.yml", other, set()
    yield "words of figures", "docs/figures.yml", WORDS.replace("平方", "平方数"), set()
    for old, new, runs in (
        ("as you like", "as you please", set()),
        ("随你怎么写", "怎么写都行", set()),
        ("加倍", "翻倍", set()),
        ("0 * x", "0 * x * 1", {"labs/alpha"}),
        ("twice(4) == 8", "twice(5) == 10", {"labs/alpha"}),
    ):
        yield "lab", "labs/alpha", LAB.replace(old, new), runs
    said = STEPS.replace("Not yet.", "Not quite.")
    yield "helper of a lab", "teach/steps", said, {"labs/alpha"}
    yield "template", "docs/theme/main.html", "<p>another</p>\n", set()


EDITS = [*edits_of_code(), *edits_of_text()]


def texts(site) -> dict[str, bytes | str]:
    """Pages, downloads of one language by language and path, and figures."""
    found = {p: data for p, data in site.files().items() if p.startswith("assets/lessons/")}
    found |= {
        f"{at}/{path}": site.markdown(at, path, place_of(at, path)) for at, path in site.pages
    }
    for path, data in site.downloads("zh").items():
        found[f"zh/{path}"] = data.read_bytes() if isinstance(data, Path) else data
    return found


def test_there_are_a_hundred_edits_of_many_kinds():
    kinds = Counter(kind for kind, *_ in EDITS)
    assert len(EDITS) >= 100
    assert len(kinds) >= 10
    assert sum(bool(run) for *_, run in EDITS) >= 20


SEEN = {  # what some edit of a kind changes, at least
    *{(kind, f"en/{name}.md") for kind in ("cell", "prose") for name in CELLS},
    *{(kind, f"zh/notebooks/{name}.ipynb") for kind in ("cell", "comment") for name in CELLS},
    *{("cell", f"en/{name}.md") for name in ("index", "checked")},
    *{("helper, constant, data", f"zh/{name}.md") for name in ("index", "alpha", "beta")},
    *{("glossary", f"{language}/glossary.md") for language in ("en", "zh")},
    *{("lab", f"zh/{name}") for name in ("labs/alpha.md", "notebooks/labs/alpha.ipynb")},
    *{("prose", f"{language}/labs/alpha.md") for language in ("en", "zh")},
    ("helper of a lab", "zh/notebooks/labs/alpha.ipynb"),
    ("other page", "zh/index.md"),
    ("words of figures", "assets/lessons/gamma/own-1.zh.light.svg"),
}


def test_each_edit_runs_what_it_can_change_and_leaves_no_page_stale(
    course, ran, tmp_path, monkeypatch
):
    monkeypatch.setattr("os.fsync", lambda file: None)  # which takes longest on a busy disk
    wanted = from_nothing(course, tmp_path / "nothing")
    before, seen = texts(prepare(course)), set()
    stale, needless, missed = [], [], []
    for (kind, file, new, expected), fresh in zip(EDITS, wanted, strict=True):
        path = place(course.root, file)
        old = path.read_text("utf-8")
        ran.clear()
        path.write_text(new, "utf-8")
        after = texts(prepare(course))
        needless += [(kind, file, name) for name in {*ran} - expected]
        missed += [(kind, file, name) for name in expected - {*ran}]
        path.write_text(old, "utf-8")
        back = texts(prepare(course))
        stale += [(kind, file, name) for name in fresh if after[name] != fresh[name]]
        stale += [(kind, file, name, "back") for name in before if back[name] != before[name]]
        seen |= {(kind, name) for name in before if after[name] != before[name]}
    assert (stale, needless, missed) == ([], [], [])
    assert seen >= SEEN


def from_nothing(course: Course, root: Path) -> list[dict]:
    """What each edit shall give: the pages of a course that was never built before."""
    found = []
    for _, file, new, _ in EDITS:
        shutil.copytree(course.root, root, ignore=shutil.ignore_patterns("nothing", ".lessons"))
        assert place(root, file).read_text("utf-8") != new, file
        place(root, file).write_text(new, "utf-8")
        again.forget()
        found.append(texts(prepare(Course(root))))
        shutil.rmtree(root)
    again.forget()
    return found


def place(root: Path, file: str) -> Path:
    return root / (file if "." in file else f"course_code/{file}.py")


def test_versions_and_the_engine_run_what_they_can_change(course, ran, monkeypatch):
    prepare(course)
    plain, read = inputs._version, inputs._read
    for library, expected in {
        **dict.fromkeys([*inputs.LIBRARIES, *inputs.TOOLS], ALL), "torch": set(), "jinja2": set(),
    }.items():  # fmt: skip
        changed = lambda n, library=library: "9" if n == library else plain(n)  # noqa: E731
        monkeypatch.setattr(inputs, "_version", changed)
        assert plan_changes(course) == expected, library
    monkeypatch.setattr(inputs, "_version", plain)
    for there in inputs.SHAPING:
        for new, expected in {"\nLATE = 1\n": ALL, "\n# a note\n": set()}.items():
            monkeypatch.setattr(
                inputs, "_read", lambda p, there=there, new=new: read(p) + new * (p == there)
            )
            assert plan_changes(course) == expected, (there, new)
    monkeypatch.setattr(inputs, "_read", read)
    monkeypatch.setattr(inputs.platform, "python_version", lambda: "3.99.0")
    assert plan_changes(course) == ALL


def plan_changes(course) -> set[str]:
    from course_code.publish.run.plan import plan_lesson
    from course_code.publish.run.store import Store

    plans = [plan_lesson(course, name) for name in course.lesson_names()]
    return {p.lesson.name for p in plans if Store(course).load(p.lesson.name, p.inputs) is None}


def test_what_shapes_outputs_is_covered_by_the_key():
    """Every module that touches an output is hashed, or only moves, names or refuses it."""
    room = {p.stem for p in Path(inputs.__file__).parent.rglob("*.py")} - {"__init__"}
    hashed = {Path(path).stem for path in inputs.SHAPING}
    moving = {"device", "folders", "inputs", "mistakes", "plan", "processes", "schedule", "store"}
    assert room == hashed | moving


def test_every_package_that_shapes_outputs_is_in_the_key():
    """What runs beside a lesson imports them; of torch a lesson's own import tells."""
    imported = {
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for path in inputs.SHAPING
        for node in ast.walk(ast.parse(Path(path).read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    roots = {name.split(".")[0] for name in imported} - sys.stdlib_module_names - {"course_code"}
    provided = {canonicalize_name(p) for root in roots for p in packages_distributions()[root]}
    assert {"matplotlib", "pillow", "scour"} <= provided
    assert provided <= {*inputs.LIBRARIES, *inputs.TOOLS}
