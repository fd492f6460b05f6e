"""Repeats are kept one by one: an audit that stopped goes on, and shares merge by copying."""

import json
import shutil
import threading
import time

import pytest

from course_code.publish.audit import repeats
from course_code.publish.audit.command import audit
from course_code.publish.audit.record import entry, load
from course_code.publish.audit.repeats import Unit, run_unit, run_units, units_of, unseen_seed
from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.run.plan import plan_lesson

from .measured import CLAIMS


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
