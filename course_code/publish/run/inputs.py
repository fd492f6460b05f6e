"""What decides a lesson's outputs: the key of its runs, by part, so that a change can be named.

They cover all that can change a result: the inlined code, the versions of Python and of the
libraries it imports, the device class, and the build's own kernel code.
"""

import ast
import hashlib
import json
import platform
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

from course_code.publish.lesson.inline import InlinedLesson
from course_code.publish.lesson.read import Lesson
from course_code.publish.run import kernel
from course_code.publish.run.device import device_class

DRAWING = ("matplotlib", "numpy", "pillow", "scour")  # what turns figures into files


@dataclass(frozen=True)
class Inputs:
    """All that decides a lesson's outputs, by part, so that a change can be named."""

    code: dict[str, str]  # "cell (file)" -> digest
    order: str  # digest of all code, in its order
    versions: dict[str, str]
    device: str
    build: str

    @property
    def key(self) -> str:
        """Address of the run in the store."""
        return digest(json.dumps(self.__dict__, sort_keys=True))

    def differences(self, old: dict) -> list[str]:
        """What changed since a run with the inputs `old`."""
        changes = []
        for name in dict.fromkeys([*self.code, *old["code"]]):
            if self.code.get(name) != old["code"].get(name):
                how = "is new" if name not in old["code"] else "changed"
                changes.append(f"{name} {'is gone' if name not in self.code else how}")
        for name in dict.fromkeys([*self.versions, *old["versions"]]):
            before, now = old["versions"].get(name, "none"), self.versions.get(name, "none")
            if before != now:
                changes.append(f"{name} {before} -> {now}")
        if self.device != old["device"]:
            changes.append(f"device {old['device']} -> {self.device}")
        if self.build != old["build"]:
            changes.append("the build's kernel code changed")
        if not changes and self.order != old.get("order"):
            changes.append("the order of the code changed")
        return changes


def inputs_of(lesson: Lesson, inlined: InlinedLesson) -> Inputs:
    """What decides the outputs of `lesson`."""
    code: dict[str, list] = {}
    for cell in lesson.cells:
        for block in inlined.blocks[cell.name]:
            for text, (path, _) in zip(block.source.split("\n"), block.origins, strict=True):
                code.setdefault(f"cell {cell.name} ({path.as_posix()})", []).append(text)
        code.setdefault(f"cell {cell.name} ({lesson.path.as_posix()})", []).append(
            f"expect {cell.expect}"
        )
    sources = [block.source for blocks in inlined.blocks.values() for block in blocks]
    order = digest(json.dumps([[cell.name for cell in lesson.cells], sources]))
    versions = {"python": platform.python_version()} | {
        name: found
        for name in sorted({*DRAWING, *_imported("\n".join(sources))})
        if (found := _version(name))
    }
    digests = {name: digest("\n".join(lines)) for name, lines in code.items()}
    return Inputs(digests, order, versions, device_class(), digest(_read(kernel.__file__)))


def digest(text: str) -> str:
    """Short name of a text's content."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@cache
def _read(path: str) -> str:
    return Path(path).read_text("utf-8")


def _imported(source: str) -> set[str]:
    """Top-level modules that code imports."""
    modules = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module.split(".")[0])
    return modules


@cache
def _version(module: str) -> str | None:
    """Version of the distribution that provides `module`; None for the standard library."""
    if module in sys.stdlib_module_names:
        return None
    try:
        return version(module)
    except PackageNotFoundError:
        names = _distributions().get(module)
        return version(names[0]) if names else None


@cache
def _distributions() -> dict[str, list[str]]:
    return packages_distributions()  # reads every installed package: slow
