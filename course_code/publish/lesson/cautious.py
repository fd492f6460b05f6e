"""What executing a module's statements may change: what cannot be told counts as a change."""

import ast

from course_code.publish.lesson import library
from course_code.publish.lesson.expressions import Closure, Function
from course_code.publish.lesson.frames import Frame
from course_code.publish.lesson.heap import BOX, METHOD, MODULE, NOTHING, VIEW, Value
from course_code.publish.lesson.interpret import Interpreter
from course_code.publish.lesson.read import CHECK
from course_code.publish.lesson.summaries import Given


class Cautious(Interpreter):
    """Follows statements of several modules, whose names are bound once."""

    def __init__(self):
        super().__init__()
        self.before: list[tuple[str, Value]] = []  # what names stood for before a statement
        self.known: Value | None = None  # all of that, once somebody asked
        self.said: list[str] = []  # effects outside the course, in words
        self.doubts: list[tuple[str, Value]] = []  # what an unknown call may change
        self.metaclasses: dict[ast.ClassDef, Value] = {}

    def begin(self, before: list[tuple[str, Value]]) -> None:
        """Get ready for the next statement."""
        self.before, self.known, self.said, self.doubts = before, None, [], []
        self.summaries.clear()

    # ---- names and values -------------------------------------------------------------------

    def _found(self, name: str, value: Value) -> Value:
        """What a function finds is known: a module binds a name once."""
        self.heap.use(value)
        return value

    def is_caught(self, number: int) -> bool:
        """Not what names of modules stood for."""
        return super().is_caught(number) and not self._is_known(number)

    def use(self, node: ast.AST, number: int, given: Given) -> Value:
        """See `Summaries`; functions, classes and modules change as well."""
        found, code = super().use(node, number, given), self.heap.things[number].code
        summary, caught = self.summary(code), frozenset(self.heap.things[number].holds)
        self.heap.changed |= {each for each in summary.changed if self._is_known(each)}
        if any(self._is_left(each, code) for each in summary.changed):
            self.heap.change(caught)
        for called, arguments in summary.invoked:
            codes = self._callables(caught) if self._is_left(called, code) else NOTHING
            if codes and not self._deep(node, called, "caught"):
                self.loosely(node, codes, Given(loose=arguments.all | given.all | caught))
        return found

    def _is_left(self, number: int, code: Closure) -> bool:
        """Whether a thing stands for what a function caught from one that has returned."""
        whose = self.heap.places.get(number)
        return isinstance(whose, ast.AST) and whose not in (code.node, *self.following)

    def _returned(self, node: ast.AST, value: Value, put, changed: Value) -> Value:
        known = frozenset(filter(self._is_known, self.heap.reach(value)))
        found = super()._returned(node, value, put, changed)
        self.heap.give(found - known, known)
        return found | value & known

    def _is_known(self, number: int) -> bool:
        """Whether names of modules stood for a thing, or one that holds it, or it is a library."""
        if self.known is None:
            self.known = self.heap.reach(NOTHING.union(*(value for _, value in self.before)))
        return number in self.known or MODULE in self.heap.things[number].marks

    def value(self, node: ast.AST | None, frame: Frame) -> Value:
        """See `Expressions`; a tuple of numbers and texts is one of these."""
        if isinstance(node, ast.Tuple):
            return super().value(node, frame) if self._all(node.elts, frame) else NOTHING
        if isinstance(node, ast.Attribute) and library.sets(node.attr):
            owned = self.value(node.value, frame)
            if owned and owned == self.heap.marked(owned, MODULE):
                return self.make(node, owned, NOTHING, METHOD)
        if isinstance(node, ast.FormattedValue):
            self._shown(node, self.value(node.value, frame))
        return super().value(node, frame)

    def function(self, node: Function, frame: Frame) -> Value:
        """See `Expressions`; defaults only keep what they name, and hints are executed."""
        defaults = [default for default in (*node.args.defaults, *node.args.kw_defaults) if default]
        before = set(self.heap.changed)
        made = super().function(node, frame)
        if all(isinstance(default, ast.Name | ast.Constant) for default in defaults):
            self.heap.changed = before
        hints = [arg.annotation for arg in ast.walk(node.args) if isinstance(arg, ast.arg)]
        self._all([*hints, getattr(node, "returns", None)], frame)
        return made

    def _statement(self, node: ast.stmt, frame: Frame) -> None:
        if isinstance(node, ast.AnnAssign) and (frame.outer is None or frame.kind == "class"):
            self.value(node.annotation, frame)
        super()._statement(node, frame)

    def _import(self, node: ast.Import | ast.ImportFrom, frame: Frame) -> None:
        made = set(self.heap.made)
        super()._import(node, frame)
        self.heap.made = made  # modules are there before a function imports them
        for alias in node.names if isinstance(node, ast.ImportFrom) else ():
            name = alias.asname or alias.name
            if library.sets(alias.name):
                module = frame.names[name]
                frame.names[name] = self.make(alias, module, NOTHING, METHOD)

    # ---- calls ------------------------------------------------------------------------------

    def call(self, node: ast.Call, frame: Frame) -> Value:
        """See `Calls`; `check` is a function as others are."""
        if isinstance(node.func, ast.Name) and node.func.id == CHECK:
            return self.apply(node, self.read(CHECK, frame), self._given(node, frame))
        return super().call(node, frame)

    def apply(self, node: ast.AST, callee: Value, given: Given) -> Value:
        """See `Calls`; what is neither of the course nor of a careful library may do anything."""
        known = self._callables(callee) or self.heap.marked(callee, METHOD)
        things = [self.heap.things[number] for number in callee]
        if not known and not (things and all(t.kind or self._careful(t.marks) for t in things)):
            self._doubt(node, given.all | self.heap.reach(callee) - callee)
        return super().apply(node, callee, given)

    def special(self, node: ast.AST, name: str, *values: Value) -> Value:
        """See `Calls`; a part that a class does not name is asked for by other methods."""
        found = [super().special(node, name, *values)]
        if name:
            given = NOTHING.union(*values)
            found += self._ask(node, given, ("__getattr__", "__getattribute__"))
        return NOTHING.union(*found)

    def _ask(self, node: ast.AST, value: Value, methods: tuple[str, ...]) -> list[Value]:
        """What methods of the course's objects give."""
        found = []
        for number in value:
            thing = self.heap.things[number]
            named = {} if BOX in thing.marks else self.methods.get(thing.kind, {})
            asked = [named[method] for method in methods if method in named]
            found += [self.apply(node, each, Given(loose=frozenset({number}))) for each in asked]
        return found

    def _shown(self, node: ast.AST, value: Value) -> None:
        self._ask(node, value, ("__str__", "__repr__", "__format__"))

    def _library(self, node: ast.Call, name: str, given: Given, modules: Value, path: str) -> Value:
        if not modules:  # len(x), str(x), next(x)
            self.special(node, "", given.all)
            self._shown(node, given.all)
            if name in library.LOUD:
                self.said.append(f"calls {name}()")
        if library.sets(name) or name in library.WEIGHTS:
            self.heap.change_module(modules)
        careful = modules and all(self._careful(self.heap.things[n].marks) for n in modules)
        if not (careful or library.is_plain(name) or library.asks(name)):
            self._doubt(node, given.all)
        if name in library.FRESH:  # re.sub(pattern, function, text)
            self._inside(node, NOTHING, given)
        self._draw(name, given)
        self.heap.use(given.all)
        if name in library.DECORATES:
            return self._result(node, name, given)
        return super()._library(node, name, given, modules, path)

    def _foreign(self, node: ast.Call, owner: Value, name: str, given: Given) -> Value:
        if name in library.WRITERS:
            self.said.append(f"calls {name}()")
        changes = library.changes_owner(name) or library.changes_all(name)
        if changes and not owner:  # dict.update(x, …)
            self.heap.change(NOTHING.union(*given.placed[:1]), deep=False)
        elif changes:
            self.heap.changed |= owner  # a function, too: singledispatch
        elif not (library.is_plain(name) or library.asks(name)):
            self._doubt(node, owner | given.all)
        if name in library.FRESH:
            self._inside(node, owner, given)
        self._draw(name, given)
        return super()._foreign(node, owner, name, given)

    def _draw(self, name: str, given: Given) -> None:
        """Note what draws from the stream that all share: `x.normal_()`."""
        streamed = any(key in library.STREAMED for key, _ in given.named)
        if library.in_place(name) and name.strip("_") in library.FILLS and not streamed:
            self.said.append(f"calls {name}() without a generator")

    def _result(self, node: ast.AST, name: str, given: Given) -> Value:
        """See `Calls`; what it may share, it may be."""
        made = super()._result(node, name, given)
        if name not in library.FRESH and name not in library.CONTENTS | library.ITERATORS:
            self.heap.mark(made, VIEW)
        return made

    def _careful(self, marks: set[str]) -> bool:
        """Whether a thing is a module of a library whose names tell what changes."""
        return MODULE in marks and marks - {MODULE} <= library.CAREFUL

    def _doubt(self, node: ast.AST, value: Value) -> None:
        called = ast.unparse(node.func if isinstance(node, ast.Call) else node)
        self.doubts.append((f"{called}()", value))

    def _change_owners(self, methods: Value, given: Given) -> None:
        super()._change_owners(methods, given)
        for each in self.heap.marked(methods, METHOD):
            self.heap.changed |= self.heap.things[each].holds

    # ---- definitions ------------------------------------------------------------------------

    def _decorated(self, node, made: Value, frame: Frame) -> Value:
        for decorator in reversed(node.decorator_list):
            given = self.value(decorator, frame)
            if not self._only_decorates(decorator, frame):
                made |= self.apply(decorator, given, Given((made,)))
        return made

    def _only_decorates(self, decorator: ast.expr, frame: Frame) -> bool:
        """Whether it is a library's that calls nothing when it is given a function."""
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = getattr(called, "attr", getattr(called, "id", ""))
        if isinstance(decorator, ast.Call) and name.startswith("partial"):
            return False
        while isinstance(called, ast.Attribute):
            called = called.value
        of_course = self._callables(self.value(called, frame)) and name not in ("setter", "deleter")
        return name in library.DECORATES and not of_course

    def _class(self, node: ast.ClassDef, frame: Frame) -> Value:
        made = super()._class(node, frame)
        keywords = {keyword.arg: self.value(keyword.value, frame) for keyword in node.keywords}
        meta = keywords.pop("metaclass", NOTHING)
        given = Given((made,), (), NOTHING.union(*keywords.values()))
        for number in self._all(node.bases, frame):
            kind = self.heap.things[number].kind
            meta |= self.metaclasses.get(kind, NOTHING)
            self.apply_all(node, [self.methods.get(kind, {}).get("__init_subclass__")], given)
        self.metaclasses[node] = meta
        self.apply_all(node, self.heap.marked(meta, BOX) and [meta], given)
        for number in self.heap.only(made).holds:
            kind = self.heap.things[number].kind
            named = self.methods.get(kind, {}).get("__set_name__")
            self.apply_all(node, [named], given.after(frozenset({number})))
        return made

    def apply_all(self, node: ast.AST, callees, given: Given) -> None:
        """Call what is there of some values."""
        for callee in filter(None, callees):
            self.apply(node, callee, given)
