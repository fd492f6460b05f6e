"""Make a lesson self-contained: course imports become the code they name.

`from course_code.teach.data import make_spirals` in a cell is replaced by the source of
`make_spirals` and of what it needs, once per lesson, in the cell where it first appears, with the
library imports it uses hoisted. Names resolve by the syntax tree and the symbol table, so a page
shows, a student copies and the kernel runs the same complete code. What cannot be inlined
faithfully is an error that says so.
"""

import ast
import builtins
import math
import re
import symtable
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from course_code.publish.base.course import PACKAGE, Course
from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.effects import Importing
from course_code.publish.lesson.imports import (
    Import,
    Line,
    import_lines,
    imports_of,
    is_ours,
    refuse_hidden_imports,
)
from course_code.publish.lesson.modules import (
    Module,
    alike,
    bound,
    find_module,
    names_bound,
    names_used,
    refuse_shared_lines,
)
from course_code.publish.lesson.read import Cell, Lesson, parse

FOLDED = (
    f"{PACKAGE}.draw.",
    f"{PACKAGE}.teach.claims.",
    f"{PACKAGE}.teach.conduct.",
    f"{PACKAGE}.teach.steps.",
)  # go to a block of their own, shown folded
CHANGED = re.compile(r"[\t\x02\x03]|^\s+$")  # a copy from the page would differ from what ran
NOTEBOOKS = {"display", "get_ipython", "In", "Out", "_", "__"}  # names that these bind themselves
MODULE_NAMES = ("__doc__", "__file__", "__name__", "__package__", "__path__", "__spec__")


@dataclass(frozen=True)
class Block:
    """Code that runs and is shown as one; `origins` gives file and line of each source line."""

    source: str
    folded: bool
    origins: tuple[tuple[Path, int], ...]


@dataclass(frozen=True)
class InlinedLesson:
    """Blocks of each cell, in order, and the top-level names that each cell binds itself.

    A name that stands in `bound` under two cells has another value after the second one.
    """

    blocks: dict[str, tuple[Block, ...]]
    bound: dict[str, tuple[str, ...]]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names that the lesson's own code binds."""
        return tuple(dict.fromkeys(name for names in self.bound.values() for name in names))


def inline_lesson(course: Course, lesson: Lesson) -> InlinedLesson:
    """Replace every import from the course by the code of what it names.

    Raises:
        CourseError: an import that inlining cannot reproduce faithfully, or two things of one name.
    """
    inliner = _Inliner(course, lesson)
    blocks = {cell.name: inliner.cell(cell) for cell in lesson.cells}
    inlined = InlinedLesson(blocks, inliner.bound_names())
    _refuse_notebooks_names(lesson, {*inliner.owners, *inlined.names})
    return inlined


@dataclass
class _Part:
    """One block in the making; definitions with the place of their module, for their order."""

    imports: list[tuple[Import, Path, int]] = field(default_factory=list)
    definitions: list[tuple[float, list[Line]]] = field(default_factory=list)

    def block(self, body: list[Line], folded: bool) -> Block:
        ordered = sorted(self.definitions, key=lambda placed: (placed[0], placed[1][0][2]))
        definitions = [lines for _, lines in ordered]
        paragraphs = [p for p in [import_lines(self.imports), *definitions, body] if p]
        lines = []
        for before, paragraph in zip([None, *paragraphs], paragraphs, strict=False):
            lines += [("", *paragraph[0][1:])] * _gap(before, paragraph) + paragraph
        for text, path, number in lines:
            if CHANGED.search(text):
                what = "a tab, or spaces on a blank line, which Markdown would change"
                raise CourseError(what, path, number, r"Use spaces; in a string write \t or \x20.")
        return Block("\n".join(t for t, *_ in lines), folded, tuple((p, n) for _, p, n in lines))


class _Inliner:
    def __init__(self, course: Course, lesson: Lesson):
        self.course, self.lesson = course, lesson
        self.owners: dict[str, str] = {}  # bound name -> what it is bound to
        self.lifted: set[str] = set()
        self.imported: set[tuple[bool, Import]] = set()  # (in a folded block?, import)
        self.places: dict[Path, float] = {}  # modules in the order of their execution
        self.importing = Importing(partial(find_module, course))

    def cell(self, cell: Cell) -> tuple[Block, ...]:
        parts = {False: _Part(), True: _Part()}
        tree, path = parse(cell.source, self.lesson.path, cell.line), self.lesson.path
        refuse_hidden_imports(tree, path, cell.line - 1)
        refuse_shared_lines(tree, path, cell.line - 1)
        removed = set()
        for node in tree.body:
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            removed.update(range(node.lineno - 1, node.end_lineno))
            line = cell.line + node.lineno - 1
            for item in imports_of(node, path, line):
                if is_ours(item.module):
                    self._lift(item, parts, path, line)
                else:
                    self._import(item, False, parts, path, line)
        source = cell.source.split("\n")
        body = [(t, path, cell.line + i) for i, t in enumerate(source) if i not in removed]
        while body and not body[0][0].strip():
            body.pop(0)
        folded = [parts[True].block([], True)] if parts[True].definitions else []
        shown = parts[False].block(body, False)
        if not shown.source:
            raise CourseError(
                f"cell {cell.name!r} has no code of its own to show",
                path,
                cell.line,
                "What it imports is inlined before it, or folded: merge it with the next cell.",
            )
        return (*folded, shown)

    def bound_names(self) -> dict[str, tuple[str, ...]]:
        """Names that the lesson's cells bind; none may collide with what was inlined."""
        bound = {}
        for cell in self.lesson.cells:
            names = tuple(names_bound(symtable.symtable(cell.source, "cell", "exec")))
            bound[cell.name] = names
            for name in names:
                if name in self.owners:
                    raise CourseError(
                        f"cell {cell.name!r} binds {name!r}, which is {self.owners[name]}",
                        self.lesson.path,
                        _line_binding(cell, name),
                        "Give the lesson's variable another name.",
                    )
        return bound

    def _import(self, item: Import, folded: bool, parts, path: Path, line: int) -> None:
        self._own(item.bound, item.target, path, line)
        if (folded, item) not in self.imported:
            self.imported.add((folded, item))
            parts[folded].imports.append((item, path, line))

    def _lift(self, item: Import, parts, path: Path, line: int) -> None:
        """Bring in the definition that `item` names, after what it needs itself."""
        module = find_module(self.course, item.module, path, line)
        node = module.bindings.get(item.name)
        if node is None:
            what = f"{item.module} does not define {item.name!r}"
            raise CourseError(what, path, line, alike(item.name, module.bindings))
        if item.name in module.rebound and path != module.path:
            what = f"{item.module} binds {item.name!r} again, which only an inlined copy would see"
            raise CourseError(what, path, line, "Import a function that returns it.")
        self._place(module)
        folded = f"{item.module}.".startswith(FOLDED)
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._follow(item, node, module, folded, parts)
        elif f"{item.module}.{item.name}" not in self.lifted:
            self._define(item, node, module, folded, parts)
        if item.alias and item.alias != item.name:
            new = item.alias not in self.owners
            self._own(item.alias, f"{item.module}.{item.name}", path, line)
            if new:
                renamed = [(f"{item.alias} = {item.name}", path, line)]
                parts[folded].definitions.append((self.places.get(path, math.inf), renamed))

    def _follow(self, item: Import, node, module: "Module", folded: bool, parts) -> None:
        """A module of the course imports `item.name` itself: go where it comes from."""
        for inner in imports_of(node, module.path, node.lineno):
            if inner.bound == item.name:
                if is_ours(inner.module):
                    self._lift(inner, parts, module.path, node.lineno)
                else:
                    self._import(inner, folded, parts, module.path, node.lineno)

    def _define(self, item: Import, node, module: "Module", folded: bool, parts) -> None:
        lines = module.source(node)
        for name in bound(node):
            self.lifted.add(f"{item.module}.{name}")
            self._own(name, f"{item.module}.{name}", module.path, node.lineno)
        for name in sorted(names_used("\n".join(text for text, *_ in lines))):
            if name in MODULE_NAMES:
                raise CourseError(
                    f"{item.name} uses {name}, which has another value once inlined",
                    module.path,
                    node.lineno,
                )
            if name in module.bindings:
                if name not in bound(node):
                    needed = Import(item.module, name, None)
                    self._lift(needed, parts, module.path, node.lineno)
            elif hasattr(builtins, name):
                self._own(name, f"the built-in {name}", module.path, node.lineno)
        parts[folded].definitions.append((self.places[module.path], lines))

    def _place(self, module: "Module") -> None:
        """Python would execute the module after all that it imports."""
        if module.path in self.places:
            return
        self.places[module.path] = 0  # for modules that import each other
        self.importing.module(module)
        for node in module.bindings.values():
            if isinstance(node, ast.ImportFrom) and is_ours(node.module):
                self._place(find_module(self.course, node.module, module.path, node.lineno))
        self.places[module.path] = 1 + max(self.places.values())

    def _own(self, name: str, target: str, path: Path, line: int) -> None:
        owner = self.owners.setdefault(name, target)
        if owner != target:
            raise CourseError(
                f"{name!r} would be both {owner} and {target}",
                path,
                line,
                "A lesson is one namespace: rename one of them.",
            )


def _refuse_notebooks_names(lesson: Lesson, known: set[str]) -> None:
    """Refuse names that a notebook has by itself: the page's script would stop at them."""
    for cell in lesson.cells:
        for name in sorted(NOTEBOOKS & names_used(cell.source) - known):
            used = (n for n in ast.walk(ast.parse(cell.source)) if getattr(n, "id", "") == name)
            raise CourseError(
                f"only notebooks know {name!r}, the script of the page does not",
                lesson.path,
                cell.line + next(used).lineno - 1,
                "Print it, or show the figure with plt.show().",
            )


def _gap(before: list[Line] | None, after: list[Line]) -> int:
    """Blank lines between two paragraphs: two around functions and classes."""
    if before is None:
        return 0
    heads = (before[0][0], after[0][0])
    return 2 if any(head.startswith(("def ", "class ", "@", "async ")) for head in heads) else 1


def _line_binding(cell: Cell, name: str) -> int:
    """First line of the script where a cell binds `name`."""
    for node in ast.walk(ast.parse(cell.source)):
        bound = None if isinstance(node, ast.alias) else getattr(node, "name", None)
        stored = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name
        if stored or bound == name:
            return cell.line + node.lineno - 1
    return cell.line
