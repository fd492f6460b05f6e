"""Values of a run in prose: `{{ relu_accuracy:.1%}}`."""

import re
from pathlib import Path

from course_code.publish.base.errors import CourseError

WITHIN = r"(?!\n[ \t]*\n)"  # code and math end with their paragraph
CODE = rf"(?<![\\`])(?P<ticks>`+)(?!`)(?:{WITHIN}.)+?(?<!`)(?P=ticks)(?!`)"
MATH = (
    rf"(?<!\\)\$\$(?:{WITHIN}.)+?\$\$"
    rf"|(?<!\\)\$(?![\s$])(?:\\.|{WITHIN}[^\\$])+?(?<!\s)\$"  # as pymdownx.arithmatex has it
)
PLACE = re.compile(rf"{CODE}|{MATH}|\{{\{{(?P<expression>.*?)\}}\}}|(?P<open>\{{\{{)", re.S)
EXPRESSION = re.compile(
    r"\s*(?:(?P<lesson>[a-z][a-z0-9_]*)/)?(?P<name>[A-Za-z_]\w*)(?P<path>(?:\.\w+|\[[^\]]+\])*)"
    r"\s*(?::(?P<spec>[^:]*))?\s*"
)
STEP = re.compile(r"\.(\w+)|\[[\"']?([^\]\"']+)[\"']?\]")
EXPONENT = re.compile(r"(?P<digits>-?[\d.]+)e(?P<power>[+-]\d+)")
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def fill(text: str, values: dict[str, dict], own: str, path: Path, first_line: int = 1) -> str:
    """Put values where the prose names them; code and math stay as they are.

    Args:
        text: Markdown without fenced code.
        values: values of each lesson, by lesson name.
        own: the lesson that a bare name refers to; `lesson/name` names another.
        path: the page, for errors.
        first_line: its line at which `text` begins.

    Raises:
        CourseError: an unknown lesson or value, or a format that does not fit.
    """

    def place(match: re.Match) -> str:
        line = first_line + text.count("\n", 0, match.start())
        if match["open"]:
            raise CourseError("{{ without }}", path, line, "Write {{ name:.3f}}.")
        if match["expression"] is None:
            return match[0]
        return _value(match["expression"], values, own, path, line)

    return PLACE.sub(place, text)


def _value(expression: str, values: dict[str, dict], own: str, path: Path, line: int) -> str:
    match = EXPRESSION.fullmatch(expression)
    if not match:
        raise CourseError(
            f"cannot read the value {{{{{expression}}}}}", path, line, "Write {{ name:.3f}}."
        )
    lesson = match["lesson"] or own
    if lesson not in values:
        known = ", ".join(sorted(values)) or "none"
        hint = "" if lesson else "Name the lesson of the value: {{ lesson/name }}."
        raise CourseError(f"no lesson {lesson!r} for a value; there are: {known}", path, line, hint)
    known, value, walked = values[lesson], values[lesson], ""
    for key in [match["name"], *(a or b for a, b in STEP.findall(match["path"]))]:
        value = _child(value, key, walked or f"lesson {lesson!r}", path, line)
        walked = f"{walked}.{key}" if walked else key
    if isinstance(value, dict | list) or known is value:
        raise CourseError(
            f"the value {walked!r} holds several numbers", path, line, _choices(value)
        )
    try:
        text = format(value, (match["spec"] or "").strip())
    except (ValueError, TypeError) as error:
        raise CourseError(f"the format of {{{{{expression}}}}}: {error}", path, line) from None
    return text if isinstance(value, str) else typeset(text)


def _child(value, key: str, where: str, path: Path, line: int):
    if isinstance(value, dict) and key in value:
        return value[key]
    if isinstance(value, list) and key in map(str, range(-len(value), len(value))):
        return value[int(key)]
    raise CourseError(f"{where} has no value {key!r}", path, line, _choices(value))


def _choices(value) -> str:
    if isinstance(value, dict):
        return "It has: " + (", ".join(sorted(value)) or "none")
    if isinstance(value, list):
        return f"It is a list of {len(value)}: choose one with [0] to [{len(value) - 1}]."
    return ""


def typeset(text: str) -> str:
    """A formatted number as print shows it: 4.1 × 10⁻⁷ and a real minus sign."""

    def power(match: re.Match) -> str:
        exponent = int(match["power"])
        times = f"\u00a0×\u00a010{str(exponent).translate(SUPERSCRIPT)}" if exponent else ""
        return match["digits"] + times

    text = EXPONENT.sub(power, text)
    return re.sub(r"^-(?=\d)", "\u2212", text)
