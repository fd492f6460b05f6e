"""A module of the course: what its top level binds, and which names a definition needs."""

import ast
import builtins
import symtable
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.imports import Line, imports_of, refuse_hidden_imports
from course_code.publish.lesson.read import parse

KNOWN = 5000  # definitions: lessons share many
INNER = (  # whose names are their own
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


@dataclass(frozen=True)
class Module:
    """A module of the course: its lines and its top-level bindings."""

    path: Path
    lines: tuple[str, ...]
    bindings: dict[str, ast.stmt]
    rebound: frozenset[str] = frozenset()  # by its functions, which say `global`

    def source(self, node: ast.stmt) -> list[Line]:
        """Lines of a definition, its decorators included."""
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        return [(self.lines[n - 1], self.path, n) for n in range(first, node.end_lineno + 1)]


def find_module(course: Course, name: str, path: Path, line: int) -> Module:
    """The module `name`, as the import at `line` of `path` asks for it.

    Raises:
        CourseError: there is none, or it holds what inlining cannot reproduce.
    """
    file = (course.root / name.replace(".", "/")).with_suffix(".py")
    if not file.is_file():
        package = file.with_suffix("")
        modules = [p.stem for p in (package if package.is_dir() else package.parent).glob("*.py")]
        hint = alike(name.rpartition(".")[2], modules)
        if package.is_dir():
            hint = f"It is a package: write from {name}.MODULE import NAME. {hint}"
        raise CourseError(f"there is no module {name}", path, line, hint)
    return _read(course.read(file), course.relative(file))


def alike(name: str, known: Iterable[str]) -> str:
    """What `name` may have been meant to be, as a hint."""
    public = sorted(each for each in known if not each.startswith("_"))
    close = get_close_matches(name, public, 3) or public
    return f"There are: {', '.join(close)}." if close else ""


@cache
def _read(text: str, path: Path) -> Module:
    tree, bindings = parse(text, path), {}
    refuse_hidden_imports(tree, path, 0)
    refuse_shared_lines(tree, path, 0)
    for node in tree.body:
        names = bound(node)
        if names is None:
            raise CourseError(
                "code at module level, which an inlined copy would lose",
                path,
                node.lineno,
                "Keep to imports, functions, classes and constants; put the rest in a function.",
            )
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports_of(node, path, node.lineno)
        for name in names:
            if name in bindings:
                raise CourseError(f"{name!r} is defined twice", path, node.lineno)
            if hasattr(builtins, name):
                what = f"{name!r} is also a built-in, which an inlined copy would hide"
                raise CourseError(what, path, node.lineno, "Give it another name.")
            bindings[name] = node
    rebound = (n for node in ast.walk(tree) if isinstance(node, ast.Global) for n in node.names)
    return Module(path, tuple(text.split("\n")), bindings, frozenset(rebound))


def bound(node: ast.stmt) -> list[str] | None:
    """Names that a top-level statement binds; None if it does more than bind names."""
    match node:
        case ast.Import() | ast.ImportFrom():
            return [(alias.asname or alias.name).split(".")[0] for alias in node.names]
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Assign() | ast.AnnAssign() if any(map(_is_walrus, ast.walk(node))):
            return None
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Assign():
            targets = [e for t in node.targets for e in getattr(t, "elts", [t])]
            if all(isinstance(target, ast.Name) for target in targets):
                return [target.id for target in targets]
        case ast.Expr(value=ast.Constant()):
            return []
    return None


def _is_walrus(node: ast.AST) -> bool:
    return isinstance(node, ast.NamedExpr)


@lru_cache(KNOWN)
def names_used(source: str) -> frozenset[str]:
    """Names that a definition looks up outside itself."""

    def walk(table: symtable.SymbolTable, top: bool):
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (top or symbol.is_global()):
                yield symbol.get_name()
        for child in table.get_children():
            yield from walk(child, False)

    table = symtable.symtable(source, "definition", "exec")
    return frozenset({*walk(table, True), *_annotated(source), *_in_classes(source)})


def _in_classes(source: str) -> Iterator[str]:
    """Names that a class body reads before it binds them: `limit = limit`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            names = [list(_executed_names(statement)) for statement in node.body]
            own = {n.id for found in names for n in found if isinstance(n.ctx, ast.Store)}
            for found in names:
                read = {n.id for n in found if isinstance(n.ctx, ast.Load)} & own
                yield from read
                own -= {n.id for n in found if isinstance(n.ctx, ast.Store)}


def _annotated(source: str) -> Iterator[str]:
    """Names in annotations that are written as texts."""
    for node in ast.walk(ast.parse(source)):
        hints = (getattr(node, "annotation", None), getattr(node, "returns", None))
        for part in (part for hint in hints if hint for part in ast.walk(hint)):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                with suppress(SyntaxError):
                    found = ast.walk(ast.parse(part.value.strip(), mode="eval"))
                    names = {each.id for each in found if isinstance(each, ast.Name)}
                    yield from (name for name in names if not hasattr(builtins, name))


def _executed_names(node: ast.AST) -> Iterator[ast.Name]:
    """Names in code but for those inside the functions, classes and loops of one line it has."""
    if isinstance(node, ast.Name):
        yield node
    elif not isinstance(node, INNER):
        for child in ast.iter_child_nodes(node):
            yield from _executed_names(child)


def names_bound(table: symtable.SymbolTable, top: bool = True):
    """Names at the top level that code assigns, also by `global` in a function."""
    for symbol in table.get_symbols():
        if symbol.is_assigned() and (top or symbol.is_declared_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from names_bound(child, False)


def refuse_shared_lines(tree: ast.Module, path: Path, offset: int) -> None:
    """Code moves by whole lines."""
    for before, after in pairwise(tree.body):
        if after.lineno <= before.end_lineno:
            line = offset + after.lineno
            raise CourseError("two statements on one line", path, line, "Give each its own line.")
