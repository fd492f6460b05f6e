"""Expressions of a page, followed: what they may stand for, which names they read."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from course_code.publish.lesson import library
from course_code.publish.lesson.frames import Frame
from course_code.publish.lesson.heap import (
    BOX,
    ITERATOR,
    LEARNS,
    METHOD,
    MODULE,
    NOTHING,
    Heap,
    Value,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True)
class Closure:
    """A function with the frame around it, and the values of its defaults by parameter."""

    node: Function
    frame: Frame
    defaults: tuple[tuple[str, Value], ...] = ()


class Expressions:
    """What is known while the statements of a page are followed, one after the other."""

    def __init__(self):
        self.heap = Heap()
        self.statement = 0  # number of the one at hand
        self.page = Frame()
        self.inside = 0  # functions that are being followed
        self.fields: dict[str, Value] = {}  # parts such as self.layers, since they were assigned
        self.reads: set[str] = set()  # names of the page that it reads
        self.binds: set[str] = set()  # and binds, maybe

    def defined(self) -> None:
        """Note that a name of the page stands for a function from now on."""
        raise NotImplementedError

    def call(self, node: ast.Call, frame: Frame) -> Value:
        """What a call gives: see `Calls`."""
        raise NotImplementedError

    def special(self, node: ast.AST, name: str, *values: Value) -> Value:
        """What methods give that code asks for without naming them: see `Calls`."""
        raise NotImplementedError

    def make(self, node: ast.AST, holds: Value = NOTHING, of: Value = NOTHING, *marks) -> Value:
        """A thing that a place in the code makes in this statement."""
        return self.heap.make((self.statement, node), holds, of, *marks)

    def value(self, node: ast.AST | None, frame: Frame) -> Value:
        """What an expression may stand for."""
        match node:
            case None | ast.Constant():
                return NOTHING
            case ast.Name(id=name):
                return self.read(name, frame)
            case ast.Attribute(value=owner, attr=name):
                if (key := ast.unparse(node)) in self.fields:
                    self.value(owner, frame)
                    return self.fields[key]
                owned = self.value(owner, frame)
                given = self._part(owned, name) | self.special(node, name, owned)
                if library.changes_owner(name):
                    given |= self.make(node, owned, NOTHING, METHOD)
                return given
            case ast.Subscript(value=owner, slice=place):
                at, owned = self.value(place, frame), self.value(owner, frame)
                return self._part(owned, "") | self.special(node, "", owned, at)
            case ast.Call():
                return self.call(node, frame)
            case ast.Lambda():
                return self.function(node, frame)
            case ast.List() | ast.Tuple() | ast.Set():
                return self.make(node, self._all(node.elts, frame), NOTHING, BOX)
            case ast.Dict():
                parts = [*node.keys, *(v for k, v in zip(node.keys, node.values, strict=True) if k)]
                merged = [v for k, v in zip(node.keys, node.values, strict=True) if k is None]
                held = self._all(parts, frame) | self.heap.elements(self._all(merged, frame))
                return self.make(node, held, NOTHING, BOX)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node, frame)
            case ast.NamedExpr(target=target, value=inner):
                given = self.value(inner, frame)
                self.bind(target.id, given, frame.home)
                return given
            case ast.BinOp(left=left, right=right):
                values = self.value(left, frame), self.value(right, frame)
                return self.joined(node, *values) | self.special(node, "", *values)
            case ast.UnaryOp(operand=operand):
                value = self.value(operand, frame)
                return self.joined(node, value) | self.special(node, "", value)
            case ast.Compare():
                found = self._all([node.left, *node.comparators], frame)
                self.special(node, "", found)
                return self.make(node) if found else NOTHING
            case ast.BoolOp(values=values):
                return self._all(values, frame)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.value(test, frame)
                return self.value(body, frame) | self.value(orelse, frame)
            case ast.Yield() | ast.Await():
                frame.yielded |= self.value(node.value, frame)
                return NOTHING
            case ast.YieldFrom():
                frame.yielded |= self.heap.elements(self.value(node.value, frame))
                return NOTHING
            case ast.Starred(value=inner):
                return self.heap.elements(self.value(inner, frame))
        self._all(ast.iter_child_nodes(node), frame)  # texts, slices
        return NOTHING

    def read(self, name: str, frame: Frame) -> Value:
        """What a name stands for; reading what is used up by reading changes it."""
        where = frame.find(name)
        if where.outer is None and name not in where.sure:
            self.reads.add(name)
        value = where.names.get(name, NOTHING)
        if self.inside and where.outer is None:
            return self._found(name, value)
        self.heap.use(value)
        return value

    def _found(self, name: str, value: Value) -> Value:
        """What a function finds under a name of the page: a place for it, but no code's."""
        data = frozenset(n for n in value if self.heap.things[n].is_data)
        if not data:
            return value
        return (value - data) | self.heap.place("page", name, page=name)

    def bind(self, name: str, value: Value, frame: Frame) -> None:
        """Let a name stand for a value from here on."""
        where = frame
        if name in frame.elsewhere:
            where = frame.find(name)
            value |= where.names.get(name, NOTHING)  # who knows when that function runs
            if where.outer is not None:  # nonlocal: the function is another one afterwards
                self.heap.changed |= self.heap.place("nonlocal", name)
        if where.outer is None:
            self.binds.add(name)
            if any(not self.heap.things[number].is_data for number in value):
                self.defined()
        if where is frame:
            frame.sure.add(name)
        where.names[name] = value

    def function(self, node: Function, frame: Frame) -> Value:
        """The function that a definition or a lambda makes."""
        positional = [*node.args.posonlyargs, *node.args.args]
        late = positional[len(positional) - len(node.args.defaults) :]
        pairs = [*zip(late, node.args.defaults, strict=True)]
        pairs += zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        defaults = tuple((arg.arg, self.value(default, frame)) for arg, default in pairs if default)
        inside = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        caught = [frame.find(name) for name in inside]
        held = [f.names.get(n, NOTHING) for f, n in zip(caught, inside, strict=True) if f.outer]
        made = self.make(node, NOTHING.union(*held, *(value for _, value in defaults)))
        self.heap.only(made).code = Closure(node, frame.around, defaults)
        return made

    def joined(self, node: ast.AST, *values: Value) -> Value:
        """What an operator gives: new, but with the elements of lists and dicts that it joins."""
        boxes = self.heap.marked(NOTHING.union(*values), BOX)
        if not any(values):
            return NOTHING
        marks = (BOX,) if boxes else ()
        return self.make(node, self.heap.elements(boxes), NOTHING.union(*values), *marks)

    def assign(self, target: ast.expr, value: Value, frame: Frame) -> None:
        """Bind the names of a target to a value, or change what it is a part of."""
        match target:
            case ast.Name(id=name):
                self.bind(name, value, frame)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self.assign(part, self.heap.elements(value), frame)
            case ast.Starred(value=inner):
                self.assign(inner, self.make(target, value, NOTHING, BOX), frame)
            case ast.Attribute(value=owner) | ast.Subscript(value=owner):
                if isinstance(target, ast.Subscript):
                    self.value(target.slice, frame)
                changed = self.value(owner, frame)
                self.special(target, "", changed, value)
                self.heap.change(changed, deep=False)
                if changed == self.heap.marked(changed, MODULE):
                    self.heap.change_module(changed)
                self.heap.give(changed, value)
                if isinstance(target, ast.Attribute):
                    self.heap.changed |= changed - self.heap.marked(changed, MODULE)
                    self.fields[ast.unparse(target)] = value
                if getattr(target, "attr", "") == "requires_grad":
                    self.heap.mark(changed, LEARNS)

    def turns(self, target: ast.expr, source: ast.expr, frame: Frame) -> list:
        """Parts of a loop's target, each with what a turn may give it.

        What `zip` and `enumerate` give in one turn is not mixed up.
        """
        given = self.value(source, frame)
        given |= self.special(source, "", given)
        sources = self._side_by_side(source, frame)
        if not (isinstance(target, ast.Tuple) and len(target.elts) == len(sources)):
            return [(target, self.heap.elements(given))]
        found = []
        for part, one in zip(target.elts, sources, strict=True):
            found += self.turns(part, one, frame) if one else [(part, NOTHING)]
        return found

    def _side_by_side(self, source: ast.expr, frame: Frame) -> list[ast.expr | None]:
        """What a loop goes through at once; None is a count."""
        if not (isinstance(source, ast.Call) and isinstance(source.func, ast.Name)):
            return []
        name, parts = source.func.id, source.args
        if name in frame.find(name).names or any(isinstance(p, ast.Starred) for p in parts):
            return []
        return parts if name == "zip" else [None, *parts[:1]] if name == "enumerate" else []

    def _part(self, value: Value, name: str) -> Value:
        if name in library.FLAT:
            return NOTHING
        modules = self.heap.marked(value, MODULE)
        return modules | self.heap.elements(value - modules)

    def _all(self, nodes: Iterable[ast.AST | None], frame: Frame) -> Value:
        return NOTHING.union(*[self.value(node, frame) for node in nodes])

    def _comprehension(self, node: ast.AST, frame: Frame) -> Value:
        inner = Frame(frame, "comprehension")
        for part in node.generators:
            for target, given in self.turns(part.target, part.iter, inner):
                self.assign(target, given, inner)
            self._all(part.ifs, inner)
        whole = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        before = set(self.heap.changed)
        held = self._all(whole, inner)
        if not isinstance(node, ast.GeneratorExp):
            return self.make(node, held, NOTHING, BOX)
        made = self.make(node, held, NOTHING, BOX, ITERATOR)
        self.heap.only(made).later |= self.heap.changed - before
        return made
