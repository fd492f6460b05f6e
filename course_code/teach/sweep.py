"""Grid in, tidy table out: every combination of settings, trained in stacks.

A row is a plain dict, one per run and checkpoint. Rates are chosen on validation data.
"""

import math
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import combinations, product

import torch
from torch import Tensor

from course_code.teach.ensemble import (
    Ensemble,
    checked_data,
    cross_entropies,
    evaluate_runs,
    train_runs,
)

# the same within a stack
SHARED = ("widths", "activation", "optimizer", "batch_size", "loss")
# each run has its own; all else goes to the optimizer
OWN = ("init", "seed", "data_seed")
DEFAULTS = {
    "activation": "relu",
    "batch_size": None,
    "loss": cross_entropies,
    "init": "pytorch",
    "seed": 0,
    "data_seed": None,  # then the run's seed
}


def labelled(axis: str, values) -> list[tuple]:
    """Pair each value of an axis with its label in the table.

    Raises:
        ValueError: the axis is empty, or two values share a label.
    """
    if isinstance(values, dict):
        pairs = list(values.items())
    else:
        values = [tuple(v) if isinstance(v, list) else v for v in values]
        pairs = [(getattr(v, "__name__", v), v) for v in values]
    if not pairs or len({label for label, _ in pairs}) < len(pairs):
        raise ValueError(f"need one or more different values of {axis!r}; got {values}")
    return pairs


def combine(grid: dict, fixed: dict) -> tuple[list[dict], list[dict]]:
    """List the settings of all runs, and the labels that tell them apart, in the grid's
    order.

    Raises:
        ValueError: an axis is unfit, or `widths` or `optimizer` is in neither grid nor
            fixed.
    """
    axes = [labelled(axis, values) for axis, values in grid.items()]
    runs, labels = [], []
    for choice in product(*axes):
        picked = dict(zip(grid, choice, strict=True))  # axis -> (label, value)
        run = DEFAULTS | fixed | {axis: value for axis, (_, value) in picked.items()}
        if not {"widths", "optimizer"} <= set(run):
            raise ValueError(f"need widths and optimizer; got {sorted(run)}")
        runs.append(run | {"widths": tuple(run["widths"])})
        labels.append({axis: label for axis, (label, _) in picked.items()})
    return runs, labels


def cut_stacks(runs: Sequence[dict], points: int, limit: int) -> list[list[int]]:
    """Group runs that fit into one stack, with at most `limit` values in its widest
    layer.
    """
    groups = {}
    for index, run in enumerate(runs):
        groups.setdefault(tuple(run[name] for name in SHARED), []).append(index)
    stacks = []
    for members in groups.values():
        run = runs[members[0]]
        size = max(1, limit // (max(run["widths"]) * (run["batch_size"] or points)))
        stacks += [members[i : i + size] for i in range(0, len(members), size)]
    return stacks


def stacked_data(runs: Sequence[dict], data) -> dict[str, tuple[Tensor, Tensor]]:
    """Give data that all runs share, or one set for each: X (R, B, D), y (R, B)."""
    if not callable(data):
        return data
    seeds = [
        run["seed"] if run["data_seed"] is None else run["data_seed"] for run in runs
    ]
    drawn = {seed: data(seed) for seed in sorted(set(seeds))}
    sets = [drawn[seed] for seed in seeds]
    return {
        name: tuple(
            torch.stack(parts) for parts in zip(*(s[name] for s in sets), strict=True)
        )
        for name in sets[0]
    }


def train_stack(
    runs: Sequence[dict], *, data, steps: int, checkpoints: Sequence[int], device, dtype
) -> list[list[dict]]:
    """Train one stack; give for each run one dict of measures per checkpoint."""
    widths, activation, optimizer, batch_size, loss = (runs[0][name] for name in SHARED)
    each = {name: [run[name] for run in runs] for name in runs[0] if name not in SHARED}
    # what is left are hyperparameters
    init, seeds, _ = (each.pop(name) for name in OWN)
    place = {"dtype": dtype, "device": device}
    net = Ensemble(widths, activation, seeds=seeds, init=init, **place)
    sets = {
        name: checked_data(net, *points)
        for name, points in stacked_data(runs, data).items()
    }
    measured = []  # tensors, fetched from the device at the end

    def measure(step):
        if step in checkpoints:
            pairs = [evaluate_runs(net, X, y, loss) for X, y in sets.values()]
            measured.append(torch.stack([part for pair in pairs for part in pair]))

    measure(0)
    options = {"batch_size": batch_size, "loss": loss, "on_step": measure}
    train_runs(net, *sets["train"], optimizer, steps, **options, **each)
    names = [f"{name}_{part}" for name in sets for part in ("loss", "accuracy")]
    # R x checkpoints x measures
    table = torch.stack(measured).permute(2, 0, 1).tolist()
    return [
        [drop_nan(zip(names, values, strict=True)) for values in run] for run in table
    ]


def drop_nan(pairs: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Make a dict without what could not be measured: the accuracy on real targets."""
    return {name: value for name, value in pairs if not math.isnan(value)}


def with_progress(results: Iterable, total: int) -> Iterator:
    """Pass results on; on a terminal, tell how many are done and how long the rest will
    take.
    """
    start = time.monotonic()
    for done, result in enumerate(results, 1):
        yield result
        if sys.stderr.isatty():
            left = (time.monotonic() - start) / done * (total - done)
            end = "\n" if done == total else ""
            print(
                f"\r{done}/{total} stacks, {left:.0f} s left   ",
                end=end,
                file=sys.stderr,
            )


def sweep(
    data,
    grid: dict,
    *,
    steps: int,
    checkpoints: Sequence[int] | None = None,
    limit: int = 500_000,
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
    mapper: Callable = map,
    **fixed,
) -> list[dict]:
    """Train every combination of the grid's settings and measure it on every data set.

    Args:
        data: {"train": (X, y), "valid": (X, y), …}, or a function from data_seed, which
            is by default the run's seed, to that.
        grid: settings that vary, each a list of values or a dict from labels to values:
            widths, activation, optimizer, batch_size, loss, init, seed, data_seed, lr
            or another hyperparameter of the optimizer.
        steps: updates per run.
        checkpoints: when to measure, in 0..steps; default: after the last step.
        limit: values in the widest layer of a stack; 500,000 stay in a CPU's cache.
        mapper: `map`, or the `imap` of a process pool: the table is the same.
        fixed: settings that all runs share.

    Returns: rows in the grid's order, {setting: label, …, "step", "train_loss",
        "train_accuracy", …, "diverged"}; a run that diverged has an infinite loss.

    Raises:
        ValueError: an empty axis, no training data, data sets with the same points, a
            checkpoint or setting out of range.
    """
    times = [steps] if checkpoints is None else sorted(set(checkpoints))
    if not times or times[0] < 0 or times[-1] > steps or limit < 1:
        raise ValueError(f"need checkpoints in 0..{steps}, limit >= 1; "
                         f"got {checkpoints=}, {limit=}")  # fmt: skip
    runs, labels = combine(grid, fixed)
    sets = stacked_data(runs[:1], data)
    if "train" not in sets:
        raise ValueError(f"need a data set called 'train'; got {list(sets)}")
    for one, other in combinations(sets, 2):
        if torch.equal(sets[one][0], sets[other][0]):
            raise ValueError(f"{one!r} and {other!r} are the same points")
    stacks = cut_stacks(runs, sets["train"][1].shape[-1], limit)
    options = {"steps": steps, "checkpoints": times, "device": device, "dtype": dtype}
    tables = mapper(partial(train_stack, data=data, **options),
                    [[runs[i] for i in stack] for stack in stacks])  # fmt: skip
    rows = [None] * len(runs)
    for stack, table in zip(stacks, with_progress(tables, len(stacks)), strict=True):
        for i, measures in zip(stack, table, strict=True):
            rows[i] = [
                {**labels[i], "step": step, **scores}
                for step, scores in zip(times, measures, strict=True)
            ]
    return [
        row | {"diverged": math.isinf(row["train_loss"])} for run in rows for row in run
    ]


def split_rows(rows: Sequence[dict], keys) -> dict:
    """Group rows by a column, or by several; the groups keep the order of the table."""
    groups = {}
    for row in rows:
        label = row[keys] if isinstance(keys, str) else tuple(row[key] for key in keys)
        groups.setdefault(label, []).append(row)
    return groups


def choose_rates(
    rows: Sequence[dict], arm: str, value: str = "valid_loss", axis: str = "lr"
) -> dict[str, dict]:
    """Choose for each arm the rate with the lowest mean over seeds, at the last step.

    A mean, because it suffers from every failed run: a rate at which one run in ten
    fails has a fine median. Nothing is raised when the best is at an end of the list:
    look at "inside".

    Returns: {arm: {"lr": rate, "inside": whether it is neither the smallest nor the
        largest}}.
    """
    last, chosen = max(row["step"] for row in rows), {}
    ended = [row for row in rows if row["step"] == last]
    for label, group in split_rows(ended, arm).items():
        by_rate = split_rows(group, axis).items()
        means = {
            lr: statistics.fmean(row[value] for row in runs) for lr, runs in by_rate
        }
        rate = min(means, key=means.get)
        chosen[label] = {axis: rate, "inside": min(means) < rate < max(means)}
    return chosen
