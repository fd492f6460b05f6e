"""Repeats are kept one by one: an audit that stopped goes on, and shares merge by copying."""

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from queue import LifoQueue

import psutil
import pytest
from conftest import ROOT

from course_code.publish.audit import repeater, repeats
from course_code.publish.audit.command import audit
from course_code.publish.audit.record import entry, load
from course_code.publish.audit.repeats import Unit, run_unit, run_units, units_of, unseen_seed
from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.run.plan import plan_lesson

CLAIMS = (ROOT / "course_code/teach/claims.py").read_text("utf-8")
MEASURE = """import matplotlib.pyplot as plt
import torch

rng = torch.Generator().manual_seed(SEEDS[0])
low = torch.rand(1, generator=rng).item()
fig, ax = plt.subplots()
ax.plot([0, low])
plt.show()
print("measured", low)
"""
JUDGE = """from course_code.teach.claims import check

check("measured small: it is below 0.9", low, "<", 0.9)
check("arithmetic sum: two and two", 2 + 2, "==", 4)"""
FAIL = "low / 0"
LATE = 'check("measured late: it is positive", low / (low > 0.5), ">", 0)'


@pytest.fixture
def audited(one_lesson):
    """A course whose lesson measures, judges, fails on purpose, and may fail on some seeds."""
    course = one_lesson(MEASURE, JUDGE, FAIL, LATE, claims=CLAIMS)
    script = course.lessons / "one.py"
    text = script.read_text("utf-8").replace('"c2"', '"c2" expect="ZeroDivisionError"')
    script.write_text(text, "utf-8")
    return course


@pytest.fixture
def counted(monkeypatch) -> tuple[list, list]:
    """Units that ran, in no time; after three of them one is stopped if the other list says so."""
    ran = []

    def run_unit(unit):
        ran.append((unit.plan.lesson.name, unit.seed, unit.repeat))
        if ran[3:] and stop:
            raise KeyboardInterrupt
        value = unit.repeat / 10
        record = {"value": value, "relation": "<", "bound": 0.9, "holds": value < 0.9, "text": "t"}
        return {"claims": {"small": record}, "seconds": 1.0, "device": "cpu", "error": None}

    stop = []
    monkeypatch.setattr(repeats, "run_unit", run_unit)
    return ran, stop


def test_repeats_of_a_real_lesson(audited):
    plan = plan_lesson(audited, "one")
    results = [run_unit(Unit(plan, 4, repeat)) for repeat in range(2)]
    values = [result["claims"]["small"]["value"] for result in results]
    assert run_unit(Unit(plan, 4, 1))["claims"] == results[1]["claims"]
    for value, result in zip(values, results, strict=True):
        assert result["device"] in ("cpu", "cuda", "mps")
        assert result["claims"]["sum"]["holds"]
        assert ("late" in result["claims"]) == (value > 0.5)
        if value <= 0.5:
            assert result["error"] == {
                "cell": "c3", "path": "course_code/lessons/one.py", "line": 24,
                "says": "ZeroDivisionError: float division by zero",
            }  # fmt: skip
    assert [value > 0.5 for value in values] == [True, False], "choose another seed of the test"
    found = entry(plan, 4, results)
    assert [found["claims"][name]["held"] for name in ("small", "late", "sum")] == [2, 1, 2]
    assert [stop["repeat"] for stop in found["stopped"]] == [1]


def test_a_stopped_audit_goes_on_with_the_same_seed(audited, counted):
    ran, stop = counted
    stop.append(True)
    command = ["--root", str(audited.root), "--repeats", "6", "--jobs", "1"]
    assert audit(command) == 130
    kept = len(list((audited.store / ".audit" / "one").rglob("*.json")))
    assert 1 <= kept <= 3
    stop.clear()
    before = len(ran)
    assert audit(command) == 1  # `late` was never reached
    assert len({seed for _, seed, _ in ran}) == 1
    assert [repeat for *_, repeat in ran[before:]] == list(range(kept, 6))
    audit(command)
    assert len({seed for _, seed, _ in ran}) == 2, "a finished audit's seed is used no more"


def test_after_an_edit_a_stopped_audit_begins_anew(audited, counted):
    plan = plan_lesson(audited, "one")
    seed = unseen_seed(audited, [plan], 6)
    assert unseen_seed(audited, [plan], 6) == seed
    assert unseen_seed(audited, [plan], 7) != seed
    seed = unseen_seed(audited, [plan], 6)
    script = audited.lessons / "one.py"
    script.write_text(script.read_text("utf-8").replace("0.9)", "0.8)"), "utf-8")
    changed = plan_lesson(audited, "one")
    assert changed.audit_key != plan.audit_key
    assert unseen_seed(audited, [changed], 6) != seed


def test_a_damaged_file_runs_again(audited, counted):
    unit = Unit(plan_lesson(audited, "one"), 1, 0)
    run_units(audited, [unit], 1)
    unit.path(audited).write_text("{")
    run_units(audited, [unit], 1)
    assert len(counted[0]) == 2
    assert unit.result(audited)["claims"]


def test_a_lesson_that_is_named_twice_is_repeated_once(audited, counted):
    options = ["--root", str(audited.root), *("--lesson", "one") * 2, "--seed", "4", "--record"]
    audit([*options, "--repeats", "3"])
    assert load(Course(audited.root))["one"]["claims"]["small"]["of"] == len(counted[0]) == 3


def test_a_repeat_is_kept_by_what_runs_it_too(audited, monkeypatch):
    unit = Unit(plan_lesson(audited, "one"), 1, 0)
    before = unit.path(audited)
    monkeypatch.setattr(repeats, "_script", lambda: "another")
    assert unit.path(audited) != before


def test_a_claim_that_is_told_as_a_frequency_may_hold_as_often_as_it_does(
    audited, counted, write, capsys
):
    command = ["--root", str(audited.root), "--lesson", "one", "--repeats", "10", "--seed", "1"]
    assert audit(command) == 1
    assert "! " in (said := capsys.readouterr().out)
    assert "below the rule: small, " in said
    entry = "- {lesson: one, claim: NAME, became: frequency, en: it was, zh: 原说}\n"
    two = "".join(entry.replace("NAME", name) for name in ("small", "late"))
    write({"docs/dropped.yml": two})
    assert audit(command) == 1
    assert "# " in (said := capsys.readouterr().out)
    assert "below the rule: sum\n" in said
    write({"docs/dropped.yml": two + entry.replace("NAME", "sum")})
    assert audit(command) == 0


def test_shares_merge_by_copying(audited, counted, tmp_path, capsys):
    whole = shutil.copytree(audited.root, tmp_path / "other" / "course")
    for share, root in (("1/2", audited.root), ("2/2", whole)):
        options = ["--root", str(root), "--repeats", "5", "--seed", "4", "--shard", share]
        assert audit(options) == 0
        assert "this share is done" in capsys.readouterr().out
    shutil.copytree(whole / ".lessons" / ".audit", audited.store / ".audit", dirs_exist_ok=True)
    before = len(counted[0])
    assert before == 5
    options = ["--root", str(audited.root), "--repeats", "5", "--seed", "4", "--record"]
    assert audit(options) == 1
    assert len(counted[0]) == before, "all was there"
    assert load(audited)["one"]["claims"]["small"]["held"] == 5


@pytest.mark.parametrize("extra", [[], ["--seed", "1", "--record"]])
def test_shares_need_the_seed_of_the_whole_and_record_nothing(audited, counted, extra, capsys):
    assert audit(["--root", str(audited.root), "--shard", "1/2", *extra]) == 1
    assert "shares of one audit need its seed" in capsys.readouterr().err
    assert counted[0] == []


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


def test_what_others_gave_is_kept_when_a_repeat_is_killed(audited, counted, monkeypatch):
    gives = repeats.run_unit

    begun = threading.Barrier(3, timeout=60)

    def run_unit(unit):
        begun.wait()
        if unit.repeat == 0:
            raise CourseError("killed")
        time.sleep(0.3)  # until the audit has heard of it
        return gives(unit)

    monkeypatch.setattr(repeats, "run_unit", run_unit)
    units = units_of([plan_lesson(audited, "one")], 1, 3)
    with pytest.raises(CourseError, match="killed"):
        run_units(audited, units, 3)
    assert [unit.result(audited) is None for unit in units] == [True, False, False]


def test_a_repeat_that_a_figure_stopped_runs_again_when_that_is_mended(audited):
    script = audited.lessons / "one.py"
    text = script.read_text("utf-8")
    script.write_text(text.replace("plt.show()", "plt.show(0 / 0)"), "utf-8")
    stopped = Unit(plan_lesson(audited, "one"), 4, 0)
    run_units(audited, [stopped], 1)
    assert stopped.result(audited)["error"]["cell"] == "c0"
    script.write_text(text, "utf-8")
    mended = Unit(plan_lesson(audited, "one"), 4, 0)
    assert mended.plan.audit_key == stopped.plan.audit_key
    run_units(audited, [mended], 1)
    assert mended.result(audited)["error"] is None


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


def test_repeats_of_all_lessons_go_side_by_side(audited, write):
    write({"lessons/two": (audited.lessons / "one.py").read_text("utf-8")})
    plans = [plan_lesson(audited, name) for name in ("one", "two")]
    order = [(unit.plan.lesson.name, unit.repeat) for unit in units_of(plans, 1, 2)]
    assert order == [("one", 0), ("two", 0), ("one", 1), ("two", 1)]


def test_the_key_is_of_what_claims_need(audited, write):
    """Another figure changes nothing that claims find; another number, import or judge may."""
    script = audited.lessons / "one.py"
    text = script.read_text("utf-8")

    def key_with(old, new):
        script.write_text(text.replace(old, new), "utf-8")
        return plan_lesson(audited, "one").audit_key

    key = key_with("", "")
    assert key_with("ax.plot([0, low])", "ax.plot([low, 0])\nax.set(title='t')") == key
    assert key_with('print("measured", low)', "print(low)") == key
    assert key_with('"c3"', '"c3a"\nmore = 1\n\n# %% name="c3"') == key
    assert key_with("low = ", "low = \\\n    ") == key_with("low = ", "# why\nlow = ") == key
    write({"draw/a": "def line(ax):\n    ax.plot([0, 1])\n"})
    drawing = "from course_code.draw.a import line\n\nline(ax)"
    assert key_with("ax.plot([0, low])", drawing) == key
    changes = [
        ("torch.rand(1", "torch.rand(2"),
        ("import torch", "import torch.random as torch"),
        ("SEEDS[0]", "7"),
        ('"arithmetic sum: two and two", 2 + 2', '"arithmetic sum: two and two", 1 + 3'),
        ('expect="ZeroDivisionError"', 'expect="ArithmeticError"'),
        ("low / 0", "low // 0"),
    ]
    found = {key, *(key_with(*change) for change in changes)}
    assert len(found) == 1 + len(changes)
    write({"teach/claims": CLAIMS.replace("does not hold here", "fails")})
    assert key_with("", "") not in found


def test_a_record_that_an_audit_did_not_write_is_refused(audited, counted):
    options = ["--root", str(audited.root), "--repeats", "2", "--seed", "4", "--record"]
    audit(options)
    path = audited.root / "docs/audit.json"
    recorded = json.loads(path.read_text("utf-8"))
    recorded["one"]["claims"]["small"]["bound"] = 0.8
    path.write_text(json.dumps(recorded), "utf-8")
    with pytest.raises(CourseError, match="'one' is not as an audit wrote it"):
        load(Course(audited.root))
    path.write_text("{", "utf-8")
    with pytest.raises(CourseError, match="not JSON"):
        load(Course(audited.root))
    path.write_text("[]", "utf-8")
    with pytest.raises(CourseError, match="no list of lessons"):
        load(Course(audited.root))
    path.write_text('{"one": null}', "utf-8")
    with pytest.raises(CourseError, match="'one' is not as an audit wrote it"):
        load(Course(audited.root))
    assert audit(options) == 1  # the hint's command: it goes on with what is whole
    assert load(Course(audited.root))["one"]["claims"]["small"]["of"] == 2
    recorded["two"] = {"checksum": "another"}
    path.write_text(json.dumps(recorded), "utf-8")
    audit(options)
    assert [*load(Course(audited.root))] == ["one"]


@pytest.mark.parametrize("text", ["{", "[]", '{"seed": []}'])
def test_a_damaged_note_of_a_stopped_audit_is_as_none(audited, text):
    plans = [plan_lesson(audited, "one")]
    assert unseen_seed(audited, plans, 3) == unseen_seed(audited, plans, 3)
    (audited.store / ".audit/unfinished.json").write_text(text, "utf-8")
    assert unseen_seed(audited, plans, 3) >= 0
