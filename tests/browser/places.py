"""Which pages the site has, and how they are looked at."""

from pathlib import Path

from conftest import EVERY_PAGE

ROOT = Path(__file__).resolve().parents[2]
SUBFOLDER = "/some/course"  # the site is served here too, as GitHub Pages serves project sites
PROFILES = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}


def lessons() -> list[str]:
    """Pages with code: those that have a lesson script."""
    return sorted(path.stem for path in (ROOT / "course_code/lessons").glob("[!_]*.py"))


LAB = "calibration"  # the longest: labs are all made alike, so one stands for all but once a week


def written_pages() -> list[str]:
    """Addresses of the pages from docs/, relative to the site's root; see LAB."""
    pages = []
    for home, folder in (("", "docs/en"), ("zh/", "docs/zh")):
        for path in sorted((ROOT / folder).rglob("*.md")):
            if path.parent.name == "labs" and path.stem != LAB and not EVERY_PAGE:
                continue
            page = path.relative_to(ROOT / folder).with_suffix("").as_posix()
            pages.append(home + ("" if page == "index" else f"{page}/"))
    return pages
