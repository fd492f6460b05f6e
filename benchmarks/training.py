"""How fast experiments train, as ratios from one run on one CPU thread.

    python -m benchmarks.training [--write PATH] [--quick]

Every row times short blocks of each arm in turn, so that a busy machine slows all arms alike; a
ratio is taken within a round, and its median and quartiles over the rounds are shown. Time is CPU
time; a block that lost its core to another process is repeated. On Linux all arms run with the two
malloc settings of the lessons' workers.
"""

import argparse
import os
import platform
import statistics
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks.arms import (
    OPTIMIZERS,
    WIDTHS,
    Block,
    HandWritten,
    ensemble_loop,
    notes_loop,
    plain_loop,
    products_only,
    vmap_loop,
)
from course_code.teach.data import make_spirals
from course_code.teach.ensemble import Ensemble
from course_code.teach.models import mlp
from course_code.teach.signals import gradient_norms

SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "1073741824",
}


def seconds(run: Block, steps: int, tries: int = 2) -> float:
    """CPU seconds per step of one block, run again when it had to share its core."""
    used = 0.0
    for _ in range(tries):
        wall, start = time.perf_counter(), time.process_time()
        run(steps)
        used = time.process_time() - start
        if used > 0.95 * (time.perf_counter() - wall):
            break
    return used / steps


def paired(arms: dict[str, tuple[Block, int]], rounds: int, block: float) -> dict[str, list[float]]:
    """Microseconds per run and step of every arm (block, runs per step), round by round."""
    sizes = {}
    for name, (run, _) in arms.items():
        run(3)
        sizes[name] = max(3, round(block / seconds(run, 3)))
    times = {name: [] for name in arms}
    for _ in range(rounds):
        for name, (run, n_runs) in arms.items():
            times[name].append(seconds(run, sizes[name]) / n_runs * 1e6)
    return times


def spread(values: list[float], digits: str) -> str:
    """Median with quartiles."""
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:{digits}} ({low:{digits}} to {high:{digits}})"


def compare_rows(title: str, times: dict[str, list[float]]) -> list[str]:
    """Table rows: time, ratio to the plain loop, ratio to the hand-written limit."""
    lines = []
    for name, own in times.items():
        faster = [a / b for a, b in zip(times["plain loop"], own, strict=True)]
        limit = [b / a for a, b in zip(times["hand-written NumPy"], own, strict=True)]
        lines.append(
            f"| {title} | {name} | {spread(own, '.1f')} | {spread(faster, '.2f')} "
            f"| {spread(limit, '.2f')} |"
        )
    return lines


def compare(n_runs: int, points: int, rounds: int, block: float) -> list[str]:
    """All arms at one stack size."""
    X, y = make_spirals(-(-points // 3))
    X, y = X[:points], y[:points]
    arms = {
        "loop of the notes": (notes_loop(X, y), 1),
        "plain loop": (plain_loop(X, y), 1),
        "torch.func.vmap": (vmap_loop(X, y, n_runs), n_runs),
        "course ensemble": (ensemble_loop(X, y, n_runs), n_runs),
        "hand-written NumPy": (HandWritten(X, y, n_runs).run, n_runs),
        "matrix products alone": (products_only(X, y, n_runs), n_runs),
    }
    times = paired(arms, rounds, block)
    work = 2 * len(y) * WIDTHS[1] * (2 * WIDTHS[0] + 3 * WIDTHS[2])  # operations of the products
    alone = times.pop("matrix products alone")
    rate = work / statistics.median(alone) / 1e3
    times[f"matrix products alone, {rate:.0f} GFLOP/s"] = alone
    runs = "1 run" if n_runs == 1 else f"{n_runs} runs"
    return compare_rows(f"{runs}, {len(y):,} points", times)


def compare_sweep(rounds: int, block: float) -> str:
    """5 optimizers x 7 rates x 16 seeds x 1,000 steps at 300 points, from the time of a step."""
    X, y = make_spirals(100)
    plain, ours = [0.0] * rounds, [0.0] * rounds
    for rule, make, options in OPTIMIZERS.values():
        arms = {
            "plain": (plain_loop(X, y, make, **options), 1),
            "ours": (ensemble_loop(X, y, 16, rule), 16),
        }
        times = paired(arms, rounds, block)
        plain = [total + t * 112e-3 for total, t in zip(plain, times["plain"], strict=True)]
        ours = [total + t * 112e-3 for total, t in zip(ours, times["ours"], strict=True)]
    faster = [a / b for a, b in zip(plain, ours, strict=True)]
    return (
        f"| 5 optimizers x 7 rates x 16 seeds, 1,000 steps, 300 points | {spread(plain, '.0f')} "
        f"| {spread(ours, '.0f')} | {spread(faster, '.2f')} |"
    )


def plain_norms(depth: int, activation: nn.Module, X: Tensor, y: Tensor) -> None:
    """Norm of the gradient at every layer of 16 networks, one after the other."""
    for seed in range(16):
        model, sums, h = mlp((2, *[32] * depth, 3), nn.Identity, seed=seed).double(), [], X
        for layer in model:
            if isinstance(layer, nn.Linear):
                sums.append(layer(h if not sums else activation(h)))
                h = sums[-1]
        weights = [layer.weight for layer in model if isinstance(layer, nn.Linear)]
        grads = torch.autograd.grad(F.cross_entropy(h, y), [*sums, *weights])
        torch.stack([grad.norm() for grad in grads])


def compare_depths(rounds: int) -> str:
    """6 activations x depths 2 to 50 x 16 inits, from depths 2, 26 and 50 by Simpson's rule."""
    X, y = make_spirals(100)
    X = X.double()
    named = (nn.Identity(), nn.Sigmoid(), nn.Tanh(), nn.ReLU(), nn.GELU(), nn.SiLU())
    plain, ours = [0.0] * rounds, [0.0] * rounds
    for depth, weight in ((2, 49 / 6), (26, 49 * 4 / 6), (50, 49 / 6)):

        def stacked(_: int, depth: int = depth) -> None:
            for activation in named:
                net = Ensemble(
                    (2, *[32] * depth, 3), activation, seeds=range(16), dtype=torch.float64
                )
                gradient_norms(net, X, y)

        def alone(_: int, depth: int = depth) -> None:
            for activation in named:
                plain_norms(depth, activation, X, y)

        for index in range(rounds):
            plain[index] += weight * seconds(alone, 1)
            ours[index] += weight * seconds(stacked, 1)
    faster = [a / b for a, b in zip(plain, ours, strict=True)]
    return (
        "| gradient norms, 6 activations x depths 2 to 50 x 16 inits, 300 points, float64 "
        f"| {spread(plain, '.0f')} | {spread(ours, '.0f')} | {spread(faster, '.2f')} |"
    )


def report(rounds: int, block: float) -> str:
    """The Markdown of both tables."""
    lines = [
        f"Measured on {date.today()}: CPU, one thread, {platform.machine()}, "
        f"{torch.backends.cpu.get_cpu_capability()}, PyTorch {torch.__version__}, "
        f"NumPy {np.__version__}. Median and quartiles of {rounds} interleaved rounds.",
        "",
        "| setting | arm | µs per run and step | times faster than the plain loop "
        "| times the hand-written limit |",
        "|---|---|---|---|---|",
    ]
    for n_runs, points in ((1, 3000), (16, 300), (32, 100)):
        lines += compare(n_runs, points, rounds, block)
    lines += [
        "",
        "Whole experiments, extrapolated from the time of a step (sweep) or of three depths:",
        "",
        "| experiment | plain loops, s | course ensemble, s | times faster |",
        "|---|---|---|---|",
        compare_sweep(max(5, rounds // 2), block),
        compare_depths(5),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the report; with --write, save it too."""
    parser = argparse.ArgumentParser(description="Ratios of training times, on one CPU thread.")
    parser.add_argument("--write", type=Path, help="save the Markdown here as well")
    parser.add_argument("--quick", action="store_true", help="few short rounds, to see it work")
    options = parser.parse_args()
    if any(os.environ.get(name) != value for name, value in SETTINGS.items()):
        os.execve(
            sys.executable,
            [sys.executable, "-m", "benchmarks.training", *sys.argv[1:]],
            os.environ | SETTINGS,
        )
    torch.set_num_threads(1)
    text = report(*((4, 0.01) if options.quick else (21, 0.08)))
    print(text, end="")
    if options.write:
        options.write.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
