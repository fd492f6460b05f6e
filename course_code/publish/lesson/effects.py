"""Effects of importing a module, which an inlined copy of some of its definitions would lose.

Importing executes decorators, default values, class bodies and the values of constants, and what
these call. Changing what another name of a module stands for there, as registers do, would depend
on which definitions a lesson happens to use. Modules are followed as Python executes them; what
cannot be told counts as a change.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.cautious import Cautious
from course_code.publish.lesson.frames import Frame
from course_code.publish.lesson.heap import MODULE, NOTHING, Value
from course_code.publish.lesson.imports import imports_of, is_ours
from course_code.publish.lesson.modules import Module, bound

Find = Callable[[str, Path, int], Module]  # a module of the course, by its name


class Importing(Cautious):
    """Follows the statements of modules, each module once, and refuses effects.

    Args:
        find: gives the module of a name that an import at a line of a file asks for.
    """

    def __init__(self, find: Find):
        super().__init__()
        self.find = find
        self.pages: dict[Path, Frame] = {}

    def module(self, module: Module) -> None:
        """Follow a module, and before it those that it imports.

        Raises:
            CourseError: importing it changes a name of a module, or something outside.
        """
        if module.path in self.pages:
            return
        page = self.pages[module.path] = Frame()
        for node in dict.fromkeys(module.bindings.values()):
            if isinstance(node, ast.ImportFrom) and is_ours(node.module):
                self._bring(node, module, page)
                continue
            self.page = page
            self.begin([pair for each in self.pages.values() for pair in each.names.items()])
            self.effects(node)
            for what in self._lost(node):
                raise CourseError(
                    f"importing the module {what}, which an inlined copy would lose",
                    module.path,
                    node.lineno,
                    "Write the result down, or let the lesson call a function that makes it.",
                )

    def _bring(self, node: ast.ImportFrom, module: Module, page: Frame) -> None:
        """Execute a module of the course where another one imports it."""
        other = self.find(node.module, module.path, node.lineno)
        self.module(other)
        for item in imports_of(node, module.path, node.lineno):
            page.names[item.bound] = self.pages[other.path].names.get(item.name, NOTHING)

    def _lost(self, node: ast.stmt) -> Iterator[str]:
        """What the statement that was followed changes, in words, the surest first."""
        yield from self.said
        yield from (f"binds {name!r} again" for name in sorted(self.binds - {*bound(node)}))
        changed = frozenset(self.heap.changed)
        for number in sorted(self.heap.marked(changed, MODULE)):
            (name,) = self.heap.things[number].marks - {MODULE}
            yield f"changes {name!r}"
        data = frozenset(number for number in changed if self.heap.things[number].is_data)
        for things in (data, changed):
            yield from (f"changes {name!r}" for name in self._holding(things))
        for call, value in self.doubts:
            yield from (f"may change {n!r} by {call}" for n in self._holding(self._data(value)))

    def _holding(self, things: Value) -> list[str]:
        """Names that stood for some things, then those that stood for what holds them."""
        direct = [name for name, value in self.before if value & things]
        return direct + [name for name, value in self.before if self.heap.reach(value) & things]

    def _data(self, value: Value) -> Value:
        return frozenset(n for n in self.heap.reach(value) if self.heap.things[n].is_data)
