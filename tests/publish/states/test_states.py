"""A figure's script runs as a lesson does, and its states are one file beside the modules."""

import asyncio
import os

import pytest
import torch
from stored_states import unpacked

from course_code.publish.__main__ import main
from course_code.publish.base.errors import CourseError
from course_code.publish.run.execute import run_lesson
from course_code.publish.run.plan import Run
from course_code.publish.states.packed import pack
from course_code.publish.states.script import plan_states
from course_code.publish.website.prepare import prepare

SCRIPT = """# %% name="run"
import torch

from course_code.teach.double import double

weights = torch.tensor([[1.5, -2.0], [double(0.25), 0.1]])  # (K, P)

# %% name="states"
SAME = {"one/a": 7.501, "one/b": {"c": [1, 2.0]}, "one/b.c": [1, 2.0]}
STATES = {
    "told": {"rate": 0.1, "names": ["a", "b"]},
    "few": torch.tensor([1, 2, 255], dtype=torch.uint8),
    "weights": weights,
    "shares": weights.half(),
    "counts": torch.tensor([[-300], [7]], dtype=torch.int16),
}
"""
MODULES = {
    "docs/assets/figures/dial.js": """import { states } from "./states.js";

export const ABOUT = {
  "words": ["title"],
  "heights": [20, 30]
};
const run = await states("./dial.bin");
""",
    "docs/assets/figures/core.js": "\n",
    "docs/assets/figures/states.js": "\n",
    "docs/assets/figures/figures.css": "\n",
}
PAGE = '# T\n\n::: cell one.c0 alt="a"\n\n::: live dial\n    figure="c0"\n    caption="c"\n'
WORDS = {"en": "Dial", "zh": "转盘"}


@pytest.fixture
def course(one_lesson, write):
    for language, word in WORDS.items():
        write({f"docs/{language}/index.md": "# Home\n"})
        write({f"docs/{language}/one.md": f'{PAGE}    title="{word}"\n'})
    write({**MODULES, "figures/dial": SCRIPT})
    lesson = 'a = 7.5\nb = {"c": [1, 2.0]}\nfigure()\n'
    return one_lesson(lesson, double="def double(x):\n    return 2 * x\n")


def test_the_site_has_the_states_of_one_run_which_is_kept(course, ran, write):
    site = prepare(course)
    assert ran == ["figures/dial", "one"] or ran == ["one", "figures/dial"]
    found = unpacked(site.files()["assets/figures/dial.bin"])
    assert found["told"] == {"rate": 0.1, "names": ["a", "b"]}
    assert found["weights"].tolist() == [[1.5, -2.0], [0.5, torch.tensor(0.1).item()]]
    assert found["shares"].tolist() == torch.tensor([[1.5, -2], [0.5, 0.1]]).half().tolist()
    assert found["counts"].tolist() == [[-300], [7]]
    assert found["few"].tolist() == [1, 2, 255]
    assert {str(found[name].dtype) for name in ("shares", "counts", "few")} == {
        "torch.float16", "torch.int16", "torch.uint8",
    }  # fmt: skip
    assert prepare(course).ran == ()
    write({"figures/dial": SCRIPT + "# a remark\n"})
    assert prepare(course).ran == ()
    write({"teach/double": "def double(x):\n    return x + x\n"})
    assert prepare(course).ran == ("figures/dial",)
    assert unpacked(prepare(course).states["dial.bin"])["weights"][1, 0] == 0.5


def test_a_kernel_gives_the_same_states_as_the_code_itself(course):
    """And what a lesson may not do, a script may not."""
    plan = plan_states(course, "figures/dial")
    entry = asyncio.run(run_lesson(plan.lesson, plan.inlined))
    assert unpacked(pack(Run(plan, entry)))["weights"][0].tolist() == [1.5, -2.0]
    script = course.figures / "dial.py"
    script.write_text(SCRIPT.replace("weights = ", "torch.rand(1)\nweights = "), "utf-8")
    plan = plan_states(course, "figures/dial")
    with pytest.raises(CourseError, match=r"figures/dial\.py.* global random generator of torch"):
        asyncio.run(run_lesson(plan.lesson, plan.inlined))


REFUSED = {  # what of the script is changed into what, line and words of the message
    "no states": ("STATES = ", "STATE = ", "", "binds no STATES"),
    "a wide dtype": ("weights.half()", "weights.double()", 10, "'shares' is float64"),
    "no number": ("0.25), 0.1", "0.25), float('nan')", 10, "'shares' is not finite"),
    "an infinite value": ('"rate": 0.1', '"rate": [1e999]', 10, "'told' is not finite everywhere"),
    "an object": ('"rate": 0.1', '"rate": {1}', 10, "a value is no number or text"),
    "another number": ("7.501", "7.6", 9, "one/a is 7.6 here, 7.5 in the lesson"),
    "another list": ('b.c": [1, 2.0]', 'b.c": [1]', 9, "one/b.c is [1] here"),
    "another nest": ("[1, 2.0]}, ", "[1, 2.5]}, ", 9, "one/b is {'c': [1, 2.5]} here"),
    "no lesson": ("one/a", "two/a", 9, "no lesson has the value 'two/a'"),
    "no value": ("one/a", "one/z.a", 9, "no lesson has the value 'one/z.a'"),
    "no names": ("SAME = {", "SAME = {1}, {", 9, "SAME"),
    "a module": ("teach.double", "teach.doubel", 4, "course_code.teach.doubel"),
    "no cell": ('name="run"', "", 1, "a cell needs a name"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_mistake_says_its_line(course, ran, write, name):
    old, new, line, says = REFUSED[name]
    assert old in SCRIPT
    write({"figures/dial": SCRIPT.replace(old, new, 1)})
    with pytest.raises(CourseError) as refused:
        prepare(course)
    assert f"course_code/figures/dial.py:{line}" in str(refused.value)
    assert says in str(refused.value)


def test_a_module_whose_states_no_script_gives_says_where_it_asks(course, ran, write):
    write({"docs/assets/figures/dial.js": MODULES["docs/assets/figures/dial.js"].replace(
        "dial.bin", "gone.bin"
    )})  # fmt: skip
    with pytest.raises(CourseError, match=r"dial\.js:7: .* needs 'gone\.bin'\n.*figures/gone\.py"):
        prepare(course)
    assert ran == []


def test_states_count_in_what_a_figure_weighs(course, ran, write):
    noise = ", ".join(map(str, os.urandom(30_000)))
    many = f'"many": torch.tensor([{noise}], dtype=torch.uint8),'
    write({"figures/dial": SCRIPT.replace('"few"', f'{many}\n    "few"')})
    with pytest.raises(CourseError, match=r"dial\.js: .* of 30,000 .*\n.*dial\.bin 30,\d\d\d"):
        prepare(course)


def test_the_command_line_knows_scripts_as_it_knows_lessons(course, ran, capsys):
    def publish(*arguments: str) -> str:
        assert main(["--root", str(course.root), *arguments]) == 0
        return capsys.readouterr()[0]

    assert publish("--why") == "one: runs: it has no stored run\nfigures/dial: runs: " \
        "it has no stored run\n"  # fmt: skip
    assert publish("--only", "figures/dial") == "ran: figures/dial\n"
    assert publish("--shard", "2/2") == "nothing to run\n"
    assert publish("--shard", "1/2") == "ran: one\n"
    assert main(["--root", str(course.root), "--only", "figures/dail"]) == 1
    assert "no script 'figures/dail'; there are: figures/dial" in capsys.readouterr()[1]
