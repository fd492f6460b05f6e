"""Where Chinese words begin and end, so that 移动量 is not read as 移 and 动量."""

import functools
import logging


@functools.lru_cache(256)
def edges(text: str) -> frozenset[int]:
    """Return the places in a text at which jieba's dictionary begins or ends a word.

    Loads the dictionary, which takes most of a second, when it is first asked.
    """
    import jieba

    jieba.setLogLevel(logging.WARNING)
    found, end = {0}, 0
    for word in jieba.cut(text, HMM=False):  # HMM would make words of what it does not know
        end += len(word)
        found.add(end)
    return frozenset(found)


def stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether text[start:end] cuts no Chinese word; Latin letters bound words themselves."""
    wanted = {
        place
        for place, letter in ((start, text[start]), (end, text[end - 1]))
        if not letter.isascii()
    }
    return not wanted or wanted <= edges(text)
