"""Each repeat has its own folder and its own end: of one that is killed nothing is kept."""

import signal
import subprocess
import sys
import time
from queue import LifoQueue

import psutil
import pytest
from conftest import ROOT

from course_code.publish.audit import repeater, repeats
from course_code.publish.audit.repeats import Unit, run_unit, run_units
from course_code.publish.base.errors import CourseError
from course_code.publish.run.plan import plan_lesson

from .measured import CLAIMS, JUDGE


def test_a_killed_repeat_keeps_nothing(audited, write):
    write({"lessons/two": '# %% name="a"\nSEEDS = [0]\nimport os\n\nos.kill(os.getpid(), 9)\n'})
    unit = Unit(plan_lesson(audited, "two"), 1, 0)
    with pytest.raises(CourseError, match="ended by signal 9"):
        run_units(audited, [unit], 1)
    assert unit.result(audited) is None


def test_a_fault_of_the_machine_is_not_counted_against_the_claims(one_lesson):
    course = one_lesson("import resource\n\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))")
    unit = Unit(plan_lesson(course, "one"), 1, 0)
    with pytest.raises(CourseError, match="a repeat could not be run"):
        run_units(course, [unit], 1)
    assert unit.result(course) is None


@pytest.mark.parametrize("forks", [True, False])
def test_what_a_child_prints_or_reads_is_no_word_of_the_repeater(one_lesson, monkeypatch, forks):
    monkeypatch.setattr(repeater, "FORKS", forks and repeater.FORKS)
    monkeypatch.setattr(repeater, "IDLE", LifoQueue())
    course = one_lesson("import os\nos.system('echo 7; cat')\nos._exit(3)")
    results = [run_unit(Unit(plan_lesson(course, "one"), 1, repeat)) for repeat in range(2)]
    assert [result["error"]["says"] for result in results] == ["its process ended with 3: 7"] * 2


@pytest.mark.skipif(not repeater.FORKS, reason="repeats are forked on Linux alone")
def test_ctrl_c_in_a_terminal_is_left_to_who_started_the_repeater(audited, capfd):
    idle = repeater.Repeater()
    repeater.IDLE.put(idle)
    plan = plan_lesson(audited, "one")
    run_unit(Unit(plan, 4, 0))
    idle.process.send_signal(signal.SIGINT)
    assert run_unit(Unit(plan, 4, 1))["claims"]
    assert idle.process.poll() is None
    assert "Traceback" not in capfd.readouterr().err


STRAY = "sleep 61.25"
GOES_ON = f"""import subprocess
SEEDS = [0]
subprocess.Popen(["sh", "-c", "setsid {STRAY} & exit"])
print(open("left", "w").close())
HERE = "forked" if "sklearn" in __import__("sys").modules else "alone"
"""
SEEN = 'check("arithmetic here: it ran so", HERE, "==", "forked")'


@pytest.mark.parametrize("forks", [True, False])
def test_repeats_share_imports_alone(one_lesson, monkeypatch, forks):
    """A process imports for many where it can fork; each repeat has its own folder and end."""
    monkeypatch.setattr(repeater, "FORKS", forks and repeater.FORKS)
    monkeypatch.setattr(repeater, "IDLE", LifoQueue())
    course = one_lesson(
        GOES_ON, f"from course_code.teach.claims import check\n\n{SEEN}", claims=CLAIMS
    )
    plan = plan_lesson(course, "one")
    results = [run_unit(Unit(plan, 1, repeat)) for repeat in range(2)]
    assert [result["error"] for result in results] == [None, None]
    assert [r["claims"]["here"]["holds"] for r in results] == 2 * [repeater.FORKS]
    assert repeater.IDLE.qsize() == repeater.FORKS
    assert not [
        p for p in psutil.process_iter(["cmdline"]) if STRAY in " ".join(p.info["cmdline"] or [])
    ]


ORPHAN = """
import os, signal, time
from course_code.publish.audit import repeat

def control(option, value):
    parent = os.getppid()
    os.kill(parent, signal.SIGKILL)
    while os.getppid() == parent:
        time.sleep(0.01)

repeat.control, repeat.ended = control, lambda job: print("it ran", flush=True)
repeat.in_fork({})
"""


@pytest.mark.skipif(not repeater.FORKS, reason="repeats are forked on Linux alone")
def test_a_fork_whose_parent_is_killed_at_once_does_nothing():
    died = subprocess.run([sys.executable, "-c", ORPHAN], cwd=ROOT, capture_output=True, timeout=60)
    assert (died.returncode, died.stdout, died.stderr) == (-signal.SIGKILL, b"", b"")


@pytest.mark.skipif(not repeater.FORKS, reason="repeats are forked on Linux alone")
def test_repeats_of_an_audit_that_is_killed_end(one_lesson, tmp_path):
    begun = tmp_path / "begun"
    wait = f"import time\nopen({str(begun)!r}, 'w').close()\ntime.sleep(600)"
    course = one_lesson(f"from course_code.teach.claims import check\n{wait}", JUDGE, claims=CLAIMS)
    command = [
        sys.executable,
        "-m",
        "course_code.publish",
        "audit",
        "--seed",
        "1",
        "--repeats",
        "1",
    ]
    killed = subprocess.Popen([*command, "--root", str(course.root)], cwd=ROOT)
    while not begun.exists():
        assert killed.poll() is None
        time.sleep(0.1)
    below = psutil.Process(killed.pid).children(recursive=True)
    killed.kill()
    killed.wait()
    assert psutil.wait_procs(below, 30)[1] == []


def test_a_repeat_that_takes_too_long_is_ended_and_told(audited, write, monkeypatch):
    monkeypatch.setattr(repeats, "LIMIT", 0.5)
    write({"lessons/two": '# %% name="a"\nSEEDS = [0]\nimport time\n\ntime.sleep(60)\n'})
    result = run_unit(Unit(plan_lesson(audited, "two"), 1, 0))
    assert result["error"]["says"] == "it took more than 0.5 seconds"
    monkeypatch.setattr(repeats, "LIMIT", 60)
    assert run_unit(Unit(plan_lesson(audited, "one"), 4, 0))["claims"]
