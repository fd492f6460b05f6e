"""Things that the names of a page may stand for, as far as a reader of its code can tell.

A value is a set of things that it may be; numbers and texts, which nothing changes, are none. A
thing stands for all that one place in the code makes in one statement of the page. It may hold
others (a list its elements, an optimizer its model) and come of others (a loss of weights).
"""

import ast
from dataclasses import dataclass, field
from typing import Any

Value = frozenset[int]
NOTHING: Value = frozenset()

# What a thing may be besides:
BOX = "box"  # a list, dict, tuple or loop over some: what it holds are its elements
ITERATOR = "iterator"  # whoever reads it may use it up
STREAM = "stream"  # whoever reads it may draw from it: a generator, axes
LEARNS = "learns"  # a backward pass may give it a gradient
VIEW = "view"  # writing into it changes what it holds
METHOD = "method"  # calling it changes what it holds
MODULE = "module"
PLACE = "place"  # it stands for whatever a call of a function gives it, or finds on the page


@dataclass
class Thing:
    """What a place makes: marks, what it holds and comes of, and its code if it can be called."""

    holds: set[int] = field(default_factory=set)
    of: set[int] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)
    code: Any = None  # a function with the frame around it
    kind: ast.ClassDef | None = None
    page: str | None = None  # a place for what this name of the page stands for
    later: Value = NOTHING  # what changes when it is used up

    @property
    def is_data(self) -> bool:
        """Whether what it stands for may change: not a function, a class or a module."""
        return not (self.code or MODULE in self.marks or (self.kind and BOX in self.marks))


class Heap:
    """All things of a page, and those that the statement at hand may have changed."""

    def __init__(self):
        self.things: list[Thing] = []
        self.changed: set[int] = set()
        self.made: set[int] = set()  # since the function at hand is followed
        self.places: dict[int, Any] = {}  # with the function that has them, or "page"
        self.inner: dict[int, Value] = {}  # of places, the one for what they hold
        self._sites: dict[Any, int] = {}
        self._live: set[int] = set()  # iterators and streams
        self._reached: dict[Any, Value] = {}  # until a thing holds more

    def make(self, site: Any, holds: Value = NOTHING, of: Value = NOTHING, *marks: str) -> Value:
        """The thing that `site` makes; made again, it holds more."""
        number = self._sites.get(site)
        if number is None:
            number = self._sites[site] = len(self.things)
            self.things.append(Thing())
        self.made.add(number)
        made = frozenset({number})
        self.give(made, holds)
        self.derive(made, of)
        self.mark(made, *marks)
        return made

    def mark(self, value: Value, *marks: str) -> None:
        """Give things marks."""
        for number in value:
            self.things[number].marks.update(marks)
            if ITERATOR in marks or STREAM in marks:
                self._live.add(number)

    def only(self, value: Value) -> Thing:
        """The one thing that a value is."""
        (number,) = value
        return self.things[number]

    def reach(self, value: Value, *, origins: bool = False) -> Value:
        """A value with all that it holds, or with all that it comes of, too."""
        if (value, origins) in self._reached:
            return self._reached[value, origins]
        found, todo = set(value), list(value)
        while todo:
            thing = self.things[todo.pop()]
            more = (thing.holds | thing.of if origins else thing.holds) - found
            found |= more
            todo += more
        self._reached[value, origins] = frozenset(found)
        return self._reached[value, origins]

    def elements(self, value: Value) -> Value:
        """What iterating, indexing or asking for a part of a value may give."""
        found: set[int] = set()
        whole = set()  # what has attributes, and attributes of these
        for number in value:
            thing = self.things[number]
            if BOX in thing.marks or PLACE in thing.marks:
                found |= thing.holds
            elif ITERATOR in thing.marks:
                found |= self.reach(frozenset(thing.holds)) - {number}
            else:
                whole.add(number)
        return self.reach(frozenset(whole)) | found

    def marked(self, value: Value, mark: str) -> Value:
        """Those of the things that bear a mark."""
        return frozenset(n for n in value if mark in self.things[n].marks)

    def place(self, *site: Any, page: str | None = None) -> Value:
        """The thing that stands for whatever a name has, holding another for its contents."""
        inner = self.make((*site, "inside"), NOTHING, NOTHING, PLACE)
        for number in inner:
            self.things[number].holds.add(number)
            self.things[number].page = page
        outer = self.make(site, inner, NOTHING, PLACE)
        self.only(outer).page = page
        for number in outer:
            self.inner[number] = inner
        self.places |= dict.fromkeys(inner | outer, site[0])
        return outer

    def change(self, value: Value, *, deep: bool = True) -> None:
        """Note that things may change, and with them what they hold, or (not `deep`) are views of.

        Functions and classes do not change, but for attributes that the page gives them itself;
        for modules there is `change_module`.
        """
        held = self.reach(value) if deep else self._bases(value)
        self.changed |= {n for n in held if self.things[n].is_data}

    def _bases(self, value: Value) -> Value:
        """A value with all that it is a view of."""
        found, todo = set(value), list(value)
        while todo:
            thing = self.things[todo.pop()]
            more = thing.holds - found if VIEW in thing.marks else set()
            found |= more
            todo += more
        return frozenset(found)

    def change_module(self, value: Value) -> None:
        """Note that settings or the random stream of a module may change."""
        self.changed |= self.marked(value, MODULE)

    def use(self, value: Value) -> None:
        """Note that things are read: iterators go on, streams are drawn from."""
        for number in value:
            self.changed |= self.things[number].later
        if not self._live:
            return
        for number in self.reach(value) & self._live:
            if number in value or STREAM in self.things[number].marks:
                self.changed.add(number)

    def give(self, owner: Value, given: Value) -> None:
        """Let things hold others from now on."""
        for number in owner:
            known = self.things[number].holds | {number}
            if MODULE not in self.things[number].marks and not given <= known:
                self.things[number].holds |= given - {number}
                self._reached.clear()

    def derive(self, made: Value, origins: Value) -> None:
        """Let things come of others, too."""
        for number in made:
            if not origins <= self.things[number].of | {number}:
                self.things[number].of |= origins - {number}
                self._reached.clear()
