"""The way of docs/workbooks.md and docs/workbooks.de.md without the page: template, marked workbook, import file.

Run as a program, this file takes the pictures anew in Chromium:
``.venv/bin/python -m tests.docs.test_workbook_walk``.
"""

import re
import tempfile
from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter

from tests.docs.test_web_walk import HOME, PICTURES, SUBJECTS, fill_in
from tests.end_to_end.browser import chromium
from tests.end_to_end.command_server import nursery

DOCUMENTS = {"en": HOME / "docs" / "workbooks.md", "de": HOME / "docs" / "workbooks.de.md"}
OPTIONS = ("--tenant", "ACME", "--region", "eu", "--directory", "directory.csv")
STATES = {
    "en": ["left out", "rejected", "rejected", "rejected", "ready"],
    "de": ["ausgelassen", "abgelehnt", "abgelehnt", "abgelehnt", "bereit"],
}
EMAIL, STATUS, PROPOSED, ACCEPT = 5, 9, 11, 12
"""Columns of the sheet of people once it is marked."""

ROWS = 6
"""Header, example and four people: what a picture shows of the sheet."""

MANY = 100
"""Rows of the template that are ready to be filled in are more than these; a picture leaves the empty ones out."""

LOOK = """
    body { margin: 0; font: 13px/1.35 "Liberation Sans", Arial, sans-serif }
    table { border-collapse: collapse; background: #fff }
    td, th { border: 1px solid #c8ccd2; padding: 2px 6px; height: 1.35em; color: #1b1f24; max-width: 19em }
    th { background: #eef0f3; font-weight: normal; color: #555c66 }
    tr > th:first-child { text-align: right }
    td[colspan='1'] { overflow-wrap: break-word }
    td:not([colspan='1']) { max-width: none }
"""

Shoot = Callable[[Path, int, str], None]


def run(folder: Path, name: str, language: str) -> Path:
    """Run a list and return the run folder."""
    done = nursery().run(folder, "run", name, *OPTIONS, "--lang", language)
    assert done["code"] in {0, 3}, done["stderr"]
    jobs = folder / "runs" / Path(name).stem
    return jobs / (jobs / "latest").read_text().strip()


def walk(folder: Path, language: str, shoot: Shoot) -> list[str]:
    """Walk from the filled-in template over the marked workbook to the import file, and return its Subjects."""
    filled = fill_in(folder, language)
    shoot(filled, 0, "1-filled-in")
    marked = run(folder, filled.name, language) / "annotated.xlsx"
    shoot(marked, 0, "2-verdict")
    shoot(marked, 1, "3-marked")
    book = load_workbook(marked)
    sheet = book.worksheets[1]
    assert [sheet.cell(row, STATUS).value for row in range(2, ROWS + 1)] == STATES[language]
    sheet.cell(3, ACCEPT, "x")
    sheet.cell(4, EMAIL, "joe.lind@example.com")
    sheet.cell(5, ACCEPT, "x")
    corrected = folder / "corrected.xlsx"
    book.save(corrected)
    shoot(corrected, 1, "4-corrected")
    (file,) = run(folder, corrected.name, language).glob("out/acme/*.txt")
    return sorted(line.split("\t")[2] for line in file.read_text("utf-8-sig").splitlines()[1:])


@pytest.mark.parametrize("language", DOCUMENTS)
def test_a_template_filled_in_badly_is_corrected_in_the_workbook(language: str, tmp_path: Path) -> None:
    """Two proposals are accepted, one cell is typed, and the import file has the emails of the directory."""
    shot: list[str] = []
    assert walk(tmp_path, language, lambda *given: shot.append(given[2])) == SUBJECTS
    assert pictures_of(language) == [f"pictures/workbook-{language}-{name}.png" for name in shot]
    assert [name for name in pictures_of(language) if not (HOME / "docs" / name).is_file()] == []


def pictures_of(language: str) -> list[str]:
    """Return the pictures of a document, each of which has a text."""
    return re.findall(r"!\[[^\]]+\]\((.*?\.png)\)", DOCUMENTS[language].read_text("utf-8"))


def picture(path: Path, place: int, target: Path) -> None:
    """Draw one sheet of a workbook: cells, colours and links as they are, with the names of its rows and columns."""
    sheet = load_workbook(path).worksheets[place]
    wide = range(1, sheet.max_column + 1)
    letters = "".join(f"<th>{get_column_letter(column)}</th>" for column in wide)
    last = min(sheet.max_row, ROWS if sheet.max_row > MANY else MANY)
    rows = "".join(
        f"<tr><th>{row}</th>{_cells([sheet.cell(row, place) for place in wide])}</tr>" for row in range(1, last + 1)
    )
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1600, "height": 900})
        page.set_content(f"<style>{LOOK}</style><table><tr><th></th>{letters}</tr>{rows}</table>")
        page.locator("table").screenshot(path=target)


def _cells(row: list[Cell | MergedCell]) -> str:
    """Draw the cells of a row; a text without a neighbour runs over the empty cells beside it, as in a workbook."""
    if row[0].value and not any(cell.value for cell in row[1:]):
        return _cell(row[0], len(row))
    return "".join(map(_cell, row))


def _cell(cell: Cell | MergedCell, span: int = 1) -> str:
    colour = cell.fill.fgColor.rgb[-6:] if cell.fill.fill_type == "solid" else "ffffff"
    weight, style = "bold" if cell.font.b else "normal", "italic" if cell.font.i else "normal"
    look = f"background:#{colour};font-weight:{weight};font-style:{style}"
    return f'<td colspan="{span}" style="{look}">{escape(str(cell.value or ""))}</td>'


def main() -> None:
    """Take the pictures anew."""
    for language in DOCUMENTS:
        with tempfile.TemporaryDirectory() as folder:

            def shoot(path: Path, place: int, name: str, language: str = language) -> None:
                picture(path, place, PICTURES / f"workbook-{language}-{name}.png")

            walk(Path(folder), language, shoot)


if __name__ == "__main__":
    main()
