"""A block copied with what it needs runs alone, and prints what the page shows below it."""

import ast
import io
import json
from contextlib import redirect_stdout
from dataclasses import dataclass
from itertools import accumulate

import matplotlib.pyplot as plt
import pytest
from conftest import ROOT
from site_html import CODE, page_path, read, shown, spans, with_needs

from course_code.publish.base.course import Course

LESSONS = Course(ROOT).lesson_names()
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


def printed(copy: Copy) -> str:
    """What a copy prints; an error on purpose is what its page shows last."""
    out = io.StringIO()
    with redirect_stdout(out):
        try:
            exec(compile(copy.text, "copy", "exec"), {"__name__": "__main__"})
        except Exception as error:
            if not copy.output:
                raise
            print(f"{type(error).__name__}: {error}")
    return out.getvalue()


@pytest.mark.parametrize("name", LESSONS)
def test_copies_run_alone_and_print_what_the_page_shows(site, name, tmp_path, monkeypatch, once):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(plt, "show", lambda: None)
    plt.switch_backend("Agg")
    picked = chosen(copies(site, "en", name))
    assert len(picked) >= FEWEST
    assert sum(not copy.alone for copy in picked) >= FEWEST - 1

    def check():
        for copy in picked:
            assert f"\n{printed(copy)}".endswith(f"\n{copy.output}"), copy.text
            assert len(plt.get_fignums()) >= copy.figures, copy.text
            plt.close("all")

    once(check, [(copy.text, copy.output, copy.figures) for copy in picked])


@pytest.mark.parametrize("name", LESSONS)
def test_copies_are_complete_and_the_same_in_both_languages(site, name):
    english, chinese = copies(site, "en", name), copies(site, "zh", name)
    assert [copy.text for copy in english] == [copy.text for copy in chinese]
    for copy in english:
        ast.parse(copy.text)
        assert "course_code" not in copy.text
