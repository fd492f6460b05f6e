"""What is known to be otherwise is declared: the new and the vanished are refused."""

from course_code.publish.base.course import Course
from course_code.publish.base.declared import read_declared, undeclared


def test_a_difference_is_declared_or_refused():
    problems = ["docs/en/a.md: it leads to notebooks/a.html", "docs/zh/a.md: 1 claims instead of 2"]
    assert undeclared(problems, ["docs/*.md: it leads to *.html", "docs/zh/*: *claims*"]) == []
    (new,) = undeclared(problems, ["docs/*.md: it leads to *.html"])
    assert new == "not declared: docs/zh/a.md: 1 claims instead of 2"
    (gone,) = undeclared(problems[:1], ["docs/*.md: it leads to *.html", "docs/*: *claims*"])
    assert gone == "declared, but gone: docs/*: *claims*"
    assert undeclared([], []) == []
    assert undeclared(["is a[0] it?"], ["is a[0] *?"]) == []  # a star alone means more than itself
    assert undeclared(["is a0 it!"], ["is a[0] it?"]) != []


def test_a_file_of_patterns_may_have_remarks(tmp_path):
    (tmp_path / "known.txt").write_text("# why\n\na: * failed\n", "utf-8")
    assert read_declared(Course(tmp_path), tmp_path / "known.txt") == ["a: * failed"]
