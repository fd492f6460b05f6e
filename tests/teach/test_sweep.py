import io
import math
import sys
from functools import partial
from multiprocessing import get_all_start_methods, get_context

import pytest
import torch

from course_code.teach.data import make_spirals
from course_code.teach.ensemble import (
    Ensemble,
    cross_entropies,
    evaluate_runs,
    train_runs,
)
from course_code.teach.optimizers import adam, l2, momentum, sgd
from course_code.teach.sweep import (
    choose_rates,
    cut_stacks,
    sweep,
)

DATA = {"train": make_spirals(15, seed=1), "valid": make_spirals(10, seed=2)}
GRID = {"optimizer": [sgd, adam], "lr": [0.01, 0.1, 1.0], "seed": [3, 4]}
FIXED = {"widths": [2, 12, 3], "steps": 20}
MEASURES = ["train_loss", "train_accuracy", "valid_loss", "valid_accuracy"]


def drawn(data_seed):
    return {"train": make_spirals(15, seed=data_seed), "test": make_spirals(10, seed=data_seed + 9)}


def same_tables(ours, theirs):
    """Same rows in the same order, measures equal to the tolerance of one curve."""
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert list(a) == list(b)
        for key in a:
            if key.endswith("_loss"):
                assert a[key] == pytest.approx(b[key], rel=1e-5, abs=1e-6)
            elif key.endswith("_accuracy"):
                assert a[key] == pytest.approx(b[key], abs=0.05)  # a point on the border may flip
            else:
                assert a[key] == b[key]


def test_the_table_has_one_plain_row_per_run_and_checkpoint_in_grid_order():
    rows = sweep(DATA, GRID, checkpoints=[20, 0, 10], **FIXED)
    assert len(rows) == 2 * 3 * 2 * 3
    settings = [(r["optimizer"], r["lr"], r["seed"], r["step"]) for r in rows]
    assert settings == [
        (name, lr, seed, step)
        for name in ("sgd", "adam")
        for lr in (0.01, 0.1, 1.0)
        for seed in (3, 4)
        for step in (0, 10, 20)
    ]
    assert list(rows[0]) == ["optimizer", "lr", "seed", "step", *MEASURES, "diverged"]
    assert {type(value) for row in rows for value in row.values()} == {str, int, float, bool}


def test_a_row_equals_the_run_by_itself():
    rows = sweep(DATA, GRID, **FIXED)
    (row,) = [r for r in rows if (r["optimizer"], r["lr"], r["seed"]) == ("adam", 0.1, 4)]
    net = Ensemble((2, 12, 3), seeds=[4])
    train_runs(net, *DATA["train"], adam, 20, lr=0.1)
    alone = [part.item() for points in DATA.values() for part in evaluate_runs(net, *points)]
    assert [row[name] for name in MEASURES] == pytest.approx(alone, rel=1e-5)


@pytest.mark.parametrize("limit", [1, 12 * 45 * 2, 12 * 45 * 5, 10**9])
def test_the_table_does_not_depend_on_the_stack_size(limit):
    same_tables(sweep(DATA, GRID, limit=limit, **FIXED), sweep(DATA, GRID, **FIXED))


def test_minibatches_do_not_depend_on_the_stack_size():
    options = {**FIXED, "batch_size": 8}
    same_tables(sweep(DATA, GRID, limit=1, **options), sweep(DATA, GRID, **options))


def test_the_table_does_not_depend_on_the_order_of_the_grid():
    turned = {name: list(reversed(values)) for name, values in GRID.items()}
    same_tables(
        sorted(sweep(DATA, turned, **FIXED), key=str), sorted(sweep(DATA, GRID, **FIXED), key=str)
    )


@pytest.mark.skipif("fork" not in get_all_start_methods(), reason="needs fork")
@pytest.mark.parametrize("workers", [1, 2])
def test_the_table_does_not_depend_on_worker_processes(workers):
    expected = sweep(DATA, GRID, limit=12 * 45 * 2, **FIXED)
    with get_context("fork").Pool(workers) as pool:
        spread = sweep(DATA, GRID, limit=12 * 45 * 2, mapper=pool.imap, **FIXED)
    assert spread == expected


def test_stacks_hold_what_fits_and_do_not_mix_shapes():
    one = {"activation": "relu", "optimizer": sgd, "batch_size": None, "loss": cross_entropies}
    wide, slim = one | {"widths": (2, 50, 3)}, one | {"widths": (2, 10, 3)}
    runs = [wide, slim, wide, slim, wide]
    assert cut_stacks(runs, points=10, limit=1000) == [[0, 2], [4], [1, 3]]
    assert cut_stacks(runs, points=10, limit=1) == [[0], [2], [4], [1], [3]]
    small = [run | {"batch_size": 5} for run in runs]
    assert cut_stacks(small, points=10, limit=1000) == [[0, 2, 4], [1, 3]]


def test_every_setting_may_vary_and_labels_name_what_has_no_name():
    grid = {
        "widths": {"narrow": (2, 5, 3), "deep": (2, 5, 5, 3)},
        "activation": {"square": torch.square, "bend": "relu"},
        "init": ["he", 0.5],
        "loss": [cross_entropies],
        "batch_size": [None, 10],
        "optimizer": {"heavy": l2(partial(momentum, mu=0.99)), "light": l2(momentum)},
        "weight_decay": [0.0, 0.1],
    }
    rows = sweep(DATA, grid, steps=10, lr=0.1)
    assert len(rows) == 2**6
    assert {row["widths"] for row in rows} == {"narrow", "deep"}
    assert {row["loss"] for row in rows} == {"cross_entropies"}
    losses = [row["train_loss"] for row in rows if not row["diverged"]]
    assert len(set(losses)) == len(losses) > 2**5


def test_data_may_be_drawn_anew_for_every_run():
    rows = sweep(drawn, {"data_seed": [5, 6], "seed": [0, 1]}, optimizer=sgd, lr=0.1, **FIXED)
    same_tables(
        rows,
        sweep(
            drawn, {"data_seed": [5, 6], "seed": [0, 1]}, optimizer=sgd, lr=0.1, limit=1, **FIXED
        ),
    )
    for seed in (5, 6):
        alone = sweep(drawn(seed), {"seed": [0, 1]}, optimizer=sgd, lr=0.1, **FIXED)
        ours = [row["test_loss"] for row in rows if row["data_seed"] == seed]
        assert ours == pytest.approx([row["test_loss"] for row in alone], rel=1e-5)
    fixed = sweep(drawn, {"seed": [0, 1]}, data_seed=6, optimizer=sgd, lr=0.1, **FIXED)
    assert [row["test_loss"] for row in fixed] == pytest.approx(ours, rel=1e-5)


def test_data_are_by_default_drawn_with_the_seed_of_the_run():
    rows = sweep(drawn, {"seed": [5, 6]}, optimizer=sgd, lr=0.1, **FIXED)
    for row in rows:
        (alone,) = sweep(
            drawn(row["seed"]), {"seed": [row["seed"]]}, optimizer=sgd, lr=0.1, **FIXED
        )
        assert row["test_loss"] == pytest.approx(alone["test_loss"], rel=1e-5)


def test_a_run_that_diverges_is_reported_and_alone():
    grid = {"lr": [0.1, 1e38], "seed": [0, 1]}
    rows = sweep(DATA, grid, optimizer=sgd, activation="identity", **FIXED)
    assert [row["diverged"] for row in rows] == [False, False, True, True]
    assert [row["valid_loss"] == math.inf for row in rows] == [False, False, True, True]
    assert [row["valid_accuracy"] == 0 for row in rows] == [False, False, True, True]


def squares(outputs, y):
    return (outputs[:, 0] - y).square().mean(1)


def test_targets_that_are_no_labels_have_no_accuracy():
    points = torch.linspace(-1, 1, 20)[:, None]
    data = {"train": (points, points[:, 0].abs())}
    grid = {"seed": [0, 1]}
    rows = sweep(data, grid, widths=(1, 5, 1), steps=5, optimizer=sgd, lr=0.1, loss=squares)
    assert list(rows[0]) == ["seed", "step", "train_loss", "diverged"]


def test_float64_is_passed_on():
    low = sweep(DATA, {"lr": [0.1]}, optimizer=adam, **FIXED)
    high = sweep(DATA, {"lr": [0.1]}, optimizer=adam, dtype=torch.float64, **FIXED)
    assert low[0]["train_loss"] != high[0]["train_loss"]
    assert low[0]["train_loss"] == pytest.approx(high[0]["train_loss"], rel=1e-4)


@pytest.mark.parametrize("terminal", [False, True])
def test_progress_is_told_to_terminals_only(monkeypatch, terminal):
    stream = io.StringIO()
    stream.isatty = lambda: terminal
    monkeypatch.setattr(sys, "stderr", stream)
    sweep(DATA, GRID, limit=12 * 45 * 3, **FIXED)
    told = stream.getvalue()
    if terminal:
        assert "1/4 stacks" in told
        assert "s left" in told
        assert told.endswith("4/4 stacks, 0 s left   \n")
    else:
        assert told == ""


@pytest.mark.parametrize(
    ("options", "quoted"),
    [
        ({"grid": {"lr": []}}, r"'lr'; got \[\]"),
        ({"grid": {"lr": [0.1, 0.1]}}, r"'lr'; got \[0.1, 0.1\]"),
        ({"grid": {"lr": [0.1, -3.0]}}, r"lr=\[0.1, -3.0\]"),
        ({"grid": {"lr": [0.1], "activation": ["rellu"]}}, "'rellu'"),
        ({"data": {"training": DATA["train"]}}, r"'train'; got \['training'\]"),
        ({"data": {"train": DATA["train"], "valid": DATA["train"]}}, "same points"),
        ({"data": lambda seed: dict.fromkeys(("train", "test"), DATA["train"])}, "same points"),
        ({"checkpoints": []}, r"checkpoints=\[\]"),
        ({"checkpoints": [21]}, r"0\.\.20.*\[21\]"),
        ({"checkpoints": [-1]}, r"\[-1\]"),
        ({"limit": 0}, "limit=0"),
        ({"optimizer": "adamm"}, "'adamm'"),
    ],
)
def test_bad_sweeps_are_refused(options, quoted):
    options = {"data": DATA, "grid": {"lr": [0.1]}, "optimizer": sgd, **FIXED, **options}
    with pytest.raises(ValueError, match=quoted):
        sweep(**options)


@pytest.mark.parametrize("missing", ["widths", "optimizer"])
def test_a_sweep_needs_a_shape_and_a_rule(missing):
    options = {"optimizer": sgd, **FIXED}
    del options[missing]
    with pytest.raises(ValueError, match=f"need .*{missing}"):
        sweep(DATA, {"lr": [0.1]}, **options)


def table_of(losses, arm="sgd"):
    """Rows of a sweep with the given losses: rate -> one loss per seed."""
    return [
        {
            "optimizer": arm,
            "lr": lr,
            "seed": seed,
            "step": step,
            "valid_loss": loss * (step + 1),
            "valid_accuracy": 1 / (1 + loss),
            "diverged": loss == math.inf,
        }
        for lr, values in losses.items()
        for seed, loss in enumerate(values)
        for step in (0, 1)
    ]


LOSSES = {0.01: [3, 3, 3], 0.1: [1, 2, 9], 1.0: [2.5, 2.5, 2.5], 10.0: [4, math.inf, math.inf]}


def test_a_chosen_rate_suffers_from_every_failed_run():
    assert choose_rates(table_of(LOSSES), "optimizer") == {"sgd": {"lr": 1.0, "inside": True}}


@pytest.mark.parametrize("rates", [[0.01], [1.0, 10.0], [10.0, 1.0, 0.01][:2]])
def test_a_chosen_rate_at_the_end_of_its_list_is_told_not_raised(rates):
    rows = table_of({lr: LOSSES[lr] for lr in rates})
    assert choose_rates(rows, "optimizer")["sgd"]["inside"] is False
