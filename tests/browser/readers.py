"""A lesson as a reader has it open."""

from dataclasses import dataclass
from itertools import cycle

from playwright.sync_api import Page

from .places import lessons

HOMES = {"en": "", "zh": "zh/"}
LESSONS = [f"{home}{name}/" for home, name in zip(cycle(HOMES.values()), lessons(), strict=False)]
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT = "rgb(255, 255, 255)"


def texts(locator) -> list[str]:
    return [text.rstrip("\n") for text in locator.all_text_contents()]


@dataclass
class Reader:
    """A lesson's page in the dark, and in the light as it is without scripts."""

    page: Page
    bare: Page
    fetched: list[str]
    blocks: list[str]  # of code, as the server sent them
