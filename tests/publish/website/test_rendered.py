"""A page restored is the page as it was rendered."""

from dataclasses import dataclass, field
from types import SimpleNamespace

from course_code.publish.website.rendered import facts, restore


@dataclass
class Item:
    title: str
    id: str
    level: int
    children: list = field(default_factory=list)


@dataclass(frozen=True)
class Other:
    src_uri: str


def test_a_page_comes_back_as_it_was_rendered():
    other = Other("other.md")
    page = SimpleNamespace(
        toc=[Item("One", "one", 1, [Item("Two", "two", 2)])],
        _title_from_render="One",
        present_anchor_ids={"one", "two"},
        links_to_anchors={other: {"x": "other.md#x"}},
    )
    kept, again = facts(page, "<h1>One</h1>"), SimpleNamespace()
    files = SimpleNamespace(get_file_from_path={"other.md": other}.get)

    def contents(tokens):
        return [Item(t["name"], t["id"], t["level"], contents(t["children"])) for t in tokens]

    restore(again, kept, contents, None, files)
    assert again.content == "<h1>One</h1>"
    for name in ("toc", "_title_from_render", "present_anchor_ids", "links_to_anchors"):
        assert getattr(again, name) == getattr(page, name), name
