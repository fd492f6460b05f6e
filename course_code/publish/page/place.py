"""Where a page lies in the site."""

import re
from dataclasses import dataclass

SECTION = re.compile(r"(\w+)\.md#(.*)")


@dataclass(frozen=True)
class Place:
    """The way from a page to others.

    `root` leads from the page to the site's root ("../"), `home` to its language's ("../" too, or
    "../" from a Chinese page whose root is "../../"); `repository` is owner/name or empty.
    """

    root: str
    home: str
    repository: str = ""
    directories: bool = True  # a.md becomes a/index.html rather than a.html

    def lead(self, address: str) -> str:
        """Return where an address of a list that is made for all pages leads from this one."""
        if section := SECTION.fullmatch(address):
            return self.home + section[1] + ("/#" if self.directories else ".html#") + section[2]
        return self.root + address if address.startswith("assets/") else address
