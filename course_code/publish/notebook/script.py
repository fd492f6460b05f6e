"""A filled page as a plain script: its code, and its headings as comments."""

import ast
import builtins
import html

from course_code.publish.notebook.places import address
from course_code.publish.page.parts import Page, Prose, ShownCell, headings


def to_script(page: Page, home: str = "") -> str:
    """Return the page's code as a percent-format script that runs from top to bottom.

    Code that fails on purpose is caught, and its error printed.

    Args:
        page: a filled page.
        home: absolute address of the home page in its language; empty if unknown.
    """
    parts = []
    for segment in page.segments:
        if isinstance(segment, ShownCell):
            for block in segment.blocks:
                fails = segment.expect is not None and block is segment.blocks[-1]
                code = _caught(block.source, segment.expect) if fails else block.source
                parts.append(f"# %%\n{code}")
        elif isinstance(segment, Prose):
            for heading in headings(segment):
                text = " ".join(html.unescape(heading.text).split())  # or it would end the comment
                parts.append(f"# %% [markdown]\n# {'#' * heading.level} {text}")
                if heading.level == 1 and home:
                    parts[-1] += f"\n# {address(page, home)}"
    return "\n\n".join(parts) + "\n"


def _caught(source: str, error: str) -> str:
    """Return code that prints the error it is to raise, and goes on."""
    inside = set()  # lines within a string, which indenting would change
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
        ):
            inside.update(range(node.lineno + 1, node.end_lineno + 1))
    lines = [
        line if number in inside or not line else f"    {line}"
        for number, line in enumerate(source.split("\n"), 1)
    ]
    error = error if hasattr(builtins, error) else "Exception"
    caught = [f"except {error} as _error:", '    print(f"{type(_error).__name__}: {_error}")']
    return "\n".join(["try:", *lines, *caught])
