r"""Tables whose cells may hold formulas with bars, such as $p(y|x)$."""

from markdown.extensions.tables import TableProcessor

from course_code.publish.markup.text import cells


class FormulaTableProcessor(TableProcessor):
    """Python-Markdown's tables; a bar inside code, a formula or a comment ends no cell."""

    def _split(self, row):
        """Cut a row into cells."""
        return cells(row)
