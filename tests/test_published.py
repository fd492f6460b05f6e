"""What CI publishes, compares and builds: the commands of its workflows, run as it runs them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from workflows import ROOT, script


def run(commands: str, cwd: Path, **environment: str) -> str:
    """Run the commands of a step as GitHub does; gives what they print."""
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", commands],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def host(tmp_path) -> Path:
    """A folder where repositories lie as on GitHub; ada/course is one of them, and empty."""
    git(tmp_path, "init", "--quiet", "--bare", "host/ada/course")
    return tmp_path / "host"


def publish(host: Path, site: Path, commit: str) -> None:
    run(
        script("build", "publish", "Push the site to gh-pages"), site, TOKEN="-",
        GITHUB_SHA=commit, GITHUB_SERVER_URL=host.as_uri(), GITHUB_REPOSITORY="ada/course",
    )  # fmt: skip


def test_what_was_built_is_published_and_replaces_what_was_there(host, tmp_path):
    for build in ("first", "second"):
        site = tmp_path / build
        (site / "zh").mkdir(parents=True)
        (site / "zh/index.html").write_text(f"{build} 课程", "utf-8")
        publish(host, site, f"commit-{build}")
    published = host / "ada/course"
    assert git(published, "show", "gh-pages:zh/index.html") == "second 课程"
    listed = git(published, "ls-tree", "-r", "--name-only", "gh-pages").split()
    assert sorted(listed) == [".nojekyll", "zh/index.html"]
    assert "commit-second" in git(published, "log", "--format=%s", "gh-pages")


def test_a_pull_request_is_compared_with_what_is_published(host, built_tiny, tmp_path):
    checkout, summary = tmp_path / "checkout", tmp_path / "summary.md"
    git(tmp_path, "clone", "--quiet", (host / "ada/course").as_uri(), str(checkout))
    (checkout / ".venv/bin").mkdir(parents=True)
    python = checkout / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (checkout / "course_code").symlink_to(ROOT / "course_code")
    shutil.copytree(built_tiny / "site", checkout / "site")
    told = {"RUNNER_TEMP": str(tmp_path / "first"), "GITHUB_STEP_SUMMARY": str(summary)}
    compare = script("build", "test", "Compare with the published site")
    assert run(compare, checkout, **told) == "No site is published.\n"
    page = shutil.copytree(built_tiny / "site", tmp_path / "old") / "index.html"
    page.write_text(page.read_text("utf-8") + "<p>" + "more " * 20_000, "utf-8")
    publish(host, tmp_path / "old", "old")
    run(compare, checkout, **{**told, "RUNNER_TEMP": str(tmp_path / "second")})
    assert "index" in summary.read_text("utf-8")
    assert (checkout / "build/report/index.html").exists()
    (tmp_path / "old/results.json").unlink()  # as an engine without it has published
    publish(host, tmp_path / "old", "older")
    told["RUNNER_TEMP"] = str(tmp_path / "third")
    assert run(compare, checkout, **told) == "::warning::The published site cannot be compared.\n"
    git(checkout, "remote", "set-url", "origin", (tmp_path / "gone").as_uri())
    assert run(compare, checkout, **told) == "::warning::The published site cannot be fetched.\n"


@pytest.mark.parametrize(
    ("owner", "repository", "named", "expected"),
    [
        ("Ada", "Ada/course", "", "https://ada.github.io/course/"),
        ("Ada", "Ada/Ada.github.io", "", "https://ada.github.io/"),
        ("Ada", "Ada/course", "https://learn.example/", "https://learn.example/"),
    ],
)
def test_a_fork_gets_its_own_address(owner, repository, named, expected, tmp_path):
    build = script("build", "test", "Build")
    shown = build.replace("make build", "printenv SITE_URL")
    assert shown != build
    told = {"GITHUB_REPOSITORY_OWNER": owner, "GITHUB_REPOSITORY": repository, "NAMED_URL": named}
    assert run(shown, tmp_path, **told).strip() == expected
