"""What a run and its repeats found of a claim, in a few signs beside it."""

import re

from course_code.publish.audit.record import standing
from course_code.publish.base.words import LABELS
from course_code.publish.page.values import typeset
from course_code.publish.run.plan import Run

SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "in": "∈"}
NUMBER = re.compile(r"(?<![\w.])-?\d[\d.]*(?:e[+-]\d+)?(?!\w)")
LITERAL = str.maketrans({mark: f"&#{ord(mark)};" for mark in r"""<>&*_[]{}|`$\"'"""})


def evidence(run: Run, name: str | None, audited: dict[str, dict], language: str) -> str:
    """Return a claim's value and bound, and how often a measured claim held; Markdown.

    Args:
        run: of the lesson.
        name: of the claim; nothing is known of one without.
        audited: the recorded audit of each lesson.
        language: of the page.
    """
    found = run.entry.get("claims", {}).get(name)
    if not found:
        return ""
    text = " ".join(filter(None, sides(found, language)))
    if not any(c.name == name and c.kind == "measured" for c in run.lesson.claims):
        return text
    what, row = standing(audited, run.plan, name)
    words = LABELS[language]
    return text + words["semicolon"] + words[what].format(**row)


def sides(found: dict, language: str) -> tuple[str, str]:
    """Return what a run gave, and the relation with its bound: ("0.934", "> 0.9").

    Where two lists are equal, or nothing is left as there should be, a word says so.
    """
    value = found.get("value", "unknown")
    told = value and not isinstance(value, list | dict)
    if found["relation"] == "==" and not told and value == found["bound"]:
        return LABELS[language]["exact"], ""
    here, relation, bound = found["text"].partition(f" {found['relation']} ")
    sign = SIGNS.get(relation.strip(), relation.strip())
    return literal(here), literal(f"{sign} {bound}")


def literal(text: str) -> str:
    """Return text as Markdown that shows it as it is, with its numbers typeset."""
    return NUMBER.sub(lambda number: typeset(number[0]), text).translate(LITERAL)
