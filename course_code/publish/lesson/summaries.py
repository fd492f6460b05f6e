"""Functions of a page, followed once each: their summaries, and what calls make of them.

A function is followed with places for its parameters and for what it finds on the page: things
that stand for whatever they are given. What that shows is its summary; each call puts its own
arguments into it.
"""

import ast
from dataclasses import dataclass

from course_code.publish.lesson import library
from course_code.publish.lesson.expressions import Closure, Expressions
from course_code.publish.lesson.frames import Frame
from course_code.publish.lesson.heap import (
    BOX,
    ITERATOR,
    LEARNS,
    METHOD,
    NOTHING,
    PLACE,
    STREAM,
    VIEW,
    Value,
)


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


class Summaries(Expressions):
    """See `Expressions`."""

    def __init__(self):
        super().__init__()
        self.summaries: dict = {}  # of functions; they hold until the page defines another
        self.stale = False
        self.backed: Value = NOTHING
        self.invoked: list[tuple[int, Given]] = []
        self.rounds: set = set()  # calls of arguments that were followed in this statement
        self.vague = False  # whether a library is followed, which may call what it is given
        self.following: list[ast.AST] = []  # functions, the outermost first
        self.own: dict[ast.AST, set[int]] = {}  # what functions made, whenever they were followed

    def defined(self) -> None:
        """Forget summaries with the next statement: functions may do something else then."""
        self.stale = True

    def body(self, statements: list[ast.stmt], frame: Frame) -> None:
        """Follow statements: see `Interpreter`."""
        raise NotImplementedError

    def apply(self, node: ast.AST, callee: Value, given: Given) -> Value:
        """What calling a value gives: see `Calls`."""
        raise NotImplementedError

    def use(self, node: ast.AST, number: int, given: Given) -> Value:
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
        for name in summary.reads if not self.inside else ():
            self.heap.use(self.page.names.get(name, NOTHING))
        strange = summary.changed - actual.keys()  # of functions around it
        if any(map(self.is_caught, strange)):
            self.heap.changed.add(number)  # what the function caught when it was made
        changed = put(summary.changed)
        self.heap.change(changed, deep=False)
        self.backward(put(summary.backed))
        for owner, held in summary.given:
            owners = frozenset(n for n in put(frozenset({owner})) if self.heap.things[n].is_data)
            self.heap.give(owners, put(held))
        for called, arguments in summary.invoked:
            self._invoke((code.node, node), called, put(frozenset({called})), arguments.map(put))
        return self._returned(node, summary.returned, put, changed)

    def _invoke(self, call: tuple, called: int, standing: Value, given: Given) -> None:
        """Follow what a function calls of its arguments, by what stands in the place `called`.

        Where places stand, whoever knows what stands in those follows the call. Of each place it
        is followed once; once in all where it is not known what is called.
        """
        places = self.heap.marked(standing, PLACE)
        if not self.vague:
            self.invoked += ((place, given) for place in places)
        methods = self.heap.marked(standing, METHOD)
        told = {n for n in standing if self.heap.things[n].code and not self.vague} | methods
        codes = told or {n for n in self.heap.reach(standing) if self._is_open(n)}
        if codes and not self._deep(*call, None if self.vague or places else called):
            self.apply(call[1], frozenset(codes), given)

    def loosely(self, node: ast.AST, codes: Value, given: Given) -> None:
        """Follow functions that may be called: what these are given is followed once."""
        vague, self.vague = self.vague, True
        self.apply(node, codes, given)
        self.vague = vague

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
        marks = {m for t in things for m in t.marks & {ITERATOR, LEARNS, VIEW}}
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
        frame, made = Frame(code.frame, names=dict(names)), self.heap.made
        outer = (self.reads, self.binds, self.backed, self.invoked, self.heap.changed)
        vague, self.vague = self.vague, False
        self.reads, self.binds, self.backed, self.invoked = set(), set(), NOTHING, []
        self.fields = {}
        self.heap.changed, self.heap.made, self.inside = set(), set(), self.inside + 1
        self.following.append(node)
        if isinstance(node, ast.Lambda):
            frame.returned = self.value(node.body, frame)
        else:
            self.body(node.body, frame)
        if any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node)):
            held = frame.yielded.union(*names.values())
            frame.returned |= self.make(node, held, NOTHING, ITERATOR)
        around = {"page", *self.following}
        known = sorted(n for n, whose in self.heap.places.items() if whose in around)
        given = tuple((n, held) for n in known if (held := self._held(n)))
        self.following.pop()
        own = self.own[node] = self.own.get(node, set()) | self.heap.made
        self.heap.made |= made
        summary = Summary(
            frame.returned,
            frozenset(n for n in self.heap.changed if n not in own or self.is_place(n)),
            self.backed,
            frozenset(self.reads),
            frozenset(self.binds),
            given,
            tuple(dict.fromkeys(self.invoked)),
        )
        self.reads, self.binds, self.backed, self.invoked, self.heap.changed = outer
        self.vague = vague
        self.inside -= 1
        return summary

    def is_caught(self, number: int) -> bool:
        """Whether a thing that a function changes is only the function's own."""
        return self.heap.things[number].page is None

    def is_place(self, number: int) -> bool:
        """Whether a thing stands for others."""
        return PLACE in self.heap.things[number].marks

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
