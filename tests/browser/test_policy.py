"""The site's policy for scripts, in Chromium: its own run, what got into a page's text does not.

That no page breaks it, every visit sees: see conftest.py, whose failures hold what is blocked.
"""

import shutil

from course_code.publish.website.policy import policy, with_policy

from .conftest import serve
from .visits import POLICY

ATTACKS = """
<script>window.evil = "a script"</script>
<img src="missing.png" onerror="window.evil = 'a handler'">
<script src="https://example.org/evil.js"></script>
<a class="way" href="javascript:window.evil = 'an address'">here</a>
<p class="way" onclick="window.evil = 'a click'">there</p>
"""


def test_what_got_into_the_text_does_not_run(browser, site, tmp_path):
    shutil.copytree(site / "assets", tmp_path / "assets")
    text = (site / "spiral/index.html").read_text("utf-8")
    meta = text[text.index('<meta http-equiv="Content') :].partition("\n")[0]
    page = text.replace(f"{meta}\n", "").replace("</h1>", f"</h1>{ATTACKS}", 1)
    assert ATTACKS in page
    (tmp_path / "spiral").mkdir()
    (tmp_path / "spiral" / "index.html").write_text(with_policy(page, policy(page)), "utf-8")
    blocked = []
    with serve(tmp_path) as address:
        context = browser.new_context()
        context.on("console", lambda said: blocked.append(said.text))
        page = context.new_page()
        page.goto(f"{address}spiral/", wait_until="load")
        for way in page.locator(".way").all():
            way.evaluate("(element) => element.click()")
        page.wait_for_timeout(200)
        assert page.evaluate("window.evil") is None
        assert "js" in page.evaluate("document.documentElement.className")  # the theme's own ran
        context.close()
    assert sum(POLICY in said for said in blocked) >= 5, blocked
