"""What is copied from a PDF, or searched in it, is what was written.

Fonts draw a radical and the character that looks like it with one glyph, ⻚ and 页, which the
browser then names by the radical. Here such glyphs are named by the character.
"""

import io
import re
from collections.abc import Iterator
from unicodedata import normalize

import pypdf

RADICALS = re.compile("[\u2e80-\u2fdf]")  # two blocks of Unicode, which no text needs
ALIKE = str.maketrans(  # where Unicode's normal form keeps the radical, or takes another character
    "⺂⺃⺅⺉⺋⺎⺏⺐⺒⺓⺔⺕⺖⺘⺙⺛⺞⺠⺡⺣⺤⺦⺨⺫⺭⺯⺰⺱⺲⺹⺺⺾⺿⻁⻂⻃⻄⻅⻆⻈⻉⻋⻌⻍⻎⻐⻑⻒⻓⻔⻖⻘⻙⻚⻛⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⼾",
    "乛乚亻刂㔾兀尣尢巳幺彑彐忄扌攵旡歺民氵灬爫丬犭罒礻糹纟罓罒耂肀艹艹虎衤覀西见角讠贝车辶辶辶钅長镸长门阝青韦页风飞食飠饣马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀户",
)
SECTION = re.compile(r"\d+ beginbf(?P<kind>char|range)\n(?P<lines>.*?)endbf(?P=kind)\n", re.DOTALL)
CODE = re.compile(r"<([0-9A-Fa-f]+)>")
MOST = 100  # entries of a section
UTF16 = "utf-16-be"

Named = tuple[str, str]  # a glyph's code, and what it stands for


def with_characters(data: bytes) -> bytes:
    """Return a PDF in whose text no radical stands for a character."""
    writer = pypdf.PdfWriter(io.BytesIO(data), incremental=True)  # it ends with what was changed
    tables = {id(table): table for page in writer.pages for table in _tables(page["/Resources"])}
    for table in tables.values():
        told = table.get_data().decode()
        if (mended := renamed(told)) != told:
            table.set_data(mended.encode())
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def renamed(table: str) -> str:
    """Return what a font says its glyphs stand for, ToUnicode, with characters for radicals."""
    sections = [*SECTION.finditer(table)]
    named = [one for section in sections for one in _named(section)]
    mended = [(code, RADICALS.sub(_character, text)) for code, text in named]
    if mended == named:
        return table
    made = [_section(mended[first : first + MOST]) for first in range(0, len(mended), MOST)]
    return table[: sections[0].start()] + "".join(made) + table[sections[-1].end() :]


def _tables(resources) -> Iterator:
    """Yield the tables of a page's fonts, and of what is drawn on it as a whole."""
    for font in resources.get("/Font", {}).values():
        if "/ToUnicode" in font.get_object():
            yield font.get_object()["/ToUnicode"]
    for drawn in resources.get("/XObject", {}).values():
        yield from _tables(drawn.get_object().get("/Resources", {}))


def _named(section: re.Match) -> Iterator[Named]:
    """Yield the glyphs of a section one by one, those of a range too."""
    for line in section["lines"].splitlines():
        first, *last, name = CODE.findall(line)
        text = bytes.fromhex(name).decode(UTF16)
        for more in range(int(last[0], 16) - int(first, 16) + 1 if last else 1):
            yield f"{int(first, 16) + more:0{len(first)}X}", text[:-1] + chr(ord(text[-1]) + more)


def _section(named: list[Named]) -> str:
    lines = [f"<{code}> <{text.encode(UTF16).hex().upper()}>\n" for code, text in named]
    return f"{len(lines)} beginbfchar\n{''.join(lines)}endbfchar\n"


def _character(radical: re.Match) -> str:
    return normalize("NFKC", radical[0].translate(ALIKE))
