"""A folder put in its place: always there, what is not the build's kept, nothing left beside it."""

import os
import threading
from pathlib import Path

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.website import beside
from course_code.publish.website.beside import Beside


def make(place: Path, text: str) -> None:
    """Build a site of one page and publish it."""
    new = Beside(place)
    (new.folder / "index.html").write_text(text)
    new.publish()
    new.close()


def leftovers(place: Path) -> list[Path]:
    return [path for path in place.parent.iterdir() if path != place]


@pytest.fixture(params=["exchange", "two renames"])
def way(request, monkeypatch):
    if request.param == "two renames":
        monkeypatch.setattr(beside, "exchange", lambda one, other: False)


def test_the_new_replaces_the_old_and_nothing_stays_beside(tmp_path, way):
    place = tmp_path / "site"
    make(place, "one")
    (place / "gone.html").write_text("old")
    make(place, "two")
    assert {path.name: path.read_text() for path in place.iterdir()} == {"index.html": "two"}
    assert not leftovers(place)


def test_what_no_build_made_stays(tmp_path, way):
    place = tmp_path / "site"
    make(place, "one")
    (place / ".git/refs").mkdir(parents=True)
    (place / ".git/refs/head").write_text("abc")
    (place / ".nojekyll").touch()
    (place / "CNAME").write_text("course.example")
    make(place, "two")
    make(place, "three")
    assert (place / ".git/refs/head").read_text() == "abc"
    assert (place / ".nojekyll").exists()
    assert (place / "CNAME").read_text() == "course.example"
    assert (place / "index.html").read_text() == "three"


def test_what_a_build_makes_itself_wins(tmp_path):
    place = tmp_path / "site"
    make(place, "one")
    (place / "CNAME").write_text("old.example")
    new = Beside(place)
    (new.folder / "CNAME").write_text("new.example")
    new.publish()
    assert (place / "CNAME").read_text() == "new.example"


def test_a_link_is_written_through(tmp_path, way):
    root = tmp_path / "www"
    root.mkdir()
    (root / "index.html").write_text("old")
    place = tmp_path / "site"
    place.symlink_to(root)
    make(place, "new")
    assert place.is_symlink()
    assert (root / "index.html").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site", "www"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the exchange is Linux's")
def test_a_reader_never_misses_the_site_while_two_builds_publish(tmp_path):
    place, missed, done = tmp_path / "site", [], threading.Event()
    make(place, "0")

    def read():
        while not done.is_set():
            try:
                (place / "index.html").read_text()
            except OSError as error:
                missed.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(20):
        child = os.fork()
        if not child:
            make(place, "child")
            os._exit(0)
        make(place, "parent")
        assert os.waitpid(child, 0)[1] == 0
    done.set()
    reader.join()
    assert not missed
    assert not leftovers(place)


def test_two_builds_at_once_both_publish_where_folders_cannot_be_exchanged(tmp_path, monkeypatch):
    """The other build puts its site there while ours has moved the old one away."""
    place = tmp_path / "site"
    make(place, "old")

    def others(one, other):
        if others.first:
            others.first = False
            place.rename(tmp_path / "elsewhere")
            place.mkdir()
            (place / "index.html").write_text("other")
        return False

    others.first = True
    monkeypatch.setattr(beside, "exchange", others)
    make(place, "ours")
    assert (place / "index.html").read_text() == "ours"


def test_abandoned_folders_go_and_those_of_living_builds_stay(tmp_path):
    place = tmp_path / "site"
    dead, alive = tmp_path / ".site.999999999.building", tmp_path / f".site.{os.getppid()}.building"
    for folder in (dead, alive, tmp_path / ".site.notes.building", tmp_path / ".site.1.draft"):
        folder.mkdir()
    make(place, "new")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted([".site.1.draft", alive.name, ".site.notes.building", "site"])


def test_a_site_that_a_killed_build_had_moved_away_comes_back(tmp_path):
    (tmp_path / ".site.999999999.old").mkdir()
    (tmp_path / ".site.999999999.old/index.html").write_text("old")
    Beside(tmp_path / "site").close()
    assert (tmp_path / "site/index.html").read_text() == "old"


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CourseError, match=r"\.site\.\d+\.building: cannot be written: "):
        Beside(tmp_path / "file/site")


def test_what_cannot_be_published_leaves_the_site(tmp_path, monkeypatch):
    place = tmp_path / "site"
    make(place, "old")
    new = Beside(place)

    def full(source, target):
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(beside, "_link", full)
    (place / ".git").mkdir()
    (place / ".git/head").write_text("abc")
    with pytest.raises(OSError, match="cannot be kept"):
        new.publish()
    new.close()
    assert (place / "index.html").read_text() == "old"
    assert (place / ".git/head").read_text() == "abc"
    assert not leftovers(place)


def test_exchange_swaps_or_says_that_it_cannot(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / "name").write_text(folder.name)
    if beside.exchange(one, other):
        assert (one / "name").read_text() == "other"
        assert (other / "name").read_text() == "one"
    else:
        assert (one / "name").read_text() == "one"
