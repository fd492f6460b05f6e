"""`python -m course_code.publish`: what it says and the exit code it ends with."""

import errno
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

from course_code.publish.__main__ import main, shard
from course_code.publish.base.errors import CourseError
from course_code.publish.run import schedule, store

CELL = '# %% name="c0"\nSEEDS = [0]\n'
NAMES = ("one", "three", "two")
PAGE = "# T\n\n::: cell {}.c0\n"


@pytest.fixture
def course(write, tmp_path):
    files = {f"lessons/{name}": CELL for name in NAMES}
    for language in ("en", "zh"):
        files |= {f"docs/{language}/{name}.md": PAGE.format(name) for name in NAMES}
    return write(files, tmp_path / "course")


@pytest.fixture
def publish(course, capsys):
    def publish(*arguments: str) -> tuple[int, str, str]:
        code = main(["--root", str(course.root), *arguments])
        return code, *capsys.readouterr()

    return publish


def test_it_runs_what_changed_and_then_nothing(publish, ran):
    code, out, err = publish()
    assert (code, out, err) == (0, "ran: one, three, two\n", "")
    assert publish() == (0, "nothing to run\n", "")


def test_why_says_why_each_would_run_and_runs_nothing(publish, course, ran):
    assert publish("--why") == (
        0, "".join(f"{name}: runs: it has no stored run\n" for name in NAMES), "",
    )  # fmt: skip
    assert ran == []
    publish()
    (course.lessons / "two.py").write_text(CELL + "x = 1\n", "utf-8")
    assert publish("--why")[1] == (
        "one: up to date\nthree: up to date\n"
        "two: runs: cell c0 (course_code/lessons/two.py) changed\n"
    )
    assert publish("--why", "--only", "one") == (0, "one: up to date\n", "")


def test_what_the_system_refuses_is_a_sentence(publish, ran, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device", "audit-1/work")

    monkeypatch.setattr(store.Store, "save", full)
    code, _, err = publish()
    assert (code, err) == (1, "audit-1/work: cannot be written: No space left on device.\n")


def test_only_runs_these_lessons_whatever_the_state_of_the_rest(publish, course, ran):
    (course.lessons / "three.py").write_text("broken (", "utf-8")
    course.page("en", "two").unlink()
    assert publish("--only", "one", "--only", "two") == (0, "ran: one, two\n", "")
    assert sorted(ran) == ["one", "two"]


def test_a_mistake_ends_with_1_and_says_where(publish, course, ran):
    code, out, err = publish("--only", "four")
    assert (code, out) == (1, "")
    assert err == "course_code/lessons/four.py: no lesson 'four'; there are: one, three, two\n"
    course.page("zh", "two").write_text("# T\n", "utf-8")
    code, out, err = publish()
    assert (code, out) == (1, "")
    assert err.startswith("docs/zh/two.md: cell 'c0' of course_code/lessons/two.py:2 is not shown")
    assert ran == []


def test_jobs_say_how_many_run_at_once(publish, ran, monkeypatch):
    given = []
    plain = schedule.asyncio.Semaphore
    monkeypatch.setattr(schedule.asyncio, "Semaphore", lambda n: given.append(n) or plain(n))
    publish("--jobs", "3")
    assert given == [3]


@pytest.mark.parametrize("jobs", ["0", "-1", "x", "1.5"])
def test_no_number_of_jobs_is_a_mistake_of_the_command(publish, ran, jobs, capsys):
    with pytest.raises(SystemExit) as ended:
        publish("--jobs", jobs)
    assert ended.value.code == 2
    assert "a whole number from 1" in capsys.readouterr().err
    assert ran == []


def test_shares_are_all_lessons_once(publish, course, ran):
    assert publish("--shard", "1/2")[1] == "ran: one, two\n"
    assert publish("--shard", "2/2")[1] == "ran: three\n"
    names = list("abcdefg")
    for shares in range(1, 9):
        parts = [shard(names, f"{i}/{shares}") for i in range(1, shares + 1)]
        assert sorted(sum(parts, [])) == names


def test_stores_of_two_shares_merge_by_copying(course, ran, tmp_path, capsys):
    copies = [shutil.copytree(course.root, tmp_path / name) for name in ("a", "b", "whole")]
    for copy, share in zip(copies, ("1/2", "2/2"), strict=False):
        assert main(["--root", str(copy), "--shard", share]) == 0
        shutil.copytree(copy / ".lessons", copies[2] / ".lessons", dirs_exist_ok=True)
    assert sorted(ran) == sorted(NAMES)
    capsys.readouterr()
    assert main(["--root", str(copies[2])]) == 0
    assert capsys.readouterr().out == "nothing to run\n"


@pytest.mark.parametrize("share", ["0/2", "3/2", "1", "1/0", "a/b", "1/2/3"])
def test_an_impossible_share_is_a_mistake(publish, share):
    with pytest.raises(CourseError, match="no share"):
        shard(["a"], share)
    assert publish("--shard", share)[0] == 1


def test_a_damaged_entry_is_said(publish, course, ran, caplog):
    publish("--only", "one")
    (entry,) = (course.store / "one").glob("*.json")
    entry.write_text("damaged")
    assert "its store entry is damaged" in publish("--why", "--only", "one")[1]
    assert publish("--only", "one")[1] == "ran: one\n"
    said = [r.getMessage() for r in caplog.records if r.name == store.log.name]
    assert [entry.name in line for line in said] == [False, True, False]
    assert said[::2] == ["Running one"] * 2


def test_the_command_itself(course):
    done = subprocess.run(
        [sys.executable, "-m", "course_code.publish", "--root", str(course.root), "--why"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("runs: it has no stored run") == 3
