"""A page filled: values in its prose, outputs in its cells."""

from dataclasses import replace

from course_code.publish.page.evidence import evidence
from course_code.publish.page.opening import open_page
from course_code.publish.page.parts import Live, Page, Prose, ShownCell, ShownClaims, first_figure
from course_code.publish.page.values import Known, fill
from course_code.publish.run.plan import Run


def fill_page(
    page: Page,
    runs: dict[str, Run],
    audited: dict[str, dict] | None = None,
    titles: dict[str, str] | None = None,
) -> Page:
    """Add values to prose, outputs to cells, and to claims what the run and its repeats found.

    Args:
        page: as parsed.
        runs: of the course's lessons, by name.
        audited: the recorded audit of each lesson.
        titles: of the lessons' pages in the page's language, for what to know before.

    Raises:
        CourseError: an unknown value; a figure without alt text, or alt text without a figure.
    """
    known = _known(page, runs)
    filled = []
    for segment in page.segments:
        if isinstance(segment, Prose):
            filled.append(replace(segment, text=fill(segment.text, known, segment.line)))
        elif isinstance(segment, ShownClaims):
            filled.append(_fill_claims(segment, page, known, runs, audited or {}))
        elif isinstance(segment, ShownCell):
            known = known.below(segment.name)
            filled.append(_fill_cell(segment, runs[page.lesson], known))
        else:
            filled.append(segment)
    cells = {part.name: part for part in filled if isinstance(part, ShownCell)}
    filled = [_fill_live(p, cells, known) if isinstance(p, Live) else p for p in filled]
    return open_page(replace(page, segments=tuple(filled)), known, titles or {})


def short_title(page: Page, runs: dict[str, Run]) -> str:
    """The short title of a page as parsed, with its values.

    Raises:
        CourseError: an unknown value.
    """
    return fill(page.short_title, _known(page, runs), page.heading.line)


def _fill_live(live: Live, cells: dict[str, ShownCell], known: Known) -> Live:
    cell = cells[live.cell]
    figure = first_figure(cell.name, cell.outputs, known.path, live.line)
    caption = fill(live.caption, known, live.line, kind="label")
    return replace(live, caption=caption, alt=cell.alts[0], figure=figure)


def _fill_claims(claims: ShownClaims, page: Page, known: Known, runs, audited) -> ShownClaims:
    lines, run = enumerate(claims.rows, claims.line + 1), runs[page.lesson]
    return replace(
        claims,
        rows=tuple((k, c, fill(t, known, line, kind="label")) for line, (k, c, t) in lines),
        evidence=tuple(evidence(run, name, audited, page.language) for name in claims.names),
    )


def _known(page: Page, runs: dict[str, Run]) -> Known:
    own = runs.get(page.lesson or "")
    return Known(
        values={name: run.values for name, run in runs.items()},
        own=page.lesson or "",
        path=page.path,
        bound={name: run.plan.inlined.names for name, run in runs.items()},
        binders=own.plan.binders if own else {},
    )


def _fill_cell(cell: ShownCell, run: Run, known: Known) -> ShownCell:
    outputs = tuple(tuple(block) for block in run.entry["cells"][cell.name])
    figures = sum("figure" in output for block in outputs for output in block)
    if figures != len(cell.alts):
        raise known.error(
            f"cell {cell.name!r} draws {figures} figure(s) but has {len(cell.alts)} alt text(s)",
            cell.line,
            'Describe each figure, in order: alt="what is seen in it".',
        )
    if len(cell.captions) > figures:
        raise known.error(f"cell {cell.name!r} has more captions than figures", cell.line)
    expect = next(c.expect for c in run.lesson.cells if c.name == cell.name)

    def label(text: str | None) -> str | None:
        return text and fill(text, known, cell.line, kind="label")

    return replace(
        cell,
        alts=tuple(fill(text, known, cell.line, kind="plain") for text in cell.alts),
        captions=tuple(map(label, cell.captions)),
        fold=label(cell.fold),
        fold_code=label(cell.fold_code),
        blocks=run.plan.inlined.blocks[cell.name],
        needs=tuple(each.told for each in run.plan.slices.get(cell.name, ())),
        outputs=outputs,
        expect=expect,
    )
