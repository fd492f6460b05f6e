"""A copy of a lesson in which a reader changes something runs to its end."""

import pytest
from conftest import ROOT

from course_code.publish.audit.repeats import run_plan
from course_code.publish.audit.variations import Variation
from course_code.publish.base.course import Course
from course_code.publish.run.plan import plan_lesson

COURSE = Course(ROOT)
EACH = Variation(seeds=1, narrower=3, shorter=5, faster=2, further=3)


@pytest.mark.parametrize("name", COURSE.lesson_names())
def test_a_copy_with_one_seed_other_widths_steps_and_rates_runs_to_its_end(name, once):
    """All at once, to be quick; `audit --vary` makes each alone, and 3 and 7 seeds too."""
    plan = plan_lesson(COURSE, name)

    def check():
        result = run_plan(plan, None, change=EACH)
        assert result["error"] is None
        assert set(result["claims"]) == {claim.name for claim in plan.lesson.claims}

    once(check, plan.inputs.key)
