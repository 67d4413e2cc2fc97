"""The searches over a worksheet part find what the parse of it finds, or leave it to the parse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.excel.formats.details import CellDetails
from connectors.excel.formats.xlsx_parse import parsed
from connectors.excel.formats.xlsx_patterns import begins_with_numbers, found

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="x"><cols><col min="2" max="3" hidden="1"/></cols>'
FORMATS = ["General", "00000", "0.00"]


def part(rows: str, head: str = HEAD) -> bytes:
    """Build a worksheet part."""
    return f'{head}<sheetData>{rows}</sheetData><pageMargins left="1"/></worksheet>'.encode()


def cell(reference: str, rest: str) -> str:
    """Build a row with one cell."""
    return f'<row r="{reference[1:]}"><c r="{reference}"{rest}</row>'


def searched(data: bytes, expected: int) -> CellDetails | None:
    """Return what is found if it is as much as the parser saw."""
    seen = found(data, FORMATS, has_numbers=expected > 0)
    return seen if seen is not None and len(seen.numbers) == expected else None


FOUND = {
    "number": (cell("A2", "><v>7</v></c>"), 1, {(2, 1): ("7", "")}, {}, set()),
    "format": (cell("B3", ' s="1"><v>7</v></c>'), 1, {(3, 2): ("00007", "")}, {}, set()),
    "kind n": (cell("A3", ' t="n"><v>12</v></c>'), 1, {(3, 1): ("12", "")}, {}, set()),
    "error": (cell("C4", ' t="e"><v>#N/A</v></c>'), 0, {}, {(4, 3): ("#N/A", "the cell shows #N/A")}, set()),
    "hidden": ('<row r="5" spans="1:3" hidden="1"></row>', 0, {}, {}, {5}),
    "hidden in words": ('<row r="5" hidden="true" ht="3"/>', 0, {}, {}, {5}),
    "not hidden": ('<row r="5" hidden="false" collapsed="false"></row>', 0, {}, {}, set()),
    "number of a formula": (cell("A2", "><f>1+1</f><v>2</v></c>"), 1, {(2, 1): ("2", "")}, {}, set()),
    "text of a formula": (cell("A2", ' t="str"><f t="shared" si="0"/><v>a</v></c>'), 0, {}, {}, set()),
    "empty text of a formula": (cell("A2", ' t="str"><f>B2</f><v></v></c>'), 0, {}, {}, set()),
    "text": (cell("A2", ' t="s"><v>7</v></c>'), 0, {}, {}, set()),
    "truth": (cell("A2", ' t="b"><v>1</v></c>'), 0, {}, {}, set()),
    "empty": (cell("A2", ' s="1"></c>'), 0, {}, {}, set()),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_is_found(name: str) -> None:
    """Numbers, errors and hidden rows are found by the searches, and are those of the parse."""
    rows, expected, numbers, faults, hidden = FOUND[name]
    seen = searched(part(rows), expected)
    assert seen == parsed(part(rows), FORMATS)
    assert seen is not None
    assert (seen.numbers, seen.faults, seen.hidden_rows) == (numbers, faults, hidden)
    assert seen.hidden_columns == [(2, 3)]


def test_a_formula_without_a_result_is_found() -> None:
    """Its text is shown, and what to do."""
    seen = searched(part(cell("A2", "><f>SUM(B:B)</f></c>")), 0)
    assert seen is not None
    assert seen.faults[2, 1][0] == "=SUM(B:B)"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(cell("A2", "><v>7</v></c>"), 2, id="the parser saw more numbers"),
        pytest.param(cell("A2", ' t="n" s="1"><v>7</v></c>'), 1, id="attributes in another order"),
        pytest.param('<row r="2"><c><v>7</v></c></row>', 1, id="no reference"),
        pytest.param('<row hidden="1" r="2"></row>', 0, id="a row in another order"),
        pytest.param(cell("A2", ' t="s"><f>B2</f><v>7</v></c>'), 0, id="a formula with a shared text"),
        pytest.param(cell("A2", '><f>"a"&amp;B2</f></c>'), 0, id="an entity"),
        pytest.param(cell("A2", ' t="e" ><v>#N/A</v></c>'), 0, id="a space in a tag"),
        pytest.param(cell("A9999999", "><v>7</v></c>"), 1, id="a row beyond the sheet"),
        pytest.param(cell("A0", "><v>7</v></c>"), 1, id="a row before the sheet"),
        pytest.param(cell("ZZZ1", "><v>7</v></c>"), 1, id="a column beyond the sheet"),
        pytest.param(cell("A2", ' t="inlineStr"><is><t><![CDATA[<f]]></t></is></c>'), 0, id="characters as they are"),
        pytest.param('<!-- <row r="2" hidden="1"> -->', 0, id="a comment"),
    ],
)
def test_what_is_left_to_the_parse(rows: str, expected: int) -> None:
    """If the searches found less than there is, nothing of it is used."""
    assert searched(part(rows), expected) is None


@pytest.mark.parametrize(
    ("head", "is_usual"),
    [
        (HEAD, True),
        ("<worksheet>", True),
        ("<x:worksheet>", False),
        ("<worksheet xmlns='x'>", False),
        ('<worksheet xmlns = "x">', False),
    ],
)
def test_only_the_usual_dress_is_searched(head: str, *, is_usual: bool) -> None:
    """Prefixes, single quotes and spaces around the sign may hide what is searched for."""
    assert (searched(part("", head), 0) is not None) is is_usual


@pytest.mark.parametrize(
    ("rest", "is_number"),
    [
        ("><v>7</v></c>", True),
        (' s="1" t="n"><v>7</v></c>', True),
        (' t="s"><v>7</v></c>', False),
        (' s="1"></c>', False),
        (' t="str"><f>B2</f><v>7</v></c>', False),
    ],
)
def test_numbers_among_the_first_cells_are_seen(rest: str, *, is_number: bool) -> None:
    """A sheet that begins with a number has more of them."""
    assert begins_with_numbers(part(cell("A2", rest))) is is_number


cells = st.tuples(
    st.sampled_from(["", ' s="1"', ' s="2"', ' s="9"']),
    st.sampled_from(["", ' t="n"', ' t="e"', ' t="str"', ' t="b"', ' t="s"']),
    st.sampled_from(["", "<f>A1</f>", "<f/>", '<f t="shared" si="1"/>', '<f ref="A1"></f>']),
    st.sampled_from(["", "<v/>", "<v></v>", "<v>1</v>", "<v>1.5</v>", "<v>12345678901234567</v>", "<v>#N/A</v>"]),
)
rows_of_cells = st.lists(st.tuples(st.sampled_from(["", ' hidden="1"', ' hidden="0"', ' ht="2"']), st.lists(cells)))


@given(rows_of_cells)
def test_the_searches_agree_with_the_parse(rows: list[tuple[str, list[tuple[str, str, str, str]]]]) -> None:
    """Whatever the cells are, the searches find what the parse finds."""
    text = "".join(
        f'<row r="{row}"{hidden}>'
        + "".join(
            f'<c r="{chr(65 + column % 26)}{row}"{style}{kind}>{formula}{value}</c>'
            for column, (style, kind, formula, value) in enumerate(line[:26])
        )
        + "</row>"
        for row, (hidden, line) in enumerate(rows, start=1)
    )
    whole = parsed(part(text), FORMATS)
    seen = searched(part(text), len(whole.numbers))
    assert seen in (None, whole)
    assert seen is not None or "<f" in text
