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

from course_code.publish.audit import command
from course_code.publish.lesson.read import OPTIONS, OUTPUT, TIMEOUT

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
BY_PLATFORM = ("cuda", "nvidia", "triton")  # torch pins its own drivers' libraries
MACHINE_PATH = re.compile(r"(?<![\w.~$}/:-])/(?:home|root|tmp|work|Users|opt|mnt|srv)/\w")
PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[\w.]+)")
JOBS = [
    pytest.param(name, job, id=f"{path.stem}-{name}")
    for path in WORKFLOWS
    for name, job in yaml.safe_load(path.read_text("utf-8"))["jobs"].items()
]


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
    assert f"(seconds; {TIMEOUT} by default)" in text
    assert f"print; {OUTPUT} by default)" in text
    assert all(f"`{option}=" in text or f"{option}=" in text for option in OPTIONS)


def test_ci_runs_the_test_command_of_the_readme():
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    assert script.read_text("utf-8").rstrip().endswith("\nexec make test")
    assert "make test" in read("README.md")
    assert "export CI=true" in script.read_text("utf-8")


@pytest.mark.parametrize("browser", [None, "chromium", "google-chrome"])
@pytest.mark.parametrize("works", [True, False])
def test_ci_installs_a_browser_only_where_there_is_none_and_always_tests(tmp_path, browser, works):
    for name in ("bash", "dirname", "env"):
        (tmp_path / name).symlink_to(shutil.which(name))
    stubs = {"apt-get": 0 if works else 100, "make": 7, "sudo": 1, "id": 0}
    for name, status in stubs.items():
        says = "0" if name == "id" else f"{name} $1 CI=$CI"
        (tmp_path / name).write_text(f'#!{shutil.which("bash")}\necho "{says}"\nexit {status}\n')
        (tmp_path / name).chmod(0o755)
    if browser:
        (tmp_path / browser).symlink_to(shutil.which("true"))
    done = subprocess.run(
        [ROOT / ".ci/run"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 7  # of the tests
    lines = done.stdout.splitlines()
    assert lines[-1] == "make test CI=true"
    assert ("apt-get install CI=true" in lines) == (browser is None)


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


# ---- workflows -------------------------------------------------------------------------------


def test_there_is_a_build_a_drift_check_and_an_audit():
    assert {path.stem for path in WORKFLOWS} == {"audit", "build", "drift"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_commit_and_say_their_version(path):
    used = re.findall(r"uses: *(.*)", path.read_text("utf-8"))
    assert used
    for action in used:
        assert re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_begin_without_permissions_and_take_no_code_of_strangers_with_them(path):
    workflow = yaml.safe_load(path.read_text("utf-8"))
    assert workflow["permissions"] == {}
    assert "concurrency" in workflow
    assert not {"pull_request_target", "workflow_run"} & set(workflow[True])  # YAML: on is true


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_only_publishing_may_write(name, job):
    assert job["permissions"] == {"contents": "write" if name == "publish" else "read"}
    assert job["timeout-minutes"] <= 90
    for step in job["steps"]:
        assert "${{" not in step.get("run", ""), "pass it through env: it could hold shell code"
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_the_job_that_publishes_runs_nothing_of_the_repository_and_waits_for_tests():
    jobs = yaml.safe_load(read(".github/workflows/build.yml"))["jobs"]
    assert jobs["publish"]["needs"] == "test"
    assert "refs/heads/main" in jobs["publish"]["if"]
    uses = [step["uses"].split("@")[0] for step in jobs["publish"]["steps"] if "uses" in step]
    assert uses == ["actions/download-artifact"]


def test_stored_runs_are_saved_under_a_new_key_and_restored_from_the_newest():
    steps = yaml.safe_load(read(".github/workflows/build.yml"))["jobs"]["test"]["steps"]
    cache = {
        step["uses"].split("@")[0]: step["with"]
        for step in steps
        if "actions/cache/" in step.get("uses", "")
    }
    restore, save = cache["actions/cache/restore"], cache["actions/cache/save"]
    assert restore["path"] == save["path"] == ".lessons"
    assert restore["key"] == save["key"]
    assert "github.run_id" in save["key"]
    assert "github.run_attempt" in save["key"]
    assert save["key"].startswith(restore["restore-keys"])


def test_the_weekly_audit_covers_every_share_on_one_seed_and_keeps_what_changed():
    workflow = yaml.safe_load(read(".github/workflows/audit.yml"))
    jobs = workflow["jobs"]
    assert workflow[True]["schedule"]
    assert "github.run_id" in workflow["env"]["SEED"], "a seed that no audit had before"
    for name in ("repeats", "copies"):
        shares = jobs[name]["strategy"]["matrix"]["share"]
        assert shares == [f"{i}/{len(shares)}" for i in range(1, len(shares) + 1)]
    commands = " ".join(step.get("run", "") for job in jobs.values() for step in job["steps"])
    known = command._parser().format_help()
    assert set(re.findall(r"--(?:seed|shard|vary|record)\b", commands)) == {
        "--seed", "--shard", "--vary", "--record",
    }  # fmt: skip
    assert all(option in known for option in re.findall(r"audit (?:.*? )?(--\w+)", commands))
    (kept,) = [s["with"] for s in jobs["table"]["steps"] if "upload-artifact" in s.get("uses", "")]
    handed = [s["with"] for s in jobs["repeats"]["steps"] if "upload-artifact" in s.get("uses", "")]
    assert kept["path"] == "table"
    assert handed[0]["path"] == ".lessons/.audit"
    assert "docs/audit.json" in commands


@pytest.mark.parametrize(
    ("owner", "repository", "named", "expected"),
    [
        ("Ada", "Ada/course", "", "https://ada.github.io/course/"),
        ("Ada", "Ada/Ada.github.io", "", "https://ada.github.io/"),
        ("Ada", "Ada/course", "https://learn.example/", "https://learn.example/"),
    ],
)
def test_a_fork_gets_its_own_address(owner, repository, named, expected):
    steps = yaml.safe_load(read(".github/workflows/build.yml"))["jobs"]["test"]["steps"]
    build = next(step["run"] for step in steps if step.get("name") == "Build")
    shown = build.replace("make build", "printenv SITE_URL")
    assert shown != build
    environment = {
        "GITHUB_REPOSITORY_OWNER": owner,
        "GITHUB_REPOSITORY": repository,
        "NAMED_URL": named,
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(
        ["bash", "-e", "-c", shown], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == expected


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
