"""A lesson script is read as named cells with options and claims; every mistake names its line."""

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.read import TIMEOUT, Claim, read_lesson

SCRIPT = '''"""What is asked."""

# %% name="data"

x = 1
# a comment that stays

# %% name="bug"   expect="ValueError" timeout=7
raise ValueError
#%% name="last"
text = """
 # %% not a cell
"""
for n in range(2):
    with open("f"):
        check(
            "measured "
            "small: n stays small, 100 %", n, "<", 2
        )
check("theorem one_: x is 1: always", x, "==", 1)
for n in range(2):
    check("measured low: n is low", n, "<", 2)
check(
    "arithmetic same: x is one of these",
    {x},
    "==",
    {1},
)

'''


@pytest.fixture
def read(write):
    return lambda text: read_lesson(write({"lessons/one": text}), "one")


def test_cells_have_names_options_sources_and_lines(read):
    data, bug, last = read(SCRIPT).cells
    assert (data.name, data.line, data.expect, data.timeout) == ("data", 5, None, TIMEOUT)
    assert data.source == "x = 1\n# a comment that stays"
    assert (bug.name, bug.line, bug.expect, bug.timeout) == ("bug", 9, "ValueError", 7)
    assert last.source.startswith('text = """\n # %% not a cell\n"""')
    for cell in (data, bug, last):
        assert SCRIPT.split("\n")[cell.line - 1] == cell.source.split("\n")[0]


def test_claims_in_loops_and_on_several_lines(read):
    assert set(read(SCRIPT).claims) == {
        Claim("measured", "small", "last", 16, "n stays small, 100 %", "<"),
        Claim("theorem", "one_", "last", 20, "x is 1: always", "=="),
        Claim("measured", "low", "last", 22, "n is low", "<"),
        Claim("arithmetic", "same", "last", 23, "x is one of these", "=="),
    }


def test_line_ends_and_byte_order_marks_of_other_systems_change_nothing(read, write):
    plain = read(SCRIPT)
    course = write({})
    for data in (
        SCRIPT.replace("\n", "\r\n").encode(),
        SCRIPT.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + SCRIPT.encode(),
    ):
        (course.lessons / "one.py").write_bytes(data)
        assert read_lesson(course, "one") == plain


CELL = '# %% name="a"\n'
REFUSED = {  # script, line of the error, words of it
    "no cells": ('"""Only this."""\n', "one.py: ", "has no cells"),
    "nothing": ("", "one.py: ", "has no cells"),
    "code before the first cell": ('"""Doc."""\n\nx = 1\n' + CELL, "one.py:3", "before the first"),
    "syntax error before the first cell": ('"""Doc\n' + CELL, "one.py:", "syntax error"),
    "cell without a name": (CELL + "x = 1\n\n# %%\ny = 1\n", "one.py:4", "needs a name"),
    "a name alone": ("# %% race\n", "one.py:1", "# %% name=\"race\""),
    "a magic": (CELL + "x = 1\n%matplotlib inline\n", "one.py:3", "are not Python"),
    "a shell command": (CELL + "!pip install torch\n", "one.py:2", "requirements.txt"),
    "the output of a shell command": (CELL + "x = !ls\n", "one.py:2", "are not Python"),
    "a question": (CELL + "torch.sum?\n", "one.py:2", "are not Python"),
    "limit of output that is no number": ('# %% name="a" output="1"\n', "one.py:1", "output=600"),
    "name in upper case": ('# %% name="Data"\n', "one.py:1", "got 'Data'"),
    "name that is a number": ("# %% name=3\n", "one.py:1", "got 3"),
    "markdown cell": ('# %% [markdown] name="a"\n', "one.py:1", "'[markdown] name=\"a\"'"),
    "option without quotes": ("# %% name=a\n", "one.py:1", "'name=a'"),
    "unknown option": ('# %% name="a" hide="x"\n', "one.py:1", "unknown cell option 'hide'"),
    "limit in quotes": ('# %% name="a" timeout="9"\n', "one.py:1", "timeout"),
    "limit of nothing": ('# %% name="a" timeout=0\n', "one.py:1", "timeout"),
    "no name of an error": ('# %% name="a" expect="a b"\n', "one.py:1", "expect"),
    "error that is a number": ('# %% name="a" expect=5\n', "one.py:1", "expect"),
    "two cells of one name": (
        CELL + "x = 1\n" + CELL + "y = 1\n", "one.py:4", "two cells are named 'a' (the other at",
    ),
    "syntax error": (CELL + "\n\nx = 1\ny = (\n", "one.py:5", "syntax error"),
    "error of the compiler": (CELL + "x = 1\nreturn x\n", "one.py:3", "'return' outside function"),
    "error of the symbol table": (CELL + "def f(a, a): pass\n", "one.py:2", "duplicate argument"),
    "null byte": (CELL + "x = '\0'\n", "one.py:2", "null"),
    "an assertion": (CELL + "x = 1\nassert x\n", "one.py:3", "would stop a reader's copy"),
    "no sentence": (CELL + 'check("measured a: ", 1, "<", 2)\n', "one.py:2", "without a claim"),
    "claim in a function": (
        CELL + 'def f():\n    check("measured a: b", 1, "<", 2)\n', "one.py:3",
        "may never be checked",
    ),
    "claim on a condition": (
        CELL + 'if 0:\n    check("measured a: b", 1, "<", 2)\n', "one.py:3", "may never be checked",
    ),
    "claim where an error is expected": (
        '# %% name="a" expect="KeyError"\n{}[1]\ncheck("measured a: b", 1, "<", 2)\n', "one.py:3",
        "may never be checked",
    ),
    "check of nothing": (CELL + "check()\n", "one.py:2", "a check without a claim"),
    "computed claim": (
        CELL + 'check(f"measured a: {1}", 1, "<", 2)\n', "one.py:2", "a check without a claim",
    ),
    "check of an unknown kind": (
        CELL + 'check("guessed a: b", 1, "<", 2)\n', "one.py:2", "a check without a claim",
    ),
    "check without a bound": (
        CELL + 'check("measured a: b", 1, "<")\n', "one.py:2", "takes a claim, a value, a relation",
    ),
    "check by keywords": (
        CELL + 'check("measured a: b", 1, "<", bound=2)\n', "one.py:2", "takes a claim, a value",
    ),
    "check of what is spread": (
        CELL + 'check("measured a: b", 1, *("<", 2), 3)\n', "one.py:2", "takes a claim, a value",
    ),
    "unknown relation": (
        CELL + 'check("measured a: b", 1, "!=", 2)\n', "one.py:2", "unknown relation '!='",
    ),
    "computed relation": (
        CELL + 'less = "<"\ncheck("measured a: b", 1, less, 2)\n', "one.py:3",
        "unknown relation less",
    ),
    "two checks of one name": (
        CELL + 'check("measured a: b", 1, "<", 2)\ncheck("theorem a: b", 1, "<", 2)\n',
        "one.py:3", "two claims are named 'a'",
    ),
    "check in a function": (
        CELL + 'def f():\n    check("measured a: b", 1, "<", 2)\n', "one.py:3", "may never be",
    ),
    "check on a condition": (
        CELL + 'if 0:\n    check("measured a: b", 1, "<", 2)\n', "one.py:3", "may never be",
    ),
    "check within an expression": (
        CELL + '0 and check("measured a: b", 1, "<", 2)\n', "one.py:2", "may never be",
    ),
    "check where an error is expected": (
        '# %% name="a" expect="KeyError"\n{}[1]\ncheck("measured a: b", 1, "<", 2)\n',
        "one.py:3", "may never be",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_mistakes_name_their_line(read, case):
    script, where, words = REFUSED[case]
    with pytest.raises(CourseError) as error:
        read(script)
    assert str(error.value).startswith(f"course_code/lessons/{where}")
    assert words in str(error.value)


def test_an_unknown_lesson_lists_those_there_are(write):
    course = write({"lessons/two": CELL, "lessons/__init__": "", "lessons/three": CELL})
    with pytest.raises(CourseError, match="no lesson 'one'; there are: three, two"):
        read_lesson(course, "one")


def test_another_encoding_names_the_line(write):
    course = write({"lessons/one": CELL})
    (course.lessons / "one.py").write_bytes(CELL.encode() + "x = '数据'\n".encode("gb18030"))
    with pytest.raises(CourseError, match=r"one\.py:2: not UTF-8: byte 0xca"):
        read_lesson(course, "one")
