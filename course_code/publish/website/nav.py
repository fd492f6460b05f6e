"""The configurations of the course, and the pages that their navigation names."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import yaml

from course_code.publish.base import lined
from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.errors import CourseError

ADDRESS = re.compile(r"https?://[\w.~:/?#\[\]@!$&()*+,;=%-]+")
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
SHOWN = ("site_name", "site_description", "site_author", "copyright", "nav", "extra")  # in pages


class _Loader(lined.Loader):
    """Reads a configuration without what its tags, such as !ENV, stand for."""


_Loader.add_multi_constructor("!", lambda *_: None)


def settings(course: Course, language: str) -> dict:
    """What the configuration of a language says itself; empty where there is none.

    What is no YAML is left for the site generator to say.
    """
    path = course.root / file_of(language)
    try:
        found = yaml.load(course.read(path), _Loader) if path.is_file() else {}
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def extra(course: Course, language: str = LANGUAGES[0]) -> dict:
    """What the configuration of a language sets beside what MkDocs knows; maybe nothing."""
    return settings(course, language).get("extra") or {}


def file_of(language: str) -> Path:
    """The configuration of a language, from the course's folder."""
    return Path("mkdocs.yml" if language == LANGUAGES[0] else f"mkdocs.{language}.yml")


def check_nav(course: Course) -> None:
    """Refuse a navigation that lacks a lesson, or names a page that is not there.

    Raises:
        CourseError: says in which configuration, and what to write or remove.
    """
    for language in LANGUAGES:
        named, file = list(_pages(settings(course, language).get("nav"))), file_of(language)
        lessons = [*course.lesson_names(), *course.lab_names()]
        for name in lessons if named else ():
            if f"{name}.md" not in named:
                hint = f"Write - {name}.md where it shall stand."
                raise CourseError(f"nav lacks the lesson {name!r}", file, hint=hint)
        for page in named:
            if not (course.prose(language) / page).is_file():
                what = f"nav names {page}, but there is no {course.prose(language).name}/{page}"
                line = _line(course, file, page)
                raise CourseError(what, file, line, "Remove the line, or write the page.")


def check_words(course: Course) -> None:
    """Refuse HTML in settings: templates put them into pages as they are.

    Raises:
        CourseError: says in which configuration, and on which line.
    """
    for language in LANGUAGES:
        found, file = settings(course, language), file_of(language)
        for text in _texts([found.get(name) for name in SHOWN]):
            if re.search('[<"]', text):
                hint = "It is shown as text: use words, and “ and ” for quotes."
                line = _line(course, file, text.split("\n")[0])
                raise CourseError(f"a setting holds HTML: {text!r}", file, line, hint)


def _texts(setting) -> Iterator[str]:
    """Every text in a setting, names too."""
    if isinstance(setting, str):
        yield setting
    elif isinstance(setting, dict | list):
        for part in chain(*setting.items()) if isinstance(setting, dict) else setting:
            yield from _texts(part)


def _line(course: Course, file: Path, words: str) -> int | None:
    lines = course.read(course.root / file).split("\n")
    return next((n for n, text in enumerate(lines, 1) if words in text), None)


def check_addresses(extra: dict, home: str, directories: bool = True) -> None:
    """Refuse settings that are put into pages and are not what they should be.

    Args:
        extra: of the configuration: `repository` and `offline_copy`.
        home: address of the site, or an empty text.
        directories: its `use_directory_urls`.

    Raises:
        CourseError: one of them is no repository, or no address; notebooks, scripts and the feed
            would lead to addresses that no page has.
    """
    if not directories:
        hint = "Remove it. A copy to be opened from a folder is built with OFFLINE=true."
        raise CourseError("use_directory_urls is switched off", file_of(LANGUAGES[0]), hint=hint)
    given = {"site_url": home, "extra.offline_copy": extra.get("offline_copy") or ""}
    for name, address in given.items():
        if address and not ADDRESS.fullmatch(address):
            hint = "Write: https://owner.github.io/name/"
            raise CourseError(
                f"{name} is no address: {address!r}", file_of(LANGUAGES[0]), hint=hint
            )
    repository = extra.get("repository") or ""
    if repository and not REPOSITORY.fullmatch(repository):
        what = f"extra.repository (COURSE_REPOSITORY) is no owner/name: {repository!r}"
        raise CourseError(what, file_of(LANGUAGES[0]))


def published(extra: dict) -> list[str]:
    """Languages that are published, in the course's order: those of `extra.languages`.

    Raises:
        CourseError: there are no pages in one of them, or it is no such list.
    """
    entries = extra.get("languages") or [{"lang": language} for language in LANGUAGES]
    if not (isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)):
        hint = 'Write a line for each: - {lang: en, name: English, home: ""}'
        raise CourseError("extra.languages is no list of languages", file_of("en"), hint=hint)
    named = [entry.get("lang") for entry in entries]
    for language in named:
        if language not in LANGUAGES:
            hint = f"There are {', '.join(LANGUAGES)}."
            raise CourseError(f"extra.languages names {language!r}", file_of("en"), hint=hint)
    return [language for language in LANGUAGES if language in named]


def _pages(nav) -> Iterator[str]:
    """Every page of Markdown that a navigation names."""
    if isinstance(nav, str):
        yield from [nav] if nav.endswith(".md") and "://" not in nav else []
    elif isinstance(nav, dict | list):
        for each in nav.values() if isinstance(nav, dict) else nav:
            yield from _pages(each)
