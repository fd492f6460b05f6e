"""Edits of built pages, which the proof shall notice."""

from bs4 import BeautifulSoup

PAGES = {"en": "site/tiny/index.html", "zh": "site/zh/tiny/index.html"}


def without(selector: str):
    """An edit that removes the first element of a page that matches."""

    def edit(page: BeautifulSoup) -> None:
        page.select(selector)[0].decompose()

    return edit


def text_of(selector: str, text: str):
    """An edit of the text of the first element that matches."""

    def edit(page: BeautifulSoup) -> None:
        page.select(selector)[0].string = text

    return edit


def added(text: str):
    """An edit that puts a paragraph at the page's end."""

    def edit(page: BeautifulSoup) -> None:
        page.article.append(BeautifulSoup(text, "html.parser"))

    return edit
