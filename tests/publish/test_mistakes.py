"""Every mistake stops the build with file, line and what to do, and leaves the site as it was.

Messages are read where they are raised, from `prepare`; that a build stops with them, leaves the
site and nothing else behind, is seen once per way in which it can stop.
"""

import os
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from conftest import change, fingerprint, mkdocs

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.website.prepare import prepare

LESSON = "course_code/lessons/tiny.py"
TEACH = "course_code/teach/discs.py"
EN, ZH = "docs/en/tiny.md", "docs/zh/tiny.md"

MISTAKES = {  # file, what is changed into what, (file, text of the line) or words of the message
    "failing cell": (
        LESSON, "areas[3] / areas[2]", "areas[3] / areas[9]",
        [(LESSON, "areas[9]"), "cell 'solution'", "IndexError"],
    ),
    "failing function": (
        TEACH, "(SCALE * radius)", "(SCALE / radius)",
        [(TEACH, "SCALE / radius"), "cell 'data'", "ZeroDivisionError", (LESSON, "areas = [")],
    ),
    "false claim": (
        LESSON, ", 9 * areas[1]", ", 10 * areas[1]",
        [(LESSON, "check(\""), "the claim 'square' (arithmetic) is false", "nine times the area"],
    ),
    "unknown cell": (EN, "cell tiny.growth", "cell tiny.grows", [(EN, "tiny.grows"), "growth"]),
    "unknown value": (EN, "{{ areas[1]", "{{ area[1]", [(EN, "{{ area[1]"), "'area'", "areas"]),
    "unknown part of a value": (
        EN, "large.exact", "large.exakt", [(EN, "exakt"), "'exakt'", "It has: exact"],
    ),
    "unknown lesson": (ZH, "cell tiny.data", "cell tinny.data", [(ZH, "tinny"), "'tinny'", "tiny"]),
    "unknown claim": (EN, "    square:", "    squares:", [(EN, "squares:"), "'squares'", "square"]),
    "cell shown by no page": (
        EN, "    ::: cell tiny.solution\n        fold=\"Solution\"\n", "",
        [EN, "cell 'solution'", (LESSON, "ratio of"), "is not shown", "::: cell tiny.solution"],
    ),
    "cell out of order": (
        EN, "::: cell tiny.oops", "::: cell tiny.solution",
        [(EN, "::: cell tiny.solution"), "'solution' is out of order", "'oops' comes first"],
    ),
    "languages whose cells differ": (
        ZH, "::: cell tiny.oops\n", "", [(ZH, "tiny.solution"), "'oops' comes first"],
    ),
    "figure without alt text": (
        ZH, '    alt="一条经过四个点、向上弯曲的曲线"\n', "",
        [(ZH, "tiny.growth"), "1 figure(s)", "alt="],
    ),
    "code that cannot be inlined": (
        TEACH, "import math", "from math import *",
        [(TEACH, "import *"), "a star import cannot be inlined", "Name what you import"],
    ),
    "time limit": (
        LESSON, '# %% name="solution"\n', '# %% name="solution" timeout=1\nwhile True: pass\n',
        [(LESSON, "while"), "cell 'solution' took more than 1 seconds", "timeout=2"],
    ),
    "expected error that did not occur": (
        LESSON, "ratio = areas[1] / areas[0]", "ratio = areas[1] / areas[2]",
        [(LESSON, '"oops"'), "cell 'oops' should raise ZeroDivisionError, but it raised nothing"],
    ),
    "another error than expected": (
        LESSON, "ratio = areas[1] / areas[0]", "ratio = areas[9] / areas[0]",
        [(LESSON, '"oops"'), "should raise ZeroDivisionError, but it raised IndexError"],
    ),
    "warning on stderr": (
        LESSON, "SEEDS = range(3)", 'SEEDS = range(3)\nimport warnings\nwarnings.warn("old")',
        [LESSON, "cell 'data' wrote to stderr", "old"],
    ),
    "assertion": (
        LESSON, 'check("arithmetic', 'assert areas\ncheck("arithmetic',
        [(LESSON, "assert areas"), "would stop a reader's copy", "Write: check("],
    ),
    "lesson without seeds": (LESSON, "SEEDS =", "seeds =", [LESSON, "SEEDS"]),
}  # fmt: skip
BUILDS = {  # what only the site generator notices, and one mistake of every stage before it
    "bad formula": (EN, r"A = \pi r^2", r"A = \pie r^2", [(EN, r"\pie"), r"'A = \\pie r^2'"]),
    "broken link": (EN, "(index.md)", "(indexes.md)", ["tiny.md", "indexes.md", "not found"]),
    "broken anchor": (EN, "(#growth)", "(#grows)", ["tiny.md", "#grows"]),
    **{name: MISTAKES[name] for name in ("unknown value", "false claim", "lesson without seeds")},
}  # fmt: skip


def where(tiny: Path, file: str, text: str) -> str:
    lines = (tiny / file).read_text("utf-8").split("\n")
    return f"{file}:{1 + next(i for i, line in enumerate(lines) if text in line)}"


def leftovers(tiny: Path) -> list[Path]:
    return [p for p in tiny.rglob("*") if p.suffix in (".tmp", ".building", ".old")]


def assert_says(tiny: Path, said: list, message: str) -> None:
    for words in said:
        expected = words if isinstance(words, str) else where(tiny, *words)
        assert expected in message, message


def assert_refused(tiny: Path, said: list) -> None:
    """`prepare` raises, so nothing has been published."""
    with pytest.raises(CourseError) as refused:
        prepare(Course(tiny))
    assert_says(tiny, said, str(refused.value))


def assert_stops(tiny: Path, said: list, **environment: str) -> None:
    before = fingerprint(tiny / "site")
    done = mkdocs("build", "--strict", cwd=tiny, **environment)
    assert done.returncode != 0, done.stderr
    assert_says(tiny, said, done.stderr)
    assert "Traceback" not in done.stderr
    assert fingerprint(tiny / "site") == before
    assert not leftovers(tiny)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_with_its_place_and_its_remedy(tiny, mistake):
    file, old, new, said = MISTAKES[mistake]
    change(tiny / file, old, new)
    assert_refused(tiny, said)


@pytest.mark.parametrize("mistake", BUILDS)
def test_a_mistake_stops_the_build_and_leaves_the_site(tiny, mistake):
    file, old, new, said = BUILDS[mistake]
    change(tiny / file, old, new)
    assert_stops(tiny, said)


def test_the_course_cannot_be_imported_by_what_runs(tiny):
    """What runs is what is shown: nothing hides in a module that the reader does not have."""
    change(tiny / LESSON, "SEEDS =", "__import__('course_code')\nSEEDS =")
    assert_refused(tiny, [(LESSON, "__import__"), "ModuleNotFoundError"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_missing_in_one_language_stops_the_build(tiny, language):
    (tiny / "docs" / language / "tiny.md").unlink()
    assert_refused(tiny, [f"docs/{language}/tiny.md", "missing", "every language"])


def test_a_page_that_is_not_utf8_stops_the_build(tiny):
    page = tiny / ZH
    page.write_bytes(page.read_text("utf-8").encode("gb18030"))
    assert_refused(tiny, [f"{ZH}:2: not UTF-8", "UTF-8"])


def entry_of(tiny: Path) -> Path:
    (entry,) = (tiny / ".lessons" / "tiny").glob("*.json")
    return entry


def test_a_full_disk_stops_the_build_and_loses_nothing(tiny):
    """Stands for a full disk: the system refuses to write files past a size."""
    change(tiny / LESSON, "ratio of", "quotient of")
    before, stored = fingerprint(tiny / "site"), entry_of(tiny).read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=tiny,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)),
    )
    assert done.returncode != 0
    assert "cannot be written" in done.stderr, done.stderr
    assert "space" in done.stderr
    assert fingerprint(tiny / "site") == before
    assert not leftovers(tiny)
    assert entry_of(tiny).read_bytes() == stored
    again = mkdocs("build", "--strict", cwd=tiny)  # with space again
    assert again.returncode == 0, again.stderr
    assert "quotient of" in (tiny / "site/tiny/index.html").read_text("utf-8")


def test_serve_survives_mistakes_from_the_first_build_on_and_recovers(tiny, tmp_path):
    change(tiny / EN, "cell tiny.growth", "cell tiny.grew")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"],
            cwd=tiny, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "NO_COLOR": "1"},
        )  # fmt: skip

    def said(words: str) -> str:
        for _ in range(600):
            text = (tmp_path / "log").read_text("utf-8")
            if words in text:
                return text
            assert server.poll() is None, text
            time.sleep(0.1)
        raise AssertionError(text)

    def page(url: str) -> str:
        for _ in range(100):
            try:
                return urlopen(url, timeout=20).read().decode("utf-8")
            except URLError:
                time.sleep(0.1)
        raise AssertionError(url)

    try:
        url = said("Serving on").split("Serving on ")[1].split()[0]
        assert "has no cell 'grew'" in said("The server goes on")
        change(tiny / EN, "cell tiny.grew", "cell tiny.growth")
        assert "圆盘" in page(url + "zh/tiny/")
        change(tiny / EN, "cell tiny.growth", "cell tiny.grows")
        said("has no cell 'grows'")  # now MkDocs holds requests until the mistake is mended
        change(tiny / "mkdocs.yml", "theme:", "theme: [")
        assert "Traceback" not in said("error parsing the configuration file")
        assert server.poll() is None
        change(tiny / "mkdocs.yml", "theme: [", "theme:")
        change(tiny / EN, "## Growth\n", "## How it grows {#growth}\n")
        change(tiny / EN, "cell tiny.grows", "cell tiny.growth")
        assert "How it grows" in page(url + "tiny/")
    finally:
        server.terminate()
        server.wait()
