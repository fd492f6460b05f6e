"""The states of a figure as one file, which `states.js` reads, and the lesson's numbers in them.

A file is compressed, since not every host compresses what it serves. Inside are the length of a
header, 4 bytes; the header, JSON: of each state its value, or dtype, shape and place of an array;
and the bytes of all arrays, little-endian, each beginning at a multiple of 4.
"""

import base64
import gzip
import json
import math
from contextlib import suppress

from course_code.publish.base.errors import CourseError
from course_code.publish.run.plan import Run
from course_code.publish.states.script import line_of
from course_code.publish.states.sent import ALIGNED, SIZES

NEAR = 0.01  # of itself: so far a lesson's number may lie where another processor computed it
SAME = 'Write: SAME = {"spiral/relu_loss": loss}, with a value of the lesson.'


def pack(run: Run) -> bytes:
    """Return the file of a script's states.

    Raises:
        CourseError: a state that no file can hold.
    """
    values, unusable = run.values, run.entry.get("unusable", {})
    for name in ("STATES_TOLD", "STATES_DATA"):
        if values.get(name) is None:
            what = f"STATES cannot be stored: {unusable.get(name, 'a value is no number or text')}"
            raise _error(run, what, hint=f"Arrays are of {', '.join(SIZES)}.")
    header = {}
    for name, told in values["STATES_TOLD"].items():
        if refused := told.get("refused") or _infinite(told):
            hint = f"Convert it: an array is of {', '.join(SIZES)}; a number is .item()."
            raise _error(run, f"the state {name!r} is {refused}", hint=hint)
        header[name] = told
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % ALIGNED)
    data = base64.b64decode("".join(values["STATES_DATA"]))
    return gzip.compress(len(text).to_bytes(4, "little") + text + data, 9, mtime=0)


def _infinite(told: dict) -> str:
    """What is wrong with a state that JSON cannot hold, or an empty text."""
    with suppress(ValueError):
        return json.dumps(told, allow_nan=False) and ""
    return "not finite everywhere"


def check_same(run: Run, lessons: dict[str, Run]) -> None:
    """Compare the numbers of SAME, by lesson/name, with those of the lessons' runs.

    Raises:
        CourseError: a lesson or a value that is not there, or is another.
    """
    same = run.values.get("SAME")
    if "SAME" in run.plan.inlined.names and not isinstance(same, dict):
        raise _error(run, "SAME is no dict of numbers and texts", "SAME", SAME)
    for path, ours in (same or {}).items():
        lesson, _, keys = path.partition("/")
        found = lessons[lesson].values if lesson in lessons else {}
        for key in keys.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        if found is None:
            raise _error(run, f"no lesson has the value {path!r}", "SAME", SAME)
        if not _agree(ours, found):
            hint = "Repeat the lesson's cell as it is, or change what the figure tells."
            raise _error(run, f"{path} is {ours!r} here, {found!r} in the lesson", "SAME", hint)


def _agree(ours, theirs) -> bool:
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_agree, ours, theirs))
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(_agree(ours[k], theirs[k]) for k in ours)
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=NEAR)
    return ours == theirs


def _error(run: Run, what: str, name: str = "STATES", hint: str = "") -> CourseError:
    return CourseError(what, run.lesson.path, line_of(run.lesson, name), hint)
