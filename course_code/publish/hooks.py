"""MkDocs glue, the only module that knows MkDocs: one build of mkdocs.yml makes every language.

The English build prepares the course; from then on each language's build has an `Edition`, which
MkDocs calls as it would a plugin. The Chinese site is built at the end of the English one.
"""

import json
import logging
import sys
from functools import partial
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File
from mkdocs.utils import CountHandler

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from course_code.publish.base.course import LANGUAGES, Course  # noqa: E402
from course_code.publish.base.errors import CourseError  # noqa: E402
from course_code.publish.base.files import log  # noqa: E402
from course_code.publish.markup import glossary  # noqa: E402
from course_code.publish.markup.extension import Markup  # noqa: E402
from course_code.publish.markup.source import Source  # noqa: E402
from course_code.publish.notebook import preview as previews  # noqa: E402
from course_code.publish.page.write import figure_images  # noqa: E402
from course_code.publish.website.building import Building  # noqa: E402
from course_code.publish.website.prepare import place_of, prepare  # noqa: E402

EXTENSIONS = {"course_code.publish.markup.colours": {"pygments_lang_class": True}}
PLUGIN = "course"  # name of the edition among a configuration's plugins


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
    building = _or_stop(Building, site, Path(config.site_dir), config.site_url or "")
    Edition(building, language, config)
    return config


def on_serve(server, config, builder):
    """Rebuild when the glossary changes; in `watch`, every course would have to have one."""
    file = Path(config.config_file_path).parent / glossary.FILE
    if file.is_file():
        server.watch(str(file))
    return server


class Edition:
    """One language's build: what MkDocs asks while it makes a site of the folder docs/LANGUAGE."""

    def __init__(self, building: Building, language: str, config):
        self.building, self.site, self.language = building, building.site, language
        config.site_dir = str(building.folder(language))
        self.warnings = CountHandler()
        self.warnings.setLevel(logging.WARNING)
        logging.getLogger("mkdocs").addHandler(self.warnings)
        for name, options in EXTENSIONS.items():  # not in mkdocs.yml: the `mkdocs` command cannot
            config.markdown_extensions.append(name)  # import them before this module is loaded
            config.mdx_configs[name] = options
        self.markup = _Markup(language=language, course=str(self.site.course.root))
        config.markdown_extensions.append(self.markup)
        if "mkdocs-jupyter" in config.plugins:
            folder = self.site.course.store / ".previews" / language
            config.plugins["mkdocs-jupyter"].config["cache_dir"] = str(folder)
        config.plugins[PLUGIN] = self

    @event_priority(100)
    def on_files(self, files, config):
        """Add the notebooks, for mkdocs-jupyter to make preview pages of."""
        for name in self.site.lesson_pages(self.language):
            path = _or_stop(self.site.preview, self.language, name, config.site_url or "")
            folder = str(path.parents[1])
            files.append(
                File(f"notebooks/{path.name}", folder, config.site_dir, config.use_directory_urls)
            )
        return files

    def on_env(self, env, config, files):
        """Keep the theme's compiled templates from build to build."""
        folder = self.site.course.store / ".templates"
        folder.mkdir(parents=True, exist_ok=True)
        env.bytecode_cache = FileSystemBytecodeCache(str(folder))
        return env

    def on_page_read_source(self, page, config):
        """Give MkDocs the page with cells, values and claims put in."""
        if not self._is_ours(page):
            return None
        place = self._place(page, config)
        return _or_stop(self.site.markdown, self.language, page.file.src_uri, place)

    def on_page_markdown(self, markdown, page, config, files):
        """Say which page is rendered; give previews a title, and keep them out of the search."""
        course, file = self.site.course, Path(page.file.abs_src_path)
        self.markup.page = page.file.src_uri
        self.markup.source = Source(course.relative(file), course.read(file))
        if lesson := self._previewed(page):
            page.meta["title"] = lesson.title
            page.meta["search"] = {"exclude": True}  # it repeats the page, breaks Chinese search
        return markdown

    @event_priority(-100)
    def on_page_content(self, html, page, config, files):
        """Set previews of notebooks in the site's own markup."""
        if lesson := self._previewed(page):
            return _or_stop(
                partial(
                    previews.clean,
                    language=self.language,
                    anchors=previews.toc_ids(page.toc),
                    images=figure_images(lesson, self._place(page, config)),
                ),
                html,
                json.loads(Path(page.file.abs_src_path).read_text("utf-8")),
                self.site.course.root / lesson.path,
            )
        return html

    @event_priority(-100)
    def on_post_build(self, config):
        """Build the other languages, add the files that pages refer to, and publish all at once."""
        if self.language == LANGUAGES[0]:
            for language in LANGUAGES[1:]:
                self._build_language(config, language)
            _or_stop(self.building.write_files)
            if not (config.strict and self.warnings.get_counts()):
                _or_stop(self.building.publish)
            config.site_dir = str(self.building.place)
            self.building.close()
        logging.getLogger("mkdocs").removeHandler(self.warnings)

    def on_build_error(self, error):
        """Remove what a failed build has written; MkDocs says what was wrong."""
        logging.getLogger("mkdocs").removeHandler(self.warnings)
        self.building.close()
        if isinstance(error, OSError):
            raise PluginError(_cannot(error) + " The site is as it was.") from None

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

    def _previewed(self, page):
        """The lesson page that a notebook's preview shows, or None for other pages."""
        path = Path(page.file.src_uri)
        if path.parent.name != "notebooks" or path.suffix != ".ipynb":
            return None
        return self.site.lesson_pages(self.language).get(path.stem)


class _Markup(Markup):
    """A mistake that is found while a page is rendered stops the build with its message."""

    def finish(self, root, stash):
        """See Markup."""
        _or_stop(super().finish, root, stash)


def _or_stop(function, *args):
    """Call `function`; a mistake in the course stops the build with its message."""
    try:
        return function(*args)
    except CourseError as error:
        raise PluginError(str(error)) from None
    except OSError as error:
        raise PluginError(_cannot(error)) from None


def _cannot(error: OSError) -> str:
    if error.filename is None:
        return f"{error}."
    return f"{error.filename}: cannot be written: {error.strerror}."
