"""A file is written whole or not at all, whoever else writes it."""

import os
import stat
import subprocess
import sys

import pytest
from conftest import ROOT

from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import write_atomically


def test_files_can_be_read_by_all_and_leave_nothing_beside_them(tmp_path):
    path = tmp_path / "deep" / "file.svg"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    assert path.read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["file.svg"]
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_what_cannot_be_written_is_an_error_and_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CourseError, match=r"file: cannot be written: No space left on device\n"):
        write_atomically(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"old"
    with pytest.raises(CourseError, match="cannot be written"):
        write_atomically(path / "below", b"new")

    def stopped(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


WRITER = """
import sys
from pathlib import Path
from course_code.publish.base.files import write_atomically
for n in range(60):
    write_atomically(Path(sys.argv[1]), sys.argv[2].encode() * 200_000)
"""


def test_two_processes_that_write_one_file_leave_one_whole_text(tmp_path):
    path = tmp_path / "file"
    write_atomically(path, b"a" * 200_000)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), letter], cwd=ROOT)
        for letter in "ab"
    ]
    while any(writer.poll() is None for writer in writers):
        data = path.read_bytes()
        assert data in (b"a" * 200_000, b"b" * 200_000)
    assert [writer.returncode for writer in writers] == [0, 0]
    assert list(tmp_path.iterdir()) == [path]
