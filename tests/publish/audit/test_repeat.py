"""One repeat: the lesson's own code, on randomness that its seeds alone do not decide."""

import pytest
import torch
import torch.nn as nn

from course_code.publish.audit import repeat as script

LESSON = """import torch
CLAIMS = {}
SEEDS = range(3)
data = torch.randn(4, generator=torch.Generator().manual_seed(0)).tolist()
again = torch.randn(4, generator=torch.Generator().manual_seed(0)).tolist()
other = torch.randn(4, generator=torch.Generator("cpu").manual_seed(1)).tolist()
order = torch.randperm(9, generator=torch.Generator()).tolist()
with torch.random.fork_rng(devices=[]):
    torch.manual_seed(0)
    weights = torch.nn.Linear(3, 1).weight.tolist()
plain = torch.rand(2).tolist()
is_one = isinstance(torch.Generator(), torch.Generator)
"""
NAMES = ("data", "other", "order", "weights", "plain")


@pytest.fixture
def repeated(monkeypatch):
    """Namespace of code after a repeat, in this process."""

    def repeated(code, seed, number, expect=None):
        with monkeypatch.context() as patch, torch.random.fork_rng(devices=[]):
            for owner, name in ((torch, "Generator"), (torch, "manual_seed"),
                                (torch.random, "manual_seed")):  # fmt: skip
                patch.setattr(owner, name, getattr(owner, name))
            script.freshen(seed, number)
            namespace = {}
            namespace["error"] = script.run([{"source": code, "expect": expect}], namespace)
            return namespace

    return repeated


def test_a_repeat_can_be_repeated_and_every_other_has_other_numbers(repeated):
    runs = [repeated(LESSON, *which) for which in ((1, 0), (1, 0), (1, 1), (2, 0))]
    for name in NAMES:
        values = [run[name] for run in runs]
        assert values[0] == values[1], name
        assert values[0] not in values[2:], name
        assert values[2] != values[3], name
    for run in runs:
        assert run["error"] is None
        assert run["data"] == run["again"] != run["other"]
        assert run["is_one"]


def test_the_numbers_are_none_that_the_lesson_has_shown(repeated):
    shown = {}
    exec(LESSON, shown)
    run = repeated(LESSON, 0, 0)
    assert all(run[name] != shown[name] for name in NAMES)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        assert nn.Linear(3, 1).weight.tolist() == shown["weights"]  # all is as it was afterwards


TOY = """import torch
rng = torch.Generator().manual_seed(7)
held = bool(torch.rand(1, generator=rng) < 0.7)
"""


def test_a_claim_that_holds_in_seven_of_ten_does_so_in_repeats(repeated):
    held = sum(repeated(TOY, 11, number)["held"] for number in range(600))
    assert abs(held - 420) < 4 * (600 * 0.7 * 0.3) ** 0.5


FAILS = "def f(n):\n    return 1 / n\n\n\nx = 1\nf(0)\n"


def test_what_stops_a_repeat_is_said_with_its_line(repeated):
    assert repeated(FAILS, 0, 0)["error"] == {
        "block": 0, "frame": [0, 2], "says": "ZeroDivisionError: division by zero",
    }  # fmt: skip
    assert repeated(FAILS, 0, 0, "ZeroDivisionError")["error"] is None
    assert "ZeroDivisionError" in repeated(FAILS, 0, 0, "ValueError")["error"]["says"]
    assert repeated("x = 1", 0, 0, "ValueError")["error"]["says"] == "it raised no ValueError"
    assert repeated("raise SystemExit(3)", 0, 0)["error"]["says"] == "SystemExit: 3"
