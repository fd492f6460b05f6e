"""The table of all claims sorts by a click on a heading, and has a head on every sheet of paper."""

import io
import unicodedata

import pypdf
import pytest

COLUMNS = {"lesson": 0, "here": 3, "margin": 5}


@pytest.fixture
def table(open_page):
    """Its page, and what a column shows from top to bottom."""
    page = open_page("checked/")

    def column(number: int) -> list[str]:
        cells = page.locator(f".claims-ledger tbody td:nth-child({number + 1})")
        return [text.strip() for text in cells.all_text_contents()]

    return page, column


def test_it_sorts_up_and_down_and_leaves_what_is_empty_last(table):
    page, column = table
    for number in COLUMNS.values():
        before = column(number)
        heading = page.locator(".claims-ledger th").nth(number)
        heading.get_by_role("button").click()
        assert heading.get_attribute("aria-sort") == "ascending"
        up = column(number)
        heading.get_by_role("button").click()
        assert heading.get_attribute("aria-sort") == "descending"
        down = column(number)
        assert sorted(before) == sorted(up) == sorted(down)
        filled = sum(map(bool, before))
        assert all(up[:filled])
        assert all(down[:filled])
    assert page.locator(".claims-ledger th[aria-sort]").count() == 1


def test_numbers_sort_by_size(table):
    page, column = table
    script = """(texts) => {
        const body = document.querySelector(".claims-ledger tbody");
        const rows = texts.map((text) => {
            const row = document.createElement("tr");
            row.innerHTML = "<td></td>".repeat(7);
            row.cells[5].textContent = text;
            return row;
        });
        body.replaceChildren(...rows);
    }"""
    ordered = ["−2", "0", "3.3\u00a0×\u00a010⁻⁸", "0.05", "1.5", "2\u00a0×\u00a010¹²", "nan", ""]
    page.evaluate(script, [ordered[n] for n in (3, 6, 1, 7, 5, 0, 4, 2)])
    page.locator(".claims-ledger th").nth(5).get_by_role("button").click()
    assert column(5) == ordered


def test_its_head_is_on_every_sheet_that_has_rows_of_it(table):
    page, column = table
    head = " ".join(page.locator(".claims-ledger th").all_text_contents())
    last = column(1)[-1][:30]
    sheets = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    plain = [unicodedata.normalize("NFKC", sheet.extract_text()) for sheet in sheets]  # no "ﬁ"
    texts = [" ".join(text.split()) for text in plain]
    headed = [number for number, text in enumerate(texts) if head in text]
    (end,) = (number for number in headed if last in texts[number])
    assert len(headed) > 10
    assert headed == [*range(headed[0], end + 1)]
