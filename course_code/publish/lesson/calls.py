"""Calls of a page: into its own functions and classes, and into those of libraries.

A function of the page is followed once, with things in the place of its parameters and of what it
finds on the page. What that shows is its summary, which each call puts its own arguments into.
"""

import ast
import builtins
from dataclasses import dataclass

from course_code.publish.lesson import library
from course_code.publish.lesson.effects import MAKERS
from course_code.publish.lesson.expressions import Closure, Expressions
from course_code.publish.lesson.frames import Frame
from course_code.publish.lesson.heap import (
    BOX,
    ITERATOR,
    LEARNS,
    MODULE,
    NOTHING,
    PLACE,
    STREAM,
    Value,
)
from course_code.publish.lesson.read import CHECK


@dataclass(frozen=True)
class Given:
    """Arguments of a call; with a star or two nobody knows which is whose: they are `loose`."""

    placed: tuple[Value, ...] = ()
    named: tuple[tuple[str, Value], ...] = ()
    loose: Value = NOTHING

    @property
    def all(self) -> Value:
        """All of them together."""
        return self.loose.union(*self.placed, *(value for _, value in self.named))

    @property
    def kept(self) -> Value:
        """Those that what a library makes of them may keep."""
        named = (value for name, value in self.named if name not in library.STREAMED)
        return self.loose.union(*self.placed, *named)

    def after(self, own: Value) -> "Given":
        """The arguments of a method, with what it belongs to before them."""
        return Given((own, *self.placed), self.named, self.loose)

    def map(self, change) -> "Given":
        """The arguments, each changed."""
        named = tuple((name, change(value)) for name, value in self.named)
        return Given(tuple(map(change, self.placed)), named, change(self.loose))


@dataclass(frozen=True)
class Summary:
    """What a call of a function does, in things that stand for its parameters and the page's."""

    returned: Value = NOTHING
    changed: Value = NOTHING
    backed: Value = NOTHING  # whose weights a backward pass gives gradients
    reads: frozenset[str] = frozenset()  # names of the page
    binds: frozenset[str] = frozenset()
    given: tuple[tuple[int, Value], ...] = ()  # what now holds what
    invoked: tuple[tuple[int, Given], ...] = ()  # functions among its arguments


class Calls(Expressions):
    """See `Expressions`."""

    def __init__(self):
        super().__init__()
        self.methods: dict[ast.ClassDef, dict[str, Value]] = {}
        self.summaries: dict = {}  # of functions; they hold until the page defines another
        self.stale = False
        self.backed: Value = NOTHING
        self.invoked: list[tuple[int, Given]] = []

    def defined(self) -> None:
        """Forget summaries with the next statement: functions may do something else then."""
        self.stale = True

    def body(self, statements: list[ast.stmt], frame: Frame) -> None:
        """Follow statements: see `Interpreter`."""
        raise NotImplementedError

    def call(self, node: ast.Call, frame: Frame) -> Value:
        """What a call gives."""
        if isinstance(node.func, ast.Attribute):
            owner, name = self.value(node.func.value, frame), node.func.attr
            given = self._given(node, frame)
            if modules := self.heap.marked(owner, MODULE):
                return self._library(node, name, given, modules, ast.unparse(node.func))
            return self._method(node, owner, name, given)
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
                results.append(self._use(node, number, given))
            elif thing.kind and BOX in thing.marks:  # the class itself
                results.append(self._instance(node, thing.kind, given))
            else:
                others.add(number)
        for number in others:
            for method in self._methods(number, "__call__") + self._methods(number, "forward"):
                results.append(self.apply(node, method, given.after(frozenset({number}))))
            if self._is_place(number):
                self.invoked.append((number, given))
        if others or not callee:
            self._inside(node, frozenset(others), given)
            results.append(self.make(node, self._opened(given.kept), frozenset(others)))
        return NOTHING.union(*results)

    # ---- functions of the page --------------------------------------------------------------

    def _use(self, node: ast.AST, number: int, given: Given) -> Value:
        """Put the arguments of a call into the summary of a function."""
        code = self.heap.things[number].code
        summary = self.summary(code)
        self.fields = {}
        actual: dict[int, Value] = {}  # what the places for parameters stand for
        for name, value in self._parameters(code, given).items():
            self._stand(actual, self._place(code.node, name), value)

        def put(value: Value) -> Value:
            found = set()
            for each in value:
                name = self.heap.things[each].page
                if name is not None and not self.inside and each not in actual:
                    place = self.heap.place("page", name, page=name)
                    self._stand(actual, place, self.page.names.get(name, NOTHING))
                found |= actual.get(each, {each})
            return frozenset(found)

        self.reads |= summary.reads - self.page.sure
        self.binds |= summary.binds
        strange = summary.changed - actual.keys()  # of functions around it
        if any(self.heap.things[each].page is None for each in strange):
            self.heap.change(frozenset({number}))  # what the function caught when it was made
        changed = put(summary.changed)
        self.heap.change(changed, deep=False)
        self.backward(put(summary.backed))
        for owner, held in summary.given:
            owners = frozenset(n for n in put(frozenset({owner})) if self.heap.things[n].is_data)
            self.heap.give(owners, put(held))
        for called, arguments in summary.invoked:
            codes = {n for n in self.heap.reach(put(frozenset({called}))) if self._is_open(n)}
            if codes and not self._deep(code.node, node):
                self.apply(node, frozenset(codes), arguments.map(put))
        return self._returned(node, summary.returned, put, changed)

    def _is_open(self, number: int) -> bool:
        thing = self.heap.things[number]
        return thing.code is not None or PLACE in thing.marks

    def _deep(self, *key) -> bool:
        """Whether functions that call one another's arguments have gone round once."""
        done = (self.statement, key) in self.rounds
        self.rounds.add((self.statement, key))
        return done

    def _stand(self, actual: dict[int, Value], place: Value, value: Value) -> None:
        """Let a place stand for a value, and the one in it for all that this holds."""
        (outer,) = place
        (inner,) = self.heap.inner[outer]
        actual[outer] = value
        actual[inner] = self.heap.reach(self.heap.elements(value))

    def _returned(self, node: ast.AST, value: Value, put, changed: Value) -> Value:
        """What a call gives, made of what the function returns."""
        if not value:
            return NOTHING
        reached = self.heap.reach(value)
        things = [self.heap.things[number] for number in value]
        marks = {m for t in things for m in t.marks & {ITERATOR, LEARNS}}
        if any(STREAM in self.heap.things[number].marks for number in reached):
            marks.add(STREAM)
        held = put(self.heap.marked(reached, PLACE))
        origins = put(self.heap.marked(self.heap.reach(value, origins=True), PLACE))
        made = self.make(node, held, origins, *marks)
        thing = self.heap.only(made)
        if ITERATOR in marks:
            thing.later |= changed
        thing.code = thing.code or next((t.code for t in things if t.code), None)
        thing.kind = thing.kind or next((t.kind for t in things if t.kind), None)
        return made | put(self.heap.marked(value, PLACE))

    def summary(self, code: Closure) -> Summary:
        """What a function does, followed once with places for its parameters."""
        key = (code.node, id(code.frame))
        if key not in self.summaries:
            self.summaries[key] = Summary()  # while it is followed, should it call itself
            self.summaries[key] = self._followed(code)
        return self.summaries[key]

    def _followed(self, code: Closure) -> Summary:
        node = code.node
        names = {n: self._place(node, n) for n in self._parameters(code, Given())}
        frame, born = Frame(code.frame, names=dict(names)), len(self.heap.things)
        outer = (self.reads, self.binds, self.backed, self.invoked, self.heap.changed)
        self.reads, self.binds, self.backed, self.invoked = set(), set(), NOTHING, []
        self.fields = {}
        self.heap.changed, self.inside = set(), self.inside + 1
        if isinstance(node, ast.Lambda):
            frame.returned = self.value(node.body, frame)
        else:
            self.body(node.body, frame)
        if any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node)):
            held = frame.yielded.union(*names.values())
            frame.returned |= self.make(node, held, NOTHING, ITERATOR)
        given = tuple((n, held) for n in self.places() if (held := self._held(n)))
        summary = Summary(
            frame.returned,
            frozenset(n for n in self.heap.changed if n < born or self._is_place(n)),
            self.backed,
            frozenset(self.reads),
            frozenset(self.binds),
            given,
            tuple(self.invoked),
        )
        self.reads, self.binds, self.backed, self.invoked, self.heap.changed = outer
        self.inside -= 1
        return summary

    def _is_place(self, number: int) -> bool:
        return PLACE in self.heap.things[number].marks

    def places(self) -> list[int]:
        """All places."""
        return [n for n, thing in enumerate(self.heap.things) if PLACE in thing.marks]

    def _held(self, number: int) -> Value:
        """What a place was given to hold while a function was followed."""
        inside = frozenset(self.heap.things[number].holds)
        one = frozenset({number})
        reached = self.heap.reach(inside - self._inner(number)) | (inside - one)
        return self.heap.marked(reached, PLACE) - one - self._inner(number)

    def _inner(self, number: int) -> Value:
        """The place for what a place holds."""
        return self.heap.inner.get(number, NOTHING)

    def _place(self, node: ast.AST, name: str) -> Value:
        """The thing that stands for a parameter of a function."""
        return self.heap.place(node, name)

    def backward(self, value: Value) -> None:
        """Note that a backward pass starts at a value: what it comes of gets gradients."""
        origins = self.heap.reach(value, origins=True)
        self.heap.changed |= self.heap.marked(origins, LEARNS)
        self.backed |= self.heap.marked(origins, PLACE)

    def _parameters(self, closure: Closure, given: Given) -> dict[str, Value]:
        wanted = closure.node.args
        positional = [arg.arg for arg in (*wanted.posonlyargs, *wanted.args)]
        every = [*positional, *(arg.arg for arg in wanted.kwonlyargs)]
        found = {**dict.fromkeys(every, NOTHING), **dict(closure.defaults)}
        found |= zip(positional, given.placed, strict=False)
        found |= {name: value for name, value in given.named if name in found}
        rest = given.placed[len(positional) :]
        spare = [value for name, value in given.named if name not in every]
        for star, values in ((wanted.vararg, rest), (wanted.kwarg, spare)):
            if star:
                held = given.loose.union(*values)
                found[star.arg] = self.make(star, held, NOTHING, BOX)
        told = {*positional[: len(given.placed)], *(name for name, _ in given.named)}
        return {k: value if k in told else value | given.loose for k, value in found.items()}

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

    def _instance(self, node: ast.AST, kind: ast.ClassDef, given: Given) -> Value:
        own = self.heap.make((self.statement, node, kind))
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
        if name in library.CONTENTS | library.ITERATORS | {"min", "max"}:  # but a key or the first
            self._inside(
                node, NOTHING, Given(given.placed[:1] * (name in library.ITERATORS), given.named)
            )
        elif not library.is_plain(name):
            self._inside(node, NOTHING, given)
        if library.in_place(name) and given.placed:
            self.heap.change(given.placed[0])
        elif name in library.TAKERS:
            self.heap.change(given.all)
        elif library.changes_module(name):
            self.heap.change_module(modules)
        elif name in library.DRAWS and modules and not _has_stream(given):
            self.heap.change_module(modules)
        for key, value in given.named:
            if key == "out":
                self.heap.change(value)
        if name in library.SOURCES:
            return self.make(node, given.all, NOTHING, STREAM)
        result = self._result(node, name, given)
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
        return self.make(node, kept, kept)

    def _opened(self, value: Value) -> Value:
        """A value without iterators, of which only what they give is kept, and modules."""
        used = self.heap.marked(value, ITERATOR)
        value = (value - used) | (self.heap.elements(used) - used)
        return value - self.heap.marked(value, MODULE)

    def _inside(self, node: ast.AST, owner: Value, given: Given) -> None:
        """Follow the page's functions that a library is given or an object holds: it may call."""
        every = given.all
        if codes := self._callables(every | owner):
            self.apply(node, codes, Given(loose=every))

    def _callables(self, value: Value) -> Value:
        """Functions of the page among things, and those that objects of libraries hold."""
        seen, todo, found = set(value), list(value), set()
        while todo:
            number = todo.pop()
            thing = self.heap.things[number]
            if thing.code:
                found.add(number)
            elif (thing.kind and number in value) or not (thing.marks - {LEARNS} or thing.kind):
                more = thing.holds - seen
                seen |= more
                todo += more
        return frozenset(found)


def _has_stream(given: Given) -> bool:
    return any(name in library.STREAMED for name, _ in given.named)
