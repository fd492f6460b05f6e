"""The store: its entries are whole or run again, and the last ones are kept."""

import logging
import os
from dataclasses import replace

import pytest

from course_code.publish.run.store import KEPT, Store

from .keyed import inputs_of

RUN = {"cells": {}, "values": {}}


def test_an_entry_comes_back_as_it_was(course):
    kept, inputs = Store(course), inputs_of(course)
    assert kept.load("one", inputs) is None
    run = {"cells": {"c0": [[{"text": "数\u2028\n"}]]}, "values": {"x": float("inf")}}
    kept.save("one", inputs, run)
    assert kept.load("one", inputs) == {**run, "inputs": inputs.__dict__}
    assert Store(course).why("one", inputs) == ""


@pytest.mark.parametrize("damage", ["empty", "cut", "altered", "no checksum", "not text", "folder"])
def test_a_damaged_entry_is_said_once_and_replaced(course, caplog, damage):
    caplog.set_level(logging.INFO)
    kept, inputs = Store(course), inputs_of(course)
    kept.save("one", inputs, RUN)
    path = kept.path("one", inputs.key)
    data = path.read_bytes()
    if damage == "folder":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes({
            "empty": b"", "cut": data[:-9], "altered": data.replace(b"cells", b"sells"),
            "no checksum": data.partition(b"\n")[2], "not text": b"\xff\xfe" + data,
        }[damage])  # fmt: skip
    assert "its store entry is damaged" in kept.why("one", inputs)
    assert kept.load("one", inputs) is None
    assert kept.load("one", inputs) is None
    assert len(caplog.records) == 1
    assert str(course.relative(path)) in caplog.text
    if damage != "folder":
        kept.save("one", inputs, RUN)
        assert Store(course).load("one", inputs) is not None


def test_why_names_the_newest_readable_run(course):
    kept, inputs = Store(course), inputs_of(course)
    assert kept.why("one", inputs) == "it has no stored run"
    assert kept.newest("one") is None
    kept.save("one", replace(inputs, device="old"), {**RUN, "n": 1})
    kept.save("one", replace(inputs, device="new"), {**RUN, "n": 2})
    assert kept.newest("one")["n"] == 2
    assert kept.why("one", inputs) == f"device new -> {inputs.device}"
    kept.path("one", replace(inputs, device="new").key).write_text("")
    assert kept.newest("one")["n"] == 1
    assert kept.why("one", inputs) == f"device old -> {inputs.device}"


def test_an_entry_under_a_wrong_name_is_no_reason_to_be_up_to_date(course):
    kept, inputs = Store(course), inputs_of(course)
    kept.save("one", inputs, RUN)
    kept.path("one", inputs.key).rename(kept.path("one", "copied"))
    assert kept.why("one", inputs) == "it has no stored run"


def test_the_last_runs_are_kept_and_never_the_new_one_dropped(course):
    kept, inputs = Store(course), inputs_of(course)
    several = [replace(inputs, device=str(n)) for n in range(KEPT + 2)]
    for n, each in enumerate(several):
        kept.save("one", each, {**RUN, "n": n})
    found = [kept.load("one", each) is not None for each in several]
    assert found == [False, False] + [True] * KEPT
    for path in (course.store / "one").glob("*.json"):  # as from a machine whose clock is ahead
        os.utime(path, (2**32, 2**32))
    kept.save("one", inputs, RUN)
    assert kept.load("one", inputs) is not None
    assert len(list((course.store / "one").glob("*.json"))) == KEPT


def test_the_newest_run_is_the_last_that_was_of_use(course):
    kept, inputs = Store(course), inputs_of(course)
    undone = replace(inputs, device="other")
    for n, each in enumerate((inputs, undone)):
        kept.save("one", each, {**RUN, "n": n})
        os.utime(kept.path("one", each.key), (n, n))
    assert kept.newest("one")["n"] == 1
    assert kept.load("one", inputs)["n"] == 0  # as after an edit was undone: nothing runs
    assert kept.newest("one")["n"] == 0


def test_a_copy_of_a_store_whose_files_are_all_as_old_knows_the_newest_run(course):
    kept, inputs = Store(course), inputs_of(course)
    several = [replace(inputs, device=str(n)) for n in range(KEPT)]
    for n, each in enumerate(several):
        kept.save("one", each, {**RUN, "n": n})
    for n, each in enumerate(several):
        assert kept.load("one", each)
        for path in (course.store / "one").iterdir():
            os.utime(path, (7, 7))
        assert kept.newest("one")["n"] == n
