"""Verdicts on the notes are told once, on the lesson's page, and gathered on another."""

from course_code.publish.website.prepare import place_of, prepare

LESSON = '# %% name="c0"\nSEEDS = range(2)\nx = 3\n'
PAGE = """# One|1: a lesson

::: cell one.c0

## The end {#notes-checked}

| They say | Verdict |
| --- | --- |
| $a | b$[^n] | Wrong: {{ x }}, [below](#end). |
| c | Right, see [home](index.md). |

Text. | no row |

## End {#end}

| other | table |
| --- | --- |
| d | e |

[^n]: A note.
"""


def test_the_tables_of_all_lessons_become_one(write, ran):
    files = {"lessons/one": LESSON}
    for language in ("en", "zh"):
        files[f"docs/{language}/one.md"] = PAGE
        files[f"docs/{language}/index.md"] = "# Home\n\n::: list errata\n"
    text = prepare(write(files)).markdown("en", "index.md", place_of("en", "index.md"))
    table = [line for line in text.split("\n") if line.startswith("|")]
    assert table == [
        "| Lesson | The notes say | Verdict |",
        "| --- | --- | --- |",
        "| [One&#124;1](one.md#notes-checked) | $a | b$ | Wrong: 3, [below](one.md#end). |",
        "| [One&#124;1](one.md#notes-checked) | c | Right, see [home](index.md). |",
    ]
