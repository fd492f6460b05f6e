"""Where a course keeps its parts."""

from dataclasses import dataclass
from pathlib import Path

from course_code.publish.base.errors import CourseError

LANGUAGES = ("en", "zh")
TAGS = {"en": "en", "zh": "zh-Hans"}  # of the languages, in HTML and SVG
PACKAGE = "course_code"
ENGINE = Path(__file__).parents[3]  # its root, which need not be the course's


@dataclass(frozen=True)
class Course:
    """A course's folder: lesson scripts, prose in each language, stored outputs."""

    root: Path

    @property
    def lessons(self) -> Path:
        """Lesson scripts, one per page."""
        return self.root / PACKAGE / "lessons"

    @property
    def labs(self) -> Path:
        """Scripts of the labs, one per lesson that has one, under the lesson's name."""
        return self.root / PACKAGE / "labs"

    @property
    def figures(self) -> Path:
        """Scripts of the live figures that show a run of their own."""
        return self.root / PACKAGE / "figures"

    @property
    def store(self) -> Path:
        """Runs, a folder per lesson; names that start with a dot are the build's own.

        Not `.cache/`: other site generators empty that.
        """
        return self.root / ".lessons"

    def prose(self, language: str) -> Path:
        """Markdown pages of one language."""
        return self.root / "docs" / language

    def lesson_names(self) -> list[str]:
        """Every lesson, in alphabetical order."""
        return sorted(path.stem for path in self.lessons.glob("[!_]*.py"))

    def lab_names(self) -> list[str]:
        """Every lab, in alphabetical order, as the site calls it: `labs/spiral`."""
        return sorted(f"labs/{path.stem}" for path in self.labs.glob("[!_]*.py"))

    def figure_names(self) -> list[str]:
        """Every figure's script, in alphabetical order: `figures/network`."""
        return sorted(f"figures/{path.stem}" for path in self.figures.glob("[!_]*.py"))

    def page(self, language: str, name: str) -> Path:
        """The page of lesson `name`."""
        return self.prose(language) / f"{name}.md"

    def relative(self, path: Path) -> Path:
        """`path` as errors show it: from the course's folder when it lies there."""
        return path.relative_to(self.root) if path.is_relative_to(self.root) else path

    def read(self, path: Path) -> str:
        """Text of a course file.

        Raises:
            CourseError: it cannot be read, or is not UTF-8.
        """
        try:
            text = path.read_bytes().decode("utf-8").removeprefix("\ufeff")
            return text.replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise CourseError(
                f"not UTF-8: byte 0x{error.object[error.start]:02x} at position {error.start}",
                self.relative(path),
                line,
                "Save the file with encoding UTF-8.",
            ) from None
        except OSError as error:
            raise CourseError(f"cannot be read: {error.strerror}", self.relative(path)) from None
