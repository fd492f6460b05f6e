"""What changed, as an Atom feed for each language; its addresses are whole, as Atom wants them."""

from xml.etree import ElementTree as Xml

from course_code.publish.base.course import TAGS, Course
from course_code.publish.page.news import Change, changes
from course_code.publish.website.nav import extra, settings

FILE = "changes.xml"
ATOM = "http://www.w3.org/2005/Atom"


def feed(course: Course, language: str, address: str) -> bytes | None:
    """Return the feed of a language, or None where nothing changed or the address is unknown.

    Args:
        course: whose docs/changes.yml is told.
        language: of the feed.
        address: of the language's home page.

    Raises:
        CourseError: a mistake in docs/changes.yml.
    """
    told = changes(course) if address else []
    if not told:
        return None
    known = settings(course, language)
    base = f"{address.rstrip('/')}/"
    root = Xml.Element("feed", {"xmlns": ATOM, "xml:lang": TAGS[language]})
    _put(root, "id", f"{base}{FILE}")
    _put(root, "title", str(known.get("site_name", "")))
    _put(root, "updated", _moment(told[0]))
    Xml.SubElement(root, "link", rel="self", type="application/atom+xml", href=f"{base}{FILE}")
    Xml.SubElement(root, "link", rel="alternate", type="text/html", href=f"{base}changes/")
    _put(Xml.SubElement(root, "author"), "name", str(extra(course, language).get("authors", "")))
    for change in told:
        entry = Xml.SubElement(root, "entry")
        link = f"{base}changes/#{change.id}"
        _put(entry, "id", link)
        _put(entry, "title", change.title[language])
        _put(entry, "updated", _moment(change))
        Xml.SubElement(entry, "link", rel="alternate", type="text/html", href=link)
        _put(entry, "content", change.text[language])
    Xml.indent(root)
    return Xml.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _put(parent: Xml.Element, name: str, text: str) -> None:
    Xml.SubElement(parent, name).text = text


def _moment(change: Change) -> str:
    return f"{change.day.isoformat()}T00:00:00Z"
