"""Which scripts a page may run: the theme's, by their digests, and files of the site."""

import base64
import hashlib

from course_code.publish.website.policy import policy, with_policy

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<script>theme()</script>
<script src="assets/site.js"></script>
<script id="__config" type="application/json">{"a": 1}</script>
<script type="application/ld+json">{"b": 1}</script>
<article class="text"><script>evil()</script></article>
<script>theme()</script><script>more("数")</script>
"""


def digest(code: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() + "'"


def test_inline_scripts_of_the_theme_are_named_and_no_others():
    (scripts,) = (rule for rule in policy(PAGE).split("; ") if rule.startswith("script-src"))
    assert scripts.split(" ")[1:] == ["'self'", digest("theme()"), digest('more("数")')]


def test_nothing_is_allowed_that_was_not_named():
    rules = dict(rule.partition(" ")[::2] for rule in policy(PAGE).split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in rules["script-src"]
    assert "*" not in policy(PAGE)
    assert "http" not in policy(PAGE)


def test_the_policy_comes_before_every_script():
    page = with_policy(PAGE)
    assert page.index("Content-Security-Policy") < page.index("<script")
    assert page.count("Content-Security-Policy") == 1
    assert with_policy("no page") == "no page"
