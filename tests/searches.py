"""What readers type into the search field, and where the answer stands."""

from pathlib import Path
from typing import NamedTuple

FIRST = 3  # results among which a place that is right has to be


class Search(NamedTuple):
    """A query, and every place that is right: a page, or page#section."""

    language: str
    query: str
    places: tuple[str, ...]

    def rank(self, found: list[str]) -> int:
        """Return where the first right one stands in a list of addresses, from 1; 0 for nowhere."""
        places = [url.replace("/#", "#").removesuffix("/") for url in found]
        return next((n for n, place in enumerate(places, 1) if place in self.places), 0)


def searches() -> list[Search]:
    """Return all of searches.txt."""
    lines = Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines()
    parts = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    return [Search(language, query, tuple(places.split())) for language, query, places in parts]
