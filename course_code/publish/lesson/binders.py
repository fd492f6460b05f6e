"""Which cells bind a name at the top level, and where they only set a part of it."""

import ast
from collections.abc import Iterator

from course_code.publish.lesson.library import CHANGERS
from course_code.publish.lesson.modules import INNER
from course_code.publish.lesson.read import Lesson

Binders = dict[str, list[tuple[str, str | None]]]  # name -> (cell, key or None), in order


def binders(lesson: Lesson) -> Binders:
    """Return for each top-level name the cells that bind it, in order.

    Each as (cell, None), or (cell, key) where it only sets that key: `factor["relu"] = 1`.
    """
    found: Binders = {}
    for cell in lesson.cells:
        for name, key in dict.fromkeys(_bound(ast.parse(cell.source))):
            found.setdefault(name, []).append((cell.name, key))
    return found


def _bound(node: ast.AST) -> Iterator[tuple[str, str | None]]:
    """Yield (name, key or None) of what code binds where it stands, not in functions of its own."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name) and not isinstance(child.ctx, ast.Load):
            yield child.id, None
        elif isinstance(child, ast.Subscript) and not isinstance(child.ctx, ast.Load):
            yield from _part(child)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield child.name, None
            inner = (n for n in ast.walk(child) if isinstance(n, ast.Global))
            yield from ((name, None) for node in inner for name in node.names)
        elif isinstance(child, ast.MatchAs | ast.MatchStar) and child.name:
            yield child.name, None
        elif isinstance(child, ast.MatchMapping) and child.rest:
            yield child.rest, None
        elif isinstance(child, ast.Call) and getattr(child.func, "attr", None) in CHANGERS:
            yield from _part(child.func)  # losses.append(…), best.update(…)
        if not isinstance(child, INNER):
            yield from _bound(child)


def _part(node: ast.expr) -> Iterator[tuple[str, str | None]]:
    """Yield the name whose part is assigned, and which: table, "a" of `table["a"][0] = 1`."""
    key = None
    while isinstance(node, ast.Subscript | ast.Attribute):
        known = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
        key, node = str(node.slice.value) if known else None, node.value
    if isinstance(node, ast.Name):
        yield node.id, key
