"""What Colab has installed becomes constraints."""

import ast
import sys
from importlib.metadata import packages_distributions

import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from course_code.publish.base.errors import CourseError
from course_code.publish.compare import colab
from course_code.publish.compare.command import write_constraints

BY_ADDRESS = "torch @ https://example.org/whl/cpu/torch-2.11.0%2Bcpu-cp313-cp313-linux_x86_64.whl"
FREEZE = "\n".join(
    [
        "# Do not modify this file", "absl-py==2.0.0", "jupyter_client==7.4.9", f"{BY_ADDRESS}#sha",
        "numpy @ file:///conda/numpy-2.1.3.tar.gz", "google-colab @ file:///dist/x.tar.gz", "",
        *(f"{name}==1.2.post3" for name in colab.NEEDED
          if name not in ("torch", "numpy", "jupyter-client")),
    ]
)  # fmt: skip
SYSTEM = "# os\nUbuntu 22.04.5 LTS\nPython 3.13.15\nR version 4.6.1\n"


def test_a_list_of_colab_becomes_constraints(tmp_path):
    for name, text in {colab.FREEZE: FREEZE, colab.SYSTEM: SYSTEM}.items():
        (tmp_path / name).write_text(text, "utf-8")
    arguments = ["--from", str(tmp_path), "--date", "2026-08-19", "--root", str(tmp_path)]
    assert write_constraints(arguments) == 0
    remarks = (tmp_path / colab.FILE).read_text("utf-8").split("\ntorch==")[0].splitlines()
    assert "on 2026-08-19" in remarks[0]
    assert remarks[-1] == "# Python 3.13"
    pins = (tmp_path / colab.FILE).read_text("utf-8").splitlines()[len(remarks) :]
    assert {"torch==2.11.0", "numpy==2.1.3", "jupyter-client==7.4.9", "scipy==1.2.post3"} <= {*pins}
    assert [Requirement(pin).name for pin in pins] == [*colab.NEEDED]


def test_what_is_missing_is_said(tmp_path, capsys, monkeypatch):
    with pytest.raises(CourseError, match=r"Colab's list has no pandas"):
        colab.constraints(FREEZE.replace("pandas", "panda"), SYSTEM)
    with pytest.raises(CourseError, match="names no Python"):
        colab.constraints(FREEZE, "R version 4")
    assert write_constraints(["--from", str(tmp_path), "--root", str(tmp_path)]) == 1
    assert "cannot be read: " in capsys.readouterr().err
    monkeypatch.setattr(colab, "RAW", (tmp_path / "nowhere").as_uri())
    assert write_constraints(["--root", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "cannot be fetched: " in said
    assert "--from FOLDER" in said


def test_what_colab_publishes_is_fetched(tmp_path, monkeypatch):
    for name, text in {colab.FREEZE: FREEZE, colab.SYSTEM: SYSTEM}.items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.setattr(colab, "RAW", tmp_path.as_uri())
    assert colab.fetched() == (FREEZE, SYSTEM)


def test_the_constraints_in_the_repository_have_all_that_lessons_and_labs_import():
    pins = (ROOT / colab.FILE).read_text("utf-8").splitlines()
    known = {canonicalize_name(Requirement(pin).name) for pin in pins if pin[0] != "#"}
    provided, imported = packages_distributions(), set()
    for folder in ("lessons", "labs", "teach", "draw"):
        for path in (ROOT / "course_code" / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) else []
                imported |= {name.split(".")[0] for name in names}
    ours = sys.stdlib_module_names | {"course_code"}
    needed = {canonicalize_name(provided[name][0]) for name in imported - ours}
    assert "torch" in needed
    assert needed <= known
