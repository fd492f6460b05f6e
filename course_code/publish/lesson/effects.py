"""Effects of importing a module, which an inlined copy of some of its definitions would lose.

Importing executes decorators, default values, class bodies and the values of constants, and the
functions of the course that these call. Changing a name of a module's top level there, as
registers do, would depend on which definitions a lesson happens to use.
"""

import ast
from collections.abc import Callable, Iterator

from course_code.publish.base.errors import CourseError
from course_code.publish.lesson.modules import Module

CHANGERS = {  # methods that change what they belong to
    *("add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert", "pop"),
    *("popitem", "popleft", "register", "remove", "reverse", "setdefault", "sort", "update"),
    *("__setitem__", "__setattr__", "manual_seed", "seed", "write"),
}
LOUD = {"print", "open", "input", "exec", "eval", "setattr", "delattr", "globals", "__import__"}
MAKERS = ("__init__", "__new__", "__post_init__", "__init_subclass__", "__set_name__")
Function = ast.FunctionDef | ast.AsyncFunctionDef
Resolve = Callable[[Module, str], tuple[Module, ast.stmt] | None]


def refuse_effects(module: Module, resolve: Resolve) -> None:
    """Raise if importing `module` changes a name of the course's modules, or something outside.

    Args:
        module: of the course.
        resolve: gives the module and the definition that a name of a module stands for, or None
            for names from elsewhere.

    Raises:
        CourseError: it does.
    """
    for node in dict.fromkeys(module.bindings.values()):
        seen: set[ast.AST] = set()
        for what in _effects(list(_at_import(node)), module, resolve, seen):
            raise CourseError(
                f"importing the module {what}, which an inlined copy would lose",
                module.path,
                node.lineno,
                "Write the result down, or let the lesson call a function that makes it.",
            )


def _at_import(node: ast.AST) -> Iterator[tuple[ast.AST, int]]:
    """Code that runs when a statement of a module does, and how often what it gives is called."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield from ((decorator, 1) for decorator in node.decorator_list)
            if isinstance(node, ast.ClassDef):
                yield from ((base, 1) for base in node.bases)
                yield from ((keyword.value, 1) for keyword in node.keywords)
                for statement in node.body:
                    yield from _at_import(statement)
            else:
                defaults = [*node.args.defaults, *node.args.kw_defaults]
                yield from ((default, 0) for default in defaults if default)
        case _:
            yield node, 0


def _effects(code: list[tuple[ast.AST, int]], module: Module, resolve: Resolve, seen) -> Iterator:
    """What executing some code changes, in words."""
    for root, calls in code:
        if calls and isinstance(root, ast.Name):
            yield from _called(root.id, calls, module, resolve, seen)
        elif calls and isinstance(root, ast.Call) and isinstance(root.func, ast.Name):
            yield from _called(root.func.id, calls + 1, module, resolve, seen)
        elif calls and isinstance(root, ast.Attribute) and root.attr in CHANGERS:
            yield from _change(root.value, module, resolve)
        for node in _executed(root):
            match node:
                case ast.Call(func=ast.Name(id=name)):
                    if name in LOUD and name not in module.bindings:
                        yield f"calls {name}()"
                    yield from _called(name, 1, module, resolve, seen)
                case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in CHANGERS:
                    yield from _change(owner, module, resolve)
                case ast.Subscript(value=owner, ctx=ast.Store() | ast.Del()):
                    yield from _change(owner, module, resolve)
                case ast.Attribute(value=owner, ctx=ast.Store() | ast.Del()):
                    yield from _change(owner, module, resolve)
                case ast.Global(names=names):
                    yield f"binds {names[0]!r} again"


def _called(name: str, calls: int, module: Module, resolve: Resolve, seen) -> Iterator[str]:
    """Effects of calling what a name stands for, and what that returns, so many times."""
    found = resolve(module, name)
    if not found or found[1] in seen:
        return
    where, node = found
    seen.add(node)
    if isinstance(node, ast.ClassDef):
        bodies = [s for s in node.body if isinstance(s, Function) and s.name in MAKERS]
        for base in node.bases:
            if isinstance(base, ast.Name):
                yield from _called(base.id, calls, where, resolve, seen)
    else:
        bodies = [node] if isinstance(node, Function) else []
    for body in bodies:
        inner = [each for each in ast.walk(body) if isinstance(each, Function) and each != body]
        own = {argument.arg for argument in ast.walk(body) if isinstance(argument, ast.arg)}
        own |= {n.id for n in ast.walk(body) if isinstance(n, ast.Name) and _stores(n)}
        kept = {k: v for k, v in where.bindings.items() if k not in own or _is_global(body, k)}
        inside = Module(where.path, where.lines, kept)
        called = {n.func.id for n in _executed_all(body) if _calls_name(n)}
        run = [f for f in inner if calls > 1 or f.name in called]
        code = [(s, 0) for f in [body, *run] for s in f.body]
        yield from _effects(code, inside, resolve, seen)


def _change(owner: ast.expr, module: Module, resolve: Resolve) -> Iterator[str]:
    """Changing `owner` counts where it is, or belongs to, a name of a module's top level."""
    while isinstance(owner, ast.Attribute | ast.Subscript):
        owner = owner.value
    if isinstance(owner, ast.Name) and owner.id in module.bindings:
        yield f"changes {owner.id!r}"


def _executed(root: ast.AST) -> Iterator[ast.AST]:
    """Nodes of code without the bodies of functions and lambdas that it defines."""
    if isinstance(root, Function | ast.Lambda):
        return
    yield root
    for child in ast.iter_child_nodes(root):
        yield from _executed(child)


def _executed_all(body: ast.AST) -> Iterator[ast.AST]:
    for statement in body.body:
        yield from _executed(statement)


def _calls_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def _stores(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _is_global(body: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Global) and name in node.names for node in ast.walk(body))
