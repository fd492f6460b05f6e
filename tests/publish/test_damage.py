"""A damaged store, a full disk: the site is whole in the end, and one line says what was wrong."""

import os
import subprocess
import sys

import pytest
from conftest import change, fingerprint, mkdocs

from course_code.publish.base.files import digest
from course_code.publish.website.prepare import prepare

from .tiny import BUILD, LESSON, SEEDS


def test_no_file_of_a_site_holds_the_day_of_its_build(tiny):
    assert list((tiny / "site").rglob("sitemap.xml"))
    assert not list((tiny / "site").rglob("*.gz"))  # MkDocs writes the day into its head


def test_a_store_whose_files_are_all_damaged_is_made_again(tiny):
    before = fingerprint(tiny / "site" / "tiny")
    damaged = [path for path in (tiny / ".lessons").rglob("*") if path.is_file()]
    assert {path.suffix for path in damaged} >= {".json", ".kept", ".ipynb", ".inputs", ".cache"}
    for path in damaged:
        path.write_bytes(b"\x9c\x00 garbage " * 30)
    done = mkdocs(*BUILD, cwd=tiny)
    assert done.returncode == 0, done.stderr
    assert "damaged store entry" in done.stderr
    assert "Lessons run: tiny" in done.stderr
    assert fingerprint(tiny / "site" / "tiny") == before


def test_a_run_of_another_version_is_said_and_made_again(course, caplog):
    (entry,) = (course.store / "tiny").glob("*.json")
    entry.write_text(f"{digest('{}')}\n{{}}\n", "utf-8")
    with caplog.at_level("INFO"):
        assert list(prepare(course).ran) == ["tiny"]
    assert f"{entry.name}: damaged store entry (it is of another version)" in caplog.text


def test_a_notebook_that_somebody_altered_in_the_store_is_written_again(course):
    path = prepare(course).notebook("zh", "tiny")
    before = path.read_bytes()
    path.write_bytes(before.replace(b"28", b"82"))
    assert prepare(course).notebook("zh", "tiny").read_bytes() == before


def test_a_clock_that_moved_runs_nothing(course):
    for moved in (0, 4e9):  # 1970, 2096
        for path in [*course.store.rglob("*"), *(course.root / "course_code").rglob("*")]:
            os.utime(path, (moved, moved))
        assert not prepare(course).ran


FULL = """mount -t tmpfs -o size=200m tmpfs "$0" && cp -R "$1"/. "$0" && cd "$0" || exit 3
left=$(df --output=avail -k . | tail -1)
head -c $(( (left - $2) * 1024 )) /dev/zero > filling
shift 2
"$@" 2>&1 && exit 4
rm filling
exec "$@" > again 2>&1"""


@pytest.mark.skipif(sys.platform != "linux", reason="a small disk is mounted as Linux does")
@pytest.mark.parametrize("kilobytes", [0, 40, 400])
def test_a_full_disk_is_said_and_with_space_again_all_is_well(tiny, tmp_path, kilobytes):
    """Whatever could still be written: of a store, of a site."""
    change(tiny / LESSON, SEEDS, "SEEDS = range(4)")
    (disk := tmp_path / "disk").mkdir()
    command = [sys.executable, "-m", "mkdocs", *BUILD]
    mounted = ["unshare", "--map-root-user", "--mount", "sh", "-c", FULL, disk, tiny]
    done = subprocess.run(
        [*mounted, str(kilobytes), *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "No space left on device" in done.stdout
    assert "Traceback" not in done.stdout


FULL_SCRATCH = """mount -t tmpfs -o size=1m tmpfs "$0" || exit 3
head -c 2m /dev/zero > "$0/filling" 2> /dev/null
TMPDIR="$0" exec "$@" 2>&1"""


@pytest.mark.skipif(sys.platform != "linux", reason="a small disk is mounted as Linux does")
def test_a_full_temporary_folder_will_do_since_there_are_others(tiny, tmp_path):
    change(tiny / LESSON, SEEDS, "SEEDS = range(4)")
    (scratch := tmp_path / "scratch").mkdir()
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", FULL_SCRATCH, scratch]
    command += [sys.executable, "-m", "mkdocs", *BUILD]
    done = subprocess.run(command, cwd=tiny, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Running tiny" in done.stdout


def test_a_store_that_may_not_be_written_will_do_when_nothing_changed(tiny):
    """Root may write anything: then the folder is mounted read-only."""
    store, command = tiny / ".lessons", [sys.executable, "-m", "mkdocs", *BUILD]
    if os.getuid() == 0:
        mount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
        command = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, store, *command]
    else:
        for path in [store, *store.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
    done = subprocess.run(command, cwd=tiny, capture_output=True, text=True, check=False)
    for path in [store, *store.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert done.returncode == 0, done.stderr
    assert "Running" not in done.stderr
