"""What a page would fetch from other sites or run: refused, since its readers may be offline."""

import re

from course_code.publish.markup.extension import SCRIPT
from course_code.publish.markup.text import Token
from course_code.publish.page.marked import Opened, markup, opened
from course_code.publish.page.typed import Mistakes

REFUSED = {
    *("applet", "base", "embed", "frame", "frameset", "iframe", "link", "meta", "object"),
    *("portal", "script", "style"),
}
FETCHED = {"background", "poster", "src", "srcset"}
DRAWN = {"feimage", "image", "use"}  # parts of an SVG, which fetch what they lead to
ADDRESS = r"(?:(?!data:)[a-zA-Z][a-zA-Z0-9+.-]*:|[\\/]{2})"
FOREIGN = re.compile(rf"(?:\A|,)\s*{ADDRESS}")
IN_STYLE = re.compile(rf"(?:url|image|image-set|src)\(\s*[\"']?\s*{ADDRESS}", re.IGNORECASE)
IMAGE = re.compile(
    r"!\[(?P<alt>(?:[^\[\]]|\[[^\[\]]*\])*)\](?:\(\s*<?(?P<address>[^\s>)]*)|\[(?P<name>[^\]]*)\])?"
)
REFERENCE = re.compile(r"(?m)^ {0,3}\[(?P<name>[^\]^\n]+)\]:[ \t]*\n?[ \t]*<?(?P<address>[^\s>]+)")
LINK = re.compile(r"\]\(\s*<?\s*(?:java|vb)script:", re.IGNORECASE)
HINT = "Pages ask no other site for anything: put the file beside the page, or write a link."
NO_SCRIPT = "Pages run no scripts but the course's: remove it, or write a link."


def foreign(found: list[Token]) -> Mistakes:
    """Yield images and other files of other sites, frames, styles and scripts.

    Args:
        found: tokens of a page.
    """
    text = markup(found)
    places = [
        *((tag.start, what, hint) for tag in opened(text) for what, hint in _in_tag(tag)),
        *_images(text, markup(found, ("text", "bar", "directive"))),
        *((link.start(), "a link that is a script", NO_SCRIPT) for link in LINK.finditer(text)),
    ]
    for place, what, hint in sorted(places):
        yield found[0].line + text.count("\n", 0, place), what, hint


def _in_tag(tag: Opened):
    if tag.tag in REFUSED:
        yield f"<{tag.tag}>, which no page may hold", NO_SCRIPT if tag.tag == "script" else HINT
        return
    for name, value in tag.attributes.items():
        if name.startswith("on") or SCRIPT.match(value or ""):
            yield f"a script in the attribute {name} of <{tag.tag}>", NO_SCRIPT
        elif name == "style" and IN_STYLE.search(value or ""):
            yield f"the style of <{tag.tag}> leads to another site", HINT
        elif _fetches(tag.tag, name) and FOREIGN.search(value or ""):
            yield f"<{tag.tag}> comes from another site: {value!r}", HINT


def _fetches(tag: str, attribute: str) -> bool:
    return attribute in FETCHED or (tag in DRAWN and attribute in ("href", "xlink:href"))


def _images(text: str, told: str):
    """Images in Markdown, also in captions; those by reference lead where the reference does."""
    known = {" ".join(r["name"].lower().split()): r["address"] for r in REFERENCE.finditer(text)}
    for image in IMAGE.finditer(told):
        name = " ".join((image["name"] or image["alt"]).lower().split())
        address = image["address"] or known.get(name, "")
        if FOREIGN.search(address):
            yield image.start(), f"an image comes from another site: {address!r}", HINT
