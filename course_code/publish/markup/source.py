"""The page that is being rendered, as messages about it need it."""

import re
from dataclasses import dataclass
from pathlib import Path

from course_code.publish.base.errors import CourseError
from course_code.publish.markup.text import tokens


@dataclass(frozen=True)
class Source:
    """A Markdown file: its path as messages show it, and its text; both may be unknown."""

    path: Path | None = None
    text: str = ""

    def mistake(self, what: str, line: int | None, hint: str) -> CourseError:
        """Return the error that says what is wrong, on which line, and what to do."""
        return CourseError(what, self.path, line, hint)

    def line(self, near: str) -> int | None:
        r"""Return the 1-based line on which a text starts, as a formula if it is one.

        Args:
            near: spaces and line ends in it match any others, and marks of block quotes.
        """
        words = r"[\s>]+".join(re.escape(word) for word in near.split())
        if not words:
            return None
        formula = re.compile(rf"[\s>]*({words})[\s>]*")
        for token in tokens(self.text):
            if token.kind in ("math", "display") and (found := formula.fullmatch(token.tex)):
                return token.line + token.tex.count("\n", 0, found.start(1))
        found = re.search(words, self.text)
        return self.text.count("\n", 0, found.start()) + 1 if found else None
