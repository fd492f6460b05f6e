"""What search engines and GitHub are told of a page, where its words mean something to HTML."""

import json
import re
import shutil

from bs4 import BeautifulSoup
from conftest import ROOT, change, mkdocs

NOTEBOOK = "falling"  # of a teacher, in one language
SITE = {"SITE_URL": "https://a.org/c/", "COURSE_REPOSITORY": "o/n"}
SAID = 'Of "discs" & what is not in them.'


def test_words_of_a_page_stay_words_and_no_map_leads_to_a_page_that_is_not_there(tiny):
    shutil.copy(ROOT / f"tests/notebooks/en/{NOTEBOOK}.ipynb", tiny / "docs/en")
    change(tiny / "docs/en/tiny.md", "description: How the area of a disc grows.",
           f"description: '{SAID}'")  # fmt: skip
    change(tiny / "docs/en/tiny.md", "title: Discs\n", "")
    change(tiny / "docs/en/tiny.md", "# Discs", '# Discs & "areas" < `a<b`')
    done = mkdocs("build", "--strict", cwd=tiny, **SITE)
    assert done.returncode == 0, done.stderr
    page = BeautifulSoup((tiny / "site/tiny/index.html").read_text("utf-8"), "html.parser")
    for name in ({"name": "description"}, {"property": "og:description"}):
        assert page.find("meta", attrs=name)["content"] == SAID
    told = json.loads(page.find("script", type="application/ld+json").string)
    assert (told["name"], told["description"]) == ('Discs & "areas" < a<b', SAID)
    (report,) = page.find_all("a", href=re.compile("issues/new"))
    assert report["href"].endswith("title=Discs%20%26%20%22areas%22%20%3C%20a%3Cb")
    maps = (tiny / "site/sitemap.xml").read_text("utf-8")
    assert f"<loc>https://a.org/c/{NOTEBOOK}/</loc>" in maps
    assert f"https://a.org/c/zh/{NOTEBOOK}/" not in maps
    assert 'hreflang="zh-Hans" href="https://a.org/c/zh/tiny/"' in maps
