"""What printing needs, and says where it is missing; what is printed is in tests/browser."""

import pytest

from course_code.publish.__main__ import main
from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.paper import book, command


def test_without_a_font_or_a_browser_nothing_is_printed(built_tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        command.subprocess, "run", lambda *_, **__: type("Done", (), {"stdout": b""})
    )
    monkeypatch.setattr(command.shutil, "which", lambda _: "fc-list")
    assert main(["pdf", "--root", str(built_tiny), "--language", "zh"]) == 1
    assert "no font on this machine is for 'zh'" in capsys.readouterr().err
    monkeypatch.setattr(command.shutil, "which", lambda _: None)
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "none"))
    assert main(["pdf", "--root", str(built_tiny)]) == 1
    assert "no Chromium or Chrome that starts" in capsys.readouterr().err


def test_a_page_that_was_not_built_is_named(built_tiny, tmp_path):
    with pytest.raises(CourseError, match=r"there is no page of tiny\.md"):
        book.chapters(Course(built_tiny), tmp_path, "zh")


def test_the_navigation_gives_the_order(built_tiny, monkeypatch):
    nav = [{"Home": "index.md"}, {"Lessons": ["tiny.md"]}]
    monkeypatch.setattr(book, "settings", lambda *_: {"nav": nav})
    (chapter,) = book.chapters(Course(built_tiny), built_tiny / "site", "zh")
    assert (chapter.section, chapter.slug, chapter.path) == ("Lessons", "tiny", "/zh/tiny/")


def test_what_is_published_is_printed(built_tiny, monkeypatch, capsys):
    checked = []
    monkeypatch.setattr(command, "check_fonts", checked.append)
    monkeypatch.setenv("CHROMIUM", "none")
    main(["pdf", "--root", str(built_tiny)])
    monkeypatch.setattr(command, "extra", lambda _: {"languages": [{"lang": "zh"}]})
    main(["pdf", "--root", str(built_tiny)])
    assert checked == ["en", "zh", "zh"]
