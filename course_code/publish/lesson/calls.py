"""Calls of a page: into its own functions and classes, and into those of libraries."""

import ast
import builtins
import re

from course_code.publish.lesson import library
from course_code.publish.lesson.frames import Frame
from course_code.publish.lesson.heap import (
    BOX,
    ITERATOR,
    LEARNS,
    METHOD,
    MODULE,
    NOTHING,
    STREAM,
    VIEW,
    Value,
)
from course_code.publish.lesson.read import CHECK
from course_code.publish.lesson.summaries import Given, Summaries

MAKERS = ("__init__", "__new__", "__post_init__", "__init_subclass__", "__set_name__")
# Methods that code calls by name, or that only show a thing.
APART = (*MAKERS, "__call__", "__repr__", "__str__", "__format__", "__torch_function__")


class Calls(Summaries):
    """See `Expressions`."""

    def __init__(self):
        super().__init__()
        self.methods: dict[ast.ClassDef, dict[str, Value]] = {}

    def call(self, node: ast.Call, frame: Frame) -> Value:
        """What a call gives."""
        if isinstance(node.func, ast.Attribute):
            owner, name = self.value(node.func.value, frame), node.func.attr
            given = self._given(node, frame)
            modules = self.heap.marked(owner, MODULE)
            result = NOTHING
            if modules:
                result = self._library(node, name, given, modules, ast.unparse(node.func))
            if owner - modules or not modules:
                result |= self._method(node, owner - modules, name, given)
            return result
        if isinstance(node.func, ast.Name):
            where, name = frame.find(node.func.id), node.func.id
            own = name in where.names
            owner, given = self.read(name, frame), self._given(node, frame)
            if name == CHECK and where.outer is None:
                return NOTHING  # it keeps what it found for who reads the page
            if not own and hasattr(builtins, name):
                return self._library(node, name, given, NOTHING, name)
            if modules := self.heap.marked(owner, MODULE):
                return self._library(node, name, given, modules, name)
            return self.apply(node, owner, given)
        return self.apply(node, self.value(node.func, frame), self._given(node, frame))

    def apply(self, node: ast.AST, callee: Value, given: Given) -> Value:
        """What calling a value gives: functions, classes, or whatever holds some."""
        results, others = [], set()
        for number in callee:
            thing = self.heap.things[number]
            if thing.code:
                results.append(self.use(node, number, given))
            elif thing.kind and BOX in thing.marks:  # the class itself
                results.append(self._instance(node, number, given))
            else:
                others.add(number)
        self._change_owners(frozenset(others), given)
        for number in others:
            for method in self._methods(number, "__call__") + self._methods(number, "forward"):
                results.append(self.apply(node, method, given.after(frozenset({number}))))
            if self.is_place(number):
                self.invoked.append((number, given))
        if others or not callee:
            self._inside(node, frozenset(others), given)
            results.append(self.make(node, self._opened(given.kept), frozenset(others)))
        return NOTHING.union(*results)

    def _given(self, node: ast.Call, frame: Frame) -> Given:
        placed, named, loose = [], [], NOTHING
        starred = False
        for part in node.args:
            value, starred = self.value(part, frame), starred or isinstance(part, ast.Starred)
            if starred:
                loose |= value
            else:
                placed.append(value)
        for keyword in node.keywords:
            value = self.value(keyword.value, frame)
            if keyword.arg:
                named.append((keyword.arg, value))
            else:
                loose |= self.heap.elements(value)
        return Given(tuple(placed), tuple(named), loose)

    # ---- classes ----------------------------------------------------------------------------

    def _methods(self, number: int, name: str) -> list[Value]:
        """Methods of the page that a thing may have; of any class if nobody knows its own."""
        thing = self.heap.things[number]
        kinds = [thing.kind] if thing.kind else [] if BOX in thing.marks else list(self.methods)
        return [self.methods[kind][name] for kind in kinds if name in self.methods.get(kind, {})]

    def special(self, node: ast.AST, name: str, *values: Value) -> Value:
        """Follow what operators, loops, `with` and parts call of the page's classes.

        Which of the methods `__…__` it is, is not told apart; of a part `name` it is the property.
        """
        results, given = [], Given(loose=NOTHING.union(*values))
        for number in given.loose:
            thing = self.heap.things[number]
            methods = {} if BOX in thing.marks else self.methods.get(thing.kind, {})
            for method, value in methods.items():
                asked = not name and _is_special(method)
                if asked or (method == name and self._is_property(value)):
                    results.append(self.apply(node, value, given.after(frozenset({number}))))
        return NOTHING.union(*results)

    def _is_property(self, method: Value) -> bool:
        codes = [self.heap.things[number].code for number in method]
        return any(code and code.node.decorator_list for code in codes)

    def _instance(self, node: ast.AST, number: int, given: Given) -> Value:
        kind, parts = self.heap.things[number].kind, self.heap.things[number].holds
        shared = frozenset(n for n in parts if self.heap.things[n].is_data)  # by all instances
        own = self.heap.make((self.statement, node, kind), shared)
        self.heap.only(own).kind = kind
        methods = self.methods.get(kind, {})
        if kind.bases:
            self.heap.mark(own, LEARNS)  # of a library, which may hold weights
        if "__init__" not in methods:
            self.heap.give(own, given.kept)
        for name in MAKERS:
            if name in methods:
                self.apply(node, methods[name], given.after(own))
        return own

    def _method(self, node: ast.Call, owner: Value, name: str, given: Given) -> Value:
        """What a method gives: of the page's classes, or by the conventions of libraries."""
        results, others = [], set()
        for number in owner:
            found = self._methods(number, name)
            for method in found:
                results.append(self.apply(node, method, given.after(frozenset({number}))))
            if not found or not self.heap.things[number].kind:
                others.add(number)
        if others or not owner:
            results.append(self._foreign(node, frozenset(others), name, given))
        return NOTHING.union(*results)

    def _foreign(self, node: ast.Call, owner: Value, name: str, given: Given) -> Value:
        if not library.is_plain(name):
            self._inside(node, owner, given)
        if name == "backward":
            self.backward(owner)
        elif library.changes_all(name):
            self.heap.change(owner)
        elif library.changes_owner(name):
            self.heap.change(owner, deep=False)
        if library.changes_all(name) or library.changes_owner(name):
            self.heap.give(owner, given.kept)
        if name in library.TAKERS:  # rng.shuffle(rows)
            self.heap.change(given.all)
        if name == "requires_grad_":
            self.heap.mark(owner, LEARNS)
        if library.in_place(name) or name == "manual_seed":
            return owner
        if name in library.OWN:
            given = Given()
        return self._result(node, name, given.after(owner))

    # ---- libraries --------------------------------------------------------------------------

    def _library(self, node: ast.Call, name: str, given: Given, modules: Value, path: str) -> Value:
        """What a function or class of a library gives."""
        if name in library.CALLS_FIRST:
            self._inside(node, NOTHING, Given(given.placed[:1], given.named))
        elif name in library.CALLS_KEY:
            self._inside(node, NOTHING, Given(named=given.named))
        elif not library.is_plain(name):
            self._inside(node, NOTHING, given)
        if library.in_place(name) and given.placed:
            self.heap.change(given.placed[0])
        elif name in library.TAKERS:
            self.heap.change(given.all)
        elif (
            library.changes_module(name)
            or _of_part(node, name)
            or (name in library.DRAWS and not _has_stream(given))
        ):
            self.heap.change_module(modules)
        for key, value in given.named:
            if key in ("out", "file"):
                self.heap.change(value)
        if name in library.SOURCES:
            return self.make(node, given.all, NOTHING, STREAM)
        scalar = not modules and name in library.BUILT_IN
        result = NOTHING if scalar else self._result(node, name, given)
        if any(key == "requires_grad" for key, _ in given.named) or "nn." in f".{path}":
            self.heap.mark(result, LEARNS)
        if any(library.DRAWN in self.heap.things[number].marks for number in modules):
            self.heap.mark(result, STREAM)
        return result

    def _result(self, node: ast.AST, name: str, given: Given) -> Value:
        """What a call into a library gives, by its name alone."""
        if name in library.SCALARS:
            return NOTHING
        if name in library.FRESH:
            return self.make(node, NOTHING, given.kept)
        kept = given.kept if name[:1].islower() and name != "partial" else given.all
        kept = self._opened(kept)
        if name in library.CONTENTS:
            return self.make(node, self.heap.elements(kept), NOTHING, BOX)
        if name in library.ITERATORS:
            return self.make(node, kept, NOTHING, ITERATOR)
        marks = (VIEW,) if name in library.VIEWS else ()
        return self.make(node, kept, kept, *marks)

    def _opened(self, value: Value) -> Value:
        """A value without iterators, of which only what they give is kept, and modules."""
        used = self.heap.marked(value, ITERATOR)
        value = (value - used) | (self.heap.elements(used) - used)
        return value - self.heap.marked(value, MODULE)

    def _inside(self, node: ast.AST, owner: Value, given: Given) -> None:
        """Follow the page's functions that a library is given or an object holds: it may call."""
        every = given.all | self._bound(owner)
        self._change_owners(every, given)
        if codes := self._callables(every | owner):
            self.loosely(node, codes, Given(loose=every))

    def _change_owners(self, methods: Value, given: Given) -> None:
        """Methods that change what they belong to are called, or may be."""
        bound = self.heap.marked(methods, METHOD)
        owners = frozenset(n for each in bound for n in self.heap.things[each].holds)
        self.heap.change(owners, deep=False)
        self.heap.give(owners, given.kept - methods)

    def _bound(self, owner: Value) -> Value:
        """Data that objects of libraries hold, such as arguments of a partial function."""
        plain = (
            n for n in owner if not (self.heap.things[n].marks - {VIEW} or self.heap.things[n].kind)
        )
        held = self.heap.elements(frozenset(plain)) - owner
        return frozenset(n for n in held if self.heap.things[n].is_data)

    def _callables(self, value: Value) -> Value:
        """Functions of the page among things, and those that objects of libraries hold."""
        seen, todo, found = set(value), list(value), set()
        while todo:
            number = todo.pop()
            thing = self.heap.things[number]
            if thing.code:
                found.add(number)
            elif (thing.kind and number in value) or not (
                thing.marks - {LEARNS, VIEW} or thing.kind
            ):
                more = thing.holds - seen
                seen |= more
                todo += more
        return frozenset(found)


def _is_special(method: str) -> bool:
    """Whether operators, loops, `with` or parts call a method, which code does not name."""
    return bool(re.fullmatch("__[a-z]+__", method)) and method not in APART


def _of_part(node: ast.Call, name: str) -> bool:
    """Whether a method changes a part of a module: `plt.rcParams.update(…)`."""
    inner = isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Attribute)
    return inner and library.changes_owner(name)


def _has_stream(given: Given) -> bool:
    return any(name in library.STREAMED for name, _ in given.named)
