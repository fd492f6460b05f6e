"""What decides a lesson's outputs: the key of its runs, by part, so that a change can be named.

They cover all that can change a result: the inlined code, the versions of Python, of the libraries
it imports and of the tools that run it, the device class, the environment variables that it can
read, and the engine's own code that surrounds it and shapes its outputs. Comments, blank lines and
docstrings are left out, unless the code may read itself: a page shows today's text beside the
outputs of a run whose code did the same.
"""

import ast
import json
import os
import platform
import re
import sys
import tokenize
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distributions, version
from io import StringIO
from pathlib import Path
from tokenize import generate_tokens

from course_code.publish.base.files import digest
from course_code.publish.lesson.inline import Block, InlinedLesson
from course_code.publish.lesson.read import Lesson
from course_code.publish.run import outputs, surroundings
from course_code.publish.run.device import device_class

LIBRARIES = ("matplotlib", "numpy")  # that every run imports
TOOLS = (  # that run lessons, and turn figures into files
    *("ipykernel", "ipython", "jupyter-client", "matplotlib-inline", "nbclient", "nbformat"),
    *("contourpy", "kiwisolver", "pillow", "psutil", "scour"),
)
SHAPING = (  # files that decide what is stored; some are slow to import
    *(module.__file__ for module in (*surroundings.INSIDE, surroundings, outputs)),
    *(str(Path(__file__).with_name(name)) for name in ("execute.py", "kernels.py")),
)
READS_ITSELF = {  # names by which code sees its comments, its docstrings or its lines' numbers
    *("__doc__", "help", "inspect", "traceback", "pydoc", "doctest", "linecache", "warnings"),
    *("logging", "getsource", "getdoc", "__code__", "_getframe", "__traceback__", "tb_frame"),
    *("tb_lineno", "f_lineno", "get_ipython", "In", "dis"),
}
READS_ENVIRONMENT = {  # names by which code sees environment variables, or hands them on
    *("environ", "environb", "getenv", "getenvb", "expandvars", "expanduser", "home", "which"),
    *("tempfile", "subprocess", "system", "popen", "posix", "ctypes", "get_ipython"),
}
SPACE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER}
DOCUMENTED = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Inputs:
    """All that decides a lesson's outputs, by part, so that a change can be named."""

    code: dict[str, str]  # "cell (file)" -> digest
    order: str  # digest of all code, in its order, and of the names whose values are kept
    versions: dict[str, str]  # of Python and of the libraries that the lesson imports
    tools: dict[str, str]  # versions of what runs it, and turns figures into files
    device: str
    environment: dict[str, str]  # digests of variables, where the code can read them
    engine: str  # digest of the code that shapes outputs

    @property
    def key(self) -> str:
        """Address of the run in the store."""
        return digest(json.dumps(self.__dict__, sort_keys=True))

    def differences(self, old: dict) -> list[str]:
        """What changed since a run with the inputs `old`."""
        changes, code = [], old.get("code", {})
        for name in dict.fromkeys([*self.code, *code]):
            if self.code.get(name) != code.get(name):
                how = "is new" if name not in code else "changed"
                changes.append(f"{name} {'is gone' if name not in self.code else how}")
        found = {**self.tools, **self.versions}
        known = {**old.get("tools", {}), **old.get("versions", {})}
        for name in dict.fromkeys([*found, *known]):
            before, now = known.get(name, "none"), found.get(name, "none")
            if before != now:
                changes.append(f"{name} {before} -> {now}")
        known = old.get("environment", {})
        for name in dict.fromkeys([*self.environment, *known]):
            if self.environment.get(name) != known.get(name):
                changes.append(f"environment variable {name} changed")
        if self.device != old.get("device"):
            changes.append(f"device {old.get('device')} -> {self.device}")
        if self.engine != old.get("engine"):
            changes.append("the engine's code that shapes outputs changed")
        if not changes and self.order != old.get("order"):
            changes.append("the order of the code changed")
        return changes


@dataclass(frozen=True)
class Code:
    """What of a lesson's inputs its code alone decides; see Inputs."""

    parts: dict[str, str]
    order: str
    modules: list[str]  # that it imports
    reads_environment: bool


def inputs_of(code: Code) -> Inputs:
    """What decides a lesson's outputs, on this machine and with what is installed now."""
    return Inputs(
        code.parts,
        code.order,
        {"python": platform.python_version()} | _versions(code.modules),
        _versions(TOOLS),
        device_class(),
        _inherited() if code.reads_environment else {},
        digest("\n".join(_meaning_of(_read(path)) for path in SHAPING)),
    )


def code_of(lesson: Lesson, inlined: InlinedLesson) -> Code:
    """What the code of `lesson` decides."""
    code: dict[str, list[str]] = {}
    blocks = [block for cell in lesson.cells for block in inlined.blocks[cell.name]]
    whole = "\n".join(block.source for block in blocks)
    words = _words(ast.parse(whole))
    exact = bool(READS_ITSELF & words)
    order: list = [[cell.name for cell in lesson.cells], inlined.names]
    for cell in lesson.cells:
        for block in inlined.blocks[cell.name]:
            order.append("block")
            for path, text in _statements(block, exact):
                code.setdefault(f"cell {cell.name} ({path.as_posix()})", []).append(text)
                order.append(text)
        own = f"cell {cell.name} ({lesson.path.as_posix()})"
        code.setdefault(own, []).append(f"expect {cell.expect}")
    return Code(
        {name: digest("\n".join(texts)) for name, texts in code.items()},
        digest(json.dumps(order)),
        sorted({*LIBRARIES, *_imported(whole)}),
        bool(READS_ENVIRONMENT & words),
    )


def _statements(block: Block, exact: bool):
    """File and meaning of each statement of a block; its text where that may count."""
    lines = block.source.split("\n")
    if exact:
        yield from ((path, text) for text, (path, _) in zip(lines, block.origins, strict=True))
        return
    for node in ast.parse(block.source).body:
        yield block.origins[node.lineno - 1][0], meaning(node)
    words = [
        t.string for t in generate_tokens(StringIO(block.source).readline) if t.type not in SPACE
    ]
    if words[-1:] == [";"]:  # then the value of the last line is not shown
        yield block.origins[-1][0], ";"


def told(source: str) -> str:
    """What of code can decide what it does: its meaning, or its text where it may read that."""
    tree = ast.parse(source)
    return source if READS_ITSELF & _words(tree) else meaning(tree)


def meaning(node: ast.AST) -> str:
    """The syntax tree as text, without comments, places and docstrings."""
    for each in ast.walk(node):
        if isinstance(each, DOCUMENTED) and ast.get_docstring(each, clean=False) is not None:
            each.body = each.body[1:]
    return ast.dump(node)


def _inherited() -> dict[str, str]:
    """Digests of what a lesson's environment has of this one's."""
    names = surroundings.INHERITED
    return {name: digest(os.environ[name]) for name in names if name in os.environ}


@cache
def _meaning_of(source: str) -> str:
    return meaning(ast.parse(source))


def _words(tree: ast.AST) -> set[str]:
    """Names in code, also those that it gives as texts."""
    fields = ("id", "attr", "name", "module", "value")
    return {
        word
        for node in ast.walk(tree)
        for field in fields
        if isinstance(word := getattr(node, field, None), str)
    }


def _read(path: str) -> str:
    return surroundings.read(path)


def _imported(source: str) -> set[str]:
    """Top-level modules that code imports."""
    modules = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module.split(".")[0])
    return modules


def _versions(names) -> dict[str, str]:
    return {name: found for name in names if (found := _version(name))}


@cache
def _version(module: str) -> str | None:
    """Version of the distribution that provides `module`; None for the standard library."""
    if module in sys.stdlib_module_names:
        return None
    try:
        return version(module)
    except PackageNotFoundError:
        return _provider(module)


def _provider(module: str) -> str | None:
    """Version of the distribution that installed `module` under another name than its own.

    packages_distributions() says the same, after parsing what all of them installed: 0.5 s.
    """
    inside = re.compile(rf"^{re.escape(module)}(?:[/.]|$)", re.MULTILINE)
    for each in distributions():
        if any(inside.search(each.read_text(name) or "") for name in ("top_level.txt", "RECORD")):
            return each.version
    return None
