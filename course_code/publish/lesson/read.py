"""A lesson script: named cells in percent format, and the claims they check."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError

TIMEOUT = 300  # seconds a cell may take unless it says otherwise
OUTPUT = 100_000  # characters that it may print
MOST = {"timeout": 86_400, "output": 2_000_000}  # that a cell may ask for; pages show all it prints
MARKER = re.compile(r"#\s*%%(?P<options>.*)")
OPTION = re.compile(r'\s*(?P<key>\w+)=(?:"(?P<text>[^"]*)"|(?P<number>\d+))')
OPTIONS = ("name", "expect", "timeout", "output")
NAME = re.compile(r"[a-z][a-z0-9_]*")
MAGIC = re.compile(r"\s*(?:[\w, ]+=\s*)?[%!]|[\w.]+\?+\s*$")
SHELL = (
    "Magics and shell commands (%matplotlib, !pip, name?) are not Python, and a copy could not run "
    "them. Remove it: figures are shown without, packages belong in requirements.txt."
)
CLAIM = re.compile(r"(?P<kind>theorem|arithmetic|measured) (?P<name>[a-z][a-z0-9_]*): (?P<says>.+)")
CHECK = "check"  # of course_code/teach/claims.py
WRITE_CHECK = (
    'Write: check("measured name: what holds", value, ">", bound) (or theorem, arithmetic).'
)
RELATIONS = ("<", "<=", ">", ">=", "==", "in")


@dataclass(frozen=True)
class Claim:
    """A claim of a lesson: kind (theorem, arithmetic, measured), name, sentence, where it is.

    `relation` is that of its `check`.
    """

    kind: str
    name: str
    cell: str
    line: int
    says: str
    relation: str


@dataclass(frozen=True)
class Cell:
    """A named cell as written: `line` is the first line of `source` in the script."""

    name: str
    source: str
    line: int
    expect: str | None = None  # the exception that must occur
    timeout: int = TIMEOUT  # seconds
    output: int = OUTPUT  # characters it may print


@dataclass(frozen=True)
class Lesson:
    """A lesson script, read but not yet inlined."""

    name: str
    path: Path  # relative to the course
    cells: tuple[Cell, ...]
    claims: tuple[Claim, ...]


def read_lesson(course: Course, name: str) -> Lesson:
    """Read `course_code/lessons/<name>.py`.

    Raises:
        CourseError: no such lesson, a cell without a name of its own, an unknown option,
            a syntax error, an assertion, a check that is not of a named claim or may not run.
    """
    script = course.lessons / f"{name}.py"
    path = course.relative(script)
    if not script.is_file():
        known = ", ".join(course.lesson_names()) or "none"
        raise CourseError(f"no lesson {name!r}; there are: {known}", path)
    cells = tuple(read_cells(course.read(script), path))
    if not cells:
        raise CourseError("has no cells", path, hint='Begin one with: # %% name="data"')
    claims = tuple(claim for cell in cells for claim in _claims(cell, path))
    unique(cells, "cell", path)
    unique(claims, "claim", path)
    return Lesson(name, path, cells, claims)


def read_cells(text: str, path: Path) -> Iterator[Cell]:
    """Yield the cells of a script in percent format.

    Raises:
        CourseError: code before the first of them, options that cannot be read.
    """
    lines = text.split("\n")
    starts = [(i, m) for i, line in enumerate(lines) if (m := MARKER.fullmatch(line))]
    _only_docstring("\n".join(lines[: starts[0][0]] if starts else lines), path)
    ends = [i for i, _ in starts[1:]] + [len(lines)]
    for (start, marker), end in zip(starts, ends, strict=False):  # one end more if no starts
        options = _options(marker["options"], path, start + 1)
        source = "\n".join(lines[start + 1 : end]).rstrip()
        skipped = len(source) - len(source.lstrip("\n"))  # blank lines after the marker
        yield Cell(source=source.lstrip("\n"), line=start + 2 + skipped, **options)


def _only_docstring(preamble: str, path: Path) -> None:
    for node in parse(preamble, path).body:
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            raise CourseError("code before the first cell", path, node.lineno, "Move it to a cell.")


def _options(text: str, path: Path, line: int) -> dict:
    options, end = {}, 0
    while match := OPTION.match(text, end):
        options[match["key"]] = match["text"] if match["number"] is None else int(match["number"])
        end = match.end()
    if text[end:].strip():
        hint = 'Name and options look like this: # %% name="race" timeout=60'
        raise CourseError(f"cannot read the cell options {text[end:].strip()!r}", path, line, hint)
    if unknown := set(options) - set(OPTIONS):
        what, hint = f"unknown cell option {min(unknown)!r}", f"Known: {', '.join(OPTIONS)}."
        raise CourseError(what, path, line, hint)
    if not NAME.fullmatch(str(options.get("name"))):
        raise CourseError(
            f"a cell needs a name in lower case, got {options.get('name')!r}",
            path,
            line,
            'Write: # %% name="data"',
        )
    for key, what in {"timeout": "seconds", "output": "characters"}.items():
        if not (isinstance(options.get(key, 1), int) and options.get(key, 1) > 0):
            raise CourseError(f"{key} is not a number of {what}", path, line, f"Write: {key}=600")
        if options.get(key, 1) > MOST[key]:
            raise CourseError(
                f"{key} is more than {MOST[key]} {what}", path, line, "Split the cell."
            )
    if not str(options.get("expect", "Error")).isidentifier():
        raise CourseError("expect is no name of an exception", path, line, 'expect="ValueError"')
    return options


def _claims(cell: Cell, path: Path):
    tree = parse(cell.source, path, cell.line)
    reached = set() if cell.expect else set(_reached(tree.body))
    reached |= {node.value for node in reached if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        line = cell.line + getattr(node, "lineno", 1) - 1
        if isinstance(node, ast.Assert):
            what = "an assertion, which would stop a reader's copy"
            raise CourseError(what, path, line, WRITE_CHECK)
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", None) == CHECK):
            continue
        match = _sentence(node.args[0] if node.args else None)
        if not match:
            raise CourseError("a check without a claim", path, line, WRITE_CHECK)
        relation = _relation(node, path, line)
        if node not in reached:
            raise CourseError(
                f"the claim {match['name']!r} may never be checked",
                path,
                line,
                "Check it in a cell that succeeds, as a statement outside functions, conditions.",
            )
        yield Claim(match["kind"], match["name"], cell.name, line, match["says"], relation)


def _sentence(node: ast.expr | None) -> re.Match | None:
    """The claim that a literal text makes."""
    text = node.value if isinstance(node, ast.Constant) else None
    return CLAIM.fullmatch(text) if isinstance(text, str) else None


def _relation(call: ast.Call, path: Path, line: int) -> str:
    """The relation of a check, which names one and has a value before and a bound after it."""
    if len(call.args) != 4 or call.keywords or any(isinstance(a, ast.Starred) for a in call.args):
        what = "a check takes a claim, a value, a relation, a bound"
        raise CourseError(what, path, line, WRITE_CHECK)
    relation = getattr(call.args[2], "value", None)
    if relation not in RELATIONS:
        what = f"unknown relation {ast.unparse(call.args[2])}"
        raise CourseError(what, path, line, f"Known, as texts: {' '.join(RELATIONS)}")
    return relation


def _reached(body: list[ast.stmt]):
    """Statements that run whenever the code runs: at the top level, in `for` and in `with`."""
    for node in body:
        yield node
        if isinstance(node, ast.For | ast.With):
            yield from _reached(node.body)


def parse(source: str, path: Path, first_line: int = 1) -> ast.Module:
    """Syntax tree of `source`, or a CourseError at the right line of the file."""
    try:
        tree = ast.parse(source)
        compile(tree, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        line = first_line + (error.lineno or 1) - 1
        magic = MAGIC.match((source.split("\n")[(error.lineno or 1) - 1 :] or [""])[0])
        raise CourseError(
            f"syntax error: {error.msg}", path, line, SHELL if magic else ""
        ) from None
    except ValueError as error:  # null bytes
        raise CourseError(f"cannot be read as Python: {error}", path, first_line) from None
    return tree


def unique(items: tuple, what: str, path: Path) -> None:
    """Refuse two cells, or claims, of one name."""
    seen = {}
    for item in items:
        if item.name in seen:
            raise CourseError(
                f"two {what}s are named {item.name!r} (the other at line {seen[item.name]})",
                path,
                item.line,
            )
        seen[item.name] = item.line
