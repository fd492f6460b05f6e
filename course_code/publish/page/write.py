"""A filled page as ordinary Material Markdown: fences, details, figures."""

import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from course_code.publish.base.words import LABELS
from course_code.publish.markup.text import longest_ticks
from course_code.publish.page.buttons import buttons
from course_code.publish.page.described import described
from course_code.publish.page.marked import readdressed
from course_code.publish.page.parts import (
    CourseList,
    Live,
    Page,
    Prose,
    ShownCell,
    ShownClaims,
    ShownFigure,
    headings,
)
from course_code.publish.page.place import Place
from course_code.publish.run.plan import Run

PRINTED = ".text .no-copy .lesson-output"  # the fence of an output that is text
ONLY_CODE = " only-code"  # class of a fold that goes when a reader hides the code
TABLE = " .printed-table"  # of its fence where lines have columns, and wrapped would fall apart
COLUMNS = re.compile(r"\S {2,}\S.*?\S {2,}\S")
LONG = 60  # lines of an output; a longer one is folded
THEMES = ("light", "dark")
MARKDOWN = re.compile(r"[`$\[\]\\*_\n]")  # inside an attribute it would still become HTML


def to_markdown(page: Page, run: Run | None, place: Place) -> str:
    """The page as any site generator with Material's extensions can build it."""
    parts, row = [], ""
    if run or page.is_lab:
        lab = page.lab and place.home + page.lab + ("/" if place.directories else ".html")
        row = buttons(page, place.home, place.repository, lab or "")
    for segment in page.segments:
        if isinstance(segment, Prose):
            text, row = _below_title(segment, row)
            parts.append(text)
        elif isinstance(segment, ShownClaims):
            parts.append("\n".join(indented(claims(segment, page.language), segment.indent)))
        elif isinstance(segment, ShownFigure):
            lines = indented(_again(segment, page.lesson, place), segment.indent)
            parts.append("\n".join(["", *lines, ""]))
        elif isinstance(segment, Live):
            parts.append("\n".join(indented(_live(segment, page, place), segment.indent)))
        elif isinstance(segment, CourseList):
            parts.append(readdressed(segment.text, place.lead))
        else:
            lines = _cell(segment, page, place)
            parts.append("\n".join(indented(lines, segment.indent)))
    text = "\n".join(parts)
    if run is None:
        return text
    lab = [LABELS[page.language]["to lab"].format(url=f"{page.lab}.md")] if page.lab else []
    return "\n\n".join([text.rstrip(), *lab, _provenance(page, run, place)]) + "\n"


def _below_title(prose: Prose, row: str) -> tuple[str, str]:
    """Put the buttons under the title if it is here; also what is left to put."""
    title = row and next((h for h in headings(prose) if h.level == 1), None)
    if not title:
        return prose.text, row
    lines = prose.text.split("\n")
    cut = title.line - prose.line + 1
    return "\n".join([*lines[:cut], "", row, *lines[cut:]]), ""


def figure_files(cells: dict[str, list]) -> dict[str, bytes]:
    """Images by file name, of the outputs of a run's cells."""
    return {
        f"{file}.{theme}.svg": figure[theme]["data"].encode()
        for file, figure in _figures(cells)
        for theme in THEMES
    }


def table_files(cells: dict[str, list]) -> dict[str, bytes]:
    """Data of figures by file name, of the outputs of a run's cells."""
    return {
        f"{file}.csv": figure["table"]["csv"].encode()
        for file, figure in _figures(cells)
        if figure.get("table")
    }


def _figures(cells: dict[str, list]) -> Iterator[tuple[str, dict]]:
    for name, blocks in cells.items():
        figures = (o["figure"] for block in blocks for o in block if "figure" in o)
        for number, figure in enumerate(figures):
            yield _file(name, number, figure), figure


def _file(cell: str, number: int, figure: dict) -> str:
    """Name of the files of a figure, which those in another language than the lesson's tell."""
    return f"{cell}-{number + 1}" + (f".{figure['language']}" if "language" in figure else "")


def _cell(cell: ShownCell, page: Page, place: Place) -> list[str]:
    words, figures = LABELS[page.language], 0
    body = []
    for block, outputs, needs in zip_longest(cell.blocks, cell.outputs, cell.needs):
        anchor = "" if block.folded else f" #cell-{cell.name}"
        fold = words["folded"] if block.folded else cell.fold_code
        later = ' data-colours="later"' if fold or cell.fold else ""
        shown = []
        for output in outputs:
            if "figure" in output:
                shown += [*_figure(cell, figures, output["figure"], page, place), ""]
                figures += 1
            else:
                shown += [*_output(output, words["long"]), ""]
        needs = f' data-needs="{needs}"' if needs else ""
        code = fence(block.source, f".python {joined(shown)}.lesson-code{anchor}{later}{needs}")
        body += [*folded(code, fold, ONLY_CODE), "", *shown]
    return folded(body, cell.fold, "" if any(cell.outputs) else ONLY_CODE)


def fence(text: str, attributes: str) -> list[str]:
    """Return the lines of a block of code with the attributes of its fence."""
    mark = "`" * max(4, longest_ticks(text) + 1)
    # Not searched as text: of code, the search index takes names alone.
    return [f'{mark} {{ {attributes} data-search-exclude="" }}', *text.split("\n"), mark]


def joined(outputs: list[str]) -> str:
    """Return the class of code that makes one card with the first of its outputs, or nothing."""
    return ".printed " if outputs and PRINTED in outputs[0] else ""


def folded(lines: list[str], title: str | None, kind: str = "") -> list[str]:
    """Return lines in a fold, of another class too, or as they are where it has no title."""
    if title is None:
        return lines
    return [f'??? lesson-fold{kind} "{title}"', "", *indented(lines, "    ")]


def indented(lines: Iterable[str], indent: str) -> list[str]:
    """Return lines of Markdown as a block of their own in what is indented so far."""
    return ["", *(indent + line if line else line for line in lines), ""]


def _output(output: dict, long: str) -> list[str]:
    error = "error" in output
    return printed(f"{output['error']}: {output['says']}" if error else output["text"], long)


def printed(text: str, long: str) -> list[str]:
    """Return the lines that show what was printed, in a fold with the title `long` if it is."""
    title, is_table = shape(text, long)
    return folded(fence(text, PRINTED + TABLE * is_table), title)


def shape(text: str, long: str) -> tuple[str | None, bool]:
    """Return the title of the fold around what was printed, if any, and whether it has columns."""
    lines = text.count("\n") + 1
    rows = sum(bool(COLUMNS.search(line)) for line in text.splitlines())
    return long.format(lines=f"{lines:,}") if lines > LONG else None, rows > 1


def _images(cell: str, number: int, figure: dict, lesson: str, place: Place, alt: str) -> str:
    alt = _attribute(alt)
    return "".join(
        f'<img class="{theme}-only" src="{place.root}assets/lessons/{lesson}/'
        f'{_file(cell, number, figure)}.{theme}.svg" alt="{alt}" width="{image["width"]}" '
        f'height="{image["height"]}" loading="lazy">'
        for theme in THEMES
        for image in [figure[theme]]
    )


def _attribute(text: str) -> str:
    """A text as the value of an attribute, in which Markdown reads nothing."""
    return MARKDOWN.sub(lambda mark: f"&#{ord(mark[0])};", html.escape(text))


def pictures(cell: str, figure: dict, lesson: str) -> str:
    """Return a figure's images as an ornament, which says nothing to who does not see it."""
    return _images(cell, 0, figure, lesson, Place("", ""), "")


def _figure(cell: ShownCell, number: int, figure: dict, page: Page, place: Place) -> list[str]:
    images = _images(cell.name, number, figure, page.lesson, place, cell.alts[number])
    lines = [f"//// html | figure.lesson-figure{_told(cell.name, number, figure)}", images]
    if number < len(cell.captions):
        lines += ["", *caption(cell.captions[number])]
    return [*lines, "////", "", *_data(cell.name, number, figure, page, place)]


def _told(cell: str, number: int, figure: dict) -> str:
    """The attribute of a figure that leads to what is told of it."""
    return f"[aria-details=data-{cell}-{number + 1}]" if figure.get("table") else ""


def _data(cell: str, number: int, figure: dict, page: Page, place: Place) -> list[str]:
    """A fold that tells what the figure shows, and leads to its data; it is no Markdown."""
    if not figure.get("table"):
        return []
    words, name = LABELS[page.language], f"{cell}-{number + 1}"
    told = (_attribute(text) for text in described(figure["table"]["panels"], page.language))
    return [
        f'<details class="lesson-fold figure-data" id="data-{name}" data-search-exclude>'
        f"<summary>{words['data']}</summary>"
        + "".join(f"<p>{text}</p>" for text in told)
        + f'<p><a href="{place.root}assets/lessons/{page.lesson}/'
        f'{_file(cell, number, figure)}.csv" download>'
        f"{words['csv']}</a></p></details>"
    ]


def _again(shown: ShownFigure, lesson: str, place: Place) -> list[str]:
    images = _images(shown.cell, 0, shown.figure, lesson, place, shown.alt)
    told = _told(shown.cell, 0, shown.figure)
    lines = [f"//// html | figure.lesson-figure.first{told}", images]
    if shown.caption:
        lines += ["", *caption(shown.caption)]
    return [*lines, "////"]


def _live(live: Live, page: Page, place: Place) -> list[str]:
    """The figure that stands there without a script, and the words for the script."""
    figure, told = live.figure, LABELS[page.language]["still"]
    wide, narrow = live.heights
    words = _attribute(json.dumps(dict(live.words), ensure_ascii=False))
    return [
        f"///// html | figure#{live.id}.lesson-figure.live[data-live={live.name}]"
        f"[style='--wide:{wide:g}rem;--narrow:{narrow:g}rem']{_told(live.cell, 0, figure)}",
        *("", "//// html | div.live-stage"),
        _images(live.cell, 0, figure, page.lesson, place, live.alt)
        + f'<span class="live-words" hidden data-words="{words}"></span>',
        *("", "/// html | p.live-note", told, "///"),
        *("////", "", *caption(live.caption), "/////"),
    ]


def caption(text: str) -> list[str]:
    """Return the Markdown of a figure's caption."""
    return ["/// html | figcaption", text, "///"]


def claims(shown: ShownClaims, language: str) -> list[str]:
    """Return the Markdown of a list of claims, each with its kind, which leads to its cell."""
    words, lines = LABELS[language], ["//// html | div.lesson-claims", ""]
    for kind, cell, text in shown.told:
        badge = f'<span class="claim-kind claim-{kind}">{words[kind]}</span>'
        if cell:
            badge = f'<a href="#cell-{cell}">{badge}</a>'
        lines.append(f"- {badge} {text}")
    counts = Counter(kind for kind, *_ in shown.rows)
    kinds = (words["count"].format(kind=words[kind], count=n) for kind, n in counts.items())
    title = words["judged"].format(claims=len(shown.rows), kinds=words["comma"].join(kinds))
    return folded([*lines, "", "////"], title)


def _provenance(page: Page, run: Run, place: Place) -> str:
    words = LABELS[page.language]
    inputs = run.plan.inputs
    versions = [
        f"{name.capitalize()} {number}" if name == "python" else f"{name} {number}"
        for name, number in inputs.versions.items()
    ]
    text = words["ran"].format(
        versions=words["comma"].join(versions),
        device=run.entry["device"],
        seeds=words["comma"].join(ranges(run.values["SEEDS"])).replace("–", "–\u2060"),  # one line
        runs=f'<a href="{place.root}runs.json">runs.json</a>',
    )
    return f'<p class="lesson-provenance" data-search-exclude>{text}</p>'


def ranges(numbers: list[int]) -> list[str]:
    """Sorted whole numbers with runs of three or more shortened: 0–4, 12345."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [
        part
        for run in runs
        for part in ([f"{run[0]}–{run[-1]}"] if len(run) > 2 else map(str, run))
    ]
