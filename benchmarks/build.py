"""How long builds of one lesson take beside mkdocs-jupyter's, as ratios to a floor.

    python -m benchmarks.build [--rounds N]

Each round times, one after the other, builds of this course (one lesson, English and Chinese) from
nothing, without a change and after three kinds of edits. Two yardsticks are made from the same
lesson and prose:

- the floor: see sites.py. What a build of all lessons may cost without a change or after an edit of
  prose, with pages kept from the build before, is measured by unchanged.py.
- mkdocs-jupyter runs the lesson as a notebook in each language (`execute: true`), with
  `course_code` importable, as a course made with it alone would do.

Ratios are taken within a round, and their medians shown, of seconds on the clock and of CPU time.
All happens in copies in a temporary folder.
"""

import argparse
import os
import platform
import re
import shutil
import statistics
import sys
import tempfile
from collections import defaultdict
from datetime import date
from importlib.metadata import version
from pathlib import Path

import nbformat

from benchmarks.sites import ROOT, Floor, Times, build, build_all, configure, copy_course, insert
from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.page.parse import Prose, ShownCell
from course_code.publish.website.prepare import Site, prepare

LESSON = "spiral"
TEACHING = ("course_code/teach/data.py", "    return torch.cat(arms), y\n")
EDITS = ("prose", "lesson", "teaching function")
BUILDS = ("cold", "no change", *EDITS)
OURS, THEIRS, FLOOR = "this course", "mkdocs-jupyter", "floor"
VERSIONS = ("torch", "mkdocs", "mkdocs-material", "mkdocs-jupyter", "nbclient")


# ---- the three arms --------------------------------------------------------------------------


class Ours:
    """A copy of this course with one lesson; the yardsticks are made of the site it gives."""

    def __init__(self, folder: Path):
        self.folder = folder
        copy_course(folder)
        shutil.rmtree(folder / "course_code/labs")
        for path in [*folder.glob("course_code/lessons/[!_]*.py"), *folder.glob("docs/**/*.md")]:
            if path.stem != LESSON or path.parent.name == "labs":
                path.unlink()
        shown = (folder / f"docs/en/{LESSON}.md").read_text("utf-8")
        for path in folder.glob("course_code/figures/[!_]*.py"):
            if f"::: live {path.stem}\n" not in shown:
                path.unlink()
        for name in ("glossary.yml", "dropped.yml"):  # they name pages that went
            (folder / "docs" / name).unlink(missing_ok=True)
        for page in (folder / "docs" / language / f"{LESSON}.md" for language in LANGUAGES):
            text = re.sub(r'^    needs="[^"]*"\n', "", page.read_text("utf-8"), flags=re.M)
            text = re.sub(rf"\[([^\]]*)\]\((?!{LESSON}\.)[\w/]+\.md[^)]*\)", r"\1", text)
            page.write_text(text, "utf-8")  # and so did links
            page.with_stem("index").write_text(f"# Home\n\n[{LESSON}]({LESSON}.md)\n", "utf-8")
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
            configure(home, language, {"mkdocs-jupyter": {"execute": True, "allow_errors": False}})

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
