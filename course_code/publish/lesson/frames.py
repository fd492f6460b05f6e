"""Names and what they stand for while a page, a function or a comprehension is followed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from course_code.publish.lesson.heap import NOTHING, Value


@dataclass
class Frame:
    """Names of one scope; `sure` are those that are bound whatever way the code takes."""

    outer: "Frame | None" = None
    kind: str = "function"  # or "class", "comprehension"
    names: dict[str, Value] = field(default_factory=dict)
    sure: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)  # said to be global or nonlocal
    of_page: set[str] = field(default_factory=set)  # said to be global
    returned: Value = NOTHING
    yielded: Value = NOTHING

    @property
    def page(self) -> "Frame":
        """The outermost frame."""
        frame = self
        while frame.outer:
            frame = frame.outer
        return frame

    @property
    def home(self) -> "Frame":
        """The frame where names are bound: a comprehension's := binds outside it."""
        return self.outer.home if self.kind == "comprehension" else self

    @property
    def around(self) -> "Frame":
        """The frame that functions defined here look names up in: not a class's."""
        return self.outer.around if self.kind == "class" else self

    def find(self, name: str) -> "Frame":
        """The frame where a name is looked up; the page's if none has it."""
        frame = self
        while frame.outer and (name not in frame.names or name in frame.elsewhere):
            if name in frame.of_page:
                return frame.page
            frame = frame.outer
        return frame

    @contextmanager
    def branch(self) -> Iterator[None]:
        """Follow code that may run or not: afterwards names are as before or as it left them."""
        names, sure = dict(self.names), set(self.sure)
        yield
        for name, value in names.items():
            self.names[name] = self.names.get(name, NOTHING) | value
        self.sure &= sure

    def either(self, ways: list[Callable[[], None]]) -> None:
        """Follow one of some ways: afterwards names are as any of them left them."""
        names, sure, ends = self.names, self.sure, []
        for way in ways:
            self.names, self.sure = dict(names), set(sure)
            way()
            ends.append((self.names, self.sure))
        self.sure = set.intersection(*(bound for _, bound in ends))
        self.names = {}
        for left, _ in ends:
            for name, value in left.items():
                self.names[name] = self.names.get(name, NOTHING) | value
