"""A course as complete folders of plain Markdown, for a site generator that knows no hooks.

Each language has a folder with its pages and all that they lead to, and beside the folders lies
a configuration for Zensical, which reads Material's. Formulas and terms are left to the course's
Markdown extension.
"""

from pathlib import Path

import yaml

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.files import write_atomically
from course_code.publish.website.nav import settings
from course_code.publish.website.prepare import Site, place_of

SAME = ("site_name", "site_description", "copyright", "nav")  # as for MkDocs
EXTENSIONS = "course_code.publish.markup"


def export(site: Site, folder: Path) -> None:
    """Write the folders en and zh, and a configuration for each.

    Images and links in HTML lead from the Markdown file to the site's: a.md becomes a.html.

    Raises:
        CourseError: a file cannot be written.
    """
    shared = site.files()
    for language in LANGUAGES:
        pages = {
            path: site.markdown(other, path, place_of(LANGUAGES[0], path, directories=False))
            for other, path in site.pages
            if other == language
        }
        files = shared | site.downloads(language) | {p: t.encode() for p, t in pages.items()}
        for path, data in files.items():
            content = data.read_bytes() if isinstance(data, Path) else data
            write_atomically(folder / language / path, content)
        if (site.course.root / "mkdocs.yml").is_file():
            text = yaml.safe_dump(configuration(site.course, language), allow_unicode=True)
            write_atomically(folder / f"zensical.{language}.yml", text.encode())


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
        **{name: own[name] for name in SAME if name in own},
        "docs_dir": language,
        "use_directory_urls": False,  # what is written in HTML leads from the file, and so it does
        "site_dir": "site" if language == LANGUAGES[0] else f"site/{language}",
        "theme": {"name": "material", "language": language, "font": False, **theme},
        "extra": {"alternate": _languages(base, language)},
        "extra_css": base["extra_css"],
        "extra_javascript": base["extra_javascript"],
        "markdown_extensions": own["markdown_extensions"] | markup,
        "plugins": {"search": {}},
    }


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
