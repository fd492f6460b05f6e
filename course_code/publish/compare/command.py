"""`python -m course_code.publish` with `report`, `gpu-check`, `drift` and `colab`."""

import argparse
import os
import sys
from pathlib import Path

from course_code.publish.audit import record
from course_code.publish.base.arguments import count
from course_code.publish.base.course import Course
from course_code.publish.base.declared import read_declared, undeclared
from course_code.publish.base.errors import CourseError, in_words
from course_code.publish.base.files import write_atomically
from course_code.publish.compare import colab, gpu
from course_code.publish.compare import drift as drifting
from course_code.publish.compare.outputs import read
from course_code.publish.compare.report import LARGEST, as_markdown, as_page, compare
from course_code.publish.page.news import report_of


@in_words
def report(arguments: list[str]) -> int:
    """Compare two outputs; 1 where one of them cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m course_code.publish report",
        description="Before and after: values, claims, figures, weights of pages, as Markdown.",
    )
    parser.add_argument("old", type=Path, help="a built site, or a store such as .lessons")
    parser.add_argument("new", type=Path, help="another")
    parser.add_argument(
        "--html", metavar="FILE", type=Path, help="also write a page, with figures side by side"
    )
    parser.add_argument(
        "--release", metavar="VERSION", help="also write the page that the site keeps of a version"
    )
    parser.add_argument("--root", type=Path, default=Path(), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    course = Course(options.root.resolve())
    audited = record.load(course)
    old, new = (read(folder.resolve()) for folder in (options.old, options.new))
    found = compare(old, new, audited)
    print(as_markdown(found), end="")
    if options.html:
        write_atomically(options.html, as_page(found).encode())
    if options.release:
        page = as_page(found, f"Version {options.release}", LARGEST)
        write_atomically(course.root / "docs" / report_of(options.release), page.encode())
    return 0


@in_words
def gpu_check(arguments: list[str]) -> int:
    """Run the published scripts on this machine's accelerator; 1 if a script or a claim fails."""
    parser = argparse.ArgumentParser(
        prog="python -m course_code.publish gpu-check",
        description="Run each published script in an empty folder on an accelerator, and compare "
        "its values and claims with the stored run on the CPU.",
    )
    parser.add_argument("--lesson", metavar="NAME", action="append", help="only this lesson")
    parser.add_argument(
        "--site", type=Path, default=Path("site"), help="the built site (default: site)"
    )
    parser.add_argument(
        "--python", default=sys.executable, help="of an environment whose torch knows the device"
    )
    parser.add_argument("--write", metavar="FILE", type=Path, help="also write the table there")
    parser.add_argument("--root", type=Path, default=Path(), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    course = Course(options.root.resolve())
    found = gpu.check(course, options.site, options.python, options.lesson)
    print(text := gpu.as_markdown(found), end="")
    if options.write:
        write_atomically(options.write, text.encode())
    return 1 if any(row.complaints for row in found) else 0


@in_words
def drift(arguments: list[str]) -> int:
    """Run notebooks and solved labs with another interpreter; 1 if what differs is undeclared."""
    parser = argparse.ArgumentParser(
        prog="python -m course_code.publish drift",
        description="Run each published notebook and each solved lab from top to bottom in an "
        "empty folder, with the packages that a reader has.",
    )
    parser.add_argument("--python", default=sys.executable, help="of the reader's environment")
    parser.add_argument("--lesson", metavar="NAME", action="append", help="only this notebook")
    parser.add_argument("--site", type=Path, default=Path("site"), help="the built site")
    parser.add_argument("--solutions", type=Path, default=Path("build/solutions"), help="of labs")
    parser.add_argument("--jobs", type=count, default=os.cpu_count(), help="notebooks run at once")
    parser.add_argument("--write", metavar="FILE", type=Path, help="also write the table there")
    parser.add_argument("--root", type=Path, default=Path(), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    course = Course(options.root.resolve())
    versions = drifting.versions(options.python)
    chosen = drifting.notebooks(options.site, options.solutions)
    names = options.lesson or list(chosen)
    if unknown := [name for name in names if name not in chosen]:
        raise CourseError(f"no notebook {unknown[0]!r}; there are: {', '.join(chosen)}")
    declared = read_declared(course, course.root / drifting.FILE)
    known = [line for line in declared if line.startswith(tuple(f"{n}," for n in names))]
    rows = drifting.check(
        options.site, {name: chosen[name] for name in names}, options.python, options.jobs
    )
    print(text := drifting.as_markdown(rows, versions), end="")
    if options.write:
        write_atomically(options.write, text.encode())
    if found := undeclared(drifting.sentences(rows, versions), known):
        raise CourseError("\n".join(found), hint=f"Mend it, or declare it: {drifting.FILE}")
    return 0


@in_words
def write_constraints(arguments: list[str]) -> int:
    """Write constraints-colab.txt; 1 if Colab's lists cannot be had."""
    parser = argparse.ArgumentParser(
        prog="python -m course_code.publish colab",
        description=f"Write {colab.FILE}, from what Colab publishes.",
    )
    parser.add_argument(
        "--from", dest="folder", metavar="FOLDER", type=Path, help="not from the network"
    )
    parser.add_argument("--date", default="", help="of what the folder has (default: today)")
    parser.add_argument("--root", type=Path, default=Path(), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    lists = colab.read(options.folder) if options.folder else colab.fetched()
    text = colab.constraints(*lists, options.date)
    write_atomically(options.root / colab.FILE, text.encode())
    return 0
