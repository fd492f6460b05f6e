"""`::: list claims`: every claim of the course, from the runs and the audit, counts on top."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from course_code.publish.audit.dropped import dropped
from course_code.publish.audit.record import standing
from course_code.publish.audit.result import margin, stays
from course_code.publish.base.course import Course
from course_code.publish.base.words import LABELS
from course_code.publish.markup.text import in_cell
from course_code.publish.page.errata import moved
from course_code.publish.page.evidence import literal, sides
from course_code.publish.page.parts import Live, Opening, Page, Prose, ShownCell, ShownClaims
from course_code.publish.page.values import places
from course_code.publish.run.plan import Run


@dataclass(frozen=True)
class Row:
    """A claim as the pages of one language tell it."""

    page: Page
    cell: str
    kind: str
    text: str
    found: dict  # what its check recorded
    standing: tuple[str, dict]  # in the audit


def all_claims(
    course: Course,
    pages: dict[str, Page],
    parsed: dict[str, Page],
    runs: dict[str, Run],
    audited: dict[str, dict],
    language: str,
) -> str:
    """Return the Markdown of the table of all claims.

    Args:
        course: for the claims that fell.
        pages: of the lessons in one language, by path, filled.
        parsed: the same before, for how many numbers they ask.
        runs: of the lessons.
        audited: the recorded audit of each lesson.
        language: of the table.

    Raises:
        CourseError: a mistake in docs/dropped.yml.
    """
    rows = [row for page in pages.values() for row in _rows(page, runs[page.lesson], audited)]
    counted = _counts(rows, sum(map(_numbers, parsed.values())), language)
    titles = {page.lesson: page.short_title for page in pages.values()}
    fallen = _fallen(dropped(course), titles, language)
    return "\n".join([counted, *_table(rows, language), *fallen])


def _rows(page: Page, run: Run, audited: dict[str, dict]) -> Iterator[Row]:
    for part in page.segments:
        if isinstance(part, ShownClaims):
            for (kind, cell, text), name in zip(part.rows, part.names, strict=True):
                if name:
                    found = run.entry.get("claims", {}).get(name, {})
                    yield Row(page, cell, kind, text, found, standing(audited, run.plan, name))


def _numbers(page: Page) -> int:
    """How many values the prose of a page, its captions and claims ask for."""
    texts = []
    for part in page.segments:
        if isinstance(part, Prose):
            texts.append(part.text)
        elif isinstance(part, Opening):
            texts.append(part.answer)
        elif isinstance(part, Live):
            texts.append(part.caption)
        elif isinstance(part, ShownClaims):
            texts += [text for *_, text in part.rows]
        elif isinstance(part, ShownCell):
            texts += [*part.alts, *part.captions]
    return sum(map(places, texts))


def _counts(rows: list[Row], numbers: int, language: str) -> str:
    words, kinds = LABELS[language], Counter(row.kind for row in rows)
    repeated = [
        row.standing[1] for row in rows if row.kind == "measured" and row.standing[0] == "held"
    ]
    steady = sum(row["held"] == row["of"] for row in repeated)
    fell = sum(not stays(row) for row in repeated)
    return words["counts"].format(
        numbers=numbers,
        lessons=len({row.page.lesson for row in rows}),
        claims=len(rows),
        kinds=words["comma"].join(
            words["count"].format(count=count, kind=words[kind]) for kind, count in kinds.items()
        ),
        repeated=len(repeated),
        steady=steady,
        nearly=len(repeated) - steady - fell,
        fell=fell,
    )


def _table(rows: list[Row], language: str) -> Iterator[str]:
    words = LABELS[language]
    yield from ("", "//// html | div.claims-ledger", "")
    yield f"| {' | '.join(words['ledger'])} |"
    yield "| --- | --- | --- | --: | --- | --: | --- |"
    for row in rows:
        what, known = row.standing
        held = "" if row.kind != "measured" else words[what]
        held = f"{known['held']}/{known['of']}" if known else held
        here, bound = sides(row.found, language) if row.found else ("", "")
        title, own = in_cell(row.page.short_title), row.page.path.name
        link, text = f'<a href="{own}#cell-{row.cell}">{title}</a>', in_cell(moved(row.text, own))
        cells = [link, text, words[row.kind], here, bound, _room(row.found), held]
        yield f"| {' | '.join(cells)} |"
    yield from ("", "////", "")


def _room(found: dict) -> str:
    room = margin(found["value"], found["relation"], found["bound"]) if found else None
    return "" if room is None else literal(f"{room:.2g}")


def _fallen(entries: list[dict], titles: dict[str, str], language: str) -> Iterator[str]:
    words = LABELS[language]
    yield from (words["fallen"], "")
    for entry in entries:
        lesson = titles.get(entry["lesson"], f"`{entry['lesson']}`")
        fell = {"lesson": lesson, "claim": entry[language], "became": words[entry["became"]]}
        yield words["fell"].format(**fell)
    if not entries:
        yield words["none fell"]
