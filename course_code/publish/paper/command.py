"""`python -m course_code.publish pdf`."""

import argparse
import re
import shutil
import subprocess
from pathlib import Path

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.errors import CourseError, in_words
from course_code.publish.base.files import write_atomically
from course_code.publish.paper import book
from course_code.publish.paper.chromium import chromium
from course_code.publish.website.nav import extra, published, settings

FOLDER = Path("build/pdf")  # not in the site


@in_words
def pdf(arguments: list[str]) -> int:
    """Print a built site as one PDF for each language; 1 where it cannot be done."""
    parser = argparse.ArgumentParser(
        prog="python -m course_code.publish pdf",
        description="Print a built site as one PDF for each language, with bookmarks and tags, "
        "from Chromium.",
    )
    parser.add_argument("--site", type=Path, default=Path("site"), help="the built site")
    parser.add_argument("--language", choices=LANGUAGES, action="append", help="only this one")
    parser.add_argument(
        "--to", metavar="FOLDER", type=Path, default=FOLDER, help=f"where (default: {FOLDER})"
    )
    parser.add_argument("--root", type=Path, default=Path(), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    course = Course(options.root.resolve())
    languages = options.language or published(extra(course))
    for language in languages:
        check_fonts(language)
    with chromium() as browser:
        for language in languages:
            file = options.to / f"{name_of(course)}.{language}.pdf"
            write_atomically(file, book.write(browser, course, options.site.resolve(), language))
            print(file)
    return 0


def check_fonts(language: str) -> None:
    """Refuse to print boxes.

    Raises:
        CourseError: no font has the language's signs.
    """
    if shutil.which("fc-list"):
        command = ["fc-list", f":lang={language}"]
        if not subprocess.run(command, capture_output=True, check=False).stdout.strip():
            hint = "Install one, such as the package fonts-noto-cjk, or choose --language."
            raise CourseError(f"no font on this machine is for {language!r}", hint=hint)


def name_of(course: Course) -> str:
    """The course's English name as a file's."""
    name = settings(course, LANGUAGES[0]).get("site_name", "course")
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "course"
