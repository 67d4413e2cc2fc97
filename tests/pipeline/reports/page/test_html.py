"""report.html: its content, what it never contains, and how large it may become."""

import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import load_workbook

from pipeline.model import texts
from pipeline.reports.page import html
from pipeline.reports.page.groups import Group, groups
from pipeline.reports.page.shown_issues import most_important
from pipeline.result import RunResult

VOID = {"meta", "input", "br"}
DIRECTORY = "mail\nAda.Byron@example.com\njoe@example.com\nmia@example.org\nsol@example.com\n"
LIST = (
    "Login,Email,Team,Site\n"
    "ada,ada.byron@example.com,Billing,Turku\n"
    "joe,joe@example.com,Billing,Turku\n"
    "mia,mia@example.org,Sales,Oulu\n"
    "sol,=1+1@example.com,,Oulu\n"
)


class Page(HTMLParser):
    """The elements of a page, its texts by element, and whether its tags are balanced."""

    def __init__(self, data: bytes) -> None:
        """Read a page."""
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.text = ""
        self.feed(data.decode())
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element without content."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close an element, which must be the last opened one."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text outside scripts and styles."""
        if self.open and self.open[-1] not in {"script", "style"}:
            self.text += data
            if {"td", "th"} & set(self.open):
                self.cells[-1] += data


@pytest.fixture(scope="module")
def run(ran: Callable[..., RunResult], tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """Run a list of four people, two of them rejected."""
    return ran(tmp_path_factory.mktemp("report"), LIST, DIRECTORY)


def test_the_page_says_how_it_ended_and_what_to_do(run: RunResult) -> None:
    """The outcome is one sentence, the next step and the forecast by team follow."""
    text = Page((run.folder / "report.html").read_bytes()).text
    assert "2 of 4 people could not sign in with this list; 2 are ready." in text
    assert "1 of 2 in Billing could not sign in" in text
    assert "1 of 1 without a team could not sign in" in text
    assert "2 people get a certificate for the first time." in text
    assert "directory.csv (4 entries)" in text


def test_both_spellings_are_marked(run: RunResult) -> None:
    """The characters in which list and directory differ are marked in both."""
    data = html.report(run).decode()
    assert '<code class="was"><mark>a</mark>da.<mark>b</mark>yron@example.com</code>' in data
    assert "<code><mark>A</mark>da.<mark>B</mark>yron@example.com</code>" in data


def test_the_page_stands_alone(run: RunResult) -> None:
    """Nothing is loaded; the one script is allowed by its hash; headings do not skip a level; labels name controls."""
    data = html.report(run)
    page = Page(data)
    assert re.findall(rb"https?:|src=|url\(|@import", data) == []
    assert [attrs for tag, attrs in page.tags if tag in {"link", "img", "iframe", "a"}] == []
    assert [tag for tag, _ in page.tags if tag in {"script", "main", "h1"}] == ["main", "h1", "script"]
    (policy,) = [attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["aria-labelledby"] for _, attrs in page.tags if "aria-labelledby" in attrs} <= set(ids)


def test_no_cell_is_a_formula(run: RunResult) -> None:
    """A value that begins like a formula has an apostrophe before it when the table is copied into a spreadsheet."""
    cells = Page(html.report(run)).cells
    assert [cell for cell in cells if cell.strip()[:1] in set("=+-@")] == []
    assert any("'=1+1@example.com" in cell for cell in cells)


def test_the_masked_copy_has_no_address(run: RunResult) -> None:
    """No address, login or spelling of a person is in the masked copy; domains and teams are."""
    data = (run.folder / "report-masked.html").read_text("utf-8").lower()
    assert [word for word in ("ada", "byron", "=1+1", "joe", "mia", "sol@") if word in data] == []
    assert "example.org" in data
    assert "billing" in data


def test_an_address_in_another_place_is_masked_too(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """A team may be called by an address; the masked copy has none."""
    run = ran(tmp_path, "Login,Email,Team\na,ok@example.com,bo.lee@x.example\nb,bad,cy.lee@x.example\n")
    private, masked = (html.report(run, hidden=hidden).decode() for hidden in (False, True))
    assert "bo.lee@x.example" in private
    assert ".lee@" not in masked
    assert "…@x.example" in masked


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed (package libreoffice-calc)")
def test_nothing_becomes_a_formula_in_libreoffice(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """The page opened as a spreadsheet has no formula, not even for a team that is called like one."""
    run = ran(tmp_path, "Login,Email,Team\na,ok@example.com,=1+1\nb,bad,Sales\n")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    page = run.folder / "report.html"
    command = [
        "soffice",
        profile,
        "--headless",
        "--infilter=HTML (StarCalc)",
        "--convert-to",
        "xlsx",
        "--outdir",
        tmp_path,
        page,
    ]
    subprocess.run(command, check=True, capture_output=True)
    cells = [cell for row in load_workbook(tmp_path / "report.xlsx").active.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert "'=1+1" in [cell.value for cell in cells]


def test_the_same_run_gives_the_same_bytes(run: RunResult) -> None:
    """The page is a function of the run."""
    assert html.report(run) == html.report(run) == (run.folder / "report.html").read_bytes()
    assert html.report(run, hidden=True) == (run.folder / "report-masked.html").read_bytes()


@pytest.mark.parametrize("language", texts.languages())
def test_the_page_is_written_in_every_language(run: RunResult, language: str) -> None:
    """Every language has a page, which names its language."""
    page = Page(html.report(run, language=language))
    assert page.tags[0] == ("html", {"lang": language})
    assert texts.get(language)["report.provenance"] in page.text


def test_people_are_counted_by_team_site_and_domain(run: RunResult) -> None:
    """Groups with the most rejected people come first; a text without an @ is no one's domain."""
    assert groups(run) == {
        "team": [Group("Billing", 2, 1), Group("", 1, 1), Group("Sales", 1, 0)],
        "site": [Group("Oulu", 2, 1), Group("Turku", 2, 1)],
        "domain": [Group("example.com", 3, 2), Group("example.org", 1, 0)],
    }


def test_an_address_without_an_at_sign_is_no_domain(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """A name that was typed as an email is not shown as a domain in the masked copy."""
    run = ran(tmp_path, "Login,Email\na,ada.byron\nb,joe@example.com\nc,mia@example.org\n")
    assert groups(run) == {"domain": [Group("example.com", 1, 0), Group("example.org", 1, 0)]}


def test_rows_with_errors_are_shown_first(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """A limit leaves out warnings and dropped rows before rows with errors, and reports it on the page."""
    rows = "".join(f"u{number},bad{number}\n,\n" for number in range(40))
    run = ran(tmp_path, f"Login,Email\n{rows}u99,ok@example.com\n")
    shown = most_important(run, most=30)
    of_rows = [(found.issue.row, found.issue.code) for found in shown if found.issue.row]
    assert len(of_rows) == 30
    assert {code for _, code in of_rows} == {"EMAIL-SYNTAX"}
    assert [row for row, _ in of_rows[:2]] == [2, 4]


def test_many_files_are_counted(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """The page lists the first import files and the number of further ones."""
    rows = "".join(f"u{number},u{number}@example.com\n" for number in range(25))
    run = ran(tmp_path, f"Login,Email\n{rows}", output={"rows_per_file": 1})
    page = Page(html.report(run))
    assert "certificates-020.txt" in page.text
    assert "certificates-021.txt" not in page.text
    assert page.text.count("and 5 more files; manifest.json lists all of them") == 2


def test_hostile_texts_stay_text(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """Markup in a header, a team, a value or a sheet is shown, and is not an element."""
    evil = "<script>alert(1)</script>"
    run = ran(tmp_path, f'Login,Email,Team\nu1,{evil}@example.com,{evil}\nu2,ok@example.com,"\'><img src=x>"\n')
    page = Page(html.report(run))
    assert [tag for tag, _ in page.tags if tag in {"script", "img"}] == ["script"]
    assert f"{evil}@example.com" in page.text


@pytest.mark.parametrize(
    ("text", "directory", "headline"),
    [
        ("Login,Email\nada,ada@example.com\n", None, "The one person in the list can sign in once the import is done."),
        ("Login,Email\nada,ada\nbo,bo\n", None, "None of the 2 people in the list could sign in."),
        ("Login,Email\n", None, "The run stopped early: no import file was written."),
    ],
)
def test_every_end_has_its_sentence(
    text: str, directory: str | None, headline: str, ran: Callable[..., RunResult], tmp_path: Path
) -> None:
    """A run that went well, one that rejected all and one that stopped each show their outcome."""
    run = ran(tmp_path, text, directory)
    assert headline in Page((run.folder / "report.html").read_bytes()).text
