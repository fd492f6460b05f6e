"""The Content-Security-Policy of a page: it runs the site's own scripts, and no other.

A meta element says so, since not every host lets a site choose its headers. Inline scripts of the
theme are named by their digests; one in a page's text is not, and does not run.
"""

import base64
import hashlib
from functools import lru_cache

from course_code.publish.base.elements import OpenElements

DATA = {"application/json", "application/ld+json"}  # types of scripts that do not run
START = '<meta charset="utf-8">'
RULES = (
    "default-src 'none'",
    "script-src 'self'{digests}",
    "style-src 'self' 'unsafe-inline'",  # formulas and figures place their parts by `style`
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
)


def policy(page: str) -> str:
    """Return the policy of a page of HTML."""
    reader = _Scripts()
    reader.feed(page)
    reader.close()
    digests = (_digest(code) for code in dict.fromkeys(reader.found))
    return "; ".join(RULES).format(digests="".join(f" '{digest}'" for digest in digests))


def with_policy(page: str, rules: str) -> str:
    """Return a page that begins with its policy."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{rules}">'
    return page.replace(START, f"{START}\n{meta}", 1)


class _Scripts(OpenElements):
    """Finds inline scripts; of each open element it is known whether it is one, or in the text."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        values, known = dict(attrs), self.within("")
        inline = tag == "script" and "src" not in values and values.get("type") not in DATA
        if tag == "article":
            known = "text"
        elif inline and known != "text":
            self.found.append("")
            known = "code"
        self.enter(tag, known)

    def handle_data(self, data):
        if self.within("") == "code":
            self.found[-1] += data


@lru_cache(1000)
def _digest(code: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode("ascii")
