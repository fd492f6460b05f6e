"""Copies of the course in which benchmarks build, and the floor that they are compared with."""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import yaml

from course_code.publish.base.course import LANGUAGES
from course_code.publish.website.prepare import Site, place_of

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("course_code", "docs", "mkdocs.yml", "mkdocs.zh.yml")
Times = tuple[float, float]  # seconds on the clock, seconds of CPU


def copy_course(folder: Path, *more: str) -> None:
    """Copy the course, and more of its files where they exist, into a new folder."""
    folder.mkdir()
    for name in (*PARTS, *(name for name in more if (ROOT / name).exists())):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)


def build(folder: Path) -> Times:
    """Build the site in `folder`.

    Raises:
        RuntimeError: the build failed; quotes the end of its log.
    """
    environment = {"NO_MKDOCS_2_WARNING": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(folder)}
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build"],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{folder.name}: {done.stderr[-2000:]}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def build_all(folders: Iterable[Path]) -> Times:
    """Build several sites, one after the other."""
    clock, cpu = zip(*map(build, folders), strict=True)
    return sum(clock), sum(cpu)


def insert(path: Path, before: str, text: str) -> None:
    """Put `text` into a file before the one place that reads `before`, or at the end if empty."""
    old = path.read_text("utf-8")
    if before and old.count(before) != 1:
        raise RuntimeError(f"{path}: no single {before!r} to edit")
    cut = old.index(before) if before else len(old)
    path.write_text(old[:cut] + text + old[cut:], "utf-8")


class Floor:
    """Two plain sites of the pages that this course hands to Material, which alone builds them.

    No lesson runs, no formula is rendered and nothing is proved: no build with Material that makes
    every page can be faster.
    """

    def __init__(self, folder: Path, site: Site):
        self.homes = {language: folder / language for language in LANGUAGES}
        files = {
            path: data.read_bytes() if isinstance(data, Path) else data
            for path, data in site.files().items()
        }
        for language, home in self.homes.items():
            pages = {
                path: site.markdown(language, path, place_of(LANGUAGES[0], path)).encode()
                for other, path in site.pages
                if other == language
            }
            for path, data in (files | pages).items():
                (home / "docs" / path).parent.mkdir(parents=True, exist_ok=True)
                (home / "docs" / path).write_bytes(data)
            configure(home, language)

    def build(self) -> Times:
        """Build both languages."""
        return build_all(self.homes.values())


SEARCHED = {"en": "en", "zh": ["zh", "en"]}  # languages of the words that Material's search indexes


def configure(home: Path, language: str) -> None:
    """Configure a site with this course's theme features and extensions, and Material's search."""
    base = _settings("mkdocs.yml")
    own = base if language == LANGUAGES[0] else _settings(f"mkdocs.{language}.yml")
    features = base["theme"]["features"]
    config = {
        "site_name": own["site_name"],
        "theme": {"name": "material", "language": language, "font": False, "features": features},
        "markdown_extensions": base["markdown_extensions"],
        "plugins": {"search": {"lang": SEARCHED[language]}},
    }
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (home / "mkdocs.yml").write_text(text, "utf-8")


def _settings(name: str) -> dict:
    """A configuration of this course, without what its tags (such as !ENV) stand for."""
    loader = type("Loader", (yaml.SafeLoader,), {})
    loader.add_multi_constructor("!", lambda *_: None)
    return yaml.load((ROOT / name).read_text("utf-8"), loader)
