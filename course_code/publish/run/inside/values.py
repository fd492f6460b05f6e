"""Values of a run that prose can use: numbers, texts, and small nests of them."""

import sys

from course_code.publish.run.inside.repeatable import ADDRESS


class UnusableError(ValueError):
    """A value that prose cannot use; the text names its type."""


def usable(value, hidden):
    """`value` converted, if all its texts are the same on other machines.

    Args:
        value: of a run.
        hidden: (pattern, what it is, hint) of texts that are not.

    Raises:
        UnusableError: one is, or `convert` cannot.
    """
    found = convert(value)
    for text in texts(found):
        for pattern, what, _ in hidden:
            if pattern.search(text):
                raise UnusableError(f"str with {what}")
    return found


def texts(value):
    """Every text in a converted value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        yield from value if isinstance(value, dict) else ()
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


def convert(value, leaves=2000, depth=20):
    """`value` in JSON's types: a number (NumPy's too), text, or a small nest of them.

    Raises:
        UnusableError: it is something else, or too large, deep or long.
    """
    numpy = sys.modules.get("numpy")
    if numpy and isinstance(value, numpy.number | numpy.bool_) and value.ndim == 0:
        value = value.item()
    kind = type(value).__name__
    if isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        if abs(value) >= 10**300:
            raise UnusableError(f"{kind} of more than 300 digits")
        return value
    if isinstance(value, str):
        return checked_text(value)
    if not isinstance(value, dict | list | tuple | range):
        raise UnusableError(kind)
    if len(value) > leaves or not depth:
        raise UnusableError(f"{kind} of more than {leaves} parts" if depth else f"{kind}, too deep")
    items = value.values() if isinstance(value, dict) else value
    try:
        parts = [convert(item, leaves // max(len(value), 1), depth - 1) for item in items]
    except UnusableError as error:
        raise UnusableError(f"{kind} of {error}" if depth == 20 else str(error)) from None
    if not isinstance(value, dict):
        return parts
    keys = [",".join(map(str, key)) if isinstance(key, tuple) else str(key) for key in value]
    if len({*keys}) < len(keys):
        raise UnusableError(f"{kind} with two keys that read the same")
    return dict(zip(map(checked_text, keys), parts, strict=True))


def checked_text(text):
    """`text`, if a page can show it."""
    if len(text) > 400:
        raise UnusableError("str of more than 400 characters")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise UnusableError("str with half a character") from None
    if ADDRESS.search(text):
        raise UnusableError("str with an address in memory")
    return text
