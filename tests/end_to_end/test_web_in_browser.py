"""The page and the report in a real browser: mouse and keyboard, two languages, light and dark, wide and narrow."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.browser import accessibility, chromium, needs_chromium, overflow, visit
from tests.end_to_end.page_server import PageServer, page_server

pytestmark = needs_chromium

LIST = (
    "Login,Email,Team\nada,ada.byron@example.com,Billing\njoe,joe@example.com,Sales\nmia,mia.lind@example.com,Sales\n"
)
DIRECTORY = "mail\nAda.Byron@example.com\njoe@example.com\nmia.lindh@example.com\n"
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 420)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser once."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """Start a page in a folder with a list and a directory."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "agents.csv").write_text(LIST)
    (folder / "directory.csv").write_text(DIRECTORY)
    with page_server(folder) as started:
        yield started


@pytest.fixture
def page(browser: Browser, server: PageServer) -> Iterator[Page]:
    """Open a page in a session of its own; an error of its script, or a request to elsewhere, fails the test."""
    with visit(browser, locale="en-GB", accept_downloads=True) as opened:
        wrong: list[str] = []
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        opened.on(
            "request",
            lambda asked: None if asked.url.startswith((server.address, "data:")) else wrong.append(asked.url),
        )
        opened.goto(server.address)
        yield opened
        assert wrong == []


def upload(page: Page, server: PageServer) -> None:
    """Choose list and directory and go on to the second step."""
    page.set_input_files("#list", server.folder / "agents.csv")
    page.set_input_files("#directory", server.folder / "directory.csv")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("agents.csv")


def run(page: Page) -> None:
    """Choose tenant and region and run the list."""
    page.get_by_label("Tenant", exact=True).first.fill("ACME")
    page.get_by_label("Region", exact=True).first.select_option("eu")
    expect(page.locator("#issuer")).to_have_text("cc-acme.auth.eu-central-1.amazoncognito.com")
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_text("2 of 3 people could not sign in with this list")).to_be_visible()


def test_from_upload_to_download(page: Page, server: PageServer, tmp_path: Path) -> None:
    """A proposal is accepted, another row is typed, and after the second run the import file has every right email."""
    upload(page, server)
    run(page)
    page.get_by_role("group", name="Row 2: ada").get_by_label("Accept").check()
    page.get_by_role("group", name="Row 4: mia").get_by_label("Email", exact=True).fill("mia.lindh@example.com")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("All 3 people in the list can sign in once the import is done.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="certificates-001.txt").click()
    download.value.save_as(tmp_path / "file.txt")
    subjects = [line.split("\t")[2] for line in (tmp_path / "file.txt").read_text("utf-8-sig").splitlines()[1:]]
    assert sorted(subjects) == ["Ada.Byron@example.com", "joe@example.com", "mia.lindh@example.com"]


def test_with_the_keyboard_alone(page: Page, server: PageServer) -> None:
    """After the files are chosen every step is done with Tab, Space and Enter."""
    page.set_input_files("#list", server.folder / "agents.csv")
    page.set_input_files("#directory", server.folder / "directory.csv")
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("agents.csv")
    tab_to(page, "#tenant")
    page.keyboard.type("acme")
    tab_to(page, "#region")
    page.keyboard.type("Eur")
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 of 3 people could not sign in")).to_be_visible()
    tab_to(page, "input[name=accept-0-1]")
    page.keyboard.press("Space")
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 3 people could not sign in")).to_be_visible()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} cannot be reached with the keyboard")


def test_it_works_without_its_script(browser: Browser, server: PageServer) -> None:
    """Every step is a form."""
    with visit(browser, locale="en-GB", java_script_enabled=False) as page:
        page.goto(server.address)
        upload(page, server)
        page.get_by_label("Tenant", exact=True).first.fill("ACME")
        page.get_by_label("Region", exact=True).first.select_option("eu")
        page.get_by_role("button", name="Check the list").click()
        expect(page.get_by_text("2 of 3 people could not sign in")).to_be_visible()


def test_in_german(browser: Browser, server: PageServer) -> None:
    """A German browser sees German, up to the report."""
    with visit(browser, locale="de-DE") as page:
        page.goto(server.address)
        page.set_input_files("#list", server.folder / "agents.csv")
        page.set_input_files("#directory", server.folder / "directory.csv")
        page.get_by_role("button", name="Weiter").click()
        page.get_by_role("button", name="Liste prüfen").click()
        expect(page.get_by_text("2 von 3 Personen könnten sich mit dieser Liste nicht anmelden")).to_be_visible()
        with page.context.expect_page() as report:
            page.get_by_role("link", name="Bericht öffnen").click()
        expect(report.value.get_by_role("heading", level=1)).to_have_text("Bericht zu agents.csv")
        assert accessibility(report.value) == []


def test_every_step_is_accessible(page: Page, server: PageServer) -> None:
    """No step and no report has a violation of axe-core, or is wider than its window, in any of its looks."""
    assert faults(page) == []
    upload(page, server)
    assert faults(page) == []
    run(page)
    assert faults(page) == []
    with page.context.expect_page() as report:
        page.get_by_role("link", name="Open the report").click()
    report.value.wait_for_load_state()
    assert faults(report.value) == []


def faults(page: Page) -> list[str]:
    """Return what is wrong with a page in each of its looks."""
    found: list[str] = []
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        too_wide = [f"{overflow(page)} pixels too wide"] if overflow(page) else []
        found += [f"{scheme}, {width}: {fault}" for fault in [*accessibility(page), *too_wide]]
    return found


def test_the_report_can_be_filtered(page: Page, server: PageServer) -> None:
    """Search, severity and code leave the issues that fit, and their number is reported."""
    upload(page, server)
    run(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the report").click()
    report = opened.value
    expect(report.locator("#shown")).to_have_text("3 of 3 issues shown")
    report.get_by_label("Search").fill("LINDH@")
    expect(report.locator("#shown")).to_have_text("1 of 3 issues shown")
    report.get_by_label("Search").fill("")
    report.get_by_label("Severity").select_option("warning")
    expect(report.locator("#issue-rows tr:visible code").first).to_have_text("LAYOUT-UNVERIFIED")
    report.get_by_label("Severity").select_option("")
    report.get_by_label("Issue", exact=True).select_option("EMAIL-CASE")
    expect(report.locator("#issue-rows tr:visible")).to_have_count(1)


def test_two_sheets_that_fit_can_be_chosen(page: Page, server: PageServer) -> None:
    """A workbook with two lists asks which one is meant."""
    book = Workbook()
    for name, sheet in (("North", book.active), ("South", book.create_sheet())):
        sheet.title = name
        sheet.append(["Login", "Email"])
        sheet.append([name.lower(), f"{name.lower()}@example.com"])
    book.save(server.folder / "two.xlsx")
    page.set_input_files("#list", server.folder / "two.xlsx")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Sheet", exact=True).select_option("South")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("south@example.com")).to_be_visible()
