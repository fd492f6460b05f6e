"""What a reader changes first in a copy of a lesson: the number of seeds, the width of networks."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

NETWORKS = {"Ensemble", "ResidualEnsemble", "mlp"}  # take widths as their first argument
WIDTHS = "widths"  # or by this name: of an argument, a key, a constant


@dataclass(frozen=True)
class Variation:
    """Other seeds, hidden widths divided by a number, or both."""

    seeds: int | None = None
    divide: int = 1

    def of(self, sources: list[str]) -> list[str]:
        """Return the blocks of a lesson with the change in them, line by line as before."""
        trees = [ast.parse(source) for source in sources]
        wide = {name for tree in trees for node in _hidden(tree) for name in _names(node)}
        return [
            _replaced(source, [*self._seeds(tree), *self._widths(tree, wide)])
            for source, tree in zip(sources, trees, strict=True)
        ]

    def _seeds(self, tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
        for target, value in _constants(tree):
            if target == "SEEDS" and self.seeds is not None:
                yield value, f"range({self.seeds})"

    def _widths(self, tree: ast.Module, wide: set[str]) -> Iterator[tuple[ast.expr, str]]:
        bound = [value for target, value in _constants(tree) if target in wide]
        for node in {*bound, *_hidden(tree)} if self.divide > 1 else ():
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and type(part.value) is int and part.value > 9:
                    yield part, str(part.value // self.divide)


SAME = Variation()
VARIATIONS = {
    "1 seed": Variation(seeds=1),
    "3 seeds": Variation(seeds=3),
    "7 seeds": Variation(seeds=7),
    "narrower": Variation(divide=3),
}


def _hidden(tree: ast.Module) -> Iterator[ast.expr]:
    """Widths of hidden layers: what stands between the first and the last of a tuple of widths."""
    for node in ast.walk(tree):
        found = []
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in NETWORKS and node.args:
            found = [node.args[0]]
        elif isinstance(node, ast.keyword) and node.arg == WIDTHS:
            found = [node.value]
        elif isinstance(node, ast.Dict):
            keys = [getattr(key, "value", None) for key in node.keys]
            found = [v for k, v in zip(keys, node.values, strict=True) if k == WIDTHS]
        elif isinstance(node, ast.Assign):
            found = [v for name, v in _pairs(node) if name.lower() == WIDTHS]
        for widths in found:
            if isinstance(widths, ast.Tuple):
                yield from map(_width, widths.elts[1:-1])


def _width(element: ast.expr) -> ast.expr:
    """The width itself: H of `*[H] * (L - 1)`."""
    if not isinstance(element, ast.Starred):
        return element
    many = element.value.left if isinstance(element.value, ast.BinOp) else element.value
    return many.elts[0] if isinstance(many, ast.List) else many


def _names(node: ast.expr) -> Iterator[str]:
    return (part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Names bound at the top level, each with its own value."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from _pairs(node)


def _pairs(node: ast.Assign) -> Iterator[tuple[str, ast.expr]]:
    for target in node.targets:
        if isinstance(target, ast.Name):
            yield target.id, node.value
        elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from (
                (one.id, value)
                for one, value in zip(target.elts, node.value.elts, strict=False)
                if isinstance(one, ast.Name)
            )


def _replaced(source: str, changes: list[tuple[ast.expr, str]]) -> str:
    """Put texts in the places of expressions, the last first; columns of `ast` count bytes."""
    lines = [line.encode() for line in source.split("\n")]
    for node, text in sorted(set(changes), key=lambda c: (c[0].lineno, c[0].col_offset))[::-1]:
        if node.lineno == node.end_lineno:
            line = lines[node.lineno - 1]
            before, after = line[: node.col_offset], line[node.end_col_offset :]
            lines[node.lineno - 1] = before + text.encode() + after
    return "\n".join(line.decode() for line in lines)
