"""What MkDocs's door does by itself: the rest is seen by whole builds."""

import logging
from types import SimpleNamespace

import pytest
from mkdocs.commands import serve
from mkdocs.exceptions import Abort, ConfigurationError

from course_code.publish import hooks


def test_a_broken_configuration_is_one_line_for_the_server_and_memory_goes_back(monkeypatch):
    given = []
    monkeypatch.setattr(hooks, "give_back", lambda: given.append("back"))

    def build():
        raise ConfigurationError("mkdocs.yml: no nav")

    with pytest.raises(Abort, match=r"^mkdocs\.yml: no nav$") as caught:
        hooks._in_one_line(build)
    assert caught.value.__suppress_context__
    assert given == ["back"]


def test_the_server_starts_though_its_first_build_fails_and_only_the_first(monkeypatch, caplog):
    def build(config):
        raise Abort(config)

    monkeypatch.setattr(serve, "build", build)
    monkeypatch.setattr(hooks, "COMMANDS", [])
    monkeypatch.setattr(hooks, "as_ctrl_c", lambda: None)
    hooks.on_startup("build", False)
    assert serve.build is build
    hooks.on_startup("serve", False)
    with caplog.at_level(logging.INFO, "mkdocs"):
        serve.build("mistake")
    assert "Mend this and save" in caplog.text
    with pytest.raises(Abort, match="mistake"):
        serve.build("mistake")


def test_the_server_watches_the_files_of_docs_itself(tmp_path):
    """Such as the audit's record, what fell in it, or a glossary that was not there before."""
    watched = []
    server = SimpleNamespace(builder=None, watch=lambda *path, **how: watched.append((path, how)))
    config = SimpleNamespace(config_file_path=str(tmp_path / "mkdocs.yml"))
    assert hooks.on_serve(server, config, None) is server
    assert watched == [((str(tmp_path / "docs"),), {"recursive": False})]
