"""A course made ready for a site generator: checked, run and filled in, with its files."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from course_code.publish.audit import record
from course_code.publish.base.again import again
from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.kept import Kept, key_of
from course_code.publish.lab.leaks import check_secret
from course_code.publish.lab.read import Lab, read_labs
from course_code.publish.lab.trial import as_lesson, judge, plan_lab, shown
from course_code.publish.markup import glossary, katex
from course_code.publish.notebook.lab import lab_html, lab_text
from course_code.publish.notebook.notebook import notebook_bytes, to_notebook, write_notebook
from course_code.publish.notebook.script import to_script
from course_code.publish.page import labels, live
from course_code.publish.page.across import ANCHORS, check_pages
from course_code.publish.page.buttons import buttons
from course_code.publish.page.fill import fill_page, short_title
from course_code.publish.page.lists import put_lists
from course_code.publish.page.news import changes
from course_code.publish.page.parse import CHECKED, page_paths, parse
from course_code.publish.page.parts import Live, Page, Prose, ShownCell
from course_code.publish.page.translated import in_language
from course_code.publish.page.write import (
    Place,
    figure_files,
    table_files,
    to_markdown,
)
from course_code.publish.run.plan import Plan, Run, plan_lesson
from course_code.publish.run.schedule import runs, update
from course_code.publish.states.packed import check_same, pack
from course_code.publish.states.script import plan_states
from course_code.publish.website import cards, search
from course_code.publish.website.names import check_names
from course_code.publish.website.nav import check_nav, check_words

LAB_PAGES = ".lab-pages"  # in the store
STATES = live.FOLDER.relative_to("docs").as_posix()  # beside the modules that fetch them
STYLE = "assets/css/site.css"  # one file for all parts of docs/assets/css, in order of their names
NO_JSON = re.compile(r'"(?:[^"\\]|\\.)*"|-?Infinity|NaN')  # or a text, which stays
IN_JSON = {"Infinity": "1e999", "-Infinity": "-1e999", "NaN": '"NaN"'}  # read as infinite


@dataclass(frozen=True)
class Site:
    """Pages by language and path, filled from the runs of their lessons."""

    course: Course
    runs: dict[str, Run]
    pages: dict[tuple[str, str], Page]
    ran: tuple[str, ...]  # lessons, labs and figures' scripts that were run for it
    labs: dict[str, tuple[Lab, Plan]] = field(default_factory=dict)
    states: dict[str, bytes] = field(default_factory=dict)  # that live figures fetch, by file
    said: dict[str, dict[str, Run]] = field(default_factory=dict)  # runs, by language of figures

    def markdown(self, language: str, path: str, place: Place) -> str:
        """One page as ordinary Markdown."""
        page = self.pages[language, path]
        if page.is_lab:
            text = self.course.read(self.course.root / page.path)
            return _lab(language, path, place, page, text, self.course.store)
        return _written(language, path, place, page, self.runs.get(page.lesson))

    def only(self, languages: Sequence[str]) -> "Site":
        """The same with the pages of some languages."""
        pages = {key: page for key, page in self.pages.items() if key[0] in languages}
        return replace(self, pages=pages)

    def lesson_pages(self, language: str) -> dict[str, Page]:
        """Pages of one language that show a lesson or a lab, by its name."""
        return {p.lesson: p for (lang, _), p in self.pages.items() if lang == language and p.lesson}

    def notebook(self, language: str, name: str, home: str = "") -> Path:
        """File of a lesson's notebook, for the address `home` of the language's home page."""
        path = self.course.store / f".{language}" / "notebooks" / f"{name}.ipynb"
        return write_notebook(path, self.lesson_pages(language)[name], home)

    def solutions(self, language: str, home: str = "") -> dict[str, bytes]:
        """Solved notebooks of the labs in one language, by name: for teachers, not for the site."""
        pages, solved = self.lesson_pages(language), {}
        for name, (lab, plan) in self.labs.items():
            page = fill_page(pages[name], {name: shown(lab, plan, language, solved=True)})
            solved[f"{page.path.stem}.ipynb"] = notebook_bytes(to_notebook(page, home))
        return solved

    def downloads(self, language: str, home: str = "") -> dict[str, bytes | Path]:
        """Notebooks and scripts of one language, by path in its part of the site."""
        files: dict[str, bytes | Path] = {}
        for name, page in self.lesson_pages(language).items():
            files[f"notebooks/{name}.ipynb"] = self.notebook(language, name, home)
            if not page.is_lab:
                files[f"scripts/{name}.py"] = to_script(page, home).encode()
        return files

    def files(self) -> dict[str, bytes | Path]:
        """What lies beside the pages, by path in the site: contents, or the file to copy.

        Figures and their data, pictures for links, the seconds and dates of the runs, their values
        and claims, KaTeX's style and fonts, docs/assets, and the search engine.
        """
        figures = {
            f"assets/lessons/{name}/{file}": data
            for runs in self.said.values()
            for name, run in runs.items()
            for found in (figure_files, table_files)
            for file, data in found(run.entry["cells"]).items()
        }
        kept = ("finished", "seconds", "device", "inputs")
        report = {name: {key: run.entry[key] for key in kept} for name, run in self.runs.items()}
        text = json.dumps(report, indent=1, sort_keys=True, ensure_ascii=False)
        results = {
            name: {part: run.entry[part] for part in ("values", "claims")}
            for name, run in self.runs.items()
        }
        folder = self.course.root / "docs"
        shared = {
            path.relative_to(folder).as_posix(): path
            for path in sorted((folder / "assets").rglob("*"))
            if path.is_file()
        }
        style = [shared.pop(path) for path in list(shared) if path.startswith("assets/css/")]
        return {
            **shared,
            STYLE: b"\n".join(map(Path.read_bytes, style)),
            **{f"{STATES}/{file}": data for file, data in self.states.items()},
            **katex.assets(),
            **figures,
            **cards.files(self.pages),
            "assets/search/minisearch.js": search.engine(),
            "runs.json": text.encode(),
            "results.json": _a_line_each(results),
        }


def plan_course(course: Course) -> dict[str, Plan]:
    """Every lesson of the course, read and inlined."""
    return {name: plan_lesson(course, name) for name in course.lesson_names()}


def prepare(course: Course, jobs: int | None = None) -> Site:
    """Check the pages, run what changed, fill the pages.

    Raises:
        CourseError: any mistake in a lesson or a page; nothing has been published then.
    """
    check_names(course)
    check_nav(course)
    check_words(course)
    glossary.load(course)  # its mistakes, before anything runs
    changes(course)
    labels.load(course)
    plans = plan_course(course)
    labs = {lab.name: (lab, plan_lab(course, lab)) for lab in read_labs(course)}
    scripts = [plan_states(course, name) for name in course.figure_names()]
    lessons = {name: plan.lesson for name, plan in plans.items()}
    lessons |= {name: as_lesson(lab) for name, (lab, _) in labs.items()}
    parsed = {
        (language, path.as_posix()): parse(course, language, path, lessons)
        for language, paths in page_paths(course).items()
        for path in paths
    }
    check_pages(course, parsed)
    _forget_others(course, parsed)
    trials = [plan for _, plan in labs.values()]
    ran = update(course, [*plans.values(), *trials, *scripts], jobs)
    stored = runs(course, plans.values())
    said = _said(course, stored)
    for name, run in runs(course, trials).items():
        judge(labs[name][0], run)
    states = _states(runs(course, scripts), stored)
    for name in {p.name for page in parsed.values() for p in page.segments if isinstance(p, Live)}:
        live.weigh(course, name, states)
    audited = record.load(course)
    titles = {language: _titles(parsed, language, said[language]) for language in LANGUAGES}
    filled = {}
    for (language, path), page in parsed.items():
        lab, own = labs.get(page.lesson), said[language]
        filled[language, path] = _filled(language, path, page, lab, own, audited, titles[language])
    listed = put_lists(course, filled, parsed, stored, audited)
    return Site(course, stored, listed, tuple(ran), labs, states, said)


def _forget_others(course: Course, pages: dict[tuple[str, str], Page]) -> None:
    """Drop what is kept of pages that are gone."""
    Kept(course.store / CHECKED).keep_only({page.path.as_posix() for page in pages.values()})
    for language in LANGUAGES:
        own = {path: page for (at, path), page in pages.items() if at == language}
        Kept(course.store / ANCHORS / language).keep_only(set(own))
        labs = {path for path, page in own.items() if page.is_lab}
        Kept(course.store / LAB_PAGES / language).keep_only(labs)


def _said(course: Course, ran: dict[str, Run]) -> dict[str, dict[str, Run]]:
    """The lessons' runs, with their figures in each language."""
    words = labels.load(course) or {}
    return dict.fromkeys(LANGUAGES, ran) | {
        language: in_language(ran, words[language], course.store) for language in words
    }


@again(2)
def _filled(
    language: str,
    _path: str,
    page: Page,
    lab: tuple[Lab, Plan] | None,
    runs: dict[str, Run],
    audited: dict[str, dict],
    titles: dict[str, str],
) -> Page:
    """A page with what its lesson gave; a lab's, with what it shows and without its solutions."""
    if not lab:
        return fill_page(page, runs, audited, titles)
    own = {page.lesson: shown(*lab, language)}
    filled = fill_page(page, runs | own, audited, titles)
    check_secret(lab[0], page.path, "\n".join(_texts(filled)))
    return filled


@again(3)
def _written(_language: str, _path: str, place: Place, page: Page, run: Run | None) -> str:
    return to_markdown(page, run, place)


@again(3)
def _lab(language: str, path: str, place: Place, page: Page, text: str, store: Path) -> str:
    kept, key = Kept(store / LAB_PAGES / language), key_of(repr(page))
    if (html := kept.get(path, key)) is None:
        html = lab_html(page, text)
        kept.put(path, key, html)
    return lab_text(page, html, buttons(page, place.home, place.repository))


def _states(ran: dict[str, Run], lessons: dict[str, Run]) -> dict[str, bytes]:
    """Files of the figures' scripts, by name, which tell the lessons' numbers."""
    states = {}
    for name, run in ran.items():
        check_same(run, lessons)
        states[f"{name.removeprefix('figures/')}.bin"] = pack(run)
    return states


def _a_line_each(parts: dict[str, dict]) -> bytes:
    """JSON with a line for each part; JSON has neither infinity nor NaN, which Python writes."""
    lines = [
        f"{json.dumps(name)}: {json.dumps(part, sort_keys=True, ensure_ascii=False)}"
        for name, part in sorted(parts.items())
    ]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    return NO_JSON.sub(lambda found: IN_JSON.get(found[0], found[0]), text).encode()


def _texts(page: Page) -> Iterator[str]:
    """All that a page shows of prose and code."""
    for part in page.segments:
        if isinstance(part, Prose):
            yield part.text
        elif isinstance(part, ShownCell):
            yield from (block.source for block in part.blocks)


def _titles(
    pages: dict[tuple[str, str], Page], language: str, runs: dict[str, Run]
) -> dict[str, str]:
    """Short titles of the lessons' pages in one language, by lesson."""
    own = (page for (lang, _), page in pages.items() if lang == language and page.lesson in runs)
    return {page.lesson: short_title(page, runs) for page in own}


def place_of(language: str, path: str, *, directories: bool = True, repository: str = "") -> Place:
    """Where the page made from `path` lies: English at the site's root, others in folders of it.

    Args:
        language: of the page.
        path: of its Markdown file, from the language's folder.
        directories: whether `a.md` becomes `a/index.html` rather than `a.html`.
        repository: owner/name, for Colab.
    """
    page = Path(path)
    depth = len(page.parts) - 1 + (directories and page.stem != "index")
    home = "../" * depth or "./"
    root = home if language == LANGUAGES[0] else "../" * (depth + 1)
    return Place(root, home, repository, directories)
