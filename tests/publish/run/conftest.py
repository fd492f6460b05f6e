"""A course whose lesson uses a module."""

import pytest

from .keyed import MODULE, A


@pytest.fixture
def course(one_lesson):
    return one_lesson(A, "print(x)", "y = 2", a=MODULE)
