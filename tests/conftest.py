"""The sites that tests look at: a tiny course to break, and the whole course, built once."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

os.environ["OMP_NUM_THREADS"] = "1"  # two on a busy machine are ten times slower

from course_code.publish.base.course import Course
from course_code.publish.base.files import digest
from course_code.publish.base.kept import Kept, key_of

for sent, usual in {"SIGINT": signal.default_int_handler, "SIGHUP": signal.SIG_DFL}.items():
    number = getattr(signal, sent, None)  # tests send them to their children
    if number and signal.getsignal(number) is signal.SIG_IGN:  # as jobs in the background start
        signal.signal(number, usual)

ROOT = Path(__file__).parents[1]
EVERY_PAGE = bool(os.environ.get("COURSE_EVERY_PAGE"))  # once a week: what is costly, too
TINY = Path(__file__).parent / "tiny_course"
NO_NETWORK = {"PYTHONPATH": str(Path(__file__).parent / "no_network")}  # see its sitecustomize.py


def mkdocs(
    *arguments: str, cwd: Path, network: bool = True, **environment: str
) -> subprocess.CompletedProcess:
    """Run MkDocs as a reader would, in the folder of a course; or where there is no network."""
    cut_off = [] if network else _without_network()
    return subprocess.run(
        [*cut_off, sys.executable, "-m", "mkdocs", *arguments],
        cwd=cwd,
        env={
            **os.environ,
            **({} if network else NO_NETWORK),
            "NO_MKDOCS_2_WARNING": "1",
            "NO_COLOR": "1",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )


def _without_network() -> list[str]:
    """What runs a command with no network at all, on systems that can; Python refuses it anyway."""
    command = ["unshare", "--map-root-user", "--net"]
    try:
        able = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        able = False
    return command if able else []


def copy_course(folder: Path) -> Path:
    """A course of one small lesson in `folder`, with this project's own configuration."""
    shutil.copytree(TINY, folder, dirs_exist_ok=True)
    shutil.copy(ROOT / "course_code/teach/claims.py", folder / "course_code/teach")
    for name in ("docs/theme", "docs/assets"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("mkdocs.yml", "mkdocs.zh.yml"):
        text = (ROOT / name).read_text("utf-8")
        before, rest = text.split("\nnav:\n")
        after = rest[rest.index("\n\n") :]  # the course's own nav is not the tiny one's
        hook = "course_code/publish/hooks.py"
        (folder / name).write_text((before + after).replace(hook, str(ROOT / hook)), "utf-8")
    return folder


def fingerprint(folder: Path, but: str = "") -> str:
    """One digest of all names and contents in a folder, but for files of one name."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.name != but):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def change(path: Path, old: str, new: str) -> None:
    """Replace the first `old` of a file, which must be there."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture
def once(request):
    """Function once(check, *made_of): a costly check, unless it passed on the same before.

    As runs of lessons are, that is kept in the store, by what it is made of: what it is told, the
    engine, all versions (see `key_of`) and the test's own file.
    """
    kept, name = Kept(Course(ROOT).store / ".passed"), digest(request.node.nodeid.encode())

    def once(check, *made_of) -> None:
        key = key_of(digest(request.path.read_bytes()), *made_of)
        if not kept.get(name, key):
            check()
            kept.put(name, key, True)

    return once


@pytest.fixture(scope="session")
def built_tiny(tmp_path_factory) -> Path:
    """The tiny course, built once and without network; copy it, do not change it."""
    folder = copy_course(tmp_path_factory.mktemp("built") / "a course 课程 #1 %41'&")
    done = mkdocs("build", "--strict", cwd=folder, network=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def tiny(built_tiny, tmp_path) -> Path:
    """A copy of the built tiny course, to break."""
    return shutil.copytree(built_tiny, tmp_path / "course", symlinks=True)


@pytest.fixture
def course(tiny) -> Course:
    """The same, as the engine sees it."""
    return Course(tiny)


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id) -> Path:
    """The whole course, built in strict mode from this checkout and its store, by one process.

    COURSE_SITE names a folder to read instead, for who looks at one build again and again.
    """
    if built := os.environ.get("COURSE_SITE"):
        return Path(built).resolve()
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    folder, built = shared / "whole" / "site", shared / "whole-site-built"
    with FileLock(shared / "whole-site.lock"):
        if not built.exists():
            done = mkdocs("build", "--strict", "--site-dir", str(folder), cwd=ROOT)
            assert done.returncode == 0, done.stderr
            built.touch()
    return folder
