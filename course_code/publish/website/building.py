"""One build of the site: every language in one folder, published when all of it is there."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from course_code.publish.base.course import LANGUAGES
from course_code.publish.base.files import digest
from course_code.publish.base.kept import Kept, key_of
from course_code.publish.website import feed, search
from course_code.publish.website.beside import Beside
from course_code.publish.website.policy import policy, with_policy
from course_code.publish.website.prepare import Site
from course_code.publish.website.proof import prove

LEAD_ON = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url={language}/">
<title>{language}</title>
<a href="{language}/">{language}/</a>
</html>
"""


class Building:
    """The pages of a course and the folder in which a site generator builds them.

    Args:
        site: what to build.
        place: where the site shall be.
        home: address of the site's home page, or an empty text where it is unknown.
        languages: which are published; the first of the course is at the site's root.
        guarded: whether pages say which scripts may run; a server that adds one must not, nor can
            pages that are opened from a folder.

    Raises:
        CourseError: nothing can be written beside the place.
    """

    def __init__(
        self,
        site: Site,
        place: Path,
        home: str = "",
        languages: Sequence[str] = LANGUAGES,
        guarded: bool = True,
    ):
        self.site, self.place, self.home, self.languages = site, place, home, languages
        self.guarded = guarded
        self._beside = Beside(place)
        self._kept = Kept(site.course.store / ".policies")
        self._known = self._kept.get("all", key_of()) or {}  # by what the theme made of a page
        self._policies: dict[str, str] = {}

    def folder(self, language: str) -> Path:
        """Where the pages of a language are built."""
        root = self._beside.folder
        return root if language == LANGUAGES[0] else root / language

    def address(self, language: str) -> str:
        """Address of a language's home page, or an empty text where the site's is unknown."""
        if language == LANGUAGES[0] or not self.home:
            return self.home
        return f"{self.home.rstrip('/')}/{language}/"

    def guard(self, page: str, content: str = "") -> str:
        """Return a page that says which scripts it may run.

        Args:
            page: its HTML, as the theme made it.
            content: what of it the theme was given to show, which names no script.
        """
        if not self.guarded:
            return page
        made = page.replace(content, "", 1)
        name = digest(made.encode())
        self._policies[name] = self._known.get(name) or policy(made)
        return with_policy(page, self._policies[name])

    def write_files(self) -> None:
        """Write what pages refer to and the site generator does not know of."""
        _write(self.site.files(), self.folder(LANGUAGES[0]))
        for language in self.languages:
            files = self.site.downloads(language, self.address(language))
            _write(files, self.folder(language))
        for language in LANGUAGES:
            (self.folder(language) / "sitemap.xml.gz").unlink(missing_ok=True)  # it has the date
        for language in self.languages:
            kept = Kept(self.site.course.store / ".sections" / language)
            found = search.index(self.site.course, language, self.folder(language), kept)
            _write({search.FILE: found}, self.folder(language))
            if told := self._feed(language):
                _write({feed.FILE: told}, self.folder(language))
        _write({"robots.txt": self._robots().encode()}, self.folder(LANGUAGES[0]))
        if LANGUAGES[0] not in self.languages:
            self._lead_on(self.languages[0])
        self._kept.put("all", key_of(), self._policies)

    def _feed(self, language: str) -> bytes | None:
        return feed.feed(self.site.course, language, self.address(language))

    def _robots(self) -> str:
        """All may be read by all; where the maps are, if the site's address is known."""
        maps = [f"{self.address(each)}sitemap.xml" for each in self.languages if self.home]
        return "\n".join(["User-agent: *", "Allow: /", *(f"Sitemap: {each}" for each in maps), ""])

    def prove(self) -> None:
        """Refuse a site that lacks anything.

        Raises:
            CourseError: which page lacks what.
        """
        kept = Kept(self.site.course.store / ".proofs")
        site = self.site.only(self.languages)
        prove(site, self.folder(LANGUAGES[0]), kept)
        kept.keep_only({"/".join(name) for name in site.pages})

    def _lead_on(self, language: str) -> None:
        """Put a way to another language in the place of the pages at the root."""
        root, inner = self.folder(LANGUAGES[0]), self.folder(language)
        for page in (*root.rglob("*.html"), *root.glob("sitemap.xml*")):
            if inner not in page.parents:
                page.unlink()
        (root / "index.html").write_text(self.guard(LEAD_ON.format(language=language)), "utf-8")

    def publish(self) -> None:
        """Put the site in its place."""
        self._beside.publish()

    def close(self) -> None:
        """Leave nothing behind."""
        self._beside.close()


def _write(files: dict[str, bytes | Path], folder: Path) -> None:
    """Write or copy files into a folder of the site."""
    for path, data in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(data, Path):
            shutil.copyfile(data, file)
        else:
            file.write_bytes(data)
