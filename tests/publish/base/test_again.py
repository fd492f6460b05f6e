"""What is made again of the same is what was made; of anything else it is made anew."""

import platform

import psutil
import pytest

from course_code.publish.base import again as remembering
from course_code.publish.base.again import again, forget, give_back


@pytest.fixture
def calls() -> list:
    return []


@pytest.fixture
def total(calls):
    @again(1)
    def total(name, numbers):
        if not numbers:
            raise ValueError(name)
        calls.append(name)
        return [sum(numbers)]

    return total


def test_equal_arguments_give_the_same_object(total, calls):
    first = total("a", [1, 2])
    assert total("a", [1, 2]) is first
    assert total("b", [1, 2]) == first
    assert calls == ["a", "b"]


def test_another_argument_makes_it_anew_and_the_last_alone_is_remembered(total, calls):
    assert [total("a", numbers) for numbers in ([1], [2], [2], [1])] == [[1], [2], [2], [1]]
    assert calls == ["a", "a", "a"]


def test_a_mistake_is_said_again(total, calls):
    total("a", [1])
    for _ in range(2):
        with pytest.raises(ValueError, match="a"):
            total("a", [])
    assert total("a", [1]) == [1]
    assert calls == ["a"]


def test_the_first_is_forgotten_when_there_are_too_many(total, calls, monkeypatch):
    monkeypatch.setattr(remembering, "REMEMBERED", 2)
    for name in ("a", "b", "a", "c", "b", "a"):
        total(name, [1])
    assert calls == ["a", "b", "c", "a"]


def test_all_can_be_forgotten(total, calls):
    total("a", [1])
    forget()
    total("a", [1])
    assert calls == ["a", "a"]


def test_what_is_freed_between_what_stays_goes_back_to_the_system():
    here = psutil.Process()
    kept = ["-" * 2000 + str(number) for number in range(100_000)]  # bytes
    full = here.memory_info().rss
    del kept[:-1]  # the last one keeps all below it from being given back
    give_back()
    freed = full - here.memory_info().rss
    assert freed > 150_000_000 or platform.libc_ver()[0] != "glibc", freed
