"""Text and lines of every figure can be told from the paper of their theme, or what they lie on."""

import base64
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from conftest import ROOT
from matplotlib.colors import to_rgb
from PIL import Image
from site_html import page_path, read

from course_code.publish.base.course import LANGUAGES, Course
from course_code.publish.run.inside.colours import (
    DARK,
    LIGHT,
    MARK,
    TEXT,
    TINT,
    Theme,
    contrast,
    over,
)

LESSONS = Course(ROOT).lesson_names()
THEMES = {".light.": LIGHT, ".dark.": DARK}
SVG, HREF = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
SHAPES = {"path", "rect", "circle", "ellipse", "polygon", "polyline", "line", "use", "text"}
ROUNDED = 0.02  # of a contrast: colours have eight bits
Colour = tuple[float, ...]  # red, green, blue, opacity


def look(element: ET.Element) -> dict[str, str]:
    """Attributes of an element, with what its style says."""
    parts = (part.partition(":") for part in element.get("style", "").split(";") if part)
    return {**element.attrib, **{name.strip(): value.strip() for name, _, value in parts}}


def shapes(image: ET.Element) -> Iterator[tuple[ET.Element, dict[str, str]]]:
    """What an image shows, in order, with what it has of the groups it is in."""
    symbols = {element.get("id"): element for element in image.iter() if element.get("id")}

    def walk(element: ET.Element, around: dict[str, str]):
        own = look(element)
        opacity = float(around.get("opacity", 1)) * float(own.pop("opacity", 1))
        looks = {**around, **own, "opacity": str(opacity)}
        tag = element.tag.removeprefix(SVG)
        if tag == "use":
            symbol = look(symbols[own[HREF].removeprefix("#")])
            looks |= {name: value for name, value in symbol.items() if name != "opacity"}
        if pattern := re.fullmatch(r"url\(#(.*)\)", looks.get("fill", "")):
            looks["fill"] = look(symbols[pattern[1]][0]).get("fill", "none")
        if tag in SHAPES or tag == "image":
            yield element, looks
        for child in element if tag in ("svg", "g") else ():
            yield from walk(child, looks)

    yield from walk(image, {})


def colour(looks: dict[str, str], part: str) -> Colour | None:
    """What fills or draws a shape; None for nothing."""
    value = looks.get(part, "#000" if part == "fill" else "none")
    if value == "none":
        return None
    return (*to_rgb(value), float(looks["opacity"]) * float(looks.get(f"{part}-opacity", 1)))


def pixels(source: str, paper: tuple[float, ...]) -> list[tuple[float, ...]]:
    """The main colours of an embedded image on a paper."""
    data = io.BytesIO(base64.b64decode(source.partition("base64,")[2]))
    picture = Image.open(data).convert("RGBA")
    on = Image.new("RGBA", picture.size, tuple(round(255 * part) for part in paper))
    found = Image.alpha_composite(on, picture).convert("RGB").quantize(32).getpalette()
    return [tuple(part / 255 for part in found[i : i + 3]) for i in range(0, len(found), 3)]


def faint(image: ET.Element, theme: Theme) -> Iterator[tuple[str, Colour]]:
    """Texts and lines that are told neither from the paper nor from anything filled before them."""
    paper = to_rgb(theme.paper)
    grounds: list[tuple[float, ...]] = [paper]
    for element, looks in shapes(image):
        if element.tag == f"{SVG}image":
            grounds += pixels(element.get("href") or element.get(HREF), paper)
            continue
        is_text = element.tag == f"{SVG}text"
        fill, stroke = colour(looks, "fill"), colour(looks, "stroke")
        seen, least = (fill, TEXT) if is_text else (stroke, MARK)
        parts = not is_text and fill and seen and seen[:3] in (paper, fill[:3])
        if seen and seen[3] >= TINT and not parts:
            told = max(contrast(over(seen, ground), ground) for ground in grounds)
            if told < least - ROUNDED:
                yield "".join(element.itertext()) or element.get("d", "")[:40], seen
        if fill and fill[3] >= TINT and not is_text:
            grounds.append(fill[:3])


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_text_and_lines_of_figures_can_be_told(site, language, name):
    page = page_path(site, language, name)
    sources = {image["src"] for image in read(page).select(".lesson-figure img")}
    assert {kind for kind in THEMES for source in sources if kind in source} == {*THEMES}
    for source in sources:
        (theme,) = (theme for kind, theme in THEMES.items() if kind in source)
        assert [*faint(ET.parse(page.parent / source).getroot(), theme)] == [], source


FAINT = {
    "pale text": '<text fill="#ccc">a</text>',
    "a pale line": '<path d="m0 0h9" fill="none" stroke="#ddd"/>',
    "a line too clear": '<path d="m0 0h9" fill="none" stroke="#777" stroke-opacity=".6"/>',
    "a line of a group": '<g style="stroke: #eee"><path d="m0 0h9" fill="none"/></g>',
    "a line of a symbol": (
        '<defs><path id="a" d="m0 0h9" stroke="#ddd"/></defs><use xlink:href="#a" fill="none"/>'
    ),
}
TOLD = {
    "ink": '<text>a</text><path d="m0 0h9" fill="none" stroke="#1f2328"/>',
    "white on a bar": '<path d="m0 0v9z" fill="#0072b2" stroke="#fff"/><text fill="#fff">a</text>',
    "a tint": '<path d="m0 0h9" fill="none" stroke="#0072b2" opacity=".2"/>',
}


@pytest.mark.parametrize("case", [*FAINT, *TOLD])
def test_what_is_faint_is_found(case):
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    image = ET.fromstring(f"<svg {space}>{(FAINT | TOLD)[case]}</svg>")
    assert bool([*faint(image, LIGHT)]) == (case in FAINT)
