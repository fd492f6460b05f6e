"""What lessons print and label counts with the names they bind: a changed copy says what it did."""

import ast
import re
from collections.abc import Iterator

import pytest
from conftest import ROOT

from course_code.publish.base.course import Course

COURSE = Course(ROOT)
NOUNS = (
    "angles|arms|bins|choices|classes|digits|draws|epochs|examples|images|labels|layers|lines|"
    "means|nets|networks|neurons|parameters|pictures|points|probabilities|rates|repeats|runs|"
    "samples|seeds|starts|steps|tosses|units|weights"
)
SOME = r"(?<![\w.,×^-])(?:[3-9]|\d[\d,]+)"  # one and two are words more often than settings
COUNT = re.compile(rf"{SOME} (?:[a-z]+ )?(?:{NOUNS})\b|\b(?:step|epoch|seed) {SOME}\b")


def typed(code: str) -> Iterator[tuple[int, str]]:
    """Lines and texts with a count that is typed; docstrings and claims' sentences may have it."""
    tree = ast.parse(code)
    said = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check":
            said |= {id(part) for part in ast.walk(node.args[0])}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in said and COUNT.search(node.value):
            yield node.lineno, node.value


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("print('after 500 steps')", 1),
        ("print(f'{x:.3f} on 1,000 fresh points')", 1),
        ("ax.set(title='step 10,000')", 1),
        ("print(f'after {n} steps, layer 2, 12 % of all')", 0),
        ("def f():\n    '''Train for 500 steps.'''", 0),
        ("check('measured late: after 500 steps', x, '<', 1)", 0),
    ],
)
def test_a_typed_count_is_found(code, found):
    assert len([*typed(code)]) == found


@pytest.mark.parametrize("name", COURSE.lesson_names())
def test_no_count_is_typed_where_it_could_be_formatted(name):
    path = COURSE.lessons / f"{name}.py"
    found = [f"{path.name}:{line}: {text!r}" for line, text in typed(COURSE.read(path))]
    assert not found, 'count with a name that the code binds, as f"after {STEPS} steps"'
