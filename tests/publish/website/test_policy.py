"""Which scripts a page may run: the theme's, by their digests, and files of the site."""

import base64
import hashlib

from course_code.publish.website.building import Building
from course_code.publish.website.policy import policy, with_policy
from course_code.publish.website.prepare import prepare

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<script>theme()</script>
<script src="assets/site.js"></script>
<script id="__config" type="application/json">{"a": 1}</script>
<script type="application/ld+json">{"b": 1}</script>
<article class="text"><script>evil()</script>TOLD<script>evil()</script></article>
<script>theme()</script><script>more("数")</script>
"""


def digest(code: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() + "'"


def test_inline_scripts_of_the_theme_are_named_and_no_others():
    (scripts,) = (rule for rule in policy(PAGE).split("; ") if rule.startswith("script-src"))
    assert scripts.split(" ")[1:] == ["'self'", digest("theme()"), digest('more("数")')]


def test_what_a_page_says_names_no_script_even_if_it_breaks_out_of_the_article(course):
    content = "</article><script>evil()</script><!-- <script>"
    building = Building(prepare(course), course.root / "site")
    page = building.guard(PAGE.replace("TOLD", content), content)
    assert f'content="{policy(PAGE)}"' in page
    assert content in page
    building.close()


def test_a_script_is_what_a_browser_takes_for_one():
    tricky = "<!-- <script>no()</script> --><p title='<script>no()</script>'></p>"
    code = 'if (1 < 2) document.write("<b>&amp;</b>")'
    assert digest(code) in policy(f"{tricky}<SCRIPT async>{code}</SCRIPT>")
    assert digest("no()") not in policy(tricky)


def test_nothing_is_allowed_that_was_not_named():
    rules = dict(rule.partition(" ")[::2] for rule in policy(PAGE).split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in rules["script-src"]
    assert "*" not in policy(PAGE)
    assert "http" not in policy(PAGE)


def test_the_policy_comes_before_every_script():
    page = with_policy(PAGE, policy(PAGE))
    assert page.index("Content-Security-Policy") < page.index("<script")
    assert page.count("Content-Security-Policy") == 1
    assert with_policy("no page", policy("no page")) == "no page"


def test_every_page_of_a_site_has_one(built_tiny):
    pages = [path.read_text("utf-8") for path in (built_tiny / "site").rglob("*.html")]
    assert len(pages) == 6  # 404.html, too
    assert all(page.count("Content-Security-Policy") == 1 for page in pages)
