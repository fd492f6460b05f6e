"""The files of others are those that were released, and all of them can be had again."""

import io
import json
import tarfile

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.markup import vendored


@pytest.mark.parametrize("package", vendored.WANTED)
def test_files_are_as_released_and_carry_their_licence(package):
    known = vendored.released()[package]
    assert vendored.digests(package) == known["files"]
    assert all(part.isdigit() for part in known["version"].split("."))
    assert known["licence"] == "MIT"
    licence = (vendored.HERE / package / "LICENSE").read_text("utf-8")
    assert "Permission is hereby granted, free of charge" in licence
    for place in vendored.WANTED[package].values():
        assert any(name.startswith(place) for name in known["files"]), place


def test_nothing_lies_there_that_nobody_released():
    names = {path.name for path in vendored.HERE.iterdir()}
    assert names == {*vendored.WANTED, *vendored.released(), "released.json"}


@pytest.fixture
def release(monkeypatch, tmp_path):
    """Pack a release of minisearch, to renew a copy of the folder from."""
    monkeypatch.setattr(vendored, "HERE", tmp_path / "vendor")
    monkeypatch.setattr(vendored, "RELEASED", tmp_path / "vendor/released.json")
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor/released.json").write_text("{}")

    def release(version, **files):
        about = json.dumps({"version": version, "license": "MIT"})
        archive = tmp_path / "release.tgz"
        with tarfile.open(archive, "w:gz") as pack:
            for name, text in {"package.json": about, "LICENSE.txt": "Free.", **files}.items():
                entry = tarfile.TarInfo(f"package/{name}")
                entry.size = len(text)
                pack.addfile(entry, io.BytesIO(text.encode()))
        vendored.renew("minisearch", archive)

    return release


def test_renewing_takes_what_is_wanted_and_drops_what_was(release):
    release("1.0", **{"dist/umd/index.js": "old()", "other.js": "no"})
    release("1.1", **{"dist/umd/index.js": "new()"})
    folder = vendored.HERE / "minisearch"
    assert {p.name: p.read_text() for p in folder.iterdir()} == {
        "LICENSE": "Free.", "index.js": "new()"
    }  # fmt: skip
    known = vendored.released()["minisearch"]
    assert known["version"] == "1.1"
    assert known["files"] == vendored.digests("minisearch")


def test_a_release_that_changed_or_lacks_a_file_changes_nothing(release):
    release("1.0", **{"dist/umd/index.js": "f()"})
    before = vendored.digests("minisearch")
    with pytest.raises(CourseError, match=r"minisearch 1\.0 is not what it was"):
        release("1.0", **{"dist/umd/index.js": "g()"})
    with pytest.raises(CourseError, match=r"minisearch has no dist/umd/index\.js"):
        release("1.1")
    assert vendored.digests("minisearch") == before


@pytest.mark.parametrize(
    ("npm", "wanted", "said"),
    [
        (None, [], "npm is not installed"),
        ("#!/bin/sh\nexit 1\n", ["katex@0.0"], "npm cannot fetch katex@0.0"),
        ("#!/bin/sh\n", ["react@1"], "'react' is none of katex, minisearch"),
    ],
)
def test_what_npm_cannot_do_is_told_in_words(monkeypatch, tmp_path, capfd, npm, wanted, said):
    monkeypatch.setenv("PATH", str(tmp_path))
    if npm:
        (tmp_path / "npm").write_text(npm)
        (tmp_path / "npm").chmod(0o755)
    before = vendored.released()
    assert vendored.main(wanted) == 1
    told = capfd.readouterr().err
    assert told.startswith(said)
    assert "\n  " in told, "no hint"
    assert vendored.released() == before
