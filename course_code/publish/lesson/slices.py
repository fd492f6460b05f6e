"""The shortest earlier code that lets a block of a page run alone: a slice of the page.

Statements are kept whole or left out. One is kept if it binds a name that is needed, or may have
changed what that name stands for before it is read; what it reads is needed in turn, and so is
what the functions that are kept use. Imports come first, as far as they are used. Checks are left
out, and figures too: nothing needs what they draw.
"""

import ast
import copy
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from course_code.publish.lesson.imports import Import, import_lines, imports_of
from course_code.publish.lesson.interpret import Effects, Interpreter
from course_code.publish.lesson.modules import names_used
from course_code.publish.lesson.read import CHECK

RUNNERS = {"eval", "exec"}
GAP = [""]  # lines between two blocks
NOWHERE = Path()


@dataclass(frozen=True)
class Slice:
    """Import statements, then lines of the page's code: each range is [begin, end), from 0.

    Lines are counted in the blocks' sources, one blank line between two of them; `whole` tells
    that the ranges leave out no earlier statement but imports.
    """

    imports: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]
    whole: bool = False

    @property
    def lines(self) -> int:
        """Lines that a copy has, nearly: blank ones between ranges may differ."""
        gap = 1 if self.imports and self.ranges else 0
        return len(self.imports) + gap + sum(end - begin for begin, end in self.ranges)

    @property
    def told(self) -> str:
        """The slice for the page's script: "import math;import torch|0-33 40-52|96 whole"."""
        ranges = " ".join(f"{begin}-{end}" for begin, end in self.ranges)
        return f"{';'.join(self.imports)}|{ranges}|{self.lines}{' whole' if self.whole else ''}"


def restore(kept: dict) -> Slice:
    """A slice of what JSON kept of it."""
    ranges = tuple((begin, end) for begin, end in kept["ranges"])
    return Slice(tuple(kept["imports"]), ranges, kept["whole"])


@dataclass(frozen=True)
class _Statement:
    node: ast.stmt
    block: int
    begin: int  # line of the page, with the comments above it
    end: int
    effects: Effects
    written: frozenset[str]  # names in its texts, where its block runs texts as code

    @property
    def reads(self) -> frozenset[str]:
        return self.effects.reads | self.written

    @cached_property
    def later(self) -> frozenset[str]:
        """Names that functions inside it look up when they are called."""
        inner = [n for n in ast.walk(self.node) if isinstance(n, _FUNCTIONS)]
        return frozenset(name for node in inner for name in _names(_when_called(node)))

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(_names(self.node)) | self.written


_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda


def _when_called(function: ast.AST) -> ast.AST:
    """The function without its defaults, which are looked up where it is made."""
    bare = copy.deepcopy(function)
    if not isinstance(bare, ast.ClassDef):
        bare.args.defaults = [ast.Constant(None)] * len(bare.args.defaults)
        bare.args.kw_defaults = [d and ast.Constant(None) for d in bare.args.kw_defaults]
    return bare


def _names(node: ast.AST) -> set[str]:
    """Names that code looks up outside itself."""
    try:
        return names_used(ast.unparse(node))
    except (SyntaxError, ValueError):  # `nonlocal` alone; an f-string that unparse cannot write
        return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def slices(sources: Sequence[str], stopping: Sequence[int] = ()) -> list[Slice]:
    """Slice a page for each of its blocks.

    Args:
        sources: the code of its blocks, in order.
        stopping: places of the blocks that end with an error on purpose.

    Returns: as many slices; the last range of each ends with its block.
    """
    page = _Page(sources, frozenset(stopping))
    return [page.slice(block) for block in range(len(sources))]


class _Page:
    def __init__(self, sources: Sequence[str], stopping: frozenset[int]):
        self.statements: list[_Statement] = []
        self.imports: list[tuple[int, Import]] = []  # with the block of each
        self.touching: dict[str, list[int]] = {}  # statements that bind or change a name
        self.begins, self.ends = [], []  # lines of blocks
        self.interpreter, line = Interpreter(), 0
        for block, source in enumerate(sources):
            count = source.count("\n") + 1
            self.begins.append(line)
            self.ends.append(line + count)
            self._read(source, block, line, block in stopping)
            line += count + len(GAP)

    def slice(self, block: int) -> Slice:
        """The slice for one block."""
        own = [i for i, statement in enumerate(self.statements) if statement.block == block]
        first = own[0] if own else len(self.statements)
        kept = self._needed(own, first) | set(own)
        chosen = [self.statements[i] for i in sorted(kept)]
        names = {name for statement in chosen for name in statement.names}
        wanted = dict.fromkeys(i for at, i in self.imports if at <= block and i.bound in names)
        if not own:  # imports alone
            wanted = dict.fromkeys(i for at, i in self.imports if at == block)
        imports = import_lines([(item, NOWHERE, 0) for item in wanted])
        earlier = {i for i, s in enumerate(self.statements[:first]) if not _is_check(s.node)}
        whole = first > 0 and kept >= earlier
        return Slice(tuple(t for t, *_ in imports), tuple(_merged(chosen)), whole)

    def _read(self, source: str, block: int, line: int, stopping: bool) -> None:
        tree, last = ast.parse(source), 0  # last line that has gone into a statement
        runs_texts = any(getattr(n, "id", "") in RUNNERS for n in ast.walk(tree))
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                found = imports_of(node, NOWHERE, node.lineno)
                self.imports += [(block, item) for item in found]
                self.interpreter.effects(node)
                last = node.end_lineno
                continue
            effects = self.interpreter.effects(node)
            end = source.count("\n") + 1 if node is tree.body[-1] else node.end_lineno
            written = frozenset(_in_texts(node) if runs_texts else ())
            stops = stopping and node is tree.body[-1]  # with the error that its block promises
            for name in () if stops else effects.binds | effects.changes:
                self.touching.setdefault(name, []).append(len(self.statements))
            made = _Statement(node, block, line + last, line + end, effects, written)
            self.statements.append(made)
            last = end

    def _needed(self, own: list[int], first: int) -> set[int]:
        """Earlier statements that some need."""
        found: set[int] = set()
        todo = [(name, i) for i in own for name in self.statements[i].reads]
        end = own[-1] + 1 if own else first
        todo += [(name, end) for i in own for name in self.statements[i].later]
        seen = set(todo)
        while todo:
            name, before = todo.pop()
            for i in self._sources(name, before):
                statement, needs = self.statements[i], []
                if name in statement.effects.binds:
                    needs = [(each, before) for each in statement.later]
                if i < first:
                    found.add(i)
                    needs += [(each, i) for each in statement.reads]
                new = [need for need in needs if need not in seen]
                seen.update(new)
                todo += new
        return found

    def _sources(self, name: str, before: int) -> Iterator[int]:
        """Statements that may decide what a name stands for, the nearest first."""
        touching = self.touching.get(name, [])
        for i in reversed(touching[: bisect_left(touching, before)]):
            yield i
            if name in self.statements[i].effects.binds:
                return


def _in_texts(node: ast.stmt) -> Iterator[str]:
    """Names in texts that can be read as code."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            with suppress(SyntaxError, ValueError):
                yield from names_used(part.value)


def _is_check(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == CHECK
    )


def _merged(statements: list[_Statement]) -> list[tuple[int, int]]:
    """Ranges of lines, neighbours joined."""
    found: list[tuple[int, int]] = []
    for before, now in zip([None, *statements], statements, strict=False):
        gap = len(GAP) if before and before.block != now.block else 0
        if before and now.begin - before.end == gap:
            found[-1] = (found[-1][0], now.end)
        else:
            found.append((now.begin, now.end))
    return found
