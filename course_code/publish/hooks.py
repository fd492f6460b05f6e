"""MkDocs glue, the only module that knows MkDocs: one build of mkdocs.yml makes every language.

The site is built beside its place and moved there only when everything succeeded, so a mistake
leaves the old site as it was.
"""

import json
import logging
import os
import re
import shutil
import sys
from contextlib import suppress
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
from course_code.publish.markup import formulas as math  # noqa: E402
from course_code.publish.notebook import preview as previews  # noqa: E402
from course_code.publish.page import glossary  # noqa: E402
from course_code.publish.page.write import figure_images  # noqa: E402
from course_code.publish.website.prepare import Site, place_of, prepare  # noqa: E402

EXTENSIONS = {"course_code.publish.markup.colours": {"pygments_lang_class": True}}


class _Build:
    """One build of all languages, beside the place of the site until it has succeeded."""

    def __init__(self, site: Site, target: Path, strict: bool):
        self.site, self.target, self.strict = site, target, strict
        self.folder = target.with_name(f".{target.name}.{os.getpid()}.building")
        self.warnings = CountHandler()
        self.warnings.setLevel(logging.WARNING)
        logging.getLogger("mkdocs").addHandler(self.warnings)
        _remove_abandoned(target)

    def write_files(self) -> None:
        """Write what pages refer to and the site generator does not know of."""
        self.write(self.site.files(), self.folder)

    def write(self, files: dict[str, bytes | Path], folder: Path) -> None:
        """Write or copy files into a folder of the site."""
        for path, data in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(data, Path):
                shutil.copyfile(data, file)
            else:
                file.write_bytes(data)

    def publish(self) -> None:
        """Replace the site, unless there were warnings in a strict build."""
        if self.strict and self.warnings.get_counts():
            return
        old = self.folder.with_suffix(".old")
        if self.target.exists():
            self.target.rename(old)
        self.folder.rename(self.target)
        shutil.rmtree(old, ignore_errors=True)

    def close(self) -> None:
        """Leave nothing behind."""
        logging.getLogger("mkdocs").removeHandler(self.warnings)
        shutil.rmtree(self.folder, ignore_errors=True)


_open: list[_Build] = []  # what on_build_error, which is told nothing, has to close


@event_priority(100)
def on_config(config):
    """Check and run the course before anything is written; then build beside the site's place."""
    if _language(config) == LANGUAGES[0]:
        site = _or_stop(prepare, Course(Path(config.config_file_path).parent))
        if site.ran:
            log.info("Lessons run: %s", ", ".join(site.ran))
        build = _Build(site, Path(config.site_dir), config.strict)
        _open.append(build)
        config.extra["_build"], config.site_dir = build, str(build.folder)
    elif "_build" not in config.extra:
        raise PluginError("Build mkdocs.yml: it makes every language from one run of the lessons.")
    for name, options in EXTENSIONS.items():  # not in mkdocs.yml: the `mkdocs` command cannot
        config.markdown_extensions.append(name)  # import them before this module is loaded
        config.mdx_configs[name] = options
    for name, plugin in config.plugins.items():
        if name == "mkdocs-jupyter":
            folder = config.extra["_build"].site.course.store / ".previews" / _language(config)
            plugin.config["cache_dir"] = str(folder)
    return config


@event_priority(100)
def on_files(files, config):
    """Add the notebooks, for mkdocs-jupyter to make preview pages of."""
    build, language = config.extra["_build"], _language(config)
    for name in build.site.lesson_pages(language):
        path = _or_stop(build.site.preview, language, name, config.site_url or "")
        folder = str(path.parents[1])
        files.append(
            File(f"notebooks/{path.name}", folder, config.site_dir, config.use_directory_urls)
        )
    return files


def on_env(env, config, files):
    """Keep the theme's compiled templates from build to build."""
    folder = config.extra["_build"].site.course.store / ".templates"
    folder.mkdir(parents=True, exist_ok=True)
    env.bytecode_cache = FileSystemBytecodeCache(str(folder))
    return env


def on_page_read_source(page, config):
    """Give MkDocs the page with cells, values and claims put in."""
    site, language, path = config.extra["_build"].site, _language(config), page.file.src_uri
    if (language, path) not in site.pages:
        return None
    return _or_stop(site.markdown, language, path, _place(page, config))


def on_page_markdown(markdown, page, config, files):
    """Give a notebook's preview its lesson's title, and keep it out of the search."""
    if lesson := _previewed(page, config):
        page.meta["title"] = lesson.title
        page.meta["search"] = {"exclude": True}  # it repeats the page, and breaks Chinese search
    return markdown


@event_priority(-100)
def on_page_content(html, page, config, files):
    """Link terms and render formulas; set previews of notebooks in the site's own markup."""
    site, language = config.extra["_build"].site, _language(config)
    katex = math.Katex(site.course.root)
    if (language, page.file.src_uri) in site.pages:
        html = site.link_terms(html, language, page.file.src_uri, _place(page, config))
        return _or_stop(math.render_html, html, Path(page.file.abs_src_path), katex, language)
    if lesson := _previewed(page, config):
        return _or_stop(
            partial(
                previews.clean,
                language=language,
                anchors=previews.toc_ids(page.toc),
                images=figure_images(lesson, _place(page, config)),
            ),
            html,
            json.loads(Path(page.file.abs_src_path).read_text("utf-8")),
            site.course.root / lesson.path,
            katex,
        )
    return html


@event_priority(-100)
def on_post_build(config):
    """Build the other languages, add the files that pages refer to, and publish all at once."""
    build = config.extra["_build"]
    if _language(config) != LANGUAGES[0]:
        return
    try:
        for language in LANGUAGES[1:]:
            _build_language(config, language)
        _or_stop(build.write_files)
        for language in LANGUAGES:
            home = _home(config, language)
            downloads = _or_stop(build.site.downloads, language, home)
            folder = build.folder / ("" if language == LANGUAGES[0] else language)
            _or_stop(build.write, downloads, folder)
        _or_stop(build.publish)
    finally:
        if build in _open:  # MkDocs may have reported an error of the other language's build
            _open.remove(build)
        build.close()
        config.site_dir = str(build.target)


def on_serve(server, config, builder):
    """Rebuild when the glossary changes; in `watch`, every course would have to have one."""
    file = Path(config.config_file_path).parent / glossary.FILE
    if file.is_file():
        server.watch(str(file))
    return server


def on_build_error(error):
    """Remove what a failed build has written; MkDocs says what was wrong."""
    if isinstance(error, OSError):
        log.error("%s: %s. The site is as it was.", error.filename, error.strerror)
    while _open:
        _open.pop().close()


def _build_language(config, language: str) -> None:
    """Build another language into its folder, from the same run."""
    build = config.extra["_build"]
    other = load_config(
        str(build.site.course.root / f"mkdocs.{language}.yml"),
        site_dir=str(build.folder / language),
        site_url=_home(config, language),
        strict=config.strict,
    )
    other.extra["_build"] = build
    other.plugins.on_startup(command="build", dirty=False)
    build_site(other)


def _home(config, language: str) -> str:
    """Address of a language's home page, or an empty text where the site's is unknown."""
    if language == LANGUAGES[0] or not config.site_url:
        return config.site_url or ""
    return f"{config.site_url.rstrip('/')}/{language}/"


def _place(page, config):
    return place_of(
        _language(config),
        page.file.src_uri,
        directories=config.use_directory_urls,
        repository=config.extra.get("repository") or "",
    )


def _previewed(page, config):
    """The lesson page that a notebook's preview shows, or None for other pages."""
    path = Path(page.file.src_uri)
    if path.parent.name != "notebooks" or path.suffix != ".ipynb":
        return None
    return config.extra["_build"].site.lesson_pages(_language(config)).get(path.stem)


def _remove_abandoned(target: Path) -> None:
    """Remove what killed builds left beside the site, or put the site back that one had moved."""
    for old in target.parent.glob(f".{target.name}.*.old"):
        if not target.exists():
            old.rename(target)
    name = re.compile(rf"\.{re.escape(target.name)}\.(\d+)\.(building|old)")
    for folder in target.parent.glob(f".{target.name}.*"):
        if not (match := name.fullmatch(folder.name)):
            continue
        with suppress(ProcessLookupError, OverflowError):
            if int(match[1]) != os.getpid():
                with suppress(PermissionError):  # alive, and another user's
                    os.kill(int(match[1]), 0)
                continue
        shutil.rmtree(folder, ignore_errors=True)


def _language(config) -> str:
    return Path(config.docs_dir).name


def _or_stop(function, *args):
    """Call `function`; a mistake in the course stops the build with its message."""
    try:
        return function(*args)
    except CourseError as error:
        raise PluginError(str(error)) from None
    except OSError as error:
        raise PluginError(f"{error.filename}: cannot be written: {error.strerror}") from None
