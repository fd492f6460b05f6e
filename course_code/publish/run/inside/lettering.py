r"""Text of a figure as text in its SVG, in the reader's fonts; pages put it in their language.

Executed in the kernel. A line of text is a list of runs (letters, attributes): words and formulas
such as $10^{-3}$ flow one after the other, whatever the widths of their letters. A formula that is
no line, such as a fraction, is drawn.
"""

import math
import re
import unicodedata
from collections import namedtuple
from functools import cache
from unittest.mock import patch
from xml.etree.ElementTree import Element, SubElement, tostring

FONTS = (  # as the site's own, in docs/assets/css/1-base.css
    "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Noto Sans',"
    "'Liberation Sans',Ubuntu,Cantarell,'DejaVu Sans',FreeSans,'PingFang SC','Hiragino Sans GB',"
    "'Microsoft YaHei','Noto Sans SC','Noto Sans CJK SC','Source Han Sans SC',sans-serif"
)
RAISED, LOWERED = "-.4em", ".25em"  # of small letters, from the line
SHIFTS = {"^": RAISED, "_": LOWERED}
MOVES = {  # from one level to another; an em is of the letters that follow
    (None, RAISED): RAISED,
    (None, LOWERED): LOWERED,
    (RAISED, None): ".28em",
    (LOWERED, None): "-.175em",
    (RAISED, LOWERED): ".65em",
    (LOWERED, RAISED): "-.65em",
}
SMALL = "70%"
TOKEN = re.compile(r"\\[a-zA-Z]+ ?|\\.|.", re.DOTALL)
UPRIGHT = re.compile(r"\\(?:math(?:default|regular|rm|sf)|text(?:rm)?)")
SPACED = {"{http://www.w3.org/XML/1998/namespace}space": "preserve"}  # or scour takes them
SPACES = {r"\,": "\u2009", r"\ ": " ", r"\;": " ", r"\quad": "\u2003"}
PARTS = {"center": 0.5, "left": 0.0, "right": 1.0}  # of a line, where its place is
ANCHORS = {0.5: {"text-anchor": "middle"}, 0.0: {}, 1.0: {"text-anchor": "end"}}
UPWARD = {"bottom": "left", "baseline": "left", "top": "right"}  # where a line runs upwards
DOWNWARD = {"bottom": "right", "baseline": "right", "top": "left"}
SKIPPED = (
    *("draw_path", "draw_markers", "draw_path_collection", "draw_quad_mesh", "draw_image"),
    "draw_gouraud_triangles",
)
Line = namedtuple("Line", "x y width runs angle style text")  # of a text, from its lower left


def save(figure, file, only_letters=False, **how):
    """Write the figure as an SVG with its text as text; `only_letters` leaves out all the rest."""
    from matplotlib.backends import backend_svg

    with patch.object(backend_svg, "RendererSVG", _renderer(only_letters)):
        figure.savefig(file, format="svg", **how)


def runs(text):
    r"""A line of words and formulas as [(letters, attributes)]; None if a formula is no line."""
    found = []
    for number, part in enumerate(re.split(r"(?<!\\)\$", text)):
        more = _formula(part) if number % 2 else [(part.replace(r"\$", "$"), {})]
        if more is None:
            return None
        found += more
    joined = []
    for letters, attributes in found:
        if joined and joined[-1][1] == attributes:
            joined[-1] = (joined[-1][0] + letters, attributes)
        elif letters:
            joined.append((letters, attributes))
    return joined


def _formula(tex):
    """The runs of a formula."""
    found, open_groups, coming = [], [{}], {}
    for token in map(str.strip, TOKEN.findall(tex)):
        level = open_groups[-1] | coming
        if UPRIGHT.fullmatch(token):
            coming = {**coming, "upright": True}
        elif token in SHIFTS:
            if "dy" in level:
                return None
            coming = {"dy": SHIFTS[token]}
        elif token == "{":
            open_groups.append(level)
            coming = {}
        elif token == "}":
            open_groups.pop()
        elif token:
            letter = SPACES.get(token) or _letter(token)
            if letter is None:
                return None
            found.append((letter, _attributes(letter, level)))
            coming = {}
    return found


def _letter(token):
    """The letter that a command or a character of a formula stands for; None for what builds."""
    from matplotlib._mathtext_data import tex2uni

    if len(token) > 1 and token[1:].isalpha():
        letter = chr(tex2uni.get(token[1:], 0))
        return letter if unicodedata.category(letter)[0] in "LNPS" else None
    return {"-": "−"}.get(token, token[-1])


def _attributes(letter, level):
    attributes = {"font-size": SMALL, "dy": level["dy"]} if "dy" in level else {}
    variable = letter.isalpha() and "upright" not in level
    return attributes | ({"font-style": "italic"} if variable else {})


def spans(found):
    """The same runs, each with the attributes of its tspan, or none where it needs no tspan.

    `dy` moves from the level of the run before.
    """
    pieces, at = [], None
    for letters, attributes in found:
        to = attributes.get("dy")
        moved = {} if to == at else {"dy": MOVES[at, to]}
        pieces.append((letters, {k: v for k, v in attributes.items() if k != "dy"} | moved))
        at = to
    return pieces


def unspanned(pieces):
    """The runs of which `spans` made these pieces."""
    found, at = [], None
    ends = {(begin, dy): end for (begin, end), dy in MOVES.items()}
    for letters, attributes in pieces:
        at = ends.get((at, attributes["dy"])) if "dy" in attributes else at
        level = {} if at is None else {"dy": at}
        found.append((letters, {k: v for k, v in attributes.items() if k != "dy"} | level))
    return found


@cache
def _renderer(only_letters):
    """Matplotlib's class for SVG, but for texts."""
    from matplotlib.backends.backend_svg import RendererSVG

    class Lettered(RendererSVG):
        def __init__(self, width, height, file, **how):
            self.file, self.lines = file, []
            super().__init__(width, height, file, **how)

        def _write_default_style(self):
            self.writer.start("defs")
            css = f"*{{stroke-linejoin:round;stroke-linecap:butt}}svg{{font-family:{FONTS}}}"
            self.writer.element("style", css, type="text/css")
            self.writer.end("defs")

        def open_group(self, s, gid=None):
            if s == "text":
                self.lines = []
            else:
                super().open_group(s, gid)

        def close_group(self, s):
            if s == "text" and self.lines:
                group = self.writer.start("g", self.clip)  # not of the text, which may be turned
                self.writer.comment("text")  # closes the tag before, and goes when it is scoured
                self.file.write(tostring(_element(self.lines), "unicode"))  # spaces as they are
                self.writer.close(group)
            elif s != "text":
                super().close_group(s)

        def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
            found = runs(s) if ismath else [(s, {})]
            if found is None or ismath == "TeX":
                super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
                return
            self.clip = self._get_clip_attrs(gc)
            width, _, _ = self.get_text_width_height_descent(s, prop, ismath)
            self.lines.append(Line(x, y, width, found, angle, _style(gc, prop), mtext))

    if only_letters:
        for name in SKIPPED:
            setattr(Lettered, name, lambda *arguments, **names: None)
    return Lettered


def _style(gc, prop):
    """What a text looks like, as attributes."""
    from matplotlib.colors import to_hex
    from matplotlib.font_manager import weight_dict

    alpha = gc.get_alpha() if gc.get_forced_alpha() else gc.get_rgb()[3]
    weight = weight_dict.get(prop.get_weight(), prop.get_weight())
    style = {
        "font-size": _short(prop.get_size()),
        "fill": to_hex(gc.get_rgb()[:3]),
        "fill-opacity": _short(alpha),
        "font-weight": str(weight),
        "font-style": prop.get_style(),
        "font-family": "monospace" if "monospace" in prop.get_family() else "",
    }
    usual = {"fill-opacity": "1", "font-weight": "400", "font-style": "normal", "font-family": ""}
    return {name: value for name, value in style.items() if usual.get(name) != value}


def _element(lines):
    """One element for all lines of a text; each keeps its place though its width be another."""
    first, turn = lines[0], math.radians(lines[0].angle)
    along = [line.x * math.cos(turn) - line.y * math.sin(turn) for line in lines]
    down = [_short(line.x * math.sin(turn) + line.y * math.cos(turn)) for line in lines]
    part = _part(lines, along)
    place = {"x": _short(along[0] + part * first.width), "y": down[0]}
    turned = {"transform": f"rotate({_short(-first.angle)})"} if first.angle else {}
    spaced = SPACED if any(len(line.runs) > 1 for line in lines) else {}
    text = Element("text", {**place, **first.style, **ANCHORS[part], **turned, **spaced})
    for line, y in zip(lines, down, strict=True):
        own = SubElement(text, "tspan", {**place, "y": y}) if len(lines) > 1 else text
        put(own, spans(line.runs))
    return text


def put(element, pieces, span="tspan"):
    """Make letters and tspans the content of an element."""
    for letters, attributes in pieces:
        letters = "".join(letter for letter in letters if letter.isprintable())
        if attributes:
            SubElement(element, span, attributes).text = letters
        elif len(element):
            element[-1].tail = letters
        else:
            element.text = letters


def _part(lines, along):
    """The part of a line that lies at its place: that in which lines of one text agree."""
    text, angle = lines[0].text, lines[0].angle
    if text is None:
        begun = list(zip(along, lines, strict=True))
        ends = {part: [a + part * line.width for a, line in begun] for part in ANCHORS}
        return min(ends, key=lambda part: round(max(ends[part]) - min(ends[part]), 2))
    if text.get_bbox_patch():
        return 0.5
    where = text.get_ha()
    if text.get_rotation_mode() != "anchor" and angle % 180 == 90:
        where = (UPWARD if angle == 90 else DOWNWARD).get(text.get_va(), "center")
    return PARTS[where]


def _short(number):
    return f"{number:.2f}".rstrip("0").rstrip(".")
