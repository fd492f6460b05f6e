"""What a cell gave, as the page shows it: what it printed as a terminal would show it."""

import re
import unicodedata

from course_code.publish.run.inside import kernel

ESCAPE = re.compile(
    r"\x1b\[(?P<number>[0-?]*)[ -/]*(?P<letter>[@-~]?)"  # colours, movements, erasing
    r"|\x1b\].*?(?:\x07|\x1b\\)|\x1b[@-Z\\^_a-z=>78]?"  # titles and links; what is left
)
TAB = 8  # columns
ERASE = {"": "\x00", "0": "\x00", "1": "", "2": "\x01"}  # to the end of the line, or all of it


def sent_by(executed) -> dict | None:
    """What the kernel sent of a cell, all in one message, or None if that is missing."""
    messages = [o["data"] for o in executed.outputs if kernel.MIME in o.get("data", {})]
    return messages[0][kernel.MIME] if len(messages) == 1 else None


def outputs(executed) -> list[dict]:
    """What a page shows of an executed cell that is complete: text, figures, an error."""
    errors = [
        {"error": output.ename, "says": terminal(output.evalue)}
        for output in executed.outputs
        if output.output_type == "error"
    ]
    return [seen for output in sent_by(executed)["outputs"] if (seen := shown(output))] + errors


def shown(output: dict) -> dict | None:
    """An output of the kernel as the page shows it; None where there is nothing to see."""
    if "text" not in output:
        return output
    text = terminal(output["text"])
    return {"text": text} if text else None


def terminal(text: str) -> str:
    r"""The lines that stay on a terminal: no colours, tabs as columns, \r and \b carried out."""
    text = re.sub(r"[\x00\x01]", "", text)
    text = ESCAPE.sub(lambda m: ERASE.get(m["number"], "") if m["letter"] == "K" else "", text)
    return "\n".join(map(_line, re.split(r"\r?\n", text))).rstrip("\n")


def _line(text: str) -> str:
    cells, at = [], 0
    for char in text:
        if char == "\r":
            at = 0
        elif char == "\b":
            at = max(at - 1, 0)
        elif char == "\x00":
            del cells[at:]
        elif char == "\x01":
            cells[:] = " " * at
        elif char == "\t":
            at = _write(cells, at, " " * (TAB - sum(map(_width, cells[:at])) % TAB))
        elif unicodedata.category(char) != "Cc":
            at = _write(cells, at, char)
    return "".join(cells)


def _write(cells: list[str], at: int, text: str) -> int:
    cells[at : at + len(text)] = text
    return at + len(text)


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
