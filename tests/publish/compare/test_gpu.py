"""Published scripts on an accelerator, proved with an interpreter whose device is a fake."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import change

from course_code.publish.base.course import Course
from course_code.publish.compare import gpu
from course_code.publish.compare.command import gpu_check

TORCH = """class cuda:
    is_available = staticmethod(lambda: {present})
    get_device_name = staticmethod(lambda: "Fake Card 9")
    max_memory_allocated = staticmethod(lambda: 2_500_000)


class backends:
    class mps:
        is_available = staticmethod(lambda: False)
"""
DIGITS = """import math

math.pi *= 1 + 1e-7  # as another processor, only more
"""
SCRIPT = "site/scripts/tiny.py"


@pytest.fixture
def device(tmp_path):
    """An interpreter that has an accelerator, or has none."""

    def device(present: bool = True) -> str:
        fake = tmp_path / f"fake-{present}"
        (fake / "torch").mkdir(parents=True)
        (fake / "torch" / "__init__.py").write_text(TORCH.format(present=present))
        (fake / "sitecustomize.py").write_text(DIGITS)
        python = fake / "python"
        python.write_text(f'#!/bin/sh\nPYTHONPATH="{fake}" exec "{sys.executable}" "$@"\n')
        python.chmod(0o755)
        return str(python)

    return device


def arguments(tiny: Path, python: str) -> list[str]:
    return ["--root", str(tiny), "--site", str(tiny / "site"), "--python", python]


def test_a_table_compares_each_script_with_the_stored_run(tiny, device, tmp_path, capsys):
    to = tmp_path / "gpu.md"
    assert gpu_check([*arguments(tiny, device()), "--write", str(to)]) == 0
    said = capsys.readouterr().out
    assert said == to.read_text("utf-8")
    assert "Fake Card 9, 20" in said
    assert "| tiny | 1 of 1 | 100 % | 1e-07 (`areas[1]`) | 2.5 |" in said
    assert not list((tiny / "site" / "scripts").glob("__pycache__"))


def test_a_claim_a_value_or_a_script_that_fails_is_named(tiny, device, capsys):
    python, script = device(), tiny / SCRIPT
    change(script, ">=", ">")
    change(script, "table = ", "tables = ")
    assert gpu_check(arguments(tiny, python)) == 1
    said = capsys.readouterr().out
    assert "| tiny | 0 of 1 |" in said
    assert "- tiny: the claim `square` does not hold" in said
    assert "- tiny: the value `table` is missing" in said
    script.write_text("import course_code\n", "utf-8")
    assert gpu_check(arguments(tiny, python)) == 1
    assert "- tiny: stopped: ModuleNotFoundError" in capsys.readouterr().out


def test_a_process_that_breaks_leaves_the_other_scripts_their_rows(tiny, device, monkeypatch):
    python, run, calls = device(), gpu.processes.run_script, []

    def run_script(command, *job):
        calls.append(command)
        if len(calls) == 2:
            raise subprocess.TimeoutExpired(command, gpu.LIMIT)
        return run([python, "-c", "import os; os._exit(3)"] if len(calls) == 1 else command, *job)

    monkeypatch.setattr(gpu.processes, "run_script", run_script)
    rows = gpu.check(Course(tiny), tiny / "site", python, ["tiny"] * 3)
    assert [row.complaints[:1] for row in rows] == [
        ["stopped: its process ended with 3: "], ["stopped: it took more than 1800 seconds"], [],
    ]  # fmt: skip
    assert gpu.as_markdown(rows).count("Fake Card 9, 20") == 1


def test_what_is_missing_is_a_sentence(tiny, device, capsys):
    assert gpu_check(arguments(tiny, device(present=False))) == 1
    assert "finds no accelerator on this machine" in capsys.readouterr().err
    python = device()
    (tiny / SCRIPT).rename(tiny / "elsewhere.py")
    assert gpu_check(arguments(tiny, python)) == 1
    assert "no such script" in capsys.readouterr().err
    (tiny / "elsewhere.py").rename(tiny / SCRIPT)
    assert gpu_check(arguments(tiny, str(tiny / "no_python"))) == 1
    assert "no_python: cannot be run: No such file" in capsys.readouterr().err


def test_only_a_run_of_the_same_code_on_a_cpu_will_do(course, device, capsys):
    change(course.root / "course_code/lessons/tiny.py", "ratio of", "quotient of")
    assert gpu_check(arguments(course.root, device())) == 1
    assert "tiny.py: no stored run of this code on a CPU" in capsys.readouterr().err
