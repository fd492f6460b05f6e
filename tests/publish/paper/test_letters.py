"""Glyphs of a PDF stand for characters, not for radicals that look like them."""

from unicodedata import name, normalize

from course_code.publish.paper.letters import ALIKE, MOST, RADICALS, renamed

TABLE = """begincmap
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{}endcmap
"""


def table(*sections: str) -> str:
    return TABLE.format("".join(sections))


def test_a_glyph_alone_and_one_within_a_range_stand_for_the_character():
    told = table(
        "2 beginbfchar\n<0003> <0041>\n<000A> <2EDA>\nendbfchar\n",
        "2 beginbfrange\n<0011> <0013> <2F00>\n<00F0> <00F0> <D835DC00>\nendbfrange\n",
    )
    named = ["<0003> <0041>", "<000A> <9875>", "<0011> <4E00>", "<0012> <4E28>", "<0013> <4E36>",
             "<00F0> <D835DC00>"]  # fmt: skip
    assert renamed(told) == table(
        "6 beginbfchar\n", *(f"{line}\n" for line in named), "endbfchar\n"
    )


def test_a_table_without_radicals_stays_as_it_is():
    told = table("1 beginbfrange\n<01> <20> <0041>\nendbfrange\n")
    assert renamed(told) == told
    assert renamed(table()) == table()


def test_no_section_has_more_entries_than_it_may():
    made = renamed(table("1 beginbfrange\n<0000> <00FF> <2F00>\nendbfrange\n"))
    counts = [int(line.split()[0]) for line in made.splitlines() if "beginbfchar" in line]
    assert counts == [MOST, MOST, 56]
    assert "<00D5> <2FD5>" not in made


def test_every_radical_has_a_character():
    for radical in map(chr, (*range(0x2F00, 0x2FD6), *ALIKE)):
        character = normalize("NFKC", radical.translate(ALIKE))
        assert RADICALS.match(radical)
        assert name(character).startswith("CJK UNIFIED IDEOGRAPH"), radical
