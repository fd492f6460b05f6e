"""Before and after: what differs is told, and noise is told from change."""

import copy
import json
import os
import shutil
import subprocess
import sys

import pytest
import yaml
from conftest import ROOT, change

from course_code.publish.base.errors import CourseError
from course_code.publish.compare import changes
from course_code.publish.compare.command import report
from course_code.publish.compare.outputs import Outputs, read
from course_code.publish.compare.report import as_markdown, as_page, compare


def claim(value, bound, holds=True):
    sides = {"value": value, "relation": ">", "bound": bound, "holds": holds}
    return {**sides, "text": f"{value} > {bound}"}


BEFORE = Outputs(
    {
        "spiral": {
            "values": {
                "SEEDS": [0, 1, 2, 3], "n": 3, "text": "a", "rate": 0.5, "nan": float("nan"),
                "residue": 1e-17, "residues": [1e-16, 0.0],
                "RATES": [1.0, 2.0, 4.0, 8.0],
                "over_seeds": [0.80, 0.82, 0.84, 0.86], "moved": [0.1, 0.1, 0.1, 0.11],
                "rows": [{"lr": r, "seed": s} for r in (1, 2) for s in (0, 1)],
                "table": {"a": [1.0, 2.0], "b": {"c": 1e300}},
            },
            "claims": {"wins": claim(0.5, 0.25), "often": claim(12, 10), "ties": claim(1.0, 0.5)},
        },
        "gone": {"values": {"SEEDS": [0]}, "claims": {}},
    },
    {"spiral/a.light.svg": b"<svg>1</svg>", "spiral/a.dark.svg": b"<svg>2</svg>"},
    {"index.html": 1000, "spiral/index.html": 20_000, "old/index.html": 5},
)  # fmt: skip
AUDIT = {"spiral": {"claims": {"often": {"quartiles": [9.0, 10.0, 11.0, 12.0, 15.0]}}}}


def changed(**values) -> Outputs:
    """The same a moment later, with other values."""
    lessons = copy.deepcopy(BEFORE.lessons)
    lessons["spiral"]["values"].update(values)
    return Outputs(lessons, dict(BEFORE.figures), dict(BEFORE.weights))


def judged(after: Outputs) -> dict[str, str]:
    return {change.name: change.judged for change in changes.values(BEFORE, after)}


def test_nothing_differs_from_itself():
    said = as_markdown(compare(BEFORE, changed(), AUDIT))
    assert said.count("None of") == 5
    assert "|" not in said


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"rate": 0.5 + 1e-9}, {"rate": "digits"}),
        ({"rate": 0.51}, {"rate": "changed"}),
        ({"n": 4, "text": "b"}, {"n": "changed", "text": "changed"}),
        ({"nan": 1.0}, {"nan": "changed"}),
        ({"over_seeds": [0.82, 0.81, 0.86, 0.85]}, {"over_seeds": "noise"}),
        ({"over_seeds": [0.81, 0.83, 0.85, 0.87]}, {"over_seeds": "changed"}),  # by pairs
        ({"residue": -3e-17}, {"residue": "digits"}),
        ({"residue": 1e-9}, {"residue": "changed"}),
        ({"residue": 1e-20}, {"residue": "changed"}),  # smaller than rounding leaves
        ({"residues": [0.0, 2e-16]}, {"residues[0]": "digits", "residues[1]": "digits"}),
        ({"SEEDS": [1, 2, 3, 4]}, {"SEEDS": "changed"}),  # is set, not measured
        ({"RATES": [1.0, 2.0, 4.0, 9.0]}, {"RATES[3]": "changed"}),
        ({"over_seeds": [0.90, 0.92, 0.94, 0.96]}, {"over_seeds": "changed"}),
        ({"over_seeds": [0.8, 0.82, 0.84]}, {"over_seeds": "changed"}),  # of fewer seeds
        ({"rows": [{"lr": 1, "seed": 0}, {"lr": 2, "seed": 0}]}, {"rows": "changed"}),
        ({"rows": [{"lr": r, "seed": s} for r in (1, 3) for s in (0, 1)]},
         {"rows[2].lr": "changed", "rows[3].lr": "changed"}),
        ({"table": {"a": [1.0, 2.5], "b": {"d": 1}}},
         {"table.a[1]": "changed", "table.b.c": "gone", "table.b.d": "new"}),
    ],
)  # fmt: skip
def test_a_change_is_told_from_noise_and_from_last_digits(values, expected):
    assert judged(changed(**values)) == expected


@pytest.mark.parametrize(
    ("name", "found", "expected"),
    [
        ("wins", claim(0.5 + 1e-9, 0.25), "digits"),
        ("wins", claim(0.4, 0.25), "changed"),
        ("wins", claim(0.5, 0.2), "changed"),
        ("wins", claim(0.1, 0.25, holds=False), "fell"),
        ("often", claim(14, 10), "noise"),
        ("often", claim(16, 10), "changed"),
        ("more", claim(1, 0), "new"),
    ],
)
def test_claims_are_judged_by_their_verdict_and_by_the_repeats_of_the_audit(name, found, expected):
    after = changed()
    after.lessons["spiral"]["claims"][name] = found
    (change,) = changes.claims(BEFORE, after, AUDIT)
    assert (change.name, change.judged) == (name, expected)
    if expected == "fell":
        margins = [change.margin(side) for side in (change.before, change.after)]
        assert margins == [0.25, pytest.approx(-0.15)]


def after() -> Outputs:
    """With a change of every kind."""
    later = changed(rate=0.6, n=3 + 1e-9, text="<img src=x onerror=alert(1)> | `b`")
    later.lessons["spiral"]["claims"]["wins"] = claim(0.1, 0.25, holds=False)
    later.lessons["new"] = later.lessons.pop("gone")
    later.figures["spiral/a.light.svg"] = b"<svg>3</svg>"
    later.weights.update({"spiral/index.html": 30_000, "index.html": 1001})
    del later.weights["old/index.html"]
    return later


def test_a_list_of_other_length_is_told_in_one_row():
    rows = [{"lr": 1, "seed": 0}]
    said = as_markdown(compare(BEFORE, changed(rows=rows, over_seeds=[0.8, 0.82, 0.84]), AUDIT))
    assert "| spiral | rows | 4 parts | 1 parts |" in said.replace("\\", "")
    assert "| spiral | over_seeds | 0.83 (mean of 4) | 0.82 (mean of 3) |" in said.replace("\\", "")


def test_the_report_tells_all_of_it_the_grave_first():
    said = as_markdown(compare(BEFORE, after(), AUDIT))
    assert "| new | new |" in said
    assert "| gone | **gone** |" in said
    assert "2 of 26 differ: 2 changed. In 1 more only last digits differ." in said
    assert "| spiral | rate | 0.5 | 0.6 | 16.67% | **changed** |" in said
    assert "| 0.5 \\> 0.25 | 0.1 \\> 0.25 | 0.25 → -0.15 | **holds no longer** |" in said
    assert "| spiral/a.light.svg | **changed** |" in said
    assert "| spiral/index.html | 20.0 kB | 30.0 kB | 33.33% |" in said
    assert "All together +10.0 kB" in said
    assert "| index.html" not in said
    assert "\\<img src=x onerror=alert(1)\\> \\| \\`b\\`" in said


def test_the_page_shows_figures_side_by_side_and_strings_as_text():
    page = as_page(compare(BEFORE, after(), AUDIT))
    assert page.count("<img ") == 2
    assert page.count("data:image/svg+xml;base64,") == 2
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<h3>spiral/a.dark.svg" not in page


def test_the_page_of_a_version_keeps_its_size():
    page = as_page(compare(BEFORE, after(), AUDIT), "Version <2>", limit=150)
    assert "<title>Version &lt;2&gt;</title>" in page
    assert "default-src 'none'" in page
    assert "<h3>" not in page  # two images of it are larger
    assert "<td>spiral/a.light.svg" in page


def test_a_long_table_ends():
    later = changed(**{f"value_{n}": n for n in range(150)})
    assert "… and 50 more." in as_markdown(compare(BEFORE, later, AUDIT))


def test_the_command_compares_a_site_with_a_store(tiny, tmp_path, capsys):
    arguments = ["--root", str(tiny), "--html", str(tmp_path / "report.html")]
    assert report([str(tiny / "site"), str(tiny / ".lessons"), *arguments]) == 0
    assert capsys.readouterr().out.count("None of") == 4  # a store has no pages
    assert "<h1>Before and after" in (tmp_path / "report.html").read_text("utf-8")
    sides = [str(tiny / "site")] * 2
    assert report([*sides, "--root", str(tiny), "--release", "0.2.0"]) == 0
    page = tiny / "docs/assets/reports/0.2.0.html"
    assert "<h1>Version 0.2.0" in page.read_text("utf-8")
    assert report([*sides, "--root", str(tiny), "--release", "../x"]) == 1
    assert "'../x' is no version" in capsys.readouterr().err
    site = read(tiny / "site")
    assert site.lessons["tiny"]["claims"]["square"]["holds"]
    assert set(site.figures) == {"tiny/growth-1.light.svg", "tiny/growth-1.dark.svg"}
    page = tiny / "site" / "tiny" / "index.html"
    assert 0 < site.weights["tiny/index.html"] - site.weights["index.html"] < len(page.read_bytes())


@pytest.mark.parametrize("damage", ["missing", "empty", "no json", "another version"])
def test_what_cannot_be_compared_is_a_sentence(tmp_path, capsys, damage):
    folder = tmp_path / "site"
    if damage != "missing":
        folder.mkdir()
    if damage in ("no json", "another version"):
        text = {"no json": "{", "another version": json.dumps({"spiral": {}})}[damage]
        (folder / "results.json").write_text(text)
    with pytest.raises(CourseError):
        read(folder)
    assert report([str(folder), str(folder), "--root", str(tmp_path)]) == 1
    assert str(folder) in capsys.readouterr().err


def test_the_workflow_shows_what_a_pull_request_changes(tiny, tmp_path):
    """Its step runs here: the published site is a branch, the built one a folder."""
    steps = yaml.safe_load((ROOT / ".github/workflows/build.yml").read_text("utf-8"))
    steps = steps["jobs"]["test"]["steps"]
    (step,) = (s for s in steps if s.get("name", "").startswith("Compare with the published"))
    assert step["if"] == "github.event_name == 'pull_request'"

    def git(*arguments: str) -> None:
        author = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *author, *arguments], cwd=tiny / "site", check=True)

    git("init", "--quiet", "--initial-branch=gh-pages")
    git("add", "--all")
    git("commit", "--quiet", "--message", "site")
    work = tmp_path / "work"
    subprocess.run(["git", "init", "--quiet", work], check=True)
    subprocess.run(["git", "remote", "add", "origin", tiny / "site"], cwd=work, check=True)
    shutil.copytree(tiny / "site", work / "site", ignore=shutil.ignore_patterns(".git"))
    change(work / "site/results.json", '"SEEDS": [0, 1, 2]', '"SEEDS": [0, 1, 7]')
    (work / "course_code").symlink_to(ROOT / "course_code")
    (work / ".venv").symlink_to(sys.prefix)
    summary = tmp_path / "summary.md"
    environment = {**os.environ, "GITHUB_STEP_SUMMARY": str(summary), "RUNNER_TEMP": str(tmp_path)}
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=work, env=environment, check=True)
    assert "| tiny | SEEDS" in summary.read_text("utf-8")
    assert (work / "build/report/index.html").is_file()
