"""How long builds take, as ratios to a floor measured in the same rounds.

    python -m benchmarks.build [--rounds N]

Each round times, one after the other, builds of this course (one lesson, English and Chinese) from
nothing, without a change and after three kinds of edits. Two yardsticks are made from the same
lesson and prose:

- the floor: Material alone builds the pages that this course's build hands to it, as two plain
  sites. Nothing runs and no formula is rendered: no build with Material can be faster than this.
- mkdocs-jupyter runs the lesson as a notebook in each language (`execute: true`), with
  `course_code` importable, as a course made with it alone would do.

Ratios are taken within a round, and their medians shown, of seconds on the clock and of CPU time.
All happens in copies in a temporary folder.
"""

import argparse
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path

import nbformat
import yaml

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.page.parse import Prose, ShownCell
from course_code.publish.website.prepare import Site, place_of, prepare

ROOT = Path(__file__).resolve().parents[1]
LESSON = "spiral"
PARTS = ("course_code", "docs", "mkdocs.yml", "mkdocs.zh.yml")
TEACHING = ("course_code/teach/data.py", "    return torch.cat(arms), y\n")
EDITS = ("prose", "lesson", "teaching function")
BUILDS = ("cold", "no change", *EDITS)
OURS, THEIRS, FLOOR = "this course", "mkdocs-jupyter", "floor"
TARGETS = {"no change": 1.5, "prose": 1.5}  # at most so many times the floor
VERSIONS = ("torch", "mkdocs", "mkdocs-material", "mkdocs-jupyter", "nbclient")
Times = tuple[float, float]  # seconds on the clock, seconds of CPU


def build(folder: Path) -> Times:
    """Build the site in `folder`.

    Raises:
        RuntimeError: the build failed; quotes the end of its log.
    """
    environment = {"NO_MKDOCS_2_WARNING": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(folder)}
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build"],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{folder.name}: {done.stderr[-2000:]}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def build_all(folders: Iterable[Path]) -> Times:
    """Build several sites, one after the other."""
    clock, cpu = zip(*map(build, folders), strict=True)
    return sum(clock), sum(cpu)


def insert(path: Path, before: str, text: str) -> None:
    """Put `text` into a file before the one place that reads `before`, or at the end if empty."""
    old = path.read_text("utf-8")
    if before and old.count(before) != 1:
        raise RuntimeError(f"{path}: no single {before!r} to edit")
    cut = old.index(before) if before else len(old)
    path.write_text(old[:cut] + text + old[cut:], "utf-8")


# ---- the three arms --------------------------------------------------------------------------


class Ours:
    """A copy of this course with one lesson; the yardsticks are made of the site it gives."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir()
        for name in PARTS:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, folder / name)
        for path in [*folder.glob("course_code/lessons/[!_]*.py"), *folder.glob("docs/*/*.md")]:
            if path.stem not in (LESSON, "index"):
                path.unlink()
        (folder / "docs/glossary.yml").unlink(missing_ok=True)  # it names pages that went
        for path in folder.glob("mkdocs*.yml"):
            text = path.read_text("utf-8")
            path.write_text(re.sub(r"^nav:\n(?:[ -].*\n)+", "", text, flags=re.M), "utf-8")
        self.site = prepare(Course(folder))

    def build(self) -> Times:
        """Build both languages, notebooks included."""
        return build(self.folder)

    def forget(self) -> None:
        """Remove all that builds have made."""
        for name in ("site", ".lessons"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def edit(self, what: str, mark: str) -> None:
        """Add a paragraph to the English page, or print one more line."""
        if what == "prose":
            insert(self.folder / f"docs/en/{LESSON}.md", "", f"\n{mark}\n")
        elif what == "lesson":
            insert(self.folder / f"course_code/lessons/{LESSON}.py", "", f'print("{mark}")\n')
        else:
            insert(self.folder / TEACHING[0], TEACHING[1], f'    print("{mark}")\n')

    def page(self, language: str) -> str:
        """HTML of the lesson's page."""
        home = "" if language == LANGUAGES[0] else language
        return (self.folder / "site" / home / LESSON / "index.html").read_text("utf-8")


class Notebooks:
    """Two sites of notebooks that mkdocs-jupyter runs; their cells import the course."""

    def __init__(self, folder: Path, site: Site):
        self.homes = {language: folder / language for language in LANGUAGES}
        for language, home in self.homes.items():
            (home / "docs").mkdir(parents=True)
            shutil.copytree(ROOT / "course_code", home / "course_code")
            (home / "docs/index.md").write_text(f"[{LESSON}]({LESSON}.ipynb)\n", "utf-8")
            nbformat.write(_notebook(site, language), self._path(language))
            _configure(home, language, {"mkdocs-jupyter": {"execute": True, "allow_errors": False}})

    def _path(self, language: str) -> Path:
        return self.homes[language] / f"docs/{LESSON}.ipynb"

    def build(self) -> Times:
        """Build both languages."""
        return build_all(self.homes.values())

    def forget(self) -> None:
        """Remove all that builds have made."""
        for home in self.homes.values():
            for name in ("site", ".cache"):
                shutil.rmtree(home / name, ignore_errors=True)

    def edit(self, what: str, mark: str) -> None:
        """Add a paragraph to the English page, or print one more line."""
        if what == "prose":
            self._append(LANGUAGES[0], "markdown", f"\n\n{mark}")
        for language, home in self.homes.items():
            if what == "lesson":
                self._append(language, "code", f'\nprint("{mark}")')
            elif what == "teaching function":
                insert(home / TEACHING[0], TEACHING[1], f'    print("{mark}")\n')

    def _append(self, language: str, kind: str, text: str) -> None:
        notebook = nbformat.read(self._path(language), 4)
        [cell for cell in notebook.cells if cell.cell_type == kind][-1].source += text
        nbformat.write(notebook, self._path(language))

    def page(self, language: str) -> str:
        """HTML of the lesson's page."""
        return (self.homes[language] / "site" / LESSON / "index.html").read_text("utf-8")


class Floor:
    """Two plain sites of the pages that this course hands to Material."""

    def __init__(self, folder: Path, site: Site):
        self.homes = {language: folder / language for language in LANGUAGES}
        files = {
            path: data.read_bytes() if isinstance(data, Path) else data
            for path, data in site.files().items()
        }
        for language, home in self.homes.items():
            pages = {
                path: site.markdown(language, path, place_of(LANGUAGES[0], path)).encode()
                for other, path in site.pages
                if other == language
            }
            for path, data in (files | pages).items():
                (home / "docs" / path).parent.mkdir(parents=True, exist_ok=True)
                (home / "docs" / path).write_bytes(data)
            _configure(home, language)

    def build(self) -> Times:
        """Build both languages."""
        return build_all(self.homes.values())


def _notebook(site: Site, language: str):
    """The page's prose and the lesson's cells, as an author would write them."""
    cells, written = [], {cell.name: cell for cell in site.runs[LESSON].lesson.cells}
    for part in site.pages[language, f"{LESSON}.md"].segments:
        if isinstance(part, Prose):
            cells.append(nbformat.v4.new_markdown_cell(part.text))
        elif isinstance(part, ShownCell):
            cell = nbformat.v4.new_code_cell(written[part.name].source)
            cell.metadata["tags"] = ["raises-exception"] if written[part.name].expect else []
            cells.append(cell)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _configure(home: Path, language: str, plugins: dict | None = None) -> None:
    """Configure a site with this course's theme features, Markdown extensions and search."""
    base = _settings("mkdocs.yml")
    own = base if language == LANGUAGES[0] else _settings(f"mkdocs.{language}.yml")
    features = base["theme"]["features"]
    config = {
        "site_name": own["site_name"],
        "theme": {"name": "material", "language": language, "font": False, "features": features},
        "markdown_extensions": base["markdown_extensions"],
        "plugins": {"search": own["plugins"]["search"], **(plugins or {})},
    }
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (home / "mkdocs.yml").write_text(text, "utf-8")


def _settings(name: str) -> dict:
    """A configuration of this course, without what its tags (such as !ENV) stand for."""
    loader = type("Loader", (yaml.SafeLoader,), {})
    loader.add_multi_constructor("!", lambda *_: None)
    return yaml.load((ROOT / name).read_text("utf-8"), loader)


# ---- rounds ----------------------------------------------------------------------------------


class Results:
    """Times of each arm and kind of build, round by round, and which pages showed their edit."""

    def __init__(self):
        self.times: dict[tuple[str, str], list[Times]] = defaultdict(list)
        self.fresh: dict[tuple[str, str], bool] = {}

    def seconds(self, arm: str, name: str) -> float:
        """Median seconds on the clock."""
        return statistics.median(clock for clock, _ in self.times[arm, name])

    def ratio(self, arm: str, name: str, which: int = 0) -> float:
        """Median of the ratio to the floor, of the clock (0) or of CPU time (1)."""
        pairs = zip(self.times[arm, name], self.times[FLOOR, ""], strict=True)
        return statistics.median(mine[which] / floor[which] for mine, floor in pairs)


def measure(folder: Path, rounds: int) -> Results:
    """Time every arm and every kind of build, in turn, `rounds` times."""
    ours = Ours(folder / "ours")
    theirs = Notebooks(folder / "jupyter", ours.site)
    floor, results = Floor(folder / "floor", ours.site), Results()
    floor.build()  # from now on what Python reads from the disk is in memory
    for number in range(1, rounds + 1):
        results.times[FLOOR, ""].append(floor.build())
        for name in BUILDS:
            mark = f"edited-{number}-{BUILDS.index(name)}-edited"
            for arm, course in ((OURS, ours), (THEIRS, theirs)):
                print(f"round {number} of {rounds}: {name}, {arm}", file=sys.stderr)
                if name == "cold":
                    course.forget()
                elif name in EDITS:
                    course.edit(name, mark)
                results.times[arm, name].append(course.build())
                if name in EDITS:
                    edited = LANGUAGES[:1] if name == "prose" else LANGUAGES
                    fresh = all(mark in course.page(language) for language in edited)
                    results.fresh[arm, name] = fresh and results.fresh.get((arm, name), True)
    return results


def report(results: Results, rounds: int) -> str:
    """The results as Markdown."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    versions = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    lines = [
        f"Measured on {date.today()}: {machine}; Python {platform.python_version()}, {versions}. "
        f"One lesson, two languages, medians of interleaved rounds: {rounds}. The floor (Material "
        f"alone, on the finished pages) took {results.seconds(FLOOR, ''):.1f} s.",
        "",
        f"| build | {OURS} | × floor | × floor, CPU | {THEIRS} | × floor "
        "| pages afterwards: ours / theirs |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in BUILDS:
        row = [f"after an edit of {name}" if name in EDITS else name]
        row += [f"{results.seconds(OURS, name):.1f} s", f"{results.ratio(OURS, name):.2f}"]
        row += [f"{results.ratio(OURS, name, 1):.2f}", f"{results.seconds(THEIRS, name):.1f} s"]
        row += [f"{results.ratio(THEIRS, name):.2f}", _freshness(results, name)]
        lines.append(f"| {' | '.join(row)} |")
    lines.append("")
    for name, limit in TARGETS.items():
        ratio = results.ratio(OURS, name)
        met = "met" if ratio <= limit else "missed"
        lines.append(f"Target {met}: {name}, {ratio:.2f} times the floor, at most {limit}.")
    return "\n".join(lines) + "\n"


def _freshness(results: Results, name: str) -> str:
    if name not in EDITS:
        return ""
    words = {True: "fresh", False: "**stale**"}
    return f"{words[results.fresh[OURS, name]]} / {words[results.fresh[THEIRS, name]]}"


def main() -> None:
    """Measure and print the report."""
    parser = argparse.ArgumentParser(description="Times of builds, as ratios to a floor.")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        results = measure(Path(folder), options.rounds)
    print(report(results, options.rounds), end="")


if __name__ == "__main__":
    main()
