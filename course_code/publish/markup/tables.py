r"""Tables whose cells may hold formulas with bars, such as $p(y|x)$."""

import re

from markdown.extensions.tables import TableProcessor
from pymdownx.arithmatex import RE_BRACKET_INLINE, RE_SMART_DOLLAR_INLINE

FORMULA = re.compile(f"{RE_SMART_DOLLAR_INLINE}|{RE_BRACKET_INLINE}")
CODE = re.compile(r"(?<![\\`])(`+)(?!`).+?(?<!`)\1(?!`)")
BAR, HELD = "|", "\x1f"  # a character that no page holds


class FormulaTableProcessor(TableProcessor):
    """Python-Markdown's tables; a bar inside a formula ends no cell, as one in code does not."""

    def _split(self, row):
        """Cut a row into cells."""
        code = [found.span() for found in CODE.finditer(row)]

        def hold(found: re.Match) -> str:
            inside = any(start <= found.start() < end for start, end in code)
            return found[0] if inside else found[0].replace(BAR, HELD)

        return [cell.replace(HELD, BAR) for cell in super()._split(FORMULA.sub(hold, row))]
