"""The workflows of CI, as their files say."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


WORKFLOWS = {
    path.stem: yaml.safe_load(path.read_text("utf-8"))
    for path in sorted((ROOT / ".github/workflows").glob("*.yml"))
}
JOBS = [(name, job) for name, workflow in WORKFLOWS.items() for job in workflow["jobs"]]


def job_of(name: str, job: str) -> dict:
    return WORKFLOWS[name]["jobs"][job]


def run_of(job: dict) -> list[str]:
    """Its commands, one a line."""
    lines = "\n".join(step.get("run", "") for step in job["steps"]).replace("\\\n", " ")
    return lines.splitlines()


def events(name: str) -> set[str]:
    return set(WORKFLOWS[name][True])  # YAML: on is true


def script(name: str, job: str, step: str) -> str:
    steps = {one["name"]: one["run"] for one in job_of(name, job)["steps"] if "run" in one}
    return steps[step]
