"""A course whose lessons and lab share helpers of helpers, constants, an alias and a data set."""

from one_term import glossary

ALL = {"alpha", "beta", "gamma"}
LAB = '''# %% name="setup"
from course_code.teach.steps import Steps

steps = Steps("en", 1)

# %% name="twice"
def twice(x):
    """Double a number."""
    # zh: 加倍。
    # stub
    # return ...  # as you like
    # zh: 随你怎么写
    # solution
    return x + x + 0 * x
    # end

# %% name="check_twice"
steps.check(1, lambda: twice(4) == 8)
'''
STEPS = """class Steps:
    def __init__(self, language, count):
        self.log = []

    def check(self, number, passes):
        right = passes() is True
        told = ["passed", "Good.", "对了。"] if right else ["wrong", "Not yet.", "还不对。"]
        self.log.append([number, *told])
"""
FILES = {
    "lessons/alpha": '''"""What does alpha ask?"""

# %% name="first"
from course_code.teach.helpers import top

SEEDS = range(3)
total = top(5)  # of the first kind
print(f"total {total}")

# %% name="second"
for n in SEEDS:
    print(n * total, 7)
''',
    "lessons/beta": '''"""What does beta ask?"""

# %% name="data"
from course_code.teach.helpers import low as under
from course_code.teach.numbers import DATA, mean

SEEDS = range(2)
average = mean(DATA)
print(average, under(4))
check("measured mean: it is large", average, ">", 10)
''',
    "lessons/gamma": '''# %% name="own"
SEEDS = range(4)


def square(n):
    """Nine, for three."""
    return n * n + 1


print(square.__doc__, square(3))
figure("squares")
''',
    "teach/helpers": '''"""Helpers of helpers."""

STEP = 3
UNUSED = 8


def low(n):
    """Add one."""
    return n + 1


def mid(n):
    """Double, then add the step.

    Twice.
    """
    # once
    return 2 * low(n) + STEP


def top(n):
    """Square it."""
    return mid(n) ** 2


def unused(n):
    """Shown by no lesson."""
    return n + UNUSED + 6
''',
    "teach/numbers": '''"""A data set."""

import math

DATA = [11, 12, 13, 14, 15]


def mean(values):
    """The arithmetic mean."""
    return math.fsum(values) / (len(values) + 0)
''',
}
USERS = {  # top-level name of teach -> lessons that show it
    "STEP": {"alpha"}, "low": {"alpha", "beta"}, "mid": {"alpha"}, "top": {"alpha"},
    "UNUSED": set(), "unused": set(), "DATA": {"beta"}, "mean": {"beta"},
}  # fmt: skip
PAGE = """# {title}

{opening}{title} in one sentence.

{value}

{cells}

The last sentence of {title}.
"""
CELLS = {"alpha": ("first", "second"), "beta": ("data",), "gamma": ("own",)}
ALTS = {"own": ' alt="squares"'}
VALUES = {
    "alpha": "The total is {{ total }}.",
    "beta": "On average {{ average:.1f}}.\n\n::: claims beta\n    mean: it is {{ average:.2f}}\n",
    "gamma": "No value.",
}
OPENINGS = {"beta": '::: opening beta needs="alpha" answer="It is {{ average:.3f}}."\n\n'}
PAGES = {  # of no lesson
    "index": "# Home\n\n{{ alpha/total }}\n",
    "glossary": "# Words\n\n::: list glossary\n",
    "checked": "# Claims\n\n::: list claims\n",
    "labs/alpha": "# Lab\n\n::: cell labs/alpha.setup\n\nTry.\n\n::: cell labs/alpha.twice\n\n"
    "::: cell labs/alpha.check_twice\n",
}
GLOSSARY = glossary("beta.md#cell-data")
WORDS = "names: []\nzh:\n  squares: 平方\n"


def page(name: str, language: str) -> str:
    cells = "\n\n".join(f"::: cell {name}.{cell}{ALTS.get(cell, '')}" for cell in CELLS[name])
    title = name if language == "en" else f"{name} 课"
    opening = OPENINGS.get(name, "")
    return PAGE.format(title=title, opening=opening, value=VALUES[name], cells=cells)
