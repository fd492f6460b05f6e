"""A block copied with what it needs runs alone, and prints what the page shows below it."""

import ast
import io
import json
from contextlib import redirect_stdout
from dataclasses import dataclass
from itertools import accumulate

import matplotlib.pyplot as plt
import pytest
import torch
from conftest import EVERY_PAGE, ROOT
from site_html import CODE, page_path, read, shown, spans, with_needs

from course_code.publish.audit.variations import Variation
from course_code.publish.base.course import Course
from course_code.publish.lesson.slices import slices
from course_code.publish.run.plan import plan_lesson

COURSE = Course(ROOT)
LESSONS = COURSE.lesson_names()
SECONDS = 3  # that the runs of a page's copies may take together, as far as stored runs tell
FEWEST = 5  # copies of a page, however long they take


@dataclass(frozen=True)
class Copy:
    """What the second button of a block copies, with what the page shows below the block."""

    text: str
    output: str
    figures: int
    alone: bool  # it needs nothing above it
    seconds: float


def copies(site, language: str, name: str) -> list[Copy]:
    """Copies of all blocks of a page, put together from it as its script does."""
    page = read(page_path(site, language, name))
    blocks, elements = shown(page), page.select(f".{CODE}")
    ends = [end - 1 for end in accumulate(block.code.count("\n") + 2 for block in blocks)]
    begins = [0, *(end + 1 for end in ends)]
    took = json.loads((site / "runs.json").read_text("utf-8"))[name]["seconds"]
    cells = [e.get("id", "").removeprefix("cell-") for e in elements]
    found = []
    for block, element, begin in zip(blocks, elements, begins, strict=False):
        told = element["data-needs"]
        copy, lines = with_needs([block.code for block in blocks], told), spans(told)
        used = {
            cell
            for cell, first, last in zip(cells, begins, ends, strict=False)
            if any(a < last and b > first for a, b in lines)
        }
        assert int(told.split("|")[2].split()[0]) == pytest.approx(copy.count("\n"), abs=2)
        seconds = sum(took.get(cell, 0) for cell in used)
        alone = all(a >= begin for a, _ in lines)
        found.append(Copy(copy, block.output, block.figures, alone, seconds))
    return found


def chosen(found: list[Copy]) -> list[Copy]:
    """The quickest that show something, those that need others first."""
    wanted = [copy for copy in found if copy.output or copy.figures]
    picked, spent = [], 0.0
    for copy in sorted(wanted, key=lambda copy: (copy.alone, copy.seconds)):
        spent += copy.seconds
        if spent <= SECONDS or len(picked) < FEWEST:
            picked.append(copy)
    return picked


def printed(code: str, fails: bool, namespace: dict | None = None) -> str:
    """What code prints; an error on purpose is what its page shows last."""
    out = io.StringIO()
    with redirect_stdout(out):
        try:
            made = compile(code, "copy", "exec")
            exec(made, {"__name__": "__main__"} if namespace is None else namespace)
        except Exception as error:
            if not fails:
                raise
            print(f"{type(error).__name__}: {error}")
    return out.getvalue()


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """An empty folder, and no window."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(plt, "show", lambda: None)
    plt.switch_backend("Agg")


@pytest.mark.parametrize("name", LESSONS)
def test_copies_run_alone_and_print_what_the_page_shows(site, name, alone, once):
    picked = chosen(copies(site, "en", name))
    assert len(picked) >= FEWEST
    assert sum(not copy.alone for copy in picked) >= FEWEST - 1

    def check():
        for copy in picked:
            found = printed(copy.text, fails=bool(copy.output))
            assert f"\n{found}".endswith(f"\n{copy.output}"), copy.text
            assert len(plt.get_fignums()) >= copy.figures, copy.text
            plt.close("all")

    once(check, [(copy.text, copy.output, copy.figures) for copy in picked])


@pytest.fixture
def always_warned():
    """PyTorch gives warnings each time: a copy of the page runs in the process of the page."""
    torch.set_warn_always(True)
    yield
    torch.set_warn_always(False)


@pytest.mark.skipif(not EVERY_PAGE, reason="takes an hour: once a week, with COURSE_EVERY_PAGE")
@pytest.mark.parametrize("name", LESSONS)
def test_all_copies_of_a_shorter_lesson_print_what_it_prints(name, alone, always_warned):
    plan = plan_lesson(COURSE, name)
    blocks = [
        (block.source, bool(cell.expect) and block is of_cell[-1])
        for cell in plan.lesson.cells
        for of_cell in [plan.inlined.blocks[cell.name]]
        for block in of_cell
    ]
    sources = Variation(seeds=1, narrower=3, shorter=10).of([source for source, _ in blocks])
    stopping = [i for i, (_, fails) in enumerate(blocks) if fails]
    whole = {"__name__": "__main__"}
    shows = [printed(code, i in stopping, whole) for i, code in enumerate(sources)]
    for i, sliced in enumerate(slices(sources, stopping)):
        copy = with_needs(sources, sliced.told)
        assert f"\n{printed(copy, i in stopping)}".endswith(f"\n{shows[i]}"), copy
        plt.close("all")


@pytest.mark.parametrize("name", LESSONS)
def test_copies_are_complete_and_the_same_in_both_languages(site, name):
    english, chinese = copies(site, "en", name), copies(site, "zh", name)
    assert [copy.text for copy in english] == [copy.text for copy in chinese]
    for copy in english:
        ast.parse(copy.text)
        assert "course_code" not in copy.text
