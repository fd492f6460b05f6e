"""What tests of whole sites share."""

import pytest

from course_code.publish.base.course import Course
from course_code.publish.website.prepare import Site, prepare


@pytest.fixture(scope="module")
def site(built_tiny) -> Site:
    return prepare(Course(built_tiny))
