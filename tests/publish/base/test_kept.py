"""What is kept comes back only for what it was made of, whole; nothing needs it."""

import pytest

from course_code.publish.base import kept
from course_code.publish.base.kept import Kept, key_of


@pytest.fixture
def store(tmp_path) -> Kept:
    return Kept(tmp_path / "kept")


def test_a_value_comes_back_for_its_key_alone(store):
    value = {"html": "<p>损失\n</p>", "list": [1, 2.5, None]}
    store.put("en/spiral.md", key_of("text"), value)
    assert store.get("en/spiral.md", key_of("text")) == value
    assert store.get("en/spiral.md", key_of("other")) is None
    assert store.get("zh/spiral.md", key_of("text")) is None


def test_a_new_value_replaces_the_old(store):
    store.put("page", key_of(1), "one")
    store.put("page", key_of(2), "two")
    assert store.get("page", key_of(1)) is None
    assert store.get("page", key_of(2)) == "two"
    assert len(list(store.folder.iterdir())) == 1


@pytest.mark.parametrize("damage", ["", "cut", "changed", "garbage"])
def test_a_damaged_value_counts_as_missing_and_is_made_again(store, damage):
    store.put("page", key_of(1), "the value")
    (path,) = store.folder.iterdir()
    data = path.read_bytes()
    path.write_bytes(
        {
            "cut": data[:-3],
            "changed": data.replace(b"value", b"valve"),
            "garbage": b"\xff\n\x00",
        }.get(damage, b"")
    )
    assert store.get("page", key_of(1)) is None
    store.put("page", key_of(1), "the value")
    assert store.get("page", key_of(1)) == "the value"


def test_a_key_covers_its_parts_the_engine_and_what_is_installed(monkeypatch, tmp_path):
    keys = [key_of("a", "b"), key_of("ab"), key_of("b", "a"), key_of({"a": 1}), key_of(["a", 1])]
    assert len(set(keys)) == len(keys)
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})
    (tmp_path / "markdown-9.9.dist-info").mkdir()
    kept._engine.cache_clear()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert key_of("ab") != keys[1]
    kept._engine.cache_clear()
    (tmp_path / "engine.py").write_text("x = 1\n")
    monkeypatch.setattr(kept, "CODE", tmp_path)
    one = key_of("ab")
    kept._engine.cache_clear()
    (tmp_path / "engine.py").write_text("x = 2\n")
    assert key_of("ab") != one
    kept._engine.cache_clear()


def test_what_is_of_no_use_any_more_is_dropped(store):
    for name in ("en/one.md", "en/two.md", "zh/one.md"):
        store.put(name, key_of(1), name)
    store.keep_only({"en/one.md", "zh/one.md"})
    assert store.get("en/two.md", key_of(1)) is None
    assert store.get("zh/one.md", key_of(1)) == "zh/one.md"


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path):
    (tmp_path / "file").write_text("")
    store = Kept(tmp_path / "file")
    store.put("page", key_of(1), "one")
    assert store.get("page", key_of(1)) is None
