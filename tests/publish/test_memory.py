"""A server that builds again and again keeps no build but the last."""

import gc
import sys
import tracemalloc
from statistics import median

from mkdocs.commands.build import build
from mkdocs.config import load_config

WARM = 2  # builds until all is there that stays; the second is traced already
EDITS = 3
WORDS = 10_000  # that an edit adds
LIMIT = 25_000  # bytes that may stay of an edit: half of its words


def rebuild(folder, number: int) -> None:
    """Build as the server does after an edit of a page."""
    page = folder / "docs/en/tiny.md"
    text = page.read_text("utf-8")
    page.write_text(f"{text}\nEdit **{number}** and $x_{number}$: {'word ' * WORDS}\n", "utf-8")
    build(load_config(str(folder / "mkdocs.yml"), site_dir=str(folder / "served")))
    page.write_text(text, "utf-8")


def forget_what_has_a_bound() -> None:
    """Empty the caches that drop what is old; until they are full, they grow with every edit."""
    for name, module in [*sys.modules.items()]:
        if name.startswith("course_code."):
            for each in vars(module).values():
                if hasattr(each, "cache_clear") and each.cache_parameters()["maxsize"] is not None:
                    each.cache_clear()


def test_memory_is_flat_from_edit_to_edit(tiny):
    sizes = []
    try:
        for number in range(WARM + EDITS):
            if number == WARM - 1:
                tracemalloc.start()
            rebuild(tiny, number)
            forget_what_has_a_bound()
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    grown = [after - before for before, after in zip(sizes, sizes[1:], strict=False)]
    assert median(grown[-EDITS:]) < LIMIT, grown  # with one of them a table of Python's may double
