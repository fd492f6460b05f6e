"""Edits by the hundred: each runs the lessons that it can change, no other, and no page is stale.

Three lessons share helpers of helpers, constants, an alias and a data set. Every number, comment,
docstring, line of prose and version of theirs is changed in turn, on a copy of the built course;
its pages then equal those of a build from nothing.
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

from course_code.publish.base.course import Course
from course_code.publish.run import inputs
from course_code.publish.website.prepare import place_of, prepare

ALL = {"alpha", "beta", "gamma"}
FILES = {
    "lessons/alpha": '''"""What does alpha ask?"""

# %% name="first"
from course_code.teach.helpers import top

SEEDS = range(3)
total = top(5)  # of the first kind
print(f"total {total}")

# %% name="second"
for n in SEEDS:
    print(n * total, 7)
''',
    "lessons/beta": '''"""What does beta ask?"""

# %% name="data"
from course_code.teach.helpers import low as under
from course_code.teach.numbers import DATA, mean

SEEDS = range(2)
average = mean(DATA)
print(average, under(4))
''',
    "lessons/gamma": '''# %% name="own"
SEEDS = range(4)


def square(n):
    """Nine, for three."""
    return n * n + 1


print(square.__doc__, square(3))
''',
    "teach/helpers": '''"""Helpers of helpers."""

STEP = 3
UNUSED = 8


def low(n):
    """Add one."""
    return n + 1


def mid(n):
    """Double, then add the step.

    Twice.
    """
    # once
    return 2 * low(n) + STEP


def top(n):
    """Square it."""
    return mid(n) ** 2


def unused(n):
    """Shown by no lesson."""
    return n + UNUSED + 6
''',
    "teach/numbers": '''"""A data set."""

import math

DATA = [11, 12, 13, 14, 15]


def mean(values):
    """The arithmetic mean."""
    return math.fsum(values) / (len(values) + 0)
''',
}
USERS = {  # top-level name of teach -> lessons that show it
    "STEP": {"alpha"}, "low": {"alpha", "beta"}, "mid": {"alpha"}, "top": {"alpha"},
    "UNUSED": set(), "unused": set(), "DATA": {"beta"}, "mean": {"beta"},
}  # fmt: skip
PAGE = """# {title}

{title} in one sentence.

{value}

{cells}

The last sentence of {title}.
"""
CELLS = {"alpha": ("first", "second"), "beta": ("data",), "gamma": ("own",)}
VALUES = {
    "alpha": "The total is {{ total }}.",
    "beta": "On average {{ average:.1f}}.",
    "gamma": "No value.",
}
GLOSSARY = """- id: mean
  en:
    term: mean
    definition: "The sum, shared equally."
  zh:
    term: 平均值
    pinyin: pingjunzhi
    definition: 总和的等分。
"""


def page(name: str, language: str) -> str:
    cells = "\n\n".join(f"::: cell {name}.{cell}" for cell in CELLS[name])
    title = name if language == "en" else f"{name} 课"
    return PAGE.format(title=title, value=VALUES[name], cells=cells)


@pytest.fixture
def course(write) -> Course:
    pages = {f"docs/{at}/{name}.md": page(name, at) for name in CELLS for at in ("en", "zh")}
    others = {f"docs/{at}/index.md": "# Home\n\n{{ alpha/total }}\n" for at in ("en", "zh")}
    theme = {"docs/glossary.yml": GLOSSARY, "docs/theme/main.html": "<p>theme</p>\n"}
    return write({**FILES, **pages, **others, **theme})


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
    yield "glossary", "docs/glossary.yml", GLOSSARY.replace("equally", "evenly"), set()
    yield "template", "docs/theme/main.html", "<p>another</p>\n", set()


EDITS = [*edits_of_code(), *edits_of_text()]


def texts(site) -> dict[tuple[str, str], str]:
    return {key: site.markdown(*key, place_of(*key)) for key in site.pages}


def test_there_are_a_hundred_edits_of_many_kinds():
    kinds = Counter(kind for kind, *_ in EDITS)
    assert len(EDITS) >= 100
    assert len(kinds) >= 10
    assert sum(bool(run) for *_, run in EDITS) >= 20


def test_each_edit_runs_what_it_can_change_and_leaves_no_page_stale(course, ran, tmp_path):
    before = texts(prepare(course))
    stale, needless, missed = [], [], []
    for number, (kind, file, new, expected) in enumerate(EDITS):
        root = shutil.copytree(course.root, tmp_path / f"edit{number}", ignore=no_copies)
        path = root / (file if "." in file else f"course_code/{file}.py")
        assert path.read_text("utf-8") != new, (kind, file)
        path.write_text(new, "utf-8")
        ran.clear()
        after = texts(prepare(Course(root)))
        needless += [(kind, file, name) for name in {*ran} - expected]
        missed += [(kind, file, name) for name in expected - {*ran}]
        shutil.rmtree(root / ".lessons")
        stale += [(kind, file)] * (texts(prepare(Course(root))) != after)
        if "prose" in kind or kind in ("other page", "cell"):
            assert after != before, (kind, file)
        shutil.rmtree(root)
    assert (stale, needless, missed) == ([], [], [])


def no_copies(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith("edit")]


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
    for module in inputs.SHAPING:
        for new, expected in {"\nLATE = 1\n": ALL, "\n# a note\n": set()}.items():
            there = module.__file__
            monkeypatch.setattr(
                inputs, "_read", lambda p, there=there, new=new: read(p) + new * (p == there)
            )
            assert plan_changes(course) == expected, (module.__name__, new)
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
    hashed = {Path(module.__file__).stem for module in inputs.SHAPING}
    moving = {"device", "execute", "inputs", "kernels", "mistakes", "plan", "processes"}
    moving |= {"schedule", "store"}
    assert room == hashed | moving


def test_every_package_that_shapes_outputs_is_in_the_key():
    """What runs beside a lesson imports them; of torch a lesson's own import tells."""
    imported = {
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for module in inputs.SHAPING
        for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    roots = {name.split(".")[0] for name in imported} - sys.stdlib_module_names - {"course_code"}
    provided = {canonicalize_name(p) for root in roots for p in packages_distributions()[root]}
    assert {"matplotlib", "pillow", "scour"} <= provided
    assert provided <= {*inputs.LIBRARIES, *inputs.TOOLS}
