"""The text of a page, cut into tokens: the one place that knows what is code."""

import re

FENCE = re.compile(r"^(?P<indent>[ >\t]*)(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>.*)$")


def fence_after(line: str, fence: str) -> str:
    """Return the fence that is open after `line`, or an empty text."""
    found = FENCE.match(line)
    if not found or (not fence and "`" in found["info"]):  # inline code is no fence
        return fence
    if not fence:
        return found["mark"]
    return "" if found["mark"].startswith(fence) and not found["info"].strip() else fence
