"""All pages of one language as one page, in the order of the navigation, and that page as a PDF.

The browser makes bookmarks of the headings, tags of the elements, and keeps links within the book.
"""

import html
import io
import mimetypes
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pypdf

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.base.errors import CourseError
from course_code.publish.base.words import LABELS
from course_code.publish.paper.letters import with_characters
from course_code.publish.website.nav import extra, settings

HERE = Path(__file__).parent
ADDRESS = "http://course.invalid"  # where the browser sees the site
HOME = "index.md"  # whose place the title and the contents take
SHOWN = """async () => {  // an idle network says less, and may not be told of
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => image.decode()));
}"""


@dataclass(frozen=True)
class Chapter:
    """A page of the book: `section` of the navigation, name, and path in the site."""

    section: str
    slug: str
    path: str


def chapters(course: Course, site: Path, language: str) -> list[Chapter]:
    """The pages that the navigation names, or all of them, but the home page.

    Raises:
        CourseError: the site lacks one of them.
    """
    nav = settings(course, language).get("nav")
    prose = course.prose(language)
    named = list(_named(nav)) or [
        ("", path.relative_to(prose).as_posix()) for path in sorted(prose.rglob("*.md"))
    ]
    root = site if language == LANGUAGES[0] else site / language
    found = []
    for section, page in named:
        if page != HOME:
            name = page.removesuffix(".md")
            files = (root / name / "index.html", root / f"{name}.html")
            file = next((file for file in files if file.is_file()), None)
            if file is None:
                raise CourseError(f"there is no page of {page}", root, hint="Build the site first.")
            path = "/" + file.relative_to(site).as_posix().removesuffix("index.html")
            found.append(Chapter(section, name.replace("/", "-"), path))
    return found


def _named(nav, section: str = "") -> Iterator[tuple[str, str]]:
    """Section and page of everything that a navigation names."""
    if isinstance(nav, str) and nav.endswith(".md"):
        yield section, nav
    elif isinstance(nav, list):
        for each in nav:
            yield from _named(each, section)
    elif isinstance(nav, dict):
        for title, each in nav.items():
            yield from _named(each, title if isinstance(each, list) else section)


def write(browser, course: Course, site: Path, language: str) -> bytes:
    """Return a language's book as a tagged PDF with bookmarks.

    Args:
        browser: see chromium.py.
        course: for the names, the version, and the order of the pages.
        site: folder of the built site.
        language: of the book.

    Raises:
        CourseError: the site lacks a page.
    """
    wanted = chapters(course, site, language)
    context = browser.new_context(java_script_enabled=False)
    context.route("**/*", lambda route: _answer(route, site))
    page = context.new_page()
    page.set_default_timeout(600_000)
    made, script = [], (HERE / "chapter.js").read_text("utf-8")
    slugs = {chapter.path: chapter.slug for chapter in wanted}
    for chapter in wanted:
        page.goto(ADDRESS + chapter.path, wait_until="domcontentloaded")
        made.append(page.evaluate(script, {"slug": chapter.slug, "slugs": slugs}))
    book = _book(course, language, wanted, made)
    context.route(f"{ADDRESS}/book.html", lambda route: route.fulfill(body=book, content_type=HTML))
    page.goto(f"{ADDRESS}/book.html", wait_until="load")
    page.evaluate(SHOWN)
    data = page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
    context.close()
    check_whole(data, [chapter["title"] for chapter in made])
    return with_characters(data)


def check_whole(data: bytes, titles: list[str]) -> None:
    """Refuse a PDF without a bookmark for each chapter.

    Raises:
        CourseError: it lacks one.
    """
    outline = pypdf.PdfReader(io.BytesIO(data)).outline
    marks = [_plain(each.title) for each in outline if not isinstance(each, list)]
    if lacking := [title for title in titles if _plain(title) not in marks]:
        hint = "Close what takes the machine's memory, and print again."
        raise CourseError(f"the browser did not print {lacking[0]!r} and what follows", hint=hint)


def _plain(title: str) -> str:
    return "".join(title.split())


HTML = "text/html; charset=utf-8"


def _answer(route, site: Path) -> None:
    """Give the browser a file of the site, and nothing else."""
    parts = urlsplit(route.request.url)
    file = site / unquote(parts.path).lstrip("/")
    file = file / "index.html" if file.is_dir() else file
    if f"{parts.scheme}://{parts.netloc}" != ADDRESS or not file.is_file():
        return route.abort()
    kind = HTML if file.suffix == ".html" else mimetypes.guess_type(file.name)[0]
    return route.fulfill(body=file.read_bytes(), content_type=kind or "application/octet-stream")


def _book(course: Course, language: str, wanted: list[Chapter], made: list[dict]) -> str:
    """The page that is printed."""
    name = html.escape(settings(course, language)["site_name"])
    attributes = "".join(f' {n}="{html.escape(v)}"' for n, v in made[0]["body"].items())
    style = (HERE / "book.css").read_text("utf-8")
    parts = [_title(course, language), _contents(language, wanted, made)]
    parts += [chapter["html"] for chapter in made]
    return (
        f'<!doctype html><html lang="{made[0]["lang"]}" class="no-js"><head><meta charset="utf-8">'
        f"<title>{name}</title>{made[0]['head']}<style>{style}</style></head><body{attributes}>"
        '<div class="md-container"><main class="md-main"><div class="md-main__inner">'
        f'<div class="md-content">{"".join(parts)}</div></div></main></div></body></html>'
    )


def _title(course: Course, language: str) -> str:
    own = settings(course, LANGUAGES[0]) | settings(course, language)
    version = extra(course).get("version", "")
    edition = LABELS[language]["edition"].format(version=version, date=_date(course)).strip()
    lines = [own["site_name"], own.get("site_description", ""), edition, own.get("copyright", "")]
    told = "".join(f"<p>{html.escape(' '.join(line.split()))}</p>" for line in lines if line)
    return f'<section class="book-title md-typeset">{told}</section>'


def _date(course: Course) -> str:
    """Day of the last commit, or nothing where there is none."""
    command = ["git", "-C", str(course.root), "log", "-1", "--format=%cs"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def _contents(language: str, wanted: list[Chapter], made: list[dict]) -> str:
    lines, section = [f"<p>{LABELS[language]['contents']}</p><ul>"], ""
    for chapter, page in zip(wanted, made, strict=True):
        if chapter.section != section:
            section = chapter.section
            lines.append(f"</ul><p>{html.escape(section)}</p><ul>")
        lines.append(f'<li><a href="#{chapter.slug}">{html.escape(page["title"])}</a></li>')
    return f'<div class="md-typeset"><nav class="book-contents">{"".join(lines)}</ul></nav></div>'
