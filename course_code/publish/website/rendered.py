"""A page as a site generator renders it, in facts that can be kept and given back to it."""

from dataclasses import dataclass


@dataclass
class Rendered:
    """A page's HTML with what MkDocs knows of it: as it was kept, or as it was made."""

    key: str
    value: dict | None
    warned: int  # warnings of the build before the page
    made: dict | None = None


def facts(page, html: str) -> dict:
    """What `restore` needs to give MkDocs the page again."""
    links = page.links_to_anchors or {}
    return {
        "html": html,
        "toc": [_token(item) for item in page.toc],
        "title": page._title_from_render,
        "anchors": sorted(page.present_anchor_ids),
        "links": [[file.src_uri, found] for file, found in links.items()],
    }


def restore(page, value: dict, contents, config, files) -> None:
    """Stand for the page's `render`; `contents` makes its table of contents of what is kept."""
    page.content, page.toc = value["html"], contents(value["toc"])
    page._title_from_render = value["title"]
    page.present_anchor_ids = set(value["anchors"])
    page.links_to_anchors = {files.get_file_from_path(uri): found for uri, found in value["links"]}


def _token(item) -> dict:
    children = [_token(child) for child in item.children]
    return {"name": item.title, "id": item.id, "level": item.level, "children": children}
