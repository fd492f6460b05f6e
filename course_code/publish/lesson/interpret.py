"""What each statement of a page reads, binds and may change: its code followed, not run.

Functions and classes of the page are followed where they are called, with what they are given; of
libraries `library.py` knows the conventions. Branches join, loops are followed twice. What cannot
be told is taken to share, so that a copy has a statement too many rather than one too few.
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from course_code.publish.lesson import library
from course_code.publish.lesson.calls import Calls
from course_code.publish.lesson.frames import Frame
from course_code.publish.lesson.heap import BOX, MODULE, NOTHING, Value
from course_code.publish.lesson.summaries import Given


@dataclass(frozen=True)
class Effects:
    """Names of the page that a statement reads, binds for sure, and binds or changes maybe."""

    reads: frozenset[str]
    binds: frozenset[str]
    changes: frozenset[str]


class Interpreter(Calls):
    """Follows a page's statements from the first to the last."""

    def effects(self, node: ast.stmt) -> Effects:
        """Follow the next statement of the page."""
        self.statement += 1
        self.reads, self.binds = set(), set()
        self.rounds, self.invoked, self.fields = set(), [], {}
        if self.stale:
            self.summaries.clear()
            self.stale = False
        self.heap.changed, self.page.sure = set(), set()
        before = dict(self.page.names)
        self.body([node], self.page)
        changed = {n for n in self.binds if n not in self.page.sure}
        if self.heap.changed:
            modules = self.heap.marked(frozenset(self.heap.changed), MODULE)
            things = self.heap.changed - modules
            changed |= {n for n, v in before.items() if self.heap.reach(v) & things or v & modules}
        sure = frozenset(self.page.sure)
        return Effects(frozenset(self.reads), sure, frozenset(changed) - sure)

    def body(self, statements: list[ast.stmt], frame: Frame) -> None:
        """Follow statements in order."""
        for node in statements:
            self._statement(node, frame)

    def _statement(self, node: ast.stmt, frame: Frame) -> None:
        match node:
            case ast.Assign():
                self._assignment(node, frame)
            case ast.AnnAssign(target=target, value=value):
                if value:
                    self.assign(target, self.value(value, frame), frame)
            case ast.AugAssign():
                self._augmented(node, frame)
            case ast.Delete(targets=targets):
                for target in targets:
                    self._delete(target, frame)
            case ast.For() | ast.AsyncFor():
                turns = self.turns(node.target, node.iter, frame)
                for _ in range(2):
                    with self._branch(frame):
                        for target, given in turns:
                            self.assign(target, given, frame)
                        self.body(node.body, frame)
                self.body(node.orelse, frame)
            case ast.While(test=test, body=body, orelse=orelse):
                for _ in range(2):
                    self.value(test, frame)
                    with self._branch(frame):
                        self.body(body, frame)
                self.body(orelse, frame)
            case ast.If(test=test, body=body, orelse=orelse):
                self.value(test, frame)
                frame.either([lambda: self.body(body, frame), lambda: self.body(orelse, frame)])
                self.fields = {}
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    given = self.value(item.context_expr, frame)
                    self.special(item, "", given)
                    self.heap.change(given)  # it may end, or collect what is printed
                    if item.optional_vars:
                        self.assign(item.optional_vars, given, frame)
                before = self.heap.changed
                self.heap.changed = set(before)
                self.body(node.body, frame)
                if any(_restores(item.context_expr) for item in node.items):
                    new = frozenset(self.heap.changed - before)
                    self.heap.changed -= self.heap.marked(new, MODULE)
            case ast.Try() | ast.TryStar():
                self._try(node, frame)
            case ast.Match():
                self._match(node, frame)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                made = self.function(node, frame)
                self.bind(node.name, self._decorated(node, made, frame), frame)
            case ast.ClassDef():
                self.bind(node.name, self._decorated(node, self._class(node, frame), frame), frame)
            case ast.Return(value=value):
                frame.returned |= self.value(value, frame)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                frame.elsewhere.update(names)
                if isinstance(node, ast.Global):
                    frame.of_page.update(names)
            case ast.Import() | ast.ImportFrom():
                self._import(node, frame)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner)) as call):
                self.value(call, frame)
                owned = self.value(owner, frame)
                self._discarded(call, owned - self.heap.marked(owned, MODULE))
            case _:
                for child in ast.iter_child_nodes(node):
                    self.value(child, frame)

    @contextmanager
    def _branch(self, frame: Frame) -> Iterator[None]:
        """Follow code that may run or not."""
        fields = self.fields
        self.fields = dict(fields)
        with frame.branch():
            yield
        self.fields = {k: v | self.fields[k] for k, v in fields.items() if k in self.fields}

    def _discarded(self, call: ast.Call, owner: Value) -> None:
        """A method of which nobody uses what it gives is called for what it does."""
        ours = {name for methods in self.methods.values() for name in methods}
        if call.func.attr not in ours:
            self.heap.change(owner, deep=False)

    def _assignment(self, node: ast.Assign, frame: Frame) -> None:
        parts = node.value.elts if isinstance(node.value, ast.Tuple) else []
        target = node.targets[0]
        pairs = isinstance(target, ast.Tuple) and len(target.elts) == len(parts)
        if pairs and not any(isinstance(p, ast.Starred) for p in (*target.elts, *parts)):
            given = [self.value(part, frame) for part in parts]
            for one, value in zip(target.elts, given, strict=True):
                self.assign(one, value, frame)
            return
        value = self.value(node.value, frame)
        for target in node.targets:
            self.assign(target, value, frame)

    def _augmented(self, node: ast.AugAssign, frame: Frame) -> None:
        """`a += b` changes what `a` stands for, or lets it stand for something new."""
        more, old = self.value(node.value, frame), self._target(node.target, frame)
        self.special(node, "", old, more)
        self.heap.change(old, deep=False)
        self.heap.give(old, self.heap.elements(self.heap.marked(more, BOX)))
        self.heap.derive(old, more)
        self.assign(node.target, old | self.joined(node, old, more), frame)

    def _target(self, target: ast.expr, frame: Frame) -> Value:
        if isinstance(target, ast.Name):
            return self.read(target.id, frame)
        return self.value(target, frame)

    def _delete(self, target: ast.expr, frame: Frame) -> None:
        if isinstance(target, ast.Name):
            where = frame.find(target.id)
            where.names.pop(target.id, None)
            if where.outer is None:
                self.binds.add(target.id)
                where.sure.discard(target.id)
        elif isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self._delete(part, frame)
        else:
            self.assign(target, NOTHING, frame)

    def _try(self, node: ast.Try, frame: Frame) -> None:
        with self._branch(frame):
            self.body(node.body, frame)
            self.body(node.orelse, frame)
        for handler in node.handlers:
            with self._branch(frame):
                self.value(handler.type, frame)
                if handler.name:
                    self.bind(handler.name, NOTHING, frame)
                self.body(handler.body, frame)
                if handler.name:
                    self._delete(ast.Name(handler.name), frame)
        self.body(node.finalbody, frame)

    def _match(self, node: ast.Match, frame: Frame) -> None:
        given = self.heap.elements(subject := self.value(node.subject, frame)) | subject
        for case in node.cases:
            with self._branch(frame):
                for part in ast.walk(case.pattern):
                    if name := getattr(part, "name", None) or getattr(part, "rest", None):
                        self.bind(name, given, frame)
                    elif isinstance(part, ast.expr):
                        self.value(part, frame)
                self.value(case.guard, frame)
                self.body(case.body, frame)

    def _decorated(self, node, made: Value, frame: Frame) -> Value:
        """A definition with its decorators: the page's may give another, a library's keep it."""
        for decorator in reversed(node.decorator_list):
            given = self.value(decorator, frame)
            if codes := [n for n in given if self.heap.things[n].code]:
                made |= self.apply(decorator, frozenset(codes), Given((made,)))
        return made

    def _class(self, node: ast.ClassDef, frame: Frame) -> Value:
        inner, methods = Frame(frame, "class"), {}
        for base in node.bases:
            for number in self.value(base, frame):
                methods |= self.methods.get(self.heap.things[number].kind, {})
        for keyword in node.keywords:
            self.value(keyword.value, frame)
        self.body(node.body, inner)
        held = NOTHING.union(*inner.names.values())
        functions = {n: v for n, v in inner.names.items() if any(self._is_code(i) for i in v)}
        self.methods[node] = methods | functions
        made = self.make(node, held, NOTHING, BOX)
        self.heap.only(made).kind = node
        return made

    def _is_code(self, number: int) -> bool:
        return self.heap.things[number].code is not None

    def _import(self, node: ast.Import | ast.ImportFrom, frame: Frame) -> None:
        for alias in node.names:
            top = (getattr(node, "module", None) or alias.name).split(".")[0]
            module = self.heap.make(("module", top), NOTHING, NOTHING, MODULE, top)
            self.bind((alias.asname or alias.name).split(".")[0], module, frame)


def _restores(context: ast.expr) -> bool:
    """Whether modules are after a `with` as they were before it."""
    called = context.func if isinstance(context, ast.Call) else context
    return getattr(called, "attr", getattr(called, "id", "")) in library.RESTORES
