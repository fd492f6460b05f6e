"""The sites that tests look at: a tiny course to break, and the whole course, built once."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
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
QUICK = {"benchmarks", "draw", "labs", "teach"}  # rooms whose tests take less than a second each
NO_NETWORK = {"PYTHONPATH": str(Path(__file__).parent / "no_network")}  # see its sitecustomize.py


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order files so that no worker waits, for the site or at the end for a file that is long.

    The file with most tests of the site has it built. While all lessons run for that, come files
    that need no site, then the site's; of each kind first those with most tests. What is quick
    fills the end.
    """
    tests = Counter(item.path for item in items)
    of_site = {item.path for item in items if "site" in getattr(item, "fixturenames", ())}
    builds = max(sorted(of_site), key=tests.get, default=None)

    def turn(item: pytest.Item) -> tuple:
        path, room = item.path, item.path.relative_to(ROOT / "tests").parts[0]
        kind = 0 if path == builds else 3 if room in QUICK else 2 if path in of_site else 1
        return kind, -tests[path], path

    items.sort(key=turn)


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
def shared(tmp_path_factory, worker_id) -> Callable[[str, Callable[[Path], None]], Path]:
    """Function shared(name, make): a folder that make(folder) fills, in one of all workers."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent

    def shared(name: str, make: Callable[[Path], None]) -> Path:
        folder, made = base / name, base / f"{name}.made"
        with FileLock(base / f"{name}.lock"):
            if not made.exists():
                shutil.rmtree(folder, ignore_errors=True)  # what another worker began, in vain
                make(folder)
                made.touch()
        return folder

    return shared


@pytest.fixture(scope="session")
def built_tiny(shared) -> Path:
    """The tiny course, built once and without network; copy it, do not change it."""
    name = "a course 课程 #1 %41'&"

    def build(folder: Path) -> None:
        done = mkdocs("build", "--strict", cwd=copy_course(folder / name), network=False)
        assert done.returncode == 0, done.stderr

    return shared("built", build) / name


@pytest.fixture
def tiny(built_tiny, tmp_path) -> Path:
    """A copy of the built tiny course, to break."""
    return shutil.copytree(built_tiny, tmp_path / "course", symlinks=True)


@pytest.fixture
def course(tiny) -> Course:
    """The same, as the engine sees it."""
    return Course(tiny)


@pytest.fixture(scope="session")
def site(shared) -> Path:
    """The whole course, built in strict mode from this checkout and its store, by one process.

    COURSE_SITE names a folder to read instead, for who looks at one build again and again.
    """

    def build(folder: Path) -> None:
        done = mkdocs("build", "--strict", "--site-dir", str(folder / "site"), cwd=ROOT)
        assert done.returncode == 0, done.stderr

    built = os.environ.get("COURSE_SITE")
    return Path(built).resolve() if built else shared("whole", build) / "site"
