"""Mistakes in the Markdown of a page that a site generator would publish without a word."""

from pathlib import Path

from course_code.publish.base.errors import CourseError
from course_code.publish.page.text import Token, fence_after


def check_text(text: str, found: list[Token], path: Path) -> None:
    """Refuse what a reader would see as typed, or not at all.

    Args:
        text: of the page.
        found: its tokens.
        path: of the page, for errors.

    Raises:
        CourseError: a fence or a comment that stays open.
    """
    _check_closed(found, path)


def _check_closed(found: list[Token], path: Path) -> None:
    for token in found:
        if token.kind == "comment" and not token.text.endswith("-->"):
            raise CourseError("this comment is not closed", path, token.line, "Close it with -->")
        if token.kind == "fence":
            fence = ""
            for line in token.text.rstrip("\n").split("\n"):
                fence = fence_after(line, fence)
            if fence:
                hint = f"Close it with {fence}"
                raise CourseError("this fence is not closed", path, token.line, hint)
