"""The repository itself: its pins, its commands, what CI may do, what must not be committed."""

import ast
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from importlib.metadata import PackageNotFoundError, packages_distributions, requires, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from course_code.publish.audit import command as audit
from course_code.publish.audit.result import ENOUGH
from course_code.publish.lab import read as lab
from course_code.publish.lesson.read import MOST, OPTIONS, OUTPUT, TIMEOUT
from course_code.publish.page import live
from course_code.publish.page.write import LONG
from course_code.publish.states.packed import NEAR
from course_code.publish.website import policy

ROOT = Path(__file__).parents[1]
BY_PLATFORM = ("cuda", "nvidia", "triton")  # torch pins its own drivers' libraries
MACHINE_PATH = re.compile(r"(?<![\w.~$}/:-])/(?:home|root|tmp|work|Users|opt|mnt|srv)/\w")
PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[\w.]+)")


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def pins(name: str) -> dict[str, str]:
    """Versions by canonical name; any line that is no exact pin is a mistake."""
    found = {}
    for line in read(name).splitlines():
        line = line.split("#")[0].strip()
        if line and line != "-c constraints.txt":
            pin = PIN.fullmatch(line)
            assert pin, f"{name}: not an exact pin: {line}"
            found[canonicalize_name(pin["name"])] = pin["version"]
    return found


def project_files() -> list[Path]:
    """Files that are, or would be, committed; everything but known products without git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if (ROOT / name).is_file()]
    ignored = [line.rstrip("/") for line in read(".gitignore").split("\n") if line[:1] not in "#"]
    return [path for path in ROOT.rglob("*") if path.is_file() and not _ignored(path, ignored)]


def _ignored(path: Path, patterns: list[str]) -> bool:
    parts = path.relative_to(ROOT).parts
    anywhere = any(fnmatch(part, pattern) for part in parts for pattern in patterns)
    return anywhere or any(fnmatch(f"/{parts[0]}", pattern) for pattern in patterns)


def texts() -> dict[str, str]:
    """Text of every project file that is text, by path."""
    found = {}
    for path in project_files():
        try:
            found[path.relative_to(ROOT).as_posix()] = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
    return found


# ---- pins ------------------------------------------------------------------------------------


def test_requirements_and_constraints_are_exact_and_do_not_overlap():
    named, brought = pins("requirements.txt"), pins("constraints.txt")
    assert len(named) > 10
    assert len(brought) > 10
    assert not set(named) & set(brought)


def test_this_environment_has_the_pinned_versions():
    for name, wanted in pins("requirements.txt").items():
        assert version(name).split("+")[0] == wanted, name
    for name, wanted in pins("constraints.txt").items():
        try:
            assert version(name) == wanted, name
        except PackageNotFoundError:
            continue  # of another platform


def test_all_that_requirements_bring_in_is_pinned():
    named = pins("requirements.txt")
    pinned = named | pins("constraints.txt")
    todo, seen = list(named), set(named)
    while todo:
        for line in requires(todo.pop()) or []:
            needed = Requirement(line)
            name = canonicalize_name(needed.name)
            wanted = not needed.marker or needed.marker.evaluate({"extra": ""})
            if wanted and name not in seen and not name.startswith(BY_PLATFORM):
                seen.add(name)
                todo.append(name)
    assert sorted(seen - set(pinned)) == [], "run: make pins"


def test_every_imported_package_is_required_by_name():
    named = pins("requirements.txt")
    ours = {"course_code", "benchmarks", *(path.stem for path in (ROOT / "tests").glob("*"))}
    provided, missing = packages_distributions(), set()
    for path in project_files():
        if path.suffix != ".py" or "tiny_course" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module]
            for module in {name.split(".")[0] for name in modules}:
                if module in ours or module in sys.stdlib_module_names:
                    continue
                from_where = provided.get(module, ["nowhere"])
                if not any(canonicalize_name(name) in named for name in from_where):
                    missing.add(f"{path.relative_to(ROOT)}: {module} (of {from_where[0]})")
    assert sorted(missing) == []


# ---- commands --------------------------------------------------------------------------------


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", read("Makefile"), re.M))


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_documents_name_commands_and_files_that_exist(name):
    text = read(name)
    commands = set(re.findall(r"(?:^|`)make ([a-z]+)\b", text, re.M))
    assert commands
    assert commands <= targets()
    for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", text):
        assert (ROOT / link).exists(), link
    for module in re.findall(r"python -m ((?:course_code|benchmarks)[\w.]*)", text):
        base = ROOT / module.replace(".", "/")
        assert base.with_suffix(".py").is_file() or (base / "__main__.py").is_file(), module


def test_the_options_of_cells_are_documented_as_they_are():
    text = read("CONTRIBUTING.md")
    assert f"(seconds; {TIMEOUT} by default, at most {MOST['timeout']})" in text
    assert f"print; {OUTPUT} by default, at most {MOST['output']})" in text
    assert all(f"`{option}=" in text or f"{option}=" in text for option in OPTIONS)


def test_other_numbers_of_the_engine_are_documented_as_they_are():
    text = " ".join(read("CONTRIBUTING.md").split())
    repeats = audit._parser().get_default("repeats")
    assert f"hangs (`timeout=`, {lab.TIMEOUT} seconds)" in text
    assert f"An output of more than {LONG} lines is folded" in text
    assert re.findall(r"([\d,]+) bytes", text) == [f"{live.LIMIT:,}"] * 2
    assert f"differs from the lesson's by more than {100 * NEAR:.0f} % stops" in text
    assert f"repeats every lesson {repeats} times" in text
    assert f"held in at least {ENOUGH * repeats:.0f} of {repeats};" in text


def test_the_policy_as_a_header_is_the_one_of_the_pages():
    rules = "; ".join(policy.RULES).format(digests=" 'unsafe-inline'")
    assert f"\nContent-Security-Policy: {rules}; frame-ancestors 'self'\n" in read("README.md")


def test_ci_runs_the_test_command_of_the_readme():
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    assert script.read_text("utf-8").rstrip().endswith("\nexec make test")
    assert "make test" in read("README.md")
    assert "export CI=true" in script.read_text("utf-8")


@pytest.mark.parametrize("browser", [None, "chromium", "google-chrome"])
@pytest.mark.parametrize("font", [None, "", "Noto Sans CJK SC"])
@pytest.mark.parametrize("works", [True, False])
def test_ci_installs_what_is_not_there_and_always_tests(tmp_path, browser, font, works):
    for name in ("bash", "dirname", "env"):
        (tmp_path / name).symlink_to(shutil.which(name))
    stubs = {"apt-get": 0 if works else 100, "make": 7, "sudo": 1, "id": 0}
    for name, status in stubs.items():
        says = "0" if name == "id" else f"{name} $1 ${{@: -1}} CI=$CI"
        (tmp_path / name).write_text(f'#!{shutil.which("bash")}\necho "{says}"\nexit {status}\n')
        (tmp_path / name).chmod(0o755)
    if font is not None:
        (tmp_path / "fc-list").write_text(f'#!{shutil.which("bash")}\necho "{font}"\n')
        (tmp_path / "fc-list").chmod(0o755)
    if browser:
        (tmp_path / browser).symlink_to(shutil.which("true"))
    done = subprocess.run(
        [ROOT / ".ci/run"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 7  # of the tests
    lines = done.stdout.splitlines()
    assert lines[-1] == "make test test CI=true"
    shell, whole = (f"apt-get install chromium{kind} CI=true" for kind in ("-headless-shell", ""))
    assert (shell in lines) == (browser is None)
    assert (whole in lines) == (browser is None and not works)
    assert ("apt-get install fonts-noto-cjk CI=true" in lines) == (not font)


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
def test_make_explains_itself_and_refuses_an_old_python(tmp_path):
    def make(*arguments):
        return subprocess.run(
            ["make", "--no-print-directory", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    described = set(re.findall(r"^make (\w+) ", make().stdout, re.M))
    assert described == targets()
    old = tmp_path / "python"
    pretend = "import sys; sys.version_info = (3, 10, 0); exec(sys.argv[1])"
    old.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{pretend}" "$2"\n')
    old.chmod(0o755)
    refused = make("build", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}")
    assert refused.returncode != 0
    assert "Python 3.11 or later is needed" in refused.stderr
    assert not (tmp_path / "venv").exists()


# ---- contents --------------------------------------------------------------------------------


def test_nothing_names_a_folder_of_one_machine():
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert found == []


def test_machine_paths_are_recognised():
    assert MACHINE_PATH.search('open("' + "/home" + '/ada/course")')
    assert MACHINE_PATH.search("in " + "/tmp" + "/x")
    assert not MACHINE_PATH.search("https://example.org" + "/home" + "/page")
    assert not MACHINE_PATH.search("docs" + "/work" + "/page.md")


def test_products_are_not_committed():
    for name in texts():
        assert not re.match(r"(site|\.lessons|build|\.venv)/", name), name
        assert not name.endswith(".pyc"), name
        given = name.startswith(("docs/en/", "docs/zh/", "tests/notebooks/"))  # by teachers
        assert given or not name.endswith(".ipynb"), name
    assert all(path.stat().st_size < 500_000 for path in project_files())


def test_licence_and_citation_agree():
    licence, citation = read("LICENSE"), yaml.safe_load(read("CITATION.cff"))
    assert "Permission is hereby granted, free of charge" in licence
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in licence
    assert citation["license"] == ["MIT", "CC-BY-4.0"]
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    assert f'version = "{citation["version"]}"' in read("pyproject.toml")
    assert f"  version: {citation['version']}\n" in read("mkdocs.yml")
    assert f"  authors: {citation['authors'][0]['name']} #" in read("mkdocs.yml")
