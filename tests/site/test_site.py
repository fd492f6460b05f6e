"""The built site as a whole: nothing missing, nothing left over, nothing from elsewhere."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from conftest import change, fingerprint, mkdocs
from site_html import FIGURE, parse, read, strings_outside

from course_code.publish.base.kept import Kept

BASE = "https://course.invalid/"


def pages(site: Path) -> dict[str, Path]:
    """Address -> file of every page but the error page, whose links are absolute."""
    return {
        urljoin(BASE, path.relative_to(site).as_posix().removesuffix("index.html")): path
        for path in sorted(site.rglob("*.html"))
        if path.name != "404.html"
    }


def test_every_link_image_and_anchor_leads_somewhere(site):
    parsed = {address: read(path) for address, path in pages(site).items()}
    ids = {a: {e["id"] for e in page.select("[id]")} for a, page in parsed.items()}
    broken = []
    for address, page in parsed.items():
        for element in page.select("a[href], img[src], link[href], script[src]"):
            target = urljoin(address, element.get("href") or element.get("src"))
            if not target.startswith(BASE):
                continue
            path, fragment = urlsplit(target).path.lstrip("/"), urlsplit(target).fragment
            file = site / unquote(path)
            exists = (file / "index.html" if path[-1:] in ("", "/") else file).is_file()
            where = urljoin(BASE, path)
            if not exists or (fragment and unquote(fragment) not in ids.get(where, {fragment})):
                broken.append((address, target))
        told = [element["aria-details"] for element in page.select("[aria-details]")]
        broken += [(address, name) for name in told if name not in ids[address]]
    assert not broken


def test_ids_are_unique(site):
    for path in pages(site).values():
        counts = Counter(element["id"] for element in read(path).select("[id]"))
        repeated = [name for name, count in counts.items() if count > 1 and name[:2] != "__"]
        assert not repeated, path


def test_nothing_is_loaded_from_elsewhere(site):
    for path in site.rglob("*.html"):
        page = read(path)
        for element in page.select("img[src], link[href], script[src], iframe, source, object"):
            address = element.get("href") or element.get("src") or ""
            external = urlsplit(address).netloc
            named = element.get("rel") in (["canonical"], ["alternate"])  # and not fetched
            assert not external or named, (path, address)
    for path in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?https?:", path.read_text("utf-8")), path


def test_figures_have_alt_text_sizes_and_a_twin_for_the_dark(site):
    figures = 0
    for path in pages(site).values():
        for figure in read(path).select(f".{FIGURE}"):
            images = figure.select("img")
            assert [image["class"] for image in images] == [["light-only"], ["dark-only"]], path
            for image in images:
                assert len(image["alt"]) > 20, image
                assert int(image["width"]) <= 660, image
                assert int(image["height"]) > 0
                assert image["loading"] == "lazy"
            figures += 1
    assert figures > 10


def test_no_directive_or_place_is_left_over(site):
    for path in pages(site).values():
        left = "".join(strings_outside(read(path), "code, pre, script, style, annotation"))
        for mark in ("{{", "}}", ":::", "{ .", "$$", "\\(", "////"):
            assert mark not in left, (path, mark)


def test_two_cold_builds_are_equal_to_the_byte(built_tiny, tmp_path, tiny):
    shutil.rmtree(tiny / ".lessons")
    shutil.rmtree(tiny / "site")
    done = mkdocs("build", "--strict", cwd=tiny)
    assert done.returncode == 0, done.stderr
    for folder in (tiny, built_tiny):
        assert "seconds" in (folder / "site/runs.json").read_text("utf-8")
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, copy in ((built_tiny, first), (tiny, second)):
        shutil.copytree(folder / "site", copy)
        (copy / "runs.json").unlink()  # seconds and dates live there, and only there
    assert fingerprint(first) == fingerprint(second)


def test_changing_a_function_reruns_the_lesson_and_both_languages_show_it(tiny):
    change(tiny / "course_code/teach/discs.py", "SCALE = 1.0", "SCALE = 2.0")
    done = mkdocs("build", "--strict", cwd=tiny)
    assert "Lessons run: tiny" in done.stderr, done.stderr
    for page in ("site/tiny/index.html", "site/zh/tiny/index.html"):
        shown = parse(tiny / page).get_text()
        assert "12.566" in shown
        assert "SCALE = 2.0" in shown


def test_changing_prose_or_what_is_not_shown_runs_nothing(tiny):
    change(tiny / "docs/en/tiny.md", "## Growth", "## How fast it grows {#growth}")
    path = tiny / "course_code/teach/discs.py"
    path.write_text(path.read_text("utf-8") + "\n\ndef unused():\n    return 0\n", "utf-8")
    done = mkdocs("build", "--strict", cwd=tiny)
    assert done.returncode == 0, done.stderr
    assert "Lessons run" not in done.stderr
    assert "How fast it grows" in (tiny / "site/tiny/index.html").read_text("utf-8")


def test_a_title_is_text_on_every_page(tiny):
    """As a value stands in it: the theme's own scripts may run, and that would be one of them."""
    evil = "</title><script>evil()</script><img src=x onerror=evil()>"
    typed = evil.replace("<", "&#60;").replace(">", "&#62;")
    for name in ("tiny", "index"):
        page = tiny / f"docs/en/{name}.md"
        title = next(line for line in page.read_text("utf-8").split("\n") if line[:2] == "# ")
        change(page, title, f"# {typed}")
    change(tiny / "docs/en/tiny.md", "title: Discs\n", "")
    done = mkdocs("build", "--strict", cwd=tiny, SITE_URL=BASE)
    assert done.returncode == 0, done.stderr
    assert evil in read(tiny / "site/tiny/index.html").title.get_text()
    home = read(tiny / "site/index.html")
    assert home.select_one(".md-footer__link")["aria-label"] == f"Next: {evil}"
    for path in (tiny / "site").rglob("*.html"):
        page = read(path)
        assert not [e for e in page.find_all(True) if "onerror" in e.attrs], path
        assert not [e for e in page.find_all("script") if e.get_text() == "evil()"], path
        for found in page.find_all("script", type="application/ld+json"):
            json.loads(found.get_text())


def test_the_repository_puts_a_colab_button_on_the_page(tiny):
    address = "colab.research.google.com/github/{}/blob/gh-pages/{}notebooks/tiny.ipynb"
    assert "colab.research" not in (tiny / "site/tiny/index.html").read_text("utf-8")
    done = mkdocs("build", "--strict", cwd=tiny, GITHUB_REPOSITORY="someone/fork")
    assert done.returncode == 0, done.stderr
    for folder in ("", "zh/"):
        page = (tiny / f"site/{folder}tiny/index.html").read_text("utf-8")
        assert address.format("someone/fork", folder) in page
        assert (tiny / f"site/{folder}notebooks/tiny.ipynb").is_file()


def kept_pages(folder: Path) -> list[str]:
    kept = folder / ".lessons/.pages"
    return sorted(path.relative_to(kept).as_posix() for path in kept.rglob("*.kept"))


def unmarked(site) -> list[str]:
    """Take the mark out of pages and of what the search has of them; return which pages had it."""
    found = []
    for path in sorted([*site.rglob("*.html"), *site.rglob("search/*.js")]):
        text = path.read_text("utf-8")
        if "kept indeed" in text:
            path.write_text(text.replace(" kept indeed", "").replace("kept indeed", ""), "utf-8")
            found += [path.relative_to(site).as_posix()] if path.suffix == ".html" else []
    return found


def test_kept_pages_give_the_bytes_of_pages_made_anew(built_tiny, tiny):
    assert kept_pages(tiny) == ["en/index.md.kept", "en/tiny.md.kept", "zh/index.md.kept",
                                "zh/tiny.md.kept"]  # fmt: skip
    mark_kept(tiny, "en/index.md")
    done = mkdocs("build", "--strict", cwd=tiny)
    assert done.returncode == 0, done.stderr
    assert unmarked(tiny / "site") == ["index.html"]  # it was kept, and is used
    assert fingerprint(tiny / "site") == fingerprint(built_tiny / "site")


def test_after_an_edit_kept_pages_and_none_give_the_same_bytes(tiny):
    change(tiny / "docs/zh/tiny.md", "## ", "另一段文字，含公式 $x^2$。\n\n## ")
    for page in ("en/index.md", "en/tiny.md", "zh/index.md", "zh/tiny.md"):
        mark_kept(tiny, page)
    prints = []
    for marked in (["index.html", "tiny/index.html", "zh/index.html"], []):
        done = mkdocs("build", "--strict", cwd=tiny)
        assert done.returncode == 0, done.stderr
        found = unmarked(tiny / "site")
        assert found == marked  # all but the page that was edited
        prints.append(fingerprint(tiny / "site"))
        shutil.rmtree(tiny / ".lessons/.pages")
    assert prints[0] == prints[1]


def mark_kept(folder: Path, page: str) -> None:
    """Put words into a kept page, as if they had been made."""
    path = folder / f".lessons/.pages/{page}.kept"
    _, key, value = path.read_text("utf-8").split("\n")
    value = json.loads(value)
    language, name = page.split("/")
    Kept(folder / ".lessons/.pages" / language).put(
        name, key, {**value, "html": value["html"] + "kept indeed"}
    )
