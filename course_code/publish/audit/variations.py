"""What a reader changes first in a copy of a lesson: seeds, widths, steps, rates."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

NETWORKS = {"Ensemble", "ResidualEnsemble", "mlp"}  # take widths as their first argument
TRAINS, BEFORE = "train_runs", 4  # takes steps after four others, of which *data are two

Change = tuple[ast.expr, str]  # of an expression, and what takes its place
Find = Callable[[ast.Module], Iterator[ast.expr]]


@dataclass(frozen=True)
class Variation:
    """Other seeds, of further lists as many at most; widths and steps divided, rates multiplied.

    Lists of rates get one more, `further` times the last.
    """

    seeds: int | None = None
    narrower: int = 1
    shorter: int = 1
    faster: int = 1
    further: int = 1

    def of(self, sources: list[str]) -> list[str]:
        """Return the blocks of a lesson with the change in them, line by line as before."""
        trees = [ast.parse(source) for source in sources]
        kinds = (
            _fewer(trees, self.seeds),
            _divided(trees, _hidden, self.narrower),
            _divided(trees, _steps, self.shorter),
            _multiplied(trees, self.faster),
            _listed(trees, self.faster, self.further),
        )
        return [
            _replaced(source, [*chain(*changes)])
            for source, *changes in zip(sources, *kinds, strict=True)
        ]


SAME = Variation()
VARIATIONS = {
    "1 seed": Variation(seeds=1),
    "3 seeds": Variation(seeds=3),
    "7 seeds": Variation(seeds=7),
    "narrower": Variation(narrower=3),
    "shorter": Variation(shorter=5),
    "faster": Variation(faster=2),
    "one rate more": Variation(further=3),
}


def _fewer(trees: list[ast.Module], seeds: int | None) -> Iterator[list[Change]]:
    """Bind SEEDS to others, and let every other range of seeds end sooner, block by block."""
    named = _named(trees, _seeds)
    for tree in trees:
        bound = [(name, value, ast.unparse(value)) for name, value in _constants(tree)]
        yield [
            (value, f"range({seeds})" if name == "SEEDS" else f"{text}[:{seeds}]")
            for name, value, text in (bound if seeds is not None else ())
            if name == "SEEDS" or (name in named and text.startswith("range("))
        ]


def _divided(trees: list[ast.Module], find: Find, by: int) -> Iterator[list[Change]]:
    """Divide what is found, and what the names in it are bound to, block by block."""
    named = _named(trees, find)
    for tree in trees:
        bound = [value for target, value in _constants(tree) if target in named]
        yield [
            (part, str(part.value // by))
            for node in ({*bound, *find(tree)} if by > 1 else ())
            for part in ast.walk(node)
            if isinstance(part, ast.Constant) and type(part.value) is int and part.value > 9
        ]


def _multiplied(trees: list[ast.Module], by: int) -> Iterator[list[Change]]:
    """Multiply the rates that stand in a call."""
    for tree in trees:
        yield [
            (rate, str(rate.value * by))
            for rate in (_called(tree, {"lr"}, set()) if by > 1 else ())
            if isinstance(rate, ast.Constant)
        ]


def _listed(trees: list[ast.Module], by: int, further: int) -> Iterator[list[Change]]:
    """Multiply the rates of lists, RATES = (0.1, 1) or a table of such, and add one to each."""
    for tree in trees:
        bound = [value for name, value in _constants(tree) if name.endswith("RATES")]
        parts = [part for value in bound for part in ast.walk(value)]
        lists = [part.elts for part in parts if _is_list(part)]
        yield [change for rates in lists for change in _listed_so(rates, by, further)]


def _is_list(part: ast.AST) -> bool:
    """Whether it lists something, other than lists."""
    inner = (ast.List, ast.Tuple, ast.Dict)
    listed = part.elts if isinstance(part, ast.List | ast.Tuple) else []
    return bool(listed) and not any(isinstance(each, inner) for each in listed)


def _listed_so(rates: list[ast.expr], by: int, further: int) -> Iterator[Change]:
    *others, last = rates
    if by > 1:
        yield from ((rate, _times(rate, by)) for rate in others)
    if further > 1:
        yield last, f"{_times(last, by)}, {_times(last, by * further)}"
    elif by > 1:
        yield last, _times(last, by)


def _times(rate: ast.expr, by: int) -> str:
    return f"{by} * {ast.unparse(rate)}" if by > 1 else ast.unparse(rate)


def _hidden(tree: ast.Module) -> Iterator[ast.expr]:
    """Widths of hidden layers: what stands between the first and the last of a tuple of widths."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    first = [call.args[0] for call in calls if getattr(call.func, "id", "") in NETWORKS]
    for widths in [*first, *_called(tree, {"widths"}, {"widths", "WIDTHS"})]:
        if isinstance(widths, ast.Tuple):
            yield from map(_width, widths.elts[1:-1])


def _seeds(tree: ast.Module) -> Iterator[ast.expr]:
    """Lists of seeds: what goes by that name, and what a loop over seeds goes through."""
    yield from _called(tree, {"seed", "seeds"}, {"SEEDS"})
    for node in ast.walk(tree):
        loop = isinstance(node, ast.For | ast.comprehension)
        if loop and getattr(node.target, "id", "") == "seed":
            yield node.iter


def _steps(tree: ast.Module) -> Iterator[ast.expr]:
    """Numbers of steps: what goes by that name or trains, and what a function takes by default."""
    yield from _called(tree, {"steps"}, {"STEPS"})
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == TRAINS:
            place = BEFORE - sum(isinstance(each, ast.Starred) for each in node.args)
            yield from node.args[place : place + 1]
        if isinstance(node, ast.arguments):
            alone = zip(node.kwonlyargs, node.kw_defaults, strict=True)
            last = zip(node.args[::-1], node.defaults[::-1], strict=False)
            yield from (value for name, value in [*alone, *last] if value and name.arg == "steps")


def _called(tree: ast.Module, names: set[str], variables: set[str]) -> Iterator[ast.expr]:
    """What goes by one of these names: of an argument or a key, and of a variable."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in names:
            yield node.value
        elif isinstance(node, ast.Dict):
            keys = [getattr(key, "value", None) for key in node.keys]
            yield from (v for k, v in zip(keys, node.values, strict=True) if k in names)
        elif isinstance(node, ast.Assign):
            yield from (v for target, v in _pairs(node) if target in variables)


def _width(element: ast.expr) -> ast.expr:
    """The width itself: H of `*[H] * (L - 1)`."""
    if not isinstance(element, ast.Starred):
        return element
    many = element.value.left if isinstance(element.value, ast.BinOp) else element.value
    return many.elts[0] if isinstance(many, ast.List) else many


def _named(trees: list[ast.Module], find: Find) -> set[str]:
    return {name for tree in trees for node in find(tree) for name in _names(node)}


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
