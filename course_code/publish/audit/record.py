"""The recorded result of the audit, `docs/audit.json`: what the pages tell of their claims.

Each lesson's entry names the key of the code that was repeated, so that a page says when its
lesson changed since, and has a checksum: only a fresh audit writes one.
"""

import json
import platform
from datetime import UTC, datetime
from pathlib import Path

from course_code.publish.audit.result import tally
from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import digest, write_atomically
from course_code.publish.run.plan import Plan

FILE = Path("docs/audit.json")
HINT = "Do not edit it; write it with: python -m course_code.publish audit --record"


def entry(plan: Plan, seed: int, results: list[dict]) -> dict:
    """What is recorded of one lesson.

    Args:
        plan: the lesson.
        seed: of the audit.
        results: of its repeats, in order.
    """
    stopped = [
        {"repeat": repeat, **result["error"]}
        for repeat, result in enumerate(results)
        if result["error"]
    ]
    claims = {
        claim.name: tally(claim, [result["claims"].get(claim.name) for result in results])
        for claim in plan.lesson.claims
    }
    return {
        "key": plan.audit_key,
        "date": datetime.now(UTC).date().isoformat(),
        "seed": seed,
        "repeats": len(results),
        "device": ", ".join(sorted({result["device"] for result in results})),
        "machine": platform.machine(),
        "versions": plan.inputs.versions,
        "stopped": stopped,
        "claims": claims,
    }


def load(course: Course) -> dict[str, dict]:
    """Entries by lesson; none where nothing was recorded.

    Raises:
        CourseError: the file is no JSON, or an entry is not as an audit wrote it.
    """
    if not (course.root / FILE).is_file():
        return {}
    try:
        recorded = json.loads(course.read(course.root / FILE))
    except ValueError as error:
        raise CourseError(f"not JSON: {error}", FILE, hint=HINT) from None
    if not isinstance(recorded, dict):
        raise CourseError("no list of lessons", FILE, hint=HINT)
    for name, found in recorded.items():
        if not _is_whole(found):
            raise CourseError(f"the entry {name!r} is not as an audit wrote it", FILE, hint=HINT)
    return recorded


def standing(audited: dict[str, dict], plan: Plan, claim: str) -> tuple[str, dict]:
    """What is known of a claim: ("held", its row), ("changed", {}) or ("never", {}).

    Args:
        audited: what `load` gives.
        plan: the lesson as it is now.
        claim: its name.
    """
    found = audited.get(plan.lesson.name)
    if found is None:
        return "never", {}
    if found["key"] != plan.audit_key or claim not in found["claims"]:
        return "changed", {}
    return "held", found["claims"][claim]


def save(course: Course, entries: dict[str, dict]) -> None:
    """Write new entries beside those of the other lessons of the course."""
    merged = _intact(course) | entries
    kept = {name: merged[name] for name in course.lesson_names() if name in merged}
    signed = {name: {**found, "checksum": _checksum(found)} for name, found in kept.items()}
    text = json.dumps(signed, indent=1, ensure_ascii=False, allow_nan=False, default=str)
    write_atomically(course.root / FILE, f"{text}\n".encode())


def _intact(course: Course) -> dict[str, dict]:
    """Entries that are as an audit wrote them; of a damaged file what is left."""
    try:
        recorded = json.loads((course.root / FILE).read_text("utf-8"))
        return {name: found for name, found in recorded.items() if _is_whole(found)}
    except (OSError, ValueError, AttributeError):
        return {}


def _is_whole(found) -> bool:
    """Whether an entry is as an audit wrote it; takes its checksum out."""
    return isinstance(found, dict) and found.pop("checksum", "") == _checksum(found)


def _checksum(found: dict) -> str:
    return digest(json.dumps(found, sort_keys=True, default=str))
