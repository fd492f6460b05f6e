"""What others made and the site carries: KaTeX, and MiniSearch, which readers' browsers run.

Each folder of `vendor/` holds the files of a released npm package that are used, unchanged, with
its licence. `released.json` has their versions and SHA-256 sums; `make katex` renews them.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from fnmatch import fnmatch
from pathlib import Path

from course_code.publish.base.errors import CourseError, in_words
from course_code.publish.base.files import write_atomically

HERE = Path(__file__).parent / "vendor"
RELEASED = HERE / "released.json"
WANTED = {  # package: files of its release -> place in the package's folder here
    "katex": {
        "LICENSE": "LICENSE",
        "dist/katex.min.js": "katex.min.js",
        "dist/katex.min.css": "katex.min.css",
        "dist/fonts/*.woff2": "fonts/",
    },
    "minisearch": {"LICENSE.txt": "LICENSE", "dist/umd/index.js": "index.js"},
}


def released() -> dict[str, dict]:
    """Return of each package its version, licence and files: path -> SHA-256 in hexadecimal."""
    return json.loads(RELEASED.read_text("utf-8"))


def digests(package: str) -> dict[str, str]:
    """Return the same of the files that are there."""
    folder = HERE / package
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def renew(package: str, archive: Path) -> None:
    """Replace a package's files by those of another release.

    Args:
        package: its name, one of WANTED.
        archive: what `npm pack` fetched.

    Raises:
        CourseError: a wanted file is not in it, or a known version has other content.
    """
    with tarfile.open(archive) as release:
        members = {m.name.removeprefix("package/"): m for m in release if m.isfile()}
        about = json.load(release.extractfile(members["package.json"]))
        files = {
            place: release.extractfile(member).read()
            for place, member in _chosen(package, members).items()
        }
    known = released()
    sums = {place: hashlib.sha256(data).hexdigest() for place, data in sorted(files.items())}
    before = known.get(package, {})
    if before.get("version") == about["version"] and before["files"] != sums:
        raise CourseError(f"{package} {about['version']} is not what it was", RELEASED.name)
    for path in (HERE / package).rglob("*"):
        if path.is_file():
            path.unlink()
    for place, data in files.items():
        write_atomically(HERE / package / place, data)
    known[package] = {"version": about["version"], "licence": about["license"], "files": sums}
    write_atomically(RELEASED, (json.dumps(known, indent=1) + "\n").encode())


def _chosen(package: str, members: dict) -> dict:
    """Return the wanted members of a release by their place here."""
    chosen = {}
    for pattern, place in WANTED[package].items():
        found = [name for name in members if fnmatch(name, pattern)]
        if not found:
            raise CourseError(f"{package} has no {pattern}", hint="Adapt WANTED to the release.")
        for name in found:
            chosen[place + Path(name).name if place.endswith("/") else place] = members[name]
    return chosen


def _fetch(name: str, folder: str) -> Path:
    """Fetch a release through npm.

    Raises:
        CourseError: there is no npm, or it found no such release.
    """
    if not (npm := shutil.which("npm")):
        hint = "Install Node.js, which brings it. Nothing but `make katex` needs it."
        raise CourseError("npm is not installed: releases come through it", hint=hint)
    if subprocess.run([npm, "pack", "--silent", name], cwd=folder, check=False).returncode:
        hint = "Is that a package and a version, as katex@0.19.1, and is there a network?"
        raise CourseError(f"npm cannot fetch {name}", hint=hint)
    [archive] = Path(folder).glob("*.tgz")
    return archive


@in_words
def main(wanted: list[str]) -> int:
    """Fetch releases: those named, as katex@0.19.1, or those that are here."""
    for name in wanted or [f"{name}@{known['version']}" for name, known in released().items()]:
        package = name.split("@")[0]
        if package not in WANTED:
            raise CourseError(f"{package!r} is none of {', '.join(WANTED)}", hint="Adapt WANTED.")
        with tempfile.TemporaryDirectory() as folder:
            renew(package, _fetch(name, folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
