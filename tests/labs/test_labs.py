"""All labs: how they are built, and what a check makes of answers that are nothing at all."""

import ast
import re
from unicodedata import east_asian_width

import pytest

from course_code.publish.base.course import LANGUAGES
from course_code.publish.lab.comments import in_chinese, remarks

from .conftest import COURSE, attempt, lab

NAMES = [name.removeprefix("labs/") for name in COURSE.lab_names()]
STEPS = [(name, part.cell.name) for name in NAMES for part in lab(name).steps]
NOTHING = {
    "...": "...",
    "None": "None",
    "a text": "'text'",
    "NaN": "torch.tensor(float('nan'))",
    "an empty tensor": "torch.zeros(0)",
    "a list of nothing": "[None, ..., {}]",
    "an error": "1 // 0",
}
QUOTED = re.compile(r"`[^`]*`|报错 .*?。|（.*?）|\(.*?\)")  # code, and what Python said
ENGLISH = re.compile(r"[a-z]{2,} [a-z]{2,}")


def test_every_lab_belongs_to_a_lesson():
    assert set(NAMES) <= set(COURSE.lesson_names())


@pytest.mark.parametrize("name", NAMES)
def test_a_lab_has_four_to_six_steps_and_needs_torch_and_matplotlib_alone(name):
    assert 4 <= len(lab(name).steps) <= 6


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_has_a_heading_and_a_folded_hint(name, language):
    text = (COURSE.prose(language) / f"labs/{name}.md").read_text("utf-8")
    steps = text.split("\n## ")[1 : 1 + len(lab(name).steps)]
    for number, step in enumerate(steps, 1):
        assert f"{{#step-{number}}}" in step
        assert "\n??? tip " in step
        assert lab(name).steps[number - 1].cell.name in step


@pytest.mark.parametrize(("name", "step"), STEPS)
def test_what_is_no_answer_is_wrong_and_breaks_no_check(name, step):
    """Each function of the step returns it, whatever it is called with."""
    part = next(part for part in lab(name).steps if part.cell.name == step)
    heads = [line for line in part.stub.source.split("\n") if line.startswith("def ")]
    for value in NOTHING.values():
        answer = "\n".join(f"{head}\n    return {value}" for head in heads)
        verdict, en, zh = attempt(name, step, answer)
        assert verdict == "wrong", (value, en)
        assert not ENGLISH.search(QUOTED.sub("", zh)), zh


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("which", ["stub", "solution"])
def test_a_lab_in_chinese_is_the_same_code_and_as_narrow(name, which):
    """What the trial of the one finds holds for the other."""
    for part in lab(name).parts:
        english = getattr(part, which).source
        chinese = in_chinese(english, lab(name).said)
        assert _meaning(chinese) == _meaning(english)
        assert max(map(_width, chinese.split("\n"))) <= 88, (part.cell.name, chinese)
        told = {remark.text for remark in remarks(english) if remark.speaks}
        assert told <= set(lab(name).said)
        assert not told & {
            remark.text for remark in remarks(chinese) if "float32" not in remark.text
        }


def _meaning(code: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
            node.body[0].value.value = ""
    return ast.dump(tree)


def _width(line: str) -> int:
    return sum(1 + (east_asian_width(letter) in "WF") for letter in line)


@pytest.mark.parametrize(("name", "step"), STEPS)
def test_a_step_that_was_not_run_is_asked_for(name, step):
    verdict, en, _ = attempt(name, step, "")
    assert (verdict, "is not defined: run the cells above" in en) == ("wrong", True), en
