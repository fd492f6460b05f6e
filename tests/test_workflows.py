"""What CI may do, and for whom: read from the workflows."""

import os
import re
import subprocess

import pytest
import yaml
from workflows import JOBS, ROOT, WORKFLOWS, events, job_of, read, run_of, script

from course_code.publish.audit import command
from course_code.publish.compare import colab

RUNNER = "${{ github.event_name != 'pull_request' && vars.COURSE_RUNNER || 'ubuntu-latest' }}"
WRITES = {"contents": "write", "id-token": "write", "attestations": "write"}
MAY = {("build", "publish"): WRITES, ("release", "release"): WRITES}


def test_these_workflows_are_there():
    assert set(WORKFLOWS) == {"audit", "build", "drift", "release"}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_by_commit_and_say_their_version(name):
    used = re.findall(r"uses: *(.*)", read(f".github/workflows/{name}.yml"))
    assert used
    for action in used:
        assert re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_an_action_has_one_commit_everywhere():
    texts = "".join(read(f".github/workflows/{name}.yml") for name in WORKFLOWS)
    used = {line.split("/")[1].split("@")[0]: set() for line in re.findall(r"uses: *(.*)", texts)}
    for line in re.findall(r"uses: *(.*)", texts):
        used[line.split("/")[1].split("@")[0]].add(line.split("@")[1])
    assert {name for name, commits in used.items() if len(commits) > 1} == set()


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_begin_without_permissions_and_take_no_code_of_strangers_with_them(name):
    assert WORKFLOWS[name]["permissions"] == {}
    assert "concurrency" in WORKFLOWS[name]
    assert events(name) <= {"push", "pull_request", "schedule", "workflow_dispatch"}


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_only_publishing_may_write(name, job):
    assert job_of(name, job)["permissions"] == MAY.get((name, job), {"contents": "read"})
    assert job_of(name, job)["timeout-minutes"] <= 90
    for step in job_of(name, job)["steps"]:
        assert "${{" not in step.get("run", ""), "pass it through env: it could hold shell code"
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize(("name", "job"), MAY)
def test_what_may_write_runs_nothing_of_the_repository_and_waits_for_tests(name, job):
    found = job_of(name, job)
    uses = [step["uses"].split("@")[0] for step in found["steps"] if "uses" in step]
    assert uses == ["actions/download-artifact", "actions/attest-build-provenance"]
    assert ".ci/run" in " ".join(run_of(job_of(name, found["needs"])))
    assert "pull_request" not in events(name) or "refs/heads/main" in found["if"]
    assert not any("course_code" in line or "make" in line.split() for line in run_of(found))


def test_what_is_published_is_attested_before_it_leaves():
    for name, job in MAY:
        steps = job_of(name, job)["steps"]
        (attested,) = [s["with"]["subject-path"] for s in steps if "attest" in s.get("uses", "")]
        assert attested in ("site/offline.zip", "release/*")
        assert "run" in steps[-1]
    build = job_of("release", "build")["steps"]
    (handed,) = [s["with"]["path"] for s in build if "upload-artifact" in s.get("uses", "")]
    assert handed == "build/release"
    assert any(
        line.startswith("mv build/offline.zip build/pdf/*.pdf ")
        for line in run_of(job_of("release", "build"))
    )
    assert all(f"build/{made}" in read("Makefile") for made in ("offline.zip", "pdf"))


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_no_pull_request_reaches_a_runner_that_is_not_github_s(name, job):
    """In the file; what a fork's own file says, .ci/only_pushes refuses on the runner."""
    chosen = job_of(name, job)["runs-on"]
    assert chosen in ("ubuntu-latest", RUNNER)
    assert RUNNER.index("github.event_name != 'pull_request' && ") < RUNNER.index("vars.")


@pytest.mark.parametrize(
    ("event", "status"),
    [("push", 0), ("schedule", 0), ("workflow_dispatch", 0), ("pull_request", 1),
     ("pull_request_target", 1), ("issue_comment", 1), (None, 1)],
)  # fmt: skip
def test_a_runner_of_one_s_own_takes_no_job_of_strangers(event, status):
    environment = {"PATH": os.environ["PATH"]} | ({"GITHUB_EVENT_NAME": event} if event else {})
    done = subprocess.run(
        [ROOT / ".ci/only_pushes"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == status
    assert bool(done.stderr) == bool(status)


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_artifacts_are_of_the_same_run(name, job):
    for step in job_of(name, job)["steps"]:
        if "download-artifact" in step.get("uses", ""):
            assert set(step["with"]) <= {"name", "pattern", "path", "merge-multiple"}


def test_no_cache_of_a_pull_request_is_written_and_none_is_read_where_something_leaves():
    saves = [
        s
        for name, job in JOBS
        for s in job_of(name, job)["steps"]
        if "cache/save" in s.get("uses", "")
    ]
    assert saves
    assert all("github.event_name != 'pull_request'" in step["if"] for step in saves)
    for name, job in MAY:
        assert not any("cache" in str(step) for step in job_of(name, job)["steps"])
    assert "cache" not in read(".github/workflows/release.yml")


def test_the_weekly_run_asks_for_vulnerabilities_of_every_pin():
    (asking,) = (line for line in run_of(job_of("drift", "vulnerabilities")) if "pip_audit" in line)
    for file in ("requirements.txt", "constraints.txt"):
        assert f"--requirement {file}" in asking
    assert re.search(r"^pip-audit==[\d.]+$", read("requirements-audit.txt"), re.M)


def test_from_another_index_comes_torch_alone():
    """A package of that index could otherwise pass itself off as any other of ours."""
    made = {**os.environ, "TORCH_INDEX": "https://example.org/cpu"}
    for target in (".venv/.ready", "pins"):
        told = subprocess.run(
            ["make", "--dry-run", "--always-make", target], cwd=ROOT, env=made, text=True,
            capture_output=True, check=True,
        ).stdout.replace("\\\n", "")  # fmt: skip
        first, then = [line for line in told.splitlines() if "pip install" in line][-2:]
        assert re.search(r"--no-deps --index-url https://example.org/cpu +torch==[\d.]+$", first)
        assert "index" not in then
    lines = [line for name, job in JOBS for line in run_of(job_of(name, job)) if "-index" in line]
    assert len(lines) == 2
    assert all(re.search(r'--no-deps --index-url "\$TORCH_INDEX" .*torch\b', one) for one in lines)
    for name in (*(f".github/workflows/{each}.yml" for each in WORKFLOWS), "README.md"):
        assert "EXTRA_INDEX" not in read(name)


def test_a_bot_asks_for_new_versions_of_actions_and_packages():
    told = yaml.safe_load(read(".github/dependabot.yml"))
    updates = {update["package-ecosystem"]: update for update in told["updates"]}
    assert set(updates) == {"github-actions", "pip"}
    assert all(update["directory"] == "/" for update in updates.values())
    assert updates["pip"]["exclude-paths"] == [colab.FILE]


def test_the_weekly_run_uses_what_colab_has_today():
    steps = job_of("drift", "colab")["steps"]
    ask = next(step["run"] for step in steps if step.get("id") == "colab")
    assert ask.startswith("make colab\n")
    script = "\n".join(line for line in ask.splitlines() if line.startswith("sed"))
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "GITHUB_OUTPUT": "/dev/stdout"},
    )  # fmt: skip
    assert re.fullmatch(r"python=3\.\d+\n", done.stdout)
    (theirs,) = (step["with"] for step in steps if step.get("id") == "theirs")
    assert theirs == {
        "python-version": "${{ steps.colab.outputs.python }}", "update-environment": False,
    }  # fmt: skip
    assert "course_code.publish drift --python" in " ".join(run_of(job_of("drift", "colab")))


def test_the_weekly_run_with_the_newest_libraries_tells_their_versions_where_it_fails(tmp_path):
    job = job_of("drift", "newest")
    install = script("drift", "newest", "Install the newest libraries").splitlines()
    assert install[0] == "make .venv/.ready"
    assert install[-1].endswith("pip install --upgrade torch numpy matplotlib")
    assert not any("cache" in str(step) for step in job["steps"]), "stored runs"
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    frozen = "matplotlib==3.99.0\\nnumpy==9.9.9\\nnumpydoc==1.0\\ntorch==2.99.0+cpu\\n"
    python.write_text(f'#!/bin/sh\n[ "$2" = pip ] && exec printf "{frozen}"\nexit $FAILS\n')
    python.chmod(0o755)
    commands = script("drift", "newest", "Run every lesson and check every claim with them")
    for fails, told in (
        ("0", ""),
        ("1", "::error::It failed with matplotlib==3.99.0 numpy==9.9.9 torch==2.99.0+cpu\n"),
    ):
        done = subprocess.run(
            ["bash", "-e", "-c", commands], cwd=tmp_path, capture_output=True, text=True,
            check=False, env={"PATH": os.environ["PATH"], "FAILS": fails},
        )  # fmt: skip
        assert (done.returncode, done.stdout) == (int(fails), told)


def test_which_workflows_can_be_started_by_hand_is_documented():
    by_hand = {name for name in WORKFLOWS if "workflow_dispatch" in events(name)}
    (told,) = re.findall(r"\*Run workflow\* button: (.*)\. Of these ", read("CONTRIBUTING.md"))
    assert {WORKFLOWS[name]["name"] for name in by_hand} == set(re.findall(r"\*([^*]+)\*", told))


def test_stored_runs_are_saved_under_a_new_key_and_restored_from_the_newest():
    steps = WORKFLOWS["build"]["jobs"]["test"]["steps"]
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
    workflow = WORKFLOWS["audit"]
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
