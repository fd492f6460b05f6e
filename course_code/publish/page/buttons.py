"""The row under the title of a lesson or lab: one thing to do first, and a menu with the rest."""

from course_code.publish.base.words import LABELS
from course_code.publish.page.parts import Page

COLAB = "https://colab.research.google.com/github/{repository}/blob/gh-pages/{path}"
SCRIPTED = ("copy", "print", "plain")  # buttons that docs/assets/js/site.js makes work


def buttons(page: Page, home: str, repository: str, lab: str = "") -> str:
    """Return the row as a line of HTML.

    Args:
        page: of a lesson or a lab.
        home: way from the page to its language's home, where notebooks/ and scripts/ lie.
        repository: owner/name, for Colab, or empty; then the notebook comes first.
        lab: way to the lesson's lab, if it has one.
    """
    words = LABELS[page.language]
    links = [("notebook", f"{home}notebooks/{page.lesson}.ipynb", " download")]
    if repository:
        folder = "" if page.language == "en" else f"{page.language}/"
        path = f"{folder}notebooks/{page.lesson}.ipynb"
        links.insert(0, ("colab", COLAB.format(repository=repository, path=path), ""))
    if lab:
        links.append(("lab", lab, ""))
    if not page.is_lab:
        links.append(("script", f"{home}scripts/{page.lesson}.py", " download"))
    first, *rest = (f'<a href="{url}"{more}>{words[name]}</a>' for name, url, more in links)
    first = first.replace("<a ", '<a class="md-button md-button--primary" ')
    items = "".join(f"<li>{link}</li>" for link in rest)
    for name in SCRIPTED:
        button = f'<button type="button" class="lesson-{name}">{words[name]}</button>'
        items += f'<li class="scripted">{button}</li>'
    return (
        f'<div class="lesson-buttons" data-search-exclude>{first}'
        f'<button type="button" class="md-button lesson-hide" aria-pressed="false">'
        f"{words['hide']}</button>"
        f'<details class="lesson-more"><summary class="md-button">{words["more"]}</summary>'
        f"<ul>{items}</ul></details></div>\n"
    )
