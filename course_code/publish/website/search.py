"""The index of a built site's search: a script for each language, fetched by who searches.

It holds the sections of the pages and the other names of the glossary's terms; the readers' browser
makes the index of it (docs/assets/search/finder.js). A script, unlike other files, can also be
read where the site is opened from a folder.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.files import digest
from course_code.publish.base.kept import Kept, key_of
from course_code.publish.markup import glossary, vendored
from course_code.publish.website.sections import sections

FILE = "search/index.js"
ENGINE = vendored.HERE / "minisearch"
COMMENTS = re.compile(
    r"^ *(?:/\*\*.*?\*/|//[^\n]*)\n", re.DOTALL | re.MULTILINE
)  # on their own lines
LESS = {"references": 0.5, "checked": 0.5, "labs": 0.5}  # they name or ask rather than teach


def index(course: Course, language: str, folder: Path, kept: Kept) -> bytes:
    """Return the index of one language's part of a built site.

    Args:
        course: for its glossary.
        language: of the pages.
        folder: of the language's pages, as any site generator has built them.
        kept: what was read before, so that only pages that changed are read.
    """
    pages, names = {}, set()
    for path in _pages(language, folder):
        name, data = path.relative_to(folder).as_posix(), path.read_bytes()
        key = key_of(digest(data))
        if (found := kept.get(name, key)) is None:
            found = sections(data.decode("utf-8"))
            kept.put(name, key, found)
        names.add(name)
        if found:
            pages[_address(name)] = found
    kept.keep_only(names)
    value = {
        "terms": _terms(course, language, pages),
        "pages": [
            [address, found, LESS.get(_part(address), 1)] for address, found in pages.items()
        ],
    }
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"var courseIndex = {text};\n".encode()


def engine() -> bytes:
    """Return the library that makes the index in the reader's browser.

    With its licence, and without the documentation in it, which is half of what would be fetched.
    """
    code = COMMENTS.sub("", (ENGINE / "index.js").read_text("utf-8"))
    version = vendored.released()["minisearch"]["version"]
    licence = (ENGINE / "LICENSE").read_text("utf-8").strip()
    return f"/* MiniSearch {version}\n\n{licence}\n*/\n{code}".encode()


def _pages(language: str, folder: Path) -> list[Path]:
    """Every page of the language but 404.html, which has no address."""
    others = set(LANGUAGES) - {language} if language == LANGUAGES[0] else set()
    return [
        path
        for path in sorted(folder.rglob("*.html"))
        if path.relative_to(folder).parts[0] not in {*others, "404.html"}
    ]


def _address(name: str) -> str:
    """Where a page is, from the language's home: a/index.html is a/, but the home is a file."""
    return name.removesuffix("index.html") if name.endswith("/index.html") else name


def _part(address: str) -> str:
    """The page or, of a page in a folder, the folder."""
    return address.split("/")[0].removesuffix(".html")


def _terms(course: Course, language: str, addresses: Iterable[str]) -> dict[str, list[str]]:
    """Names of each term by its address: the language's own, then those of the others."""
    listed = next((a for a in addresses if _part(a) == Path(glossary.PAGE).stem), "")
    known = glossary.load(course)
    order = sorted(LANGUAGES, key=lambda other: other != language)
    return {f"{listed}#{e.id}": e.names(order) for e in known.entries} if known else {}
