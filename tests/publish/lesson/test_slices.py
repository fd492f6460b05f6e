"""A block copied with what it needs holds all that decides what it does, and little more."""

import io
from contextlib import redirect_stdout

import pytest
from site_html import with_needs

from course_code.publish.lesson.slices import Slice, slices

from .sliced_functions import FUNCTIONS
from .sliced_statements import STATEMENTS

KEPT = STATEMENTS | FUNCTIONS


def sliced(source: str) -> tuple[list[str], list[Slice]]:
    before, _, last = source.strip().rpartition("\n")
    sources = [before, last]
    return sources, slices(sources)


def printed(source: str) -> str:
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(source, "copy", "exec"), {"__name__": "__main__"})
    return out.getvalue()


@pytest.mark.parametrize(("source", "kept", "left"), KEPT.values(), ids=KEPT)
def test_a_copy_holds_what_decides_and_leaves_the_rest(source, kept, left):
    sources, (_, last) = sliced(source)
    copy = with_needs(sources, last.told)
    assert kept in f"\n{copy}"
    assert left is None or left not in copy
    assert printed(copy) == printed(source)


def test_imports_come_first_and_only_those_that_are_used():
    sources = [
        "import math\nimport torch\nfrom torch import Tensor, nn\n\nx = 1",
        "import json\n\ndef f(z: Tensor) -> Tensor:\n    return z",
        "print(math.pi, f(x))",
    ]
    copy = with_needs(sources, slices(sources)[2].told)
    assert copy.startswith("import math\nfrom torch import Tensor\n\nx = 1\n")


def test_a_block_keeps_its_text_and_statements_their_comments():
    sources = [
        "# first\na = 1  # one\n\n# of b\nb = 2\n# the end",
        '"""Text."""\n\nprint(b)\n# last',
    ]
    assert with_needs(sources, slices(sources)[1].told) == (
        '# of b\nb = 2\n# the end\n\n"""Text."""\n\nprint(b)\n# last\n'
    )


def test_a_block_of_functions_has_what_they_use():
    sources = ["k = 1\nj = 2", "def f():\n    return k", "def g():\n    return f()"]
    copy = with_needs(sources, slices(sources)[2].told)
    assert "k = 1" in copy
    assert "def f" in copy
    assert "j = 2" not in copy


def test_whole_means_all_code_so_far():
    sources = ["a = 1", "b = a", "check('measured x: y', a, '>', 0)", "print(a, b)", "print(a)"]
    assert [each.whole for each in slices(sources)] == [False, True, False, True, False]


def test_what_fails_on_purpose_is_no_part_of_other_copies():
    sources = ["a = [1]", "a.append(2)\na.append(1 / 0)", "print(a)"]
    copy = with_needs(sources, slices(sources, [1])[2].told)
    assert "1 / 0" not in copy
    assert "a.append(2)" in copy


def test_what_the_page_is_told_counts_the_lines_of_the_copy():
    sources = ["import math\n\na = 1\nb = 2", "print(math.pi, a)"]
    last = slices(sources)[1]
    assert last.told == "import math|1-3 5-6|5"
    assert with_needs(sources, last.told) == "import math\n\na = 1\nprint(math.pi, a)\n"
