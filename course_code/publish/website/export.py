"""A course as complete folders of plain Markdown, for a site generator that knows no hooks.

Each language has a folder with its pages and all that they lead to, and beside the folders lies
a configuration for Zensical, which reads Material's. Formulas and terms are left to the course's
Markdown extension.
"""

import json
import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import yaml
from bs4 import BeautifulSoup

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.files import write_atomically
from course_code.publish.markup.text import tokens
from course_code.publish.markup.whole import MARK
from course_code.publish.notebook.given import read_given
from course_code.publish.website.nav import extra, settings
from course_code.publish.website.prepare import Site, place_of

SAME = ("site_name", "site_description", "copyright", "nav")  # as for MkDocs
EXTENSIONS = "course_code.publish.markup"
NOTEBOOK = re.compile(r"(?P<before>\]\(\s*<?)(?P<file>[^()\s<>#:]+)\.ipynb(?=[#)>\s])")  # a link
WORDS = "assets/js/words.js"  # of the scripts; for MkDocs docs/theme/main.html holds them


def export(site: Site, folder: Path) -> None:
    """Write the folders en and zh, and a configuration for each.

    Images and links in HTML lead from the Markdown file to the site's: a.md becomes a.html.

    Raises:
        CourseError: a teacher's notebook is half done, or a file cannot be written.
    """
    shared = site.files()
    for language in LANGUAGES:
        pages = {
            path: _to_pages(
                site.markdown(other, path, place_of(LANGUAGES[0], path, directories=False)),
                site.course.prose(language) / path,
            )
            for other, path in site.pages
            if other == language
        }
        files = shared | site.downloads(language) | {p: t.encode() for p, t in pages.items()}
        files |= beside(site.course, language) | given(site.course, language)
        files[WORDS] = _words(site.course, language)
        for path, data in files.items():
            content = data.read_bytes() if isinstance(data, Path) else data
            write_atomically(folder / language / path, content)
        if (site.course.root / "mkdocs.yml").is_file():
            text = yaml.safe_dump(configuration(site.course, language), allow_unicode=True)
            write_atomically(folder / f"zensical.{language}.yml", text.encode())


def beside(course: Course, language: str) -> dict[str, bytes | Path]:
    """Files that lie among the pages of one language and are none, such as pictures, by path."""
    folder = course.prose(language)
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path
        for path in found
        if path.suffix not in (".md", ".ipynb") and not path.name.startswith(".")
    }


def given(course: Course, language: str) -> dict[str, bytes]:
    """Teachers' notebooks in one language: pages, their figures and the notebooks, by path.

    Raises:
        CourseError: one of them is half done.
    """
    files, folder = {}, course.prose(language)
    for path in sorted(folder.rglob("*.ipynb")):
        text, place = course.read(path), PurePosixPath(path.relative_to(folder))
        page = read_given(course.relative(path), language, text)
        files[str(place)] = text.encode()
        files[str(place.with_suffix(".md"))] = _to_pages(page.text, path).encode()
        files |= {str(place.with_name(name)): data for name, data in page.figures.items()}
    return files


def _to_pages(text: str, path: Path) -> str:
    """A page whose links to notebooks that are pages lead to their pages."""
    if not text.startswith(MARK):
        parts = (t.text if t.kind != "text" else _led(t.text, path) for t in tokens(text))
        return "".join(parts)
    first, _, html = text.partition("\n")
    tree = BeautifulSoup(html, "html.parser")
    for link in tree.select('a[href*=".ipynb"]:not([download])'):
        file, mark, fragment = link["href"].partition("#")
        if (path.parent / unquote(file)).is_file():
            link["href"] = f"{file.removesuffix('.ipynb')}.md{mark}{fragment}"
    return f"{first}\n{tree}"


def _led(text: str, path: Path) -> str:
    def page(link: re.Match) -> str:
        is_page = (path.parent / unquote(f"{link['file']}.ipynb")).is_file()
        return f"{link['before']}{link['file']}.md" if is_page else link[0]

    return NOTEBOOK.sub(page, text)


def configuration(course: Course, language: str) -> dict:
    """A configuration of one language's folder, from those of the course."""
    base = own = settings(course, LANGUAGES[0])
    if language != LANGUAGES[0]:
        own = _merged(base, settings(course, language))
    theme = {name: base["theme"][name] for name in ("features", "logo", "favicon")}
    markup = {
        f"{EXTENSIONS}.colours": {"pygments_lang_class": True},
        f"{EXTENSIONS}.extension": {"language": language, "course": str(course.root)},
    }
    return {
        **{name: _as_pages(own[name]) for name in SAME if name in own},
        "docs_dir": language,
        "use_directory_urls": False,  # what is written in HTML leads from the file, and so it does
        "site_dir": "site" if language == LANGUAGES[0] else f"site/{language}",
        "theme": {"name": "material", "language": language, "font": False, **theme},
        "extra": {"alternate": _languages(base, language)},
        "extra_css": base["extra_css"],
        "extra_javascript": [WORDS, *base["extra_javascript"]],
        "markdown_extensions": own["markdown_extensions"] | markup,
        "plugins": {"search": {}},
    }


def _as_pages(setting):
    """A setting in which a notebook is the page that is made of it."""
    if isinstance(setting, dict):
        return {name: _as_pages(part) for name, part in setting.items()}
    if isinstance(setting, list):
        return [_as_pages(part) for part in setting]
    if isinstance(setting, str) and setting.endswith(".ipynb") and "://" not in setting:
        return f"{setting.removesuffix('.ipynb')}.md"
    return setting


def _words(course: Course, language: str) -> bytes:
    words = extra(course, language).get("scripts") or {}
    return f"const courseWords = {json.dumps(words, ensure_ascii=False)};\n".encode()


def _languages(base: dict, language: str) -> list[dict]:
    """Every language, with the way from the home page of one of them to its own."""
    root = "./" if language == LANGUAGES[0] else "../"
    return [
        {"name": known["name"], "lang": known["lang"], "link": root + known["home"]}
        for known in base["extra"]["languages"]
    ]


def _merged(base: dict, own: dict) -> dict:
    """Settings of `base`, those of `own` first, as INHERIT has it."""
    both = [n for n in own if isinstance(own[n], dict) and isinstance(base.get(n), dict)]
    return base | own | {name: _merged(base[name], own[name]) for name in both}
