"""Changes that a reader makes first are made in all blocks of a lesson, and nowhere else."""

from conftest import ROOT

from course_code.publish.audit.command import audit
from course_code.publish.audit.repeats import run_plan
from course_code.publish.audit.variations import SAME, VARIATIONS, Variation
from course_code.publish.run.plan import plan_lesson

CLAIMS = (ROOT / "course_code/teach/claims.py").read_text("utf-8")
INTERVALS = (ROOT / "course_code/teach/intervals.py").read_text("utf-8")
BLOCKS = [
    "D, H, C = 2, 100, 3  # 数\nSEEDS = range(\n    5)\nWIDTHS, STEPS = (2, 60, 3), 500",
    "SEEDS, UNITS = range(5), 64",
    'net = Ensemble((D, *[H] * (L - 1), C), "relu", seeds=SEEDS[:100])\nx = 100',
    "rows = sweep(grid, steps=100, widths=(64, 100, 100, 10))\nmlp((D, UNITS, 8, C))",
    'options = {"widths": (2, *[30] * 40, 3), "steps": 30}',
]


def test_seeds_change_where_they_are_bound():
    assert Variation(seeds=3).of(BLOCKS) == [
        BLOCKS[0], "SEEDS, UNITS = range(3), 64", *BLOCKS[2:],
    ]  # fmt: skip
    assert Variation(seeds=3).of(["SEEDS = (0, 1)  # 数"]) == ["SEEDS = range(3)  # 数"]


def test_hidden_widths_change_and_nothing_else():
    assert Variation(narrower=2).of(BLOCKS) == [
        "D, H, C = 2, 50, 3  # 数\nSEEDS = range(\n    5)\nWIDTHS, STEPS = (2, 30, 3), 500",
        "SEEDS, UNITS = range(5), 32",
        BLOCKS[2],
        "rows = sweep(grid, steps=100, widths=(64, 50, 50, 10))\nmlp((D, UNITS, 8, C))",
        'options = {"widths": (2, *[15] * 40, 3), "steps": 30}',
    ]


def test_steps_change_by_name_by_default_and_where_their_parts_are_bound():
    blocks = [
        "PART, x = 30, 40  # 数\nSTEPS = 3 * PART + 50",
        "def run(net, seeds=20, steps=200, *, rate=30, more=60): ...",
        "def run(net, *, seeds=20, steps=STEPS): ...",
        "sweep(grid, steps=1000, widths=(2, 100, 3))\nrun(net, steps=9)\noptions = {'steps': 30}",
        "WATCH = (20, 90)\ntrain_runs(net, X[20], y, sgd, 1000, lr=50)",
        "train_runs(net, *data['train'], sgd, WATCH[-1], batch_size=30)",
    ]
    assert Variation(shorter=10).of(blocks) == [
        "PART, x = 3, 40  # 数\nSTEPS = 3 * PART + 5",
        "def run(net, seeds=20, steps=20, *, rate=30, more=60): ...",
        blocks[2],
        "sweep(grid, steps=100, widths=(2, 100, 3))\nrun(net, steps=9)\noptions = {'steps': 3}",
        "WATCH = (2, 9)\ntrain_runs(net, X[20], y, sgd, 100, lr=50)",
        blocks[5],
    ]


def test_rates_change_where_training_is_called_and_in_lists_of_them():
    blocks = [
        "train(net, lr=0.01 * x)\nsgd(net, 10, lr=3e-3)",
        "RATES = (0.1, 1)\nadam(lr=1, eps=1)\nLOSSES = (1, 2)",
    ]
    assert Variation(faster=2).of(blocks) == [
        "train(net, lr=0.01 * x)\nsgd(net, 10, lr=0.006)",
        "RATES = (2 * 0.1, 2 * 1)\nadam(lr=2, eps=1)\nLOSSES = (1, 2)",
    ]


def test_lists_of_rates_get_one_more():
    blocks = [
        "RATES = (0.1, 1)\nAT, SEEDS = (1, 2), (3, 4)",
        "DIGIT_RATES = {\n    'sgd': [\n        0.5,\n    ],\n    'adam': [0.1, 1e-2],\n}",
    ]
    assert Variation(further=3).of(blocks) == [
        "RATES = (0.1, 1, 3 * 1)\nAT, SEEDS = (1, 2), (3, 4)",
        "DIGIT_RATES = {\n    'sgd': [\n        0.5, 3 * 0.5,\n    ],\n"
        "    'adam': [0.1, 0.01, 3 * 0.01],\n}",
    ]
    assert Variation(faster=2, further=3).of(blocks[:1]) == [
        "RATES = (2 * 0.1, 2 * 1, 6 * 1)\nAT, SEEDS = (1, 2), (3, 4)"
    ]


def test_further_seeds_become_no_more_than_the_first():
    blocks = [
        "SEEDS, MANY = range(9), range(20)\nFEW, AT = range(2), range(0, 50)",
        "sweep({'seed': MANY})\nnets = [mlp(seed=seed) for seed in FEW]\nplot(AT)",
    ]
    assert Variation(seeds=3).of(blocks) == [
        "SEEDS, MANY = range(3), range(20)[:3]\nFEW, AT = range(2)[:3], range(0, 50)", blocks[1],
    ]  # fmt: skip


def test_without_a_change_all_is_as_it_was():
    assert SAME.of(BLOCKS) == BLOCKS


LESSON = """median = sorted(s / 10 for s in SEEDS)[{index}]
from course_code.teach.claims import check

check("measured low: the median is low", median, "<", 0.2)"""


SURE = """from course_code.teach.claims import check
from course_code.teach.intervals import median_interval

low, high = median_interval([3 + seed / 10 for seed in SEEDS])
check("measured behind: the lower end", low, "<", 9)
check("measured lead: the upper end", high, ">", 2)
check("measured all: every seed leads by 2", min(SEEDS) + 3, ">", 2)"""


def test_few_seeds_give_no_interval_and_a_copy_says_so(one_lesson, capsys):
    course = one_lesson(SURE, claims=CLAIMS, intervals=INTERVALS)
    assert audit(["--root", str(course.root), "--vary"]) == 0
    said = capsys.readouterr().out.splitlines()
    few, enough = "1 of 3 claims hold, 2 cannot be told", "3 of 3 claims hold"
    assert [line.partition(": ")[2].partition(" (")[0] for line in said] == [
        few, few, enough, few, few, few, few,
    ]  # fmt: skip
    found = run_plan(plan_lesson(course, "one"), None, change=VARIATIONS["3 seeds"])["claims"]
    assert [claim["holds"] for claim in found.values()] == [None, None, True]
    assert found["behind"]["text"] == "nan < 9"


def test_a_copy_that_stops_is_said_and_one_that_goes_on_too(one_lesson, capsys):
    course = one_lesson(LESSON.format(index="len(SEEDS) // 2"), claims=CLAIMS)
    assert audit(["--root", str(course.root), "--vary"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(" (")[0] for line in said] == [
        "one, 1 seed: 1 of 1 claims hold", "one, 3 seeds: 1 of 1 claims hold",
        "one, 7 seeds: 0 of 1 claims hold", "one, narrower: 1 of 1 claims hold",
        "one, shorter: 1 of 1 claims hold", "one, faster: 1 of 1 claims hold",
        "one, one rate more: 1 of 1 claims hold",
    ]  # fmt: skip
    course = one_lesson(LESSON.format(index="2"), claims=CLAIMS)
    assert run_plan(plan_lesson(course, "one"), None, change=VARIATIONS["3 seeds"])["error"] is None
    stopped = run_plan(plan_lesson(course, "one"), None, change=VARIATIONS["1 seed"])["error"]
    assert (stopped["line"], stopped["says"]) == (3, "IndexError: list index out of range")
