"""The whole way of docs/web.md and docs/web.de.md, walked in the browser: template, filled in badly, page, import file.

Run as a program, this file takes the pictures anew: ``.venv/bin/python -m tests.docs.test_web_walk``.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.browser import chromium, needs_chromium, visit
from tests.end_to_end.command_server import nursery
from tests.end_to_end.page_server import page_server

HOME = Path(__file__).parents[2]
PICTURES = HOME / "docs" / "pictures"
DOCUMENTS = {"en": HOME / "docs" / "web.md", "de": HOME / "docs" / "web.de.md"}
LOCALES = {"en": "en-GB", "de": "de-DE"}
PEOPLE = [
    ("aberg", "00012", "Anna", "Berg", "anna.berg@example.com", "Billing"),
    ("jlind", "00019", "Joe", "Lind", "joe.lind@example.com ", "Billing"),
    ("msaez", "00026", "Mía", "Sáez", "mia.saes@example.com", "Sales"),
    ("ovirta", "00033", "Olli", "Virta", "Olli.Virta@example.com", "Sales"),
]
DIRECTORY = "mail\nAnna.Berg@example.com\njoe.lind@example.com\nmia.saez@example.com\nOlli.Virta@example.com\n"
SUBJECTS = ["Anna.Berg@example.com", "Olli.Virta@example.com", "joe.lind@example.com", "mia.saez@example.com"]
WORDS = {
    "en": ("Continue", "Tenant", "Check the list", "Accept every proposal", "Check again", "Open the report"),
    "de": ("Weiter", "Mandant", "Liste prüfen", "Alle Vorschläge annehmen", "Erneut prüfen", "Bericht öffnen"),
}
ENDS = {
    "en": "All 4 people in the list can sign in once the import is done.",
    "de": "Alle 4 Personen der Liste können sich anmelden, sobald importiert ist.",
}

Shoot = Callable[[Page, str], None]


def fill_in(folder: Path, language: str) -> Path:
    """Build a template and fill it in with mistakes."""
    path = folder / "agents.xlsx"
    assert nursery().run(folder, "template", "-o", str(path), "--lang", language)["code"] == 0
    book = load_workbook(path)
    for place, person in enumerate(PEOPLE, start=3):
        for column, text in enumerate(person, start=1):
            book.worksheets[0].cell(place, column, text)
    book.save(path)
    (folder / "directory.csv").write_text(DIRECTORY)
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser once."""
    with chromium() as started:
        yield started


def walk(browser: Browser, folder: Path, language: str, shoot: Shoot) -> list[str]:
    """Walk from the filled-in template to the import file, and return its Subjects."""
    path = fill_in(folder, language)
    onward, tenant, check, accept, again, report = WORDS[language]
    size = {"width": 960, "height": 640}
    with page_server(folder) as server, visit(browser, locale=LOCALES[language], viewport=size) as page:
        page.goto(server.address)
        page.set_input_files("#list", path)
        page.set_input_files("#directory", folder / "directory.csv")
        shoot(page, "1-upload")
        page.get_by_role("button", name=onward).click()
        page.get_by_label(tenant, exact=True).first.fill("ACME")
        page.locator("#region").select_option("eu")
        expect(page.locator("#issuer")).to_contain_text("cc-acme")
        shoot(page, "2-columns")
        page.get_by_role("button", name=check).click()
        expect(page.get_by_role("button", name=again)).to_be_visible()
        page.get_by_role("button", name=accept).click()
        shoot(page, "3-correct")
        page.get_by_role("button", name=again).click()
        expect(page.get_by_text(ENDS[language])).to_be_visible()
        shoot(page, "4-result")
        with page.expect_download() as download:
            page.get_by_role("link", name="certificates-001.txt").click()
        download.value.save_as(folder / "file.txt")
        with page.context.expect_page() as opened:
            page.get_by_role("link", name=report).click()
        opened.value.wait_for_load_state()
        shoot(opened.value, "5-report")
    lines = (folder / "file.txt").read_text("utf-8-sig").splitlines()
    return sorted(line.split("\t")[2] for line in lines[1:])


@needs_chromium
@pytest.mark.parametrize("language", WORDS)
def test_a_template_filled_in_badly_becomes_an_import_file(browser: Browser, language: str, tmp_path: Path) -> None:
    """Every mistake is corrected on the page, and the import file has the emails of the directory."""
    shot: list[str] = []
    assert walk(browser, tmp_path, language, lambda _, name: shot.append(name)) == SUBJECTS
    assert pictures_of(language) == [f"pictures/web-{language}-{name}.png" for name in shot]


@pytest.mark.parametrize("language", WORDS)
def test_every_picture_is_there(language: str) -> None:
    """A document shows the pictures of its own language, each with a text that names what is on it."""
    assert [name for name in pictures_of(language) if not (HOME / "docs" / name).is_file()] == []
    assert "![](" not in DOCUMENTS[language].read_text("utf-8")


def pictures_of(language: str) -> list[str]:
    """Return the pictures of a document."""
    return re.findall(r"!\[[^\]]+\]\((.*?\.png)\)", DOCUMENTS[language].read_text("utf-8"))


def main() -> None:
    """Take the pictures anew."""
    PICTURES.mkdir(exist_ok=True)
    for language in WORDS:
        with tempfile.TemporaryDirectory() as folder, chromium() as browser:

            def shoot(page: Page, name: str, language: str = language) -> None:
                page.screenshot(path=PICTURES / f"web-{language}-{name}.png")

            walk(browser, Path(folder), language, shoot)


if __name__ == "__main__":
    main()
