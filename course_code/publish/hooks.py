"""MkDocs glue, the only module that knows MkDocs: one build of mkdocs.yml makes every language.

The English build prepares the course; from then on each language's build has an `Edition`, which
MkDocs calls as it would a plugin. The Chinese site is built at the end of the English one.
"""

import logging
import posixpath
import sys
from functools import partial
from pathlib import Path

from mkdocs.commands import serve
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, MkDocsException, PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File
from mkdocs.structure.toc import get_toc
from mkdocs.utils import CountHandler

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from course_code.publish.base.again import give_back  # noqa: E402
from course_code.publish.base.course import LANGUAGES, Course  # noqa: E402
from course_code.publish.base.errors import CourseError, cannot  # noqa: E402
from course_code.publish.base.files import log  # noqa: E402
from course_code.publish.base.kept import Kept, key_of  # noqa: E402
from course_code.publish.base.stops import as_ctrl_c  # noqa: E402
from course_code.publish.markup import glossary  # noqa: E402
from course_code.publish.markup.extension import Markup  # noqa: E402
from course_code.publish.markup.source import Source  # noqa: E402
from course_code.publish.notebook.given import Given, read_given  # noqa: E402
from course_code.publish.website import feed  # noqa: E402
from course_code.publish.website.building import Building  # noqa: E402
from course_code.publish.website.cards import cards  # noqa: E402
from course_code.publish.website.nav import check_addresses, published  # noqa: E402
from course_code.publish.website.prepare import place_of, prepare  # noqa: E402
from course_code.publish.website.rendered import Rendered, facts, restore  # noqa: E402
from course_code.publish.website.templates import Templates  # noqa: E402

EXTENSIONS = {"course_code.publish.markup.colours": {"pygments_lang_class": True}}
NOTEBOOKS = {  # of mkdocs-jupyter, which makes pages of the notebooks in docs/
    "include": ["*.ipynb"],
    "ignore": ["*.md"],  # or it reads every page, to learn that it is none
    "include_source": True,  # beside its page, to download
    "execute": False,  # the page shows what the teacher saved
    "allow_errors": False,
    "ignore_h1_titles": True,
    "cache": False,
}
COMMANDS = []  # that MkDocs was started with
PLUGIN = "course"  # name of the edition among a configuration's plugins


def on_startup(command, dirty):
    """Let the server start though the course has a mistake: it waits until that is mended.

    MkDocs lets hooks see its first build fail, not go on; so that build is wrapped.
    """
    as_ctrl_c()
    COMMANDS.append(command)
    if command == "serve":
        serve.build = partial(_first, serve.build)


def _first(build, config, **options) -> None:
    serve.build = build
    try:
        build(config, **options)
    except Abort:
        log.info("The server goes on. Mend this and save: the site is built then.")


@event_priority(100)
def on_config(config):
    """Check and run the course before anything is written; then build beside the site's place."""
    if PLUGIN in config.plugins:  # another language's build, which already has its edition
        return config
    if (language := Path(config.docs_dir).name) != LANGUAGES[0]:
        raise PluginError("Build mkdocs.yml: it makes every language from one run of the lessons.")
    site = _or_stop(prepare, Course(Path(config.config_file_path).parent))
    if site.ran:
        log.info("Lessons run: %s", ", ".join(site.ran))
    languages = _or_stop(published, config.extra)
    _or_stop(check_addresses, config.extra, config.site_url or "", config.use_directory_urls)
    guarded = "serve" not in COMMANDS and not config.extra.get("offline")
    place, home = Path(config.site_dir), config.site_url or ""
    building = _or_stop(Building, site, place, home, languages, guarded)
    Edition(building, language, config)
    return config


def on_serve(server, config, builder):
    """Rebuild when a file of docs/ itself changes or comes, such as the glossary or the audit.

    A broken configuration is told in one line.
    """
    server.builder = partial(_in_one_line, server.builder)
    server.watch(str(Path(config.config_file_path).parent / "docs"), recursive=False)
    return server


def _in_one_line(build) -> None:
    try:
        build()
    except MkDocsException as error:
        raise Abort(error.message) from None  # which MkDocs prints
    finally:
        give_back()


class Edition:
    """One language's build: what MkDocs asks while it makes a site of the folder docs/LANGUAGE."""

    def __init__(self, building: Building, language: str, config):
        self.building, self.site, self.language = building, building.site, language
        config.site_dir = str(building.folder(language))
        config.extra["cards"] = cards(self.site.pages, language)
        config.extra["feed"] = feed.feed(self.site.course, language, config.site_url or "")
        if config.extra.get("offline"):
            config.use_directory_urls = False  # in a folder, a link to a folder shows its files
        self.warnings = CountHandler(level=logging.WARNING)
        logging.getLogger("mkdocs").addHandler(self.warnings)
        for name, options in EXTENSIONS.items():  # not in mkdocs.yml: the `mkdocs` command cannot
            config.markdown_extensions.append(name)  # import them before this module is loaded
            config.mdx_configs[name] = options
        self.markup = _Markup(language=language, course=str(self.site.course.root))
        config.markdown_extensions.append(self.markup)
        _read_notebooks(config)
        config.plugins[PLUGIN] = self
        self.kept = Kept(self.site.course.store / ".pages" / language)
        self.pages: dict[str, Rendered] = {}
        self.given: dict[str, Given] = {}
        terms = self.site.course.root / glossary.FILE
        self.terms = terms.read_text("utf-8") if terms.is_file() else ""

    @event_priority(100)
    def on_files(self, files, config):
        """Read the notebooks that teachers put among the pages, and add their figures."""
        for file in [file for file in files if file.src_uri.endswith(".ipynb")]:
            path = Path(file.abs_src_path)
            text, shown = self.site.course.read(path), self.site.course.relative(path)
            page = _or_stop(read_given, shown, self.language, text)
            self.given[file.src_uri] = page
            for name, data in page.figures.items():
                beside = posixpath.join(posixpath.dirname(file.src_uri), name)
                files.append(File.generated(config, beside, content=data))
        return files

    def on_env(self, env, config, files):
        """Keep the theme's compiled templates from build to build."""
        env.bytecode_cache = Templates(str(self.site.course.store / ".templates"))
        return env

    def on_page_read_source(self, page, config):
        """Give MkDocs the page with cells, values and claims put in; a notebook as a page."""
        if given := self.given.get(page.file.src_uri):
            return _or_stop(getattr, given, "text")
        if not self._is_ours(page):
            return None
        place = self._place(page, config)
        return _or_stop(self.site.markdown, self.language, page.file.src_uri, place)

    @event_priority(-100)
    def on_page_markdown(self, markdown, page, config, files):
        """Take a page that did not change from where it is kept, or say which page is rendered."""
        course, file = self.site.course, Path(page.file.abs_src_path)
        self.markup.page = page.file.src_uri
        given = self.given.get(page.file.src_uri)
        if given:
            del page.render  # mkdocs-jupyter has made this page: see notebook/by_jupyter.py
            page.meta["alone"] = self._is_alone(page)
            self.markup.source = given.source
        else:
            self.markup.source = Source(course.relative(file), course.read(file))
        if given or self._is_ours(page):
            key = key_of(markdown, *_surroundings(page, config, files), self.terms)
            value = self.kept.get(page.file.src_uri, key)
            self.pages[page.file.src_uri] = Rendered(key, value, self._warned())
            if value:
                page.render = partial(restore, page, value, get_toc)
        return markdown

    @event_priority(-100)
    def on_page_content(self, html, page, config, files):
        """Keep what was made of a page."""
        rendered = self.pages.get(page.file.src_uri)
        if rendered and not rendered.value and rendered.warned == self._warned():
            rendered.made = facts(page, html)  # a page that warned shall warn again
        return html

    def on_post_page(self, output, page, config):
        """Keep what was made of a page, and say in it which scripts it may run."""
        rendered = self.pages.get(page.file.src_uri)
        if rendered and rendered.made:
            self.kept.put(page.file.src_uri, rendered.key, rendered.made)
        return self.building.guard(output, page.content)

    def on_post_template(self, output_content, template_name, config):
        """Guard 404.html, which is of no page."""
        return self.building.guard(output_content)

    @event_priority(-100)
    def on_post_build(self, config):
        """Build the other languages, add the files that pages refer to, and publish all at once."""
        self.kept.keep_only(set(self.pages))
        if self.language == LANGUAGES[0]:
            for language in self.building.languages:
                if language != self.language:
                    self._build_language(config, language)
            _or_stop(self.building.write_files)
            if not (config.strict and self.warnings.get_counts()):
                _or_stop(self.building.prove)
                _or_stop(self.building.publish)
            config.site_dir = str(self.building.place)
            self.building.close()
        logging.getLogger("mkdocs").removeHandler(self.warnings)

    def on_build_error(self, error):
        """Remove what a failed build has written; MkDocs says what was wrong."""
        logging.getLogger("mkdocs").removeHandler(self.warnings)
        self.building.close()
        if isinstance(error, OSError):
            raise PluginError(cannot(error) + " The site is as it was.") from None

    def _warned(self) -> int:
        return sum(count for _, count in self.warnings.get_counts())

    def _build_language(self, config, language: str) -> None:
        """Build another language into its folder, from the same run."""
        other = load_config(
            str(self.site.course.root / f"mkdocs.{language}.yml"),
            site_url=self.building.address(language),
            strict=config.strict,
        )
        Edition(self.building, language, other)
        other.plugins.on_startup(command="build", dirty=False)
        build_site(other)

    def _is_ours(self, page) -> bool:
        return (self.language, page.file.src_uri) in self.site.pages

    def _place(self, page, config):
        return place_of(
            self.language,
            page.file.src_uri,
            directories=config.use_directory_urls,
            repository=config.extra.get("repository") or "",
        )

    def _is_alone(self, page) -> bool:
        """Whether no other language has the page: teachers need not write twice."""
        prose = self.site.course.prose
        return not all((prose(language) / page.file.src_uri).is_file() for language in LANGUAGES)


def _read_notebooks(config) -> None:
    """Bring in mkdocs-jupyter where there is a notebook: its import takes 0.5 s of every build."""
    if any(Path(config.docs_dir).rglob("*.ipynb")):
        from mkdocs_jupyter.plugin import Plugin

        config.plugins["mkdocs-jupyter"] = plugin = Plugin()
        plugin.load_config(NOTEBOOKS, config.config_file_path)


class _Markup(Markup):
    """A mistake that is found while a page is rendered stops the build with its message."""

    def finish(self, root, stash):
        """See Markup."""
        _or_stop(super().finish, root, stash)


def _surroundings(page, config, files) -> list:
    """What a page's HTML depends on besides its Markdown."""
    return [
        [page.file.src_uri, page.url, str(page.title), dict(page.meta)],
        [[e for e in config.markdown_extensions if isinstance(e, str)], config.mdx_configs],
        [config.validation.links],
        sorted((file.src_uri, file.url) for file in files),
    ]


def _or_stop(function, *args):
    """Call `function`; a mistake in the course stops the build with its message."""
    try:
        return function(*args)
    except CourseError as error:
        raise PluginError(str(error)) from None
    except OSError as error:
        raise PluginError(cannot(error)) from None
