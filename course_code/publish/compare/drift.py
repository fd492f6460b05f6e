"""Published notebooks and solved labs with what a reader has installed: do they still hold?

Each runs from top to bottom in an empty folder, in a kernel of another interpreter. What differs is
told with notebook and cell, and whose fault it is: a cell's, or a tool's.
"""

import asyncio
import json
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError

from course_code.publish.base.course import ENGINE, LANGUAGES
from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import log
from course_code.publish.compare import collect
from course_code.publish.compare.changes import HEADINGS, Agreement, agreement
from course_code.publish.compare.outputs import RESULTS
from course_code.publish.run.kernels import START_TIMEOUT, run_cells
from course_code.publish.run.mistakes import ANSI

FILE = Path("docs/drift.txt")
LIMIT = 1200  # seconds for one cell
TOLD = ("torch", "numpy", "matplotlib", "ipykernel", "ipython")  # whose versions are said
ASK = f"""import json, platform
from importlib.metadata import version
found = {{name: version(name) for name in {TOLD!r}}}
print(json.dumps({{"Python": platform.python_version(), **found}}))"""
LAST = """import runpy as _runpy
print({mark!r} + _runpy.run_path({collect!r})["left"](globals(), {names!r}, {root!r}))"""
MARK = "what it left: "
WARNING = re.compile(r"\w*Warning: .*")
TOOL, CELL = "a tool failed", "a cell failed"


@dataclass(frozen=True)
class Row:
    """One notebook: what differs, a sentence each; how far it agrees, and seconds."""

    name: str
    found: tuple[str, ...]
    agreement: Agreement | None  # of a lab, and of what did not end, there is none
    seconds: float


def versions(python: str) -> str:
    """Versions that an interpreter has of what notebooks need.

    Raises:
        CourseError: it cannot be run, or lacks one.
    """
    try:
        done = subprocess.run(
            [python, "-P", "-c", ASK], capture_output=True, text=True, timeout=LIMIT, check=False
        )
    except OSError as error:
        raise CourseError(f"{TOOL}: cannot be run: {error.strerror}", python) from None
    if done.returncode:
        says = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise CourseError(f"{TOOL}: {says}", python, hint="Install constraints-colab.txt there.")
    return ", ".join(f"{name} {number}" for name, number in json.loads(done.stdout).items())


def notebooks(site: Path, solutions: Path) -> dict[str, Path]:
    """Notebooks of lessons and solved ones of labs, by name; the same code only once.

    Raises:
        CourseError: there is none.
    """
    found, seen = {}, set()
    for name, path in _named(site, solutions):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = json.dumps([cell["source"] for cell in cells if cell["cell_type"] == "code"])
        if code not in seen:
            found[name] = path
        seen.add(code)
    if not found:
        hint = "Build the site first (make build), and the solutions (make labs)."
        raise CourseError("there are no notebooks", site, hint=hint)
    return found


def _stored(site: Path) -> dict[str, dict]:
    try:
        return json.loads((site / RESULTS).read_text("utf-8"))
    except (OSError, ValueError):
        hint = "Build the site first (make build)."
        raise CourseError("there is nothing to compare with", site / RESULTS, hint=hint) from None


def check(site: Path, chosen: dict[str, Path], python: str, jobs: int) -> list[Row]:
    """Run notebooks with an interpreter, several at once.

    Args:
        site: as built, with what each lesson gave.
        chosen: notebooks by name.
        python: an interpreter that has what they import, and ipykernel.
        jobs: how many run at once.
    """
    stored = _stored(site)
    slots = asyncio.Semaphore(jobs)

    async def one(name: str, path: Path) -> Row:
        async with slots:
            return await run(name, path, python, stored.get(name.removeprefix("zh/")))

    async def every() -> list[Row]:
        return await asyncio.gather(*(one(name, path) for name, path in chosen.items()))

    return asyncio.run(every())


async def run(name: str, path: Path, python: str, stored: dict | None) -> Row:
    """Run one notebook.

    Args:
        name: by which it is told.
        path: its file.
        python: the interpreter.
        stored: {"values", "claims"} of the lesson; of a lab None.
    """
    published = nbformat.read(path, 4)
    executed = nbformat.from_dict(published)
    given = {"mark": MARK, "collect": collect.__file__, "root": str(ENGINE)}
    last = LAST.format(**given, names=[*stored["values"]] if stored else [])
    executed.cells.append(nbformat.v4.new_code_cell(last))
    limits = [LIMIT] * len(published.cells) + [START_TIMEOUT]
    now, begun = [], time.perf_counter()
    try:
        await run_cells(executed, limits, python=python, start=now.append)
        found, agrees = judged(published, executed, stored)
    except (CellExecutionError, CellTimeoutError, RuntimeError) as error:
        cell = executed.cells[now[-1]] if now else None
        found, agrees = [failure(cell, error)], None
    log.info("%s ran, %d differences", name, len(found))
    return Row(name, tuple(found), agrees, time.perf_counter() - begun)


def failure(cell, error: Exception) -> str:
    """Why a run broke off at a cell (None: before it began), in a line."""
    where = f"cell {_name(cell)}: " if cell and _name(cell) else ""
    says = getattr(error, "evalue", "") or str(error).strip().split("\n")[0]
    if isinstance(error, CellTimeoutError):
        return f"{where}{CELL}: it took more than {LIMIT} seconds"
    if not isinstance(error, CellExecutionError):
        return f"{where}{TOOL}: {'the kernel died' if cell else 'the kernel did not start'}: {says}"
    is_lack = error.ename == "ModuleNotFoundError" or not where
    return f"{where}{TOOL if is_lack else CELL}: {error.ename}: {ANSI.sub('', says)}"


def judged(published, executed, stored: dict | None) -> tuple[list[str], Agreement | None]:
    """What differs in a notebook that ran to its end, and how far the values agree."""
    found = []
    for before, after in zip(published.cells, executed.cells, strict=False):
        if before.cell_type == "code":
            found += [f"cell {_name(before)}: {what}" for what in _seen(before, after, stored)]
    said = "".join(output.get("text", "") for output in executed.cells[-1].outputs)
    left = json.loads(said.partition(MARK)[2])
    failed = [f"step {step}: {en}" for step, verdict, en, _ in left["steps"] if verdict != "passed"]
    if stored is None:
        return found + failed + ["it checks no step"] * (not left["steps"]), None
    agrees = agreement(stored, left)
    return found + agrees.complaints, agrees


def _seen(before, after, stored: dict | None) -> Iterator[str]:
    """Yield how a cell's outputs are of other kinds: warnings, errors, text, pictures."""
    for output in after.outputs:
        if output.get("name") == "stderr":
            lines = [line.strip() for line in output.text.splitlines() if line.strip()]
            warned = [WARNING.search(line) for line in lines]
            yield f"a warning: {next((w[0] for w in warned if w), (lines or [''])[0])}"
    raised, wanted = ([o.ename for o in c.outputs if "ename" in o] for c in (after, before))
    if raised != wanted:
        yield f"raises {', '.join(raised) or 'nothing'} instead of {', '.join(wanted) or 'nothing'}"
    if stored is None:  # a lab is published as it is not yet run
        return
    for kind, now, then in zip(("text", "pictures"), _kinds(after), _kinds(before), strict=True):
        if now != then:
            yield f"shows {now} of {kind} instead of {then}"


def _kinds(cell) -> tuple[int, int]:
    """Whether a cell shows text, and how many pictures."""
    pictures = sum("image/png" in output.get("data", {}) for output in cell.outputs)
    texts = [o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in cell.outputs
             if o.get("name") != "stderr" and "image/png" not in o.get("data", {})]  # fmt: skip
    return int(any(text.strip() for text in texts)), pictures


def sentences(rows: Sequence[Row], with_what: str) -> list[str]:
    """All that differs, each with its notebook and the versions."""
    return [f"{row.name}, {what} ({with_what})" for row in rows for what in row.found]


def as_markdown(rows: Sequence[Row], with_what: str) -> str:
    """Return a table of what ran."""
    lines = [
        "# The notebooks with what Colab has",
        "",
        f"{with_what}: each notebook from top to bottom, in an empty folder.",
        "",
        f"| Notebook | {' | '.join(HEADINGS)} | Seconds |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        cells = row.agreement.cells if row.agreement else [""] * len(HEADINGS)
        lines.append(f"| {row.name} | {' | '.join(cells)} | {row.seconds:.1f} |")
    return "\n".join(lines) + "\n"


def _named(site: Path, solutions: Path) -> Iterator[tuple[str, Path]]:
    for language in LANGUAGES:
        ours = "" if language == LANGUAGES[0] else f"{language}/"
        for path in sorted((site / ours / "notebooks").glob("*.ipynb")):
            yield f"{ours}{path.stem}", path
        for path in sorted((solutions / language).glob("*.ipynb")):
            yield f"{ours}labs/{path.stem}", path


def _name(cell) -> str:
    """Of a cell of the course; an empty text of the one that is added."""
    return cell.id.removeprefix("cell-") if cell.id.startswith("cell-") else ""
