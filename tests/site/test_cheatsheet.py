"""What the cheat sheet says of PyTorch is what PyTorch does."""

import ast
import re

import pytest
import torch
import torch.nn.functional as F
from conftest import ROOT
from torch import nn

from course_code.publish.base.course import LANGUAGES

m, v = torch.ones(2, 4), torch.arange(1, 5)
z, y = torch.zeros(5, 3), torch.zeros(5, dtype=torch.int64)
NAMES = {"torch": torch, "nn": nn, "F": F, "m": m, "v": v, "z": z, "y": y}


def twice():
    loss = (torch.ones(2, requires_grad=True) ** 2).sum()
    loss.backward()
    loss.backward()


MISTAKES = [
    lambda: nn.Linear(4, 1)(m.double()),
    lambda: m @ m,
    lambda: m @ torch.ones(5),
    lambda: m + torch.ones(3),
    lambda: m[2],
    lambda: F.cross_entropy(z, y.float()),
    lambda: F.cross_entropy(z, y[:, None]),
    lambda: F.cross_entropy(z, y + 3),
    lambda: v.mean(),
    lambda: m.sum().backward(),
    twice,
    lambda: torch.ones(2, requires_grad=True).numpy(),
    lambda: compile("print（1）", "cell", "exec"),
]


def rows(language: str, section: str) -> list[list[str]]:
    """The cells of the table in a section, below its head."""
    text = (ROOT / f"docs/{language}/cheatsheet.md").read_text(encoding="utf-8")
    part = re.search(rf"^## .*\{{#{section}\}}\n(.*?)^(?:## |</div>)", text, re.M | re.S)[1]
    lines = [line for line in part.split("\n") if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_written_has_the_shape_that_is_told(language):
    told = rows(language, "shapes")
    assert len(told) > 8
    for code, shape, _ in told:
        found = eval(code.strip("`"), dict(NAMES))
        assert tuple(found.shape) == ast.literal_eval(shape.strip("`")), code


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_message_is_that_of_its_mistake(language):
    for (message, *_), mistake in zip(rows(language, "errors"), MISTAKES, strict=True):
        with pytest.raises((RuntimeError, IndexError, SyntaxError), match=re.escape(message[1:-1])):
            mistake()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_loop_learns(language):
    text = (ROOT / f"docs/{language}/cheatsheet.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    points = torch.randn(60, 2, generator=torch.Generator().manual_seed(0))
    data = {"X": points, "y": points.argmax(1), "X_test": points, "y_test": points.argmax(1)}
    names = NAMES | data
    with torch.random.fork_rng():
        torch.manual_seed(0)
        exec(code.replace("range(500)", "range(50)"), names)
    assert names["accuracy"] > 0.9
