"""Work in shares, for several machines."""

import re
from typing import TypeVar

from course_code.publish.base.errors import CourseError

Item = TypeVar("Item")


def shard(items: list[Item], share: str) -> list[Item]:
    """Every n-th of the items, from the i-th, for a share written i/n.

    Raises:
        CourseError: `share` is not i/n with 1 <= i <= n.
    """
    match = re.fullmatch(r"(\d+)/(\d+)", share)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise CourseError(f"no share {share!r}", hint="Write i/n with 1 <= i <= n, such as 1/2.")
    return items[int(match[1]) - 1 :: int(match[2])]
