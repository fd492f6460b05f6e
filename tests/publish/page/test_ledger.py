"""What a page tells of a claim, and the table of all claims: from the run and the audit alone."""

import ast
import json
from contextlib import suppress

import pytest
from conftest import ROOT

from course_code.publish.audit import record, repeats
from course_code.publish.audit.command import audit
from course_code.publish.audit.dropped import frequencies
from course_code.publish.audit.result import stays
from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.read import CHECK
from course_code.publish.notebook.notebook import to_notebook
from course_code.publish.page.evidence import literal, sides
from course_code.publish.run.plan import plan_lesson
from course_code.publish.website.prepare import place_of, prepare
from course_code.teach.claims import to_plain

LESSON = """# %% name="data"
SEEDS = range(3)
low = 1 / 30

# %% name="judge"
from course_code.teach.claims import check

check("measured small: it is small", low, "<", 0.1)
check("theorem whole: a third of a tenth", 30 * low, "==", 1)
"""
PAGE = """# Small: a lesson

It is {{ low:.3f}}, or {{ low:.1%}}.

::: cell one.data

::: cell one.judge

::: claims one
    small: It is $|x| < 0.1$, here {{ low:.2f}}.
    whole: A third of a tenth | of ten.
    literature: Others say so.
"""
CHECKED = "# What was checked\n\n::: list claims\n"
AUDIT = ["--repeats", "20", "--seed", "1", "--record", "--root"]


@pytest.fixture
def course(write, ran):
    """A course of one lesson whose claims are checked, and the page of all claims."""
    texts = {"one.md": PAGE, "checked.md": CHECKED}
    files = {f"docs/{lang}/{name}": text for lang in ("en", "zh") for name, text in texts.items()}
    claims = (ROOT / "course_code/teach/claims.py").read_text("utf-8")
    return write({"lessons/one": LESSON, "teach/claims": claims, **files})


@pytest.fixture
def audited(course, monkeypatch):
    """Record an audit in which `small` holds in the given number of 20 repeats."""

    def audited(held: int):
        def run_unit(unit):
            holds = unit.repeat < held
            value = 0.05 if holds else 0.2
            small = {"value": value, "relation": "<", "bound": 0.1, "holds": holds, "text": "a < b"}
            whole = {"value": 1, "relation": "==", "bound": 1, "holds": True, "text": "1 == 1"}
            claims = {"small": small, "whole": whole}
            return {"claims": claims, "seconds": 1.0, "device": "cpu", "error": None}

        monkeypatch.setattr(repeats, "run_unit", run_unit)
        assert audit([*AUDIT, str(course.root)]) == (held < 19)
        return course

    return audited


def shown(course, name: str, language: str = "en") -> str:
    return prepare(course, 1).markdown(language, name, place_of(language, name))


def test_without_an_audit_a_claim_tells_its_run_alone(course):
    text = shown(course, "one.md")
    assert '<span class="claim-evidence">0.03333 &#60; 0.1; not repeated yet</span>' in text
    assert 'of ten. <span class="claim-evidence">1.0 = 1</span>' in text
    assert text.count("claim-evidence") == 2  # none of the literature
    assert "尚未重复" in shown(course, "one.md", "zh")


def test_with_an_audit_a_measured_claim_tells_how_often_it_held(audited):
    course = audited(19)
    assert "0.03333 &#60; 0.1; held in 19 of 20 fresh repetitions</span>" in shown(course, "one.md")
    assert "0.03333 &#60; 0.1；换新种子重复 20 次，19 次成立</span>" in shown(
        course, "one.md", "zh"
    )
    site = prepare(course, 1)
    notebook = json.dumps(to_notebook(site.pages["en", "one.md"]))
    assert "held in 19 of 20 fresh repetitions" in notebook


@pytest.mark.parametrize("edit", [("0.1)", "0.2)"), ("1 / 30", "1 / 31")])
def test_after_an_edit_the_audit_is_outdated_and_the_page_says_so(audited, edit):
    course = audited(20)
    script = course.lessons / "one.py"
    changed = script.read_text("utf-8").replace(*edit).replace("30 * low", "1")
    script.write_text(changed, "utf-8")
    assert "; not repeated since it changed</span>" in shown(course, "one.md")
    assert "改动后尚未重复" in shown(course, "one.md", "zh")
    assert "held in" not in shown(course, "one.md")
    assert "| not repeated since it changed |" in shown(course, "checked.md")


def test_the_table_has_every_checked_claim_with_both_sides_and_a_link(audited):
    rows = [line for line in shown(audited(19), "checked.md").split("\n") if line.startswith("| ")]
    link = '<a href="../one/#cell-judge">Small</a>'
    assert rows[2:] == [
        f"| {link} | It is $|x| < 0.1$, here 0.03. | measured here | 0.03333 | &#60; 0.1 | 0.067 "
        "| 19/20 |",
        f"| {link} | A third of a tenth &#124; of ten. | theorem | 1.0 | = 1 | 0 | 20/20 |",
    ]
    files = prepare(audited(19), 1).markdown("zh", "checked.md", place_of("zh", "checked.md"))
    assert '<a href="../one/#cell-judge">' in files
    flat = place_of("en", "checked.md", directories=False)
    assert '<a href="./one.html#cell-judge">' in prepare(audited(19), 1).markdown(
        "en", "checked.md", flat
    )


def test_a_bar_in_a_title_a_note_and_a_link_within_the_page_do_not_break_the_table(course, write):
    page = PAGE.replace("# Small: a", "# Is `a: b|c` p(y|x): a").replace(
        "here {{ low:.2f}}.", "see [there](#claims) and `[a](#b)`[^n]."
    )
    write({"docs/en/one.md": f"{page}\n## Claims\n\n[^n]: A note.\n"})
    rows = [line for line in shown(course, "checked.md").split("\n") if line.startswith("| ")]
    link = '<a href="../one/#cell-judge">Is `a: b|c` p(y&#124;x)</a>'
    assert rows[2].startswith(f"| {link} | It is $|x| < 0.1$, see [there](one.md#claims) and ")
    assert "[^n]" not in rows[2]


@pytest.mark.parametrize(("held", "told"), [(20, (1, 0, 0)), (19, (0, 1, 0)), (12, (0, 0, 1))])
def test_counts_are_on_top(audited, held, told):
    top = shown(audited(held), "checked.md").split("////")[0]
    steady, nearly, fell = told
    assert "3 numbers in the prose of 1 lessons" in top
    assert "2 claims are checked by machine: measured here 1, theorem 1." in top
    assert "Of the 1 measured claims that were repeated since their lesson last changed, " in top
    assert f"changed, {steady} held every time, {nearly} in at least 19" in top
    assert f"repetitions, {fell} less often." in top


def test_claims_that_fell_are_told(course, write):
    entry = "- {lesson: one, claim: big, became: frequency, en: it was big, zh: 原说很大}\n"
    assert "None has been recorded." in shown(course, "checked.md")
    write({"docs/dropped.yml": entry})
    assert "- Small: it was big (told as a frequency now)" in shown(course, "checked.md")
    assert "- Small：原说很大（现在改写成频率）" in shown(course, "checked.md", "zh")
    write({"docs/dropped.yml": entry + entry.replace("frequency", "lost")})
    with pytest.raises(CourseError, match=r"docs/dropped\.yml: cannot read entry 2"):
        prepare(course, 1)
    write({"docs/dropped.yml": entry.replace("原说很大", "")})
    with pytest.raises(CourseError, match=r"docs/dropped\.yml: entry 1: zh is no text"):
        prepare(course, 1)


@pytest.mark.parametrize(
    ("text", "relation", "expected"),
    [
        ("0.934 > 0.9", ">", ("0.934", "&#62; 0.9")),
        ("3.333e-08 <= 1e-06", "<=", ("3.333\u00a0×\u00a010⁻⁸", "≤ 1\u00a0×\u00a010⁻⁶")),
        ("-0.25 in [-1, 1]", "in", ("−0.25", "∈ &#91;−1, 1&#93;")),
        ("adam_w2 == adam_w2", "==", ("adam&#95;w2", "= adam&#95;w2")),
        ("nan < 1", "<", ("nan", "&#60; 1")),
    ],
)
def test_both_sides_are_typeset_and_literal(text, relation, expected):
    assert sides({"text": text, "relation": relation}, "en") == expected


@pytest.mark.parametrize(
    ("value", "bound", "expected"),
    [
        ([], [], ("holds exactly", "")),
        (0.0, 0, ("holds exactly", "")),
        ({"float16": 2049}, {"float16": 2049}, ("holds exactly", "")),
        (3, 3, ("3", "= 3")),
        ([1], [2], ("&#91;1&#93;", "= &#91;2&#93;")),
    ],
)
def test_equal_sides_that_say_nothing_are_told_in_words(value, bound, expected):
    found = {"value": value, "bound": bound, "relation": "==", "text": f"{value} == {bound}"}
    assert sides(found, "en") == expected


def test_no_text_of_a_run_becomes_markup():
    assert literal("<b>`x`</b> | $y$ *z*") == (
        "&#60;b&#62;&#96;x&#96;&#60;/b&#62; &#124; &#36;y&#36; &#42;z&#42;"
    )


def literal_bounds(plan) -> dict[str, object]:
    """Bounds that a lesson writes as literals, by claim."""
    bounds = {}
    for cell in plan.lesson.cells:
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == CHECK:
                name = node.args[0].value.split(":")[0].split()[1]
                with suppress(ValueError):
                    bounds[name] = to_plain(ast.literal_eval(node.args[3]))
    return bounds


def test_records_of_this_course_are_of_its_code_or_outdated():
    """No bound may be edited together with its record: whoever edits one needs a fresh audit."""
    for name, found in record.load(Course(ROOT)).items():
        plan = plan_lesson(Course(ROOT), name)
        assert {row["of"] for row in found["claims"].values()} == {found["repeats"]}, name
        assert all(0 <= row["held"] <= row["of"] for row in found["claims"].values())
        assert found["repeats"] >= 20
        if found["key"] == plan.audit_key:
            assert set(found["claims"]) == {c.name for c in plan.lesson.claims}
            for claim, bound in literal_bounds(plan).items():
                assert found["claims"][claim]["bound"] in (bound, None), claim


def test_claims_of_this_course_below_the_rule_are_told_as_frequencies():
    for name, found in record.load(Course(ROOT)).items():
        fell = {claim for claim, row in found["claims"].items() if not stays(row)}
        assert fell <= frequencies(Course(ROOT), name), name


def test_bounds_are_read_from_the_code(course):
    assert literal_bounds(plan_lesson(course, "one")) == {"small": 0.1, "whole": 1}
