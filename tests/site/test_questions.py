"""Each of the six questions is answered in one sentence, with a number, its scope and a link."""

import re

import pytest
import torch
from conftest import ROOT
from torch import nn

from course_code.publish.base.course import LANGUAGES

PARTS = {
    "en": ("The notes' answer.", "The number.", "Where it stops.", "Read on."),
    "zh": ("笔记的回答。", "数字。", "适用范围。", "去哪里读。"),
}
MEASURED = ("q1", "q2", "q3", "q4", "q5", "q6")


def text_of(language: str) -> str:
    return (ROOT / f"docs/{language}/questions.md").read_text(encoding="utf-8")


def sections(language: str) -> dict[str, str]:
    found = re.split(r"^## .*\{#(\w+)\}\n", text_of(language), flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_question_has_all_parts_of_an_answer(language):
    found = sections(language)
    assert [f"q{number}" for number in range(1, 7)] == [name for name in found if name[0] == "q"]
    for name in (f"q{number}" for number in range(1, 7)):
        text = found[name]
        (sentence,) = re.findall(r"^!!! abstract .*\n\n((?:    .+\n)+)", text, re.MULTILINE)
        assert len(re.findall(r"[.。](?=\s|$)", sentence)) == 1, name
        at = [text.index(f"\n**{part}**") for part in PARTS[language]]
        assert at == sorted(at), name
        assert "](" in text[at[3] :], name
        assert len(re.findall(r"^\?\?\? question", text, re.MULTILINE)) >= 3, name
    for name in MEASURED:
        assert len(re.findall(r"\{\{ \w+/", found[name])) >= 4, name


def alexnet() -> list[nn.Module]:
    """The layers with weights, as Krizhevsky et al. 2012 give them, without memory."""
    with torch.device("meta"):
        return [
            nn.Conv2d(3, 96, 11, stride=4),
            nn.Conv2d(96, 256, 5, padding=2, groups=2),
            nn.Conv2d(256, 384, 3, padding=1),
            nn.Conv2d(384, 384, 3, padding=1, groups=2),
            nn.Conv2d(384, 256, 3, padding=1, groups=2),
            nn.Linear(6 * 6 * 256, 4096),
            nn.Linear(4096, 4096),
            nn.Linear(4096, 1000),
        ]


def test_the_count_of_alexnet_is_right():
    layers = alexnet()
    stored = [sum(p.numel() for p in layer.parameters()) for layer in layers]
    sides = (55, 27, 13, 13, 13, 1, 1, 1)
    work = [layer.weight.numel() * side**2 for layer, side in zip(layers, sides, strict=True)]
    for language in LANGUAGES:
        for number in (sum(stored[:5]), sum(stored[5:]), sum(stored)):
            assert f"{number:,}" in text_of(language)
    assert round(sum(stored[5:]) / sum(stored), 2) == 0.96
    assert "96%" in text_of("en")
    assert f"{sum(work[:5]) / 1e6:.0f} million" in text_of("en")
    assert f"{sum(work[5:]) / 1e6:.0f} million" in text_of("en")
    assert f"{sum(work[:5]) / 1e8:.2f} 亿次" in text_of("zh")
