"""Before and after, in tables: as Markdown, or as a page with the figures side by side."""

import base64
import html
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from course_code.publish.compare import changes
from course_code.publish.compare.outputs import Outputs

LONGEST = 100  # rows of a table; a summary has its limits
LARGEST = 300_000  # bytes of the figures on a page that a repository keeps
WEIGHED = 0.01  # part of its weight that a page may change without a row
WORDS = {
    "digits": "last digits: another processor",
    "noise": "within the spread",
    "changed": "**changed**",
    "new": "new",
    "gone": "**gone**",
    "fell": "**holds no longer**",
    "rose": "holds now",
}
GRAVE = ("changed", "gone", "fell")
KINDS = {"svg": "svg+xml", "webp": "webp", "png": "png"}
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto;
padding: 0 1rem }}
table {{ border-collapse: collapse; font-size: .85rem }} td, th {{ border: 1px solid #ccc;
padding: .2rem .5rem; text-align: left; vertical-align: top }} img {{ max-width: 100% }}
.pair {{ display: grid; grid-template-columns: 1fr 1fr; gap: 1rem }} figure {{ margin: 0 }}
</style>
<h1>{title}</h1>
{body}
</html>
"""


@dataclass(frozen=True)
class Table:
    """A heading, what is said below it, and rows of plain texts."""

    heading: str
    said: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Report:
    """What differs between two outputs."""

    lessons: list[tuple[str, bool | None, bool | None]]  # new or gone
    values: list[changes.Change]
    claims: list[changes.ClaimChange]
    figures: list[tuple[str, bytes | None, bytes | None]]
    weights: list[tuple[str, int | None, int | None]]
    counts: dict[str, int]  # of all there is now
    weighed: bool  # whether both have pages

    def tables(self) -> Iterator[Table]:
        """Yield its parts."""
        rows = tuple((name, _kind(old, new)) for name, old, new in self.lessons)
        yield Table("Lessons", _said(rows, self.counts["lessons"]), ("Lesson", "How"), rows)
        yield _values(self.values, self.counts["values"])
        yield _claims(self.claims, self.counts["claims"])
        rows = tuple((name, _kind(old, new)) for name, old, new in self.figures)
        yield Table("Figures", _said(rows, self.counts["figures"]), ("File", "How"), rows)
        if self.weighed:
            yield _weights(self.weights, self.counts["pages"])


def compare(before: Outputs, after: Outputs, audited: dict[str, dict]) -> Report:
    """Compare two outputs.

    Args:
        before: an output.
        after: another.
        audited: the recorded audit of each lesson, for the spread of its claims.
    """
    weighed = bool(before.weights and after.weights)
    lessons = [dict.fromkeys(each.lessons, True) for each in (before, after)]
    counts = {
        "lessons": len(after.lessons),
        "values": sum(len(list(changes.leaves(e["values"]))) for e in after.lessons.values()),
        "claims": sum(len(each["claims"]) for each in after.lessons.values()),
        "figures": len(after.figures),
        "pages": len(after.weights),
    }
    return Report(
        changes.files(*lessons),
        changes.values(before, after),
        changes.claims(before, after, audited),
        changes.files(before.figures, after.figures),
        changes.files(before.weights, after.weights) if weighed else [],
        counts,
        weighed,
    )


def as_markdown(report: Report) -> str:
    """Return the report as Markdown, such as a workflow's summary shows."""
    lines = ["# Before and after"]
    for table in report.tables():
        lines += ["", f"## {table.heading}", "", table.said]
        if table.rows:
            lines += ["", _row(table.columns), _row(["---"] * len(table.columns))]
            lines += [_row(map(_as_text, row)) for row in table.rows[:LONGEST]]
        if len(table.rows) > LONGEST:
            lines += ["", f"… and {len(table.rows) - LONGEST} more."]
    return "\n".join(lines) + "\n"


def as_page(report: Report, title: str = "Before and after", limit: int | None = None) -> str:
    """Return the report as a page that needs no other file.

    Args:
        report: what differs.
        title: of the page.
        limit: bytes that its figures may take; those that come later are named alone.
    """
    parts, taken = [], 0
    for table in report.tables():
        parts.append(f"<h2>{html.escape(table.heading)}</h2><p>{html.escape(table.said)}</p>")
        if table.rows:
            head = "".join(f"<th>{html.escape(column)}" for column in table.columns)
            rows = ("".join(f"<td>{_bold(cell)}" for cell in row) for row in table.rows)
            parts.append(f"<table><tr>{head}<tr>{'<tr>'.join(rows)}</table>")
    for name, old, new in report.figures:
        if ".dark." in name:
            continue
        pair = "".join(_image(name, side) for side in (old, new))
        taken += len(pair)
        if limit is None or taken <= limit:
            parts.append(f'<h3>{html.escape(name)}</h3><div class="pair">{pair}</div>')
    return PAGE.format(title=html.escape(title), body="\n".join(parts))


def _values(found: list[changes.Change], count: int) -> Table:
    ordered = sorted(found, key=lambda c: (c.judged not in GRAVE, -(c.relative or 0)))
    rows = tuple(
        (c.lesson, c.name, _show(c.before), _show(c.after), _percent(c.relative), WORDS[c.judged])
        for c in ordered
        if c.judged != "digits"
    )
    digits = len(found) - len(rows)
    said = _said(rows, count) + (f" In {digits} more only last digits differ." if digits else "")
    if rows:
        said += (
            " A list over the lesson's seeds, or one that has more or fewer parts than before,"
            " is one value: of numbers the mean is shown."
        )
    return Table("Values", said, ("Lesson", "Value", "Before", "After", "Differs", "How"), rows)


def _claims(found: list[changes.ClaimChange], count: int) -> Table:
    ordered = sorted(found, key=lambda c: c.judged not in GRAVE)
    rows = tuple(
        (
            *(c.lesson, c.name),
            *(side["text"] if side else "" for side in (c.before, c.after)),
            " → ".join(_number(c.margin(side)) for side in (c.before, c.after)),
            WORDS[c.judged],
        )
        for c in ordered
        if c.judged != "digits"
    )
    columns = ("Lesson", "Claim", "Before", "After", "Margin", "How")
    return Table("Claims", _said(rows, count), columns, rows)


def _weights(found: list[tuple[str, int | None, int | None]], count: int) -> Table:
    rows = tuple(
        (name, _kilobytes(old), _kilobytes(new), _percent(changes.relative(old, new)))
        for name, old, new in found
        if old is None or new is None or abs(new - old) > WEIGHED * old
    )
    total = sum((new or 0) - (old or 0) for _, old, new in found)
    said = f"{_said(rows, count)} All together {total / 1000:+.1f} kB."
    columns = ("Page", "Before", "After", "Differs")
    return Table("Weight of pages, compressed, with their pictures", said, columns, rows)


def _said(rows: tuple, count: int) -> str:
    if not rows:
        return f"None of {count} differs."
    kinds = Counter(row[-1].strip("*") for row in rows if row[-1] in {*WORDS.values()})
    told = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    return f"{len(rows)} of {count} differ" + (f": {told}." if told else ".")


def _kind(old, new) -> str:
    return WORDS["new" if old is None else "gone" if new is None else "changed"]


def _show(value) -> str:
    if isinstance(value, list):
        if value and changes.is_numeric(value):
            return f"{sum(value) / len(value):.5g} (mean of {len(value)})"
        return f"{len(value)} parts"
    return _number(value) if isinstance(value, float) else "" if value is None else str(value)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.5g}"


def _percent(part: float | None) -> str:
    return "" if part is None else f"{part:.2g}" if part < 1e-4 else f"{part:.2%}"


def _kilobytes(size: int | None) -> str:
    return "" if size is None else f"{size / 1000:.1f} kB"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _as_text(cell: str) -> str:
    """A cell in which Markdown and HTML mean nothing, but for the stars of the words here."""
    if cell in WORDS.values():
        return cell
    plain = " ".join(cell.split())[:200]
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>|&#~$" else c for c in plain)


def _bold(cell: str) -> str:
    text = html.escape(cell)
    return f"<strong>{text.strip('*')}</strong>" if cell.startswith("**") else text


def _image(name: str, data: bytes | None) -> str:
    if data is None:
        return "<figure></figure>"
    kind = KINDS.get(name.rpartition(".")[2], "png")
    text = base64.b64encode(data).decode("ascii")
    return f'<figure><img alt="" src="data:image/{kind};base64,{text}"></figure>'
