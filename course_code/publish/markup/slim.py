"""KaTeX's HTML with fewer elements: what changes neither a pixel nor what is read goes.

A formula has three times the elements that its style sheet has rules for. Which classes and which
places in the tree matter is read from that style sheet, so another release needs no change here.
"""

import functools
import re
from xml.etree.ElementTree import Element, fromstring, tostring

from course_code.publish.markup import vendored

# How far a line of KaTeX's text reaches above and below its baseline, in em, and a little less.
ABOVE, BELOW = 0.85, 0.3
TEXT = {"mathnormal", "mathbf", "mathrm", "mathit", "mathbb", "mathcal", "boldsymbol", "msupsub"}
SHIFTED = "shifted"  # our own class: position relative
SIZES = {"reset-size6 size3": 0.7, "reset-size3 size1": 5 / 7, "reset-size6 size1": 0.5}
SCRIPT = re.compile(
    r"top:(-?[\d.]+)em;(?:margin-left:(-?[\d.]+)em;)?(?:margin-right:(-?[\d.]+)em;)?"
)
HEIGHT = re.compile(r"height:([\d.]+)em;")
STRUT = re.compile(r"height:([\d.]+)em;(?:vertical-align:-([\d.]+)em;)?")
MATHML = "http://www.w3.org/1998/Math/MathML"


def slim(formula: str) -> str:
    """Return KaTeX's HTML and MathML of a formula without the elements that do nothing."""
    root = fromstring(formula)
    for element in list(root.iter()):
        element.tag = element.tag.rpartition("}")[2]  # without the name of its language
    for element in list(root.iter()):
        if element.tag == "math":
            element.attrib = {"xmlns": MATHML, **element.attrib}
            _slim_math(element)
        elif element.get("class") == "katex-html":
            _slim_span(element, ())
    for formula in root.iter("span"):
        if formula.get("class") == "katex":
            _merge(formula, inline=formula is root)
    return tostring(root, encoding="unicode", method="html")


@functools.cache
def _rules() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return classes with rules, those with rules for children, and for grandchildren."""
    css = (vendored.HERE / "katex/katex.min.css").read_text("utf-8")
    return tuple(
        frozenset(re.findall(pattern, css))
        for pattern in (r"\.([A-Za-z][\w-]*)", r"\.([\w-]+)>", r"\.([\w-]+)>span>")
    )


def _slim_math(math: Element) -> None:
    """Keep the source of MathML in an attribute rather than in elements around it."""
    inner, source = math.find("semantics/*"), math.find("semantics/annotation")
    if inner is not None and source is not None:
        math.set("data-tex", source.text or "")
        math[:] = list(inner) if inner.tag == "mrow" and not inner.attrib else [inner]


def _merge(formula: Element, inline: bool) -> None:
    """Give the element around MathML, and in the text that around a lone base, to its content."""
    read, seen = formula
    (math,) = read
    math.set("class", read.get("class"))
    formula[0] = math
    if inline and len(seen) == 1 and seen[0].attrib == {"class": "katex-base"}:
        (base,) = seen
        seen.set("class", "katex-html katex-base")
        seen.text, seen[:] = base.text, list(base)


def _slim_span(element: Element, parent: tuple[str, ...]) -> None:
    """Drop classes without rules, then the elements that are left without any attribute."""
    styled, parents, grandparents = _rules()
    own = tuple(name for name in (element.get("class") or "").split() if name in styled)
    for child in element:
        _slim_span(child, own)
    _flatten_script(element)
    if SHIFTED in element.get("class", ""):
        return
    _drop_struts(element)
    if not parents & set(own) and not grandparents & set(parent):
        _dissolve(element)
        _join_spaces(element)
    elif "vlist" in own and len(element) == 1 and tostring(element[0]) == b"<span />":
        element.remove(element[0])
    if own:
        element.set("class", " ".join(own))
    else:
        element.attrib.pop("class", None)


def _flatten_script(element: Element) -> None:
    """Make a lone index or exponent of plain text one element, moved and sized as before.

    KaTeX stacks scripts in a table of seven to ten elements, which two of them need.
    """
    stack = element.find("span/span/span") if element.get("class") == "msupsub" else None
    if stack is None or len(stack) != 1 or len(stack[0]) != 2:
        return
    strut, script = stack[0]
    moved, high = SCRIPT.fullmatch(stack[0].get("style")), HEIGHT.fullmatch(strut.get("style"))
    classes = (script.get("class") or "").split()
    size = SIZES.get(" ".join(classes[1:3]))
    if not (moved and high and size) or classes[0] != "katex-sizing":
        return
    if not all(inner.tag == "span" and _is_plain(inner) for inner in script.iter("span")):
        return
    down, left, right = (float(number or 0) for number in moved.groups())
    down += float(high[1])
    edges = {"margin-left": left, "margin-right": right}
    margins = "".join(f"{side}:{_em(width / size)};" for side, width in edges.items() if width)
    style = f"top:{_em(down / size)};{margins}"
    text, inside = script.text, list(script)
    element.attrib = {"class": " ".join([*classes[:3], SHIFTED]), "style": style}
    element.text, element[:] = text, inside


def _is_plain(element: Element) -> bool:
    """Tell whether an element is text in a font, perhaps of a script's size."""
    return not {"vlist-t", "nulldelimiter"} & set((element.get("class") or "").split())


def _em(number: float) -> str:
    return f"{number:.4f}".rstrip("0").rstrip(".") + "em"


def _is_bare(element: Element) -> bool:
    return element.tag == "span" and not element.attrib


def _drop_struts(element: Element) -> None:
    """Make nothing of a strut that is lower than the line it stands in."""
    for child in element:
        if child.get("class") != "katex-strut":
            continue
        height, depth = STRUT.fullmatch(child.get("style")).groups(default="0")
        if float(height) - float(depth) < ABOVE and float(depth) < BELOW:
            child.attrib.clear()


def _dissolve(element: Element) -> None:
    """Replace children without attributes by what is in them."""
    found = list(element)
    element[:] = []
    for child in found:
        if not _is_bare(child):
            element.append(child)
            continue
        _append_text(element, child.text)
        element.extend(child)
        _append_text(element, child.tail)


def _append_text(element: Element, text: str | None) -> None:
    if not text:
        return
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _join_spaces(element: Element) -> None:
    """Give the space after text to that text, as its margin."""
    for space in [child for child in element if child.get("class") == "mspace"]:
        if space.text or not (space.get("style") or "").startswith("margin-right:"):
            continue
        index = list(element).index(space)
        before = element[index - 1] if index else None
        text = element.text if before is None else before.tail
        if text:
            del space.attrib["class"]
            space.text = text
            if before is None:
                element.text = None
            else:
                before.tail = None
        elif before is not None and before.get("style") is None and before.get("class") in TEXT:
            before.set("style", space.get("style"))
            before.tail = space.tail
            element.remove(space)
