"""The Content-Security-Policy of a page: it runs the site's own scripts, and no other.

A meta element says so, since not every host lets a site choose its headers. Inline scripts of the
theme are named by their digests; one in a page's text is not, and does not run.
"""

import base64
import hashlib
import re
from functools import lru_cache

SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.DOTALL)
TEXT = re.compile(r"<article\b.*</article>", re.DOTALL)  # what a page says
DATA = re.compile(r"""\btype="(?:application/(?:ld\+)?json)\"""")  # nothing that runs
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
    digests = (
        _digest(found["code"])
        for found in SCRIPT.finditer(TEXT.sub("", page))
        if " src=" not in found["attributes"] and not DATA.search(found["attributes"])
    )
    return "; ".join(RULES).format(digests="".join(f" '{d}'" for d in dict.fromkeys(digests)))


def with_policy(page: str) -> str:
    """Return a page that begins with its policy."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(page)}">'
    return page.replace(START, f"{START}\n{meta}", 1)


@lru_cache(1000)
def _digest(code: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode("ascii")
