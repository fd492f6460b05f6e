"""Import statements: what they bind, which of them can be inlined, how they are written."""

import ast
from dataclasses import dataclass
from pathlib import Path

from course_code.publish.base.course import PACKAGE
from course_code.publish.base.errors import CourseError

Line = tuple[str, Path, int]  # text, file it came from, line there


@dataclass(frozen=True)
class Import:
    """One imported name: `import module` (name None) or `from module import name`, `as` alias."""

    module: str
    name: str | None
    alias: str | None

    @property
    def bound(self) -> str:
        """Name that it binds."""
        return self.alias or self.name or self.module.split(".")[0]

    @property
    def target(self) -> str:
        """What that name is bound to."""
        if self.name:
            return f"{self.module}.{self.name}"
        return self.module if self.alias else self.bound


def imports_of(node: ast.Import | ast.ImportFrom, path: Path, line: int) -> list[Import]:
    """The names an import statement binds, or why inlining cannot reproduce it."""
    problem = hint = ""
    if isinstance(node, ast.ImportFrom):
        if node.level:
            problem, hint = "a relative import", f"Write: from {PACKAGE}.… import name"
        elif any(alias.name == "*" for alias in node.names):
            problem, hint = "a star import", "Name what you import."
        elif node.module == "__future__":
            problem, hint = "a __future__ import", "Write code that needs none."
        elif node.module == PACKAGE:
            problem, hint = "an import of a whole package", f"from {PACKAGE}.… import name"
    elif any(is_ours(alias.name) for alias in node.names):
        problem, hint = "an import of a whole module", f"Write: from {PACKAGE}.… import name"
    if problem:
        raise CourseError(f"{problem} cannot be inlined: {ast.unparse(node)}", path, line, hint)
    if isinstance(node, ast.Import):
        return [Import(alias.name, None, alias.asname) for alias in node.names]
    return [Import(node.module, alias.name, alias.asname) for alias in node.names]


def is_ours(module: str) -> bool:
    """Whether a module belongs to the course."""
    return module.split(".")[0] == PACKAGE


def refuse_hidden_imports(tree: ast.Module, path: Path, offset: int) -> None:
    """Imports of the course anywhere but at the top level would fail once it is inlined."""
    for node in ast.walk(tree):
        if node in tree.body or not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        of_names = isinstance(node, ast.ImportFrom)
        modules = [node.module or ""] if of_names else [alias.name for alias in node.names]
        if getattr(node, "level", 0) or any(map(is_ours, modules)):
            raise CourseError(
                f"an import inside other code cannot be inlined: {ast.unparse(node)}",
                path,
                offset + node.lineno,
                "Move it to the top level.",
            )


def import_lines(imports: list[tuple[Import, Path, int]]) -> list[Line]:
    """Import statements, plain ones first, names of one module together."""
    lines, grouped = [], {}
    for item, path, line in imports:
        renamed = f" as {item.alias}" if item.alias else ""
        if item.name is None:
            lines.append((f"import {item.module}{renamed}", path, line))
        else:
            grouped.setdefault(item.module, ([], path, line))[0].append(item.name + renamed)
    for module, (names, path, line) in grouped.items():
        listed = ", ".join(sorted(names, key=str.lower))
        lines.append((f"from {module} import {listed}", path, line))
    return sorted(lines, key=lambda entry: (entry[0].startswith("from"), entry[0]))
