"""Teachers' notebooks for tests, and the pages that are made of them."""

import json
from pathlib import Path

from bs4 import BeautifulSoup
from conftest import ROOT
from markdown import Markdown

from course_code.publish.markup.extension import Markup
from course_code.publish.notebook import dialect
from course_code.publish.notebook.given import read_given

FILE = ROOT / "tests/notebooks/{}/falling.ipynb"
SHOWN = Path("docs/en/labs/falling.ipynb")
EXTENSIONS = [*dialect.EXTENSIONS, "course_code.publish.markup.colours"]
OPTIONS = dialect.EXTENSIONS | {
    "course_code.publish.markup.colours": {"pygments_lang_class": True},
}


def notebook(language="en"):
    return json.loads(Path(str(FILE).format(language)).read_text("utf-8"))


def given(data, language="en"):
    return read_given(SHOWN, language, json.dumps(data))


def changed(cell, **what):
    data = notebook()
    data["cells"][cell - 1] |= what
    return data


def texts(*sources):
    """A notebook with a title and a cell for each text."""
    cells = [
        {"cell_type": "markdown", "id": f"c{n}", "metadata": {}, "source": text}
        for n, text in enumerate(["# T", *sources])
    ]
    return notebook() | {"cells": cells}


def rendered(page, language="en"):
    markup = Markup(language=language)
    markup.source = page.source
    html = Markdown(extensions=[*EXTENSIONS, markup], extension_configs=OPTIONS).convert(page.text)
    return BeautifulSoup(html, "html.parser")
