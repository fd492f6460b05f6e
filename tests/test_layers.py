"""Who may import whom, read from the source."""

import ast
import sys
from pathlib import Path

import pytest
from conftest import ROOT

CODE = ROOT / "course_code"
LIBRARY = set(sys.stdlib_module_names)
ALLOWED = {  # layer: parts of the course, other packages
    "teach": ({"course_code.teach"}, {"torch", "sklearn", "mlxtend"}),
    "draw": ({"course_code.draw"}, {"torch", "matplotlib", "numpy"}),
    "lessons": ({"course_code.teach", "course_code.draw"}, {"torch", "matplotlib", "numpy"}),
    "figures": ({"course_code.teach"}, {"torch"}),
    "labs": ({"course_code.teach", "course_code.draw"}, {"torch", "matplotlib"}),
    "publish": (
        {"course_code.publish"},
        {"IPython", "PIL", "bs4", "filelock", "jieba", "jinja2", "jupyter_client", "markdown",
         "matplotlib", "matplotlib_inline", "mkdocs", "mkdocs_jupyter", "nbclient", "nbformat",
         "numpy", "playwright", "psutil", "pygments", "pymdownx", "pypdf", "quickjs", "scour",
         "torch", "yaml"},
    ),
}  # fmt: skip
KERNEL_ONLY = {"IPython", "matplotlib", "matplotlib_inline", "numpy", "scour", "torch"}
FILES = sorted(CODE.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Modules that a file imports anywhere, `from package import x` as package.x of the course."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found.update(names if node.module == "course_code" else [node.module])
    return found


def layer(module: str) -> str:
    return ".".join(module.split(".")[:2])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CODE)))
def test_each_layer_imports_only_what_it_may(path):
    relative = path.relative_to(CODE)
    if len(relative.parts) == 1:
        assert imports(path) == set()
        return
    ours, others = ALLOWED[relative.parts[0]]
    for module in imports(path):
        if module.split(".")[0] == "course_code":
            assert layer(module) in ours, f"{relative} imports {module}"
        else:
            assert module.split(".")[0] in LIBRARY | others, f"{relative} imports {module}"


def test_every_layer_is_there():
    assert {path.relative_to(CODE).parts[0] for path in FILES} == {*ALLOWED, "__init__.py"}


def test_only_the_hooks_know_mkdocs():
    knowing = [p.name for p in FILES if any(m.split(".")[0] == "mkdocs" for m in imports(p))]
    assert knowing == ["hooks.py"]


ROOMS = {  # of course_code/publish, from the ground up -> rooms that it may import
    "base": set(),
    "lesson": {"base"},
    "run": {"base", "lesson"},
    "audit": {"base", "lesson", "run"},
    "lab": {"base", "lesson", "run"},
    "states": {"base", "lesson", "run"},
    "markup": {"base"},
    "page": {"base", "lesson", "run", "audit", "markup"},
    "notebook": {"base", "lesson", "run", "markup", "page"},
    "website": {"base", "lesson", "run", "audit", "lab", "states", "markup", "page", "notebook"},
    "paper": {"base", "website"},
    "compare": {"base", "lesson", "run", "audit", "page"},
}
DOORS = {"__init__.py", "__main__.py", "hooks.py"}


def test_the_engine_has_these_rooms_and_doors():
    found = {path.name for path in (CODE / "publish").iterdir() if path.name != "__pycache__"}
    assert found == {*ROOMS, *DOORS}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_of_the_engine_imports_only_rooms_below_it(room):
    for path in (CODE / "publish" / room).rglob("*.py"):
        for module in imports(path):
            if module.startswith("course_code.publish."):
                assert module.split(".")[2] in ROOMS[room] | {room}, f"{path} imports {module}"


def test_no_module_hides_one_of_the_standard_library():
    assert [p for p in FILES if p.stem in LIBRARY and not p.stem.startswith("__")] == []


ALONE = [
    *(CODE / "publish/run/inside").glob("*.py"),
    CODE / "publish/audit/repeat.py",
    CODE / "publish/compare/collect.py",
    CODE / "publish/states/sent.py",
]


def test_only_what_runs_beside_a_lesson_computes_or_draws():
    for path in (CODE / "publish").rglob("*.py"):
        if path not in ALONE:
            assert not {m.split(".")[0] for m in imports(path)} & KERNEL_ONLY, path.name


@pytest.mark.parametrize("path", ALONE, ids=lambda path: path.name)
def test_what_runs_beside_a_lesson_stands_alone(path):
    """Its source is executed where the course cannot be imported."""
    ours = {module for module in imports(path) if module.startswith("course_code")}
    assert all(module.startswith("course_code.publish.run.inside") for module in ours)


def test_no_lesson_imports_another():
    for path in (CODE / "lessons").glob("*.py"):
        assert "course_code.lessons" not in map(layer, imports(path)), path.name


OTHERS = ("tests/**/*.py", "benchmarks/**/*.py", "docs/assets/**/*.js", "docs/assets/**/*.css")


def test_no_file_but_a_lesson_is_longer_than_300_lines():
    files = [path for path in FILES if path.parent.name not in ("lessons", "labs", "figures")]
    files += [path for kind in OTHERS for path in sorted(ROOT.glob(kind))]
    long = [path for path in files if len(path.read_text("utf-8").splitlines()) > 300]
    assert [str(path.relative_to(ROOT)) for path in long] == []


def body_lines(function: ast.FunctionDef, lines: list[str]) -> int:
    """Lines of a function's body, without docstring, comments and blank lines."""
    body = function.body[1 if ast.get_docstring(function) else 0 :]
    code = [line.strip() for line in lines[body[0].lineno - 1 : function.end_lineno]]
    return sum(bool(line) and not line.startswith("#") for line in code)


def test_no_teaching_function_is_longer_than_25_lines():
    long = set()
    for path in (CODE / "teach").glob("*.py"):
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and body_lines(node, text.split("\n")) > 25:
                long.add(node.name)
    assert long == set()
