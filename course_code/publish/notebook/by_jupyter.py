"""A notebook as HTML, made by mkdocs-jupyter with the course's template.

Its own template brings 576 KB of style and asks other sites for scripts; the course's, in
`templates/`, has neither and names the elements as the site's style does.
"""

import json
import logging
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

TEMPLATES = Path(__file__).with_name("templates")


def html_of(notebook: dict) -> str:
    """Return the HTML of a notebook in nbformat 4; nothing of it is run."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "notebook.ipynb")
        file.write_text(json.dumps(notebook), "utf-8")
        return _converter()(file)


@cache
def _converter() -> Callable[[Path], str]:
    """Bring mkdocs-jupyter in, which takes 0.6 s, and tell it of the template."""
    from mkdocs_jupyter import nbconvert2

    class Unsettled(nbconvert2.NbConvertApp):
        def load_config_file(self, *_, **__) -> None:
            """Read no settings of Jupyter's: a page is the same on every machine."""

    class Installed(nbconvert2.HTMLExporter):
        def get_prefix_root_dirs(self) -> list[str]:
            """Find nbconvert's templates where it is installed, not in folders of the user's."""
            return [str(Path(sys.prefix, "share/jupyter"))]

    nbconvert2.NbConvertApp, nbconvert2.HTMLExporter = Unsettled, Installed
    nbconvert2.settings.templates_dir = str(TEMPLATES)
    nbconvert2.logger.setLevel(logging.WARNING)  # or it tells of a file that nobody knows
    return nbconvert2.nb2html
