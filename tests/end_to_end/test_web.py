"""The page over HTTP: from upload to import file, and everything that must not happen."""

import getpass
import io
import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.end_to_end.page_server import PageServer, page_server
from tests.end_to_end.page_steps import import_file, result, run, upload, version_of
from tests.job_texts import job_text
from tests.servers.graph import GraphServer, World

LIST = b"Login,Email,Team\nada,ada.byron@example.com,Billing\njoe,joe@example.com,Sales\n"
DIRECTORY = b"mail\nAda.Byron@example.com\njoe@example.com\n"
SUBJECTS = ["Ada.Byron@example.com", "joe@example.com"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """Start a page that keeps nothing."""
    with page_server(tmp_path_factory.mktemp("page")) as started:
        yield started


def test_from_upload_over_a_correction_to_the_import_file(server: PageServer) -> None:
    """A wrong email is shown with the right one, accepted on the page, and written into the import file."""
    with server.browser() as browser:
        path = upload(browser, LIST, directory=DIRECTORY)
        page = run(browser, path, tenant="ACME", region="eu")
        assert "1 of 2 people could not sign in with this list; 1 is ready." in page
        assert "<mark>a</mark>da.<mark>b</mark>yron@example.com" in page
        assert [row[0] for row in import_file(browser, path)[1:]] == ["joe"]
        accepted = {"version": version_of(page), "cell-0-1": "ada.byron@example.com", "accept-0-1": "x"}
        browser.post(f"{path}/corrections", data=accepted)
        page = result(browser, path)
        assert "All 2 people in the list can sign in once the import is done." in page
        assert sorted(row[2] for row in import_file(browser, path)[1:]) == SUBJECTS
        report = browser.get(f"{path}/report")
        assert "you corrected &#x27;ada.byron@example.com&#x27; to &#x27;Ada.Byron@example.com&#x27;" in report.text
        assert "sandbox allow-scripts" in report.headers["content-security-policy"]


def test_the_directory_of_a_job_can_be_chosen(tmp_path: Path) -> None:
    """A job file in the folder offers its live directory by name; another name is not a directory."""
    (tmp_path / "users.csv").write_bytes(b"mail,userPrincipalName,id\nAda.Byron@example.com,ada@example.com,1\n")
    directory = """[directory]
    kind = "azure_ad"
    all = true
    endpoint = "{origin}/v1.0"
    credential = "token"
    token = "env:GRAPH_TOKEN"
    """
    word = "not-a-secret"
    with GraphServer(World.from_export(tmp_path / "users.csv"), token=word) as graph:
        (tmp_path / "live.toml").write_text(job_text(directory.format(origin=graph.origin), tenant=None))
        (tmp_path / "broken.toml").write_text("version = 1")
        with page_server(tmp_path, GRAPH_TOKEN=word) as started, started.browser() as browser:
            assert re.findall(r"<option>([^<]*)</option>", browser.get("/").text) == ["live"]
            found = {}
            for name in ("live", "../live", ""):
                files = {"list": ("agents.csv", b"Login,Email\nada,ada.byron@example.com\n")}
                path = browser.post("/lists", files=files, data={"configured": name}).url.path
                found[name] = "The one person in the list could not sign in" in run(browser, path)
            assert found == {"live": True, "../live": False, "": False}


def test_corrections_are_in_the_workbook_that_is_downloaded(server: PageServer) -> None:
    """The annotated workbook, given back, needs no correction a second time: neither of an email nor of a Login."""
    book = Workbook()
    for row in (("Login", "Email"), ("ada", "ada.byron@example.com"), ("ada", "joe@example.com")):
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    with server.browser() as browser:
        path = upload(browser, data.getvalue(), "agents.xlsx", directory=DIRECTORY)
        page = run(browser, path, tenant="acme", region="eu")
        typed = {"cell-0-1": "Ada.Byron@example.com", "cell-0-0": "ada", "cell-1-0": "joe"}
        browser.post(f"{path}/corrections", data={"version": version_of(page)} | typed)
        page = result(browser, path)
        number = re.search(r'files/(\d+)" download>annotated.xlsx', page)
        assert number
        marked = browser.get(f"{path}/files/{number[1]}").content
        again = upload(browser, marked, "agents.xlsx", directory=DIRECTORY)
        assert "All 2 people in the list can sign in" in run(browser, again, tenant="acme", region="eu")
        assert sorted(row[0:3:2] for row in import_file(browser, again)[1:]) == [
            ["ada", "Ada.Byron@example.com"],
            ["joe", "joe@example.com"],
        ]


def test_another_column_can_be_chosen(server: PageServer) -> None:
    """A list whose headers mean nothing to us is read by the columns that the user chose."""
    with server.browser() as browser:
        path = upload(browser, b"Wer,Wohin\nada,ada@example.com\n")
        shown = browser.get(path).text
        assert "The headers are not known." in shown
        assert '<li>Wohin: <span class="aside">ada@example.com</span></li>' in shown
        page = run(browser, path, **{"column-login": "Wer", "column-email": "Wohin"}, tenant="acme", region="eu")
        assert "The one person in the list can sign in once the import is done." in page
        assert import_file(browser, path)[1][:3] == ["ada", "", "ada@example.com"]


def test_a_tenant_without_a_region_is_a_sentence(server: PageServer) -> None:
    """The page asks for the region, in words of the page; a list with columns for both needs no choice."""
    with server.browser() as browser:
        path = upload(browser, LIST)
        answer = browser.post(f"{path}/run", data={"version": "0", "tenant": "acme"})
        assert answer.status_code == 400
        assert "Choose the region, too" in answer.text
        assert 'value="acme"' in answer.text
        made = b"Login,Email,Tenant,Region\nExample: anna,anna@example.com,acme,Europe\nada,ada@example.com,,\n"
        empty = upload(browser, made)
        columns = {
            "column-login": "Login",
            "column-email": "Email",
            "column-tenant": "Tenant",
            "column-region": "Region",
        }
        answer = browser.post(f"{empty}/run", data={"version": "0", "tenant": "acme"} | columns)
        assert "Choose the region, too" in answer.text  # the region of the example is that of no person
        assert "The one person in the list has no error." in run(browser, empty)
        own = upload(browser, b"Login,Email,Tenant,Region\nada,ada@example.com,acme,eu\n")
        assert "can sign in once the import is done" in run(browser, own)
        assert [row[3] for row in import_file(browser, own)[1:]] == ["cc-acme.auth.eu-central-1.amazoncognito.com"]


def test_a_list_is_seen_only_by_the_browser_that_uploaded_it(server: PageServer) -> None:
    """Two people at once see only their own lists."""
    with server.browser() as ada, server.browser() as bo:
        path = upload(ada, LIST)
        run(ada, path)
        for address in (path, f"{path}/result", f"{path}/progress", f"{path}/report", f"{path}/files/0"):
            assert bo.get(address).status_code == 404
        assert path not in bo.get("/").text
        assert path in ada.get("/").text


def test_a_second_tab_does_not_undo_the_first(server: PageServer) -> None:
    """A form from before the last run is refused in a sentence and changes nothing."""
    with server.browser() as browser:
        path = upload(browser, LIST, directory=DIRECTORY)
        old = version_of(run(browser, path, tenant="acme", region="eu"))
        browser.post(f"{path}/corrections", data={"version": old, "cell-0-1": "Ada.Byron@example.com"})
        result(browser, path)
        answer = browser.post(f"{path}/corrections", data={"version": old, "cell-0-1": "other@example.com"})
        assert answer.status_code == 409
        assert "The list was changed in another tab" in answer.text
        assert sorted(row[2] for row in import_file(browser, path)[1:]) == SUBJECTS


def test_a_cell_that_nobody_touched_stays_as_it_was(server: PageServer) -> None:
    """A browser sends a value without its line breaks; that is not a correction."""
    with server.browser() as browser:
        path = upload(browser, b'Login,Email\nada,"ada\nx@example.com"\njoe,joe@example.com\n')
        page = run(browser, path, tenant="acme", region="eu")
        browser.post(f"{path}/corrections", data={"version": version_of(page), "cell-0-1": "adax@example.com"})
        assert "1 of 2 people could not sign in" in result(browser, path)


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Users\\x\\..\\list.csv", "list.csv"),
        ("...csv", "list.csv"),
        ("\u202eevil<b>.CSV", "evil-b.csv"),
        ("a" * 300 + ".csv", "a" * 80 + ".csv"),
    ],
)
def test_no_part_of_a_name_is_a_path(server: PageServer, name: str, stored: str) -> None:
    """Only the last part of an uploaded file's name is used, without special characters."""
    with server.browser() as browser:
        path = upload(browser, LIST, name=name)
        assert f"<h1>{stored}</h1>" in browser.get(path).text
        assert list(server.folder.glob("*.csv")) == []


@pytest.mark.parametrize(
    ("headers", "status", "sentence"),
    [
        ({"host": "evil.example.com"}, 421, "not reached under this name"),
        ({"host": "evil.example.com:80"}, 421, "not reached under this name"),
        ({"origin": "https://evil.example.com"}, 403, "sent by another site"),
        ({"origin": "null"}, 403, "sent by another site"),
        ({"sec-fetch-site": "cross-site"}, 403, "sent by another site"),
        ({"sec-fetch-site": "same-site"}, 403, "sent by another site"),
    ],
)
def test_a_request_of_another_site_does_nothing(
    server: PageServer, headers: dict[str, str], status: int, sentence: str
) -> None:
    """A wrong host name and a form from another site are refused in a sentence."""
    with server.browser() as browser:
        answer = browser.post("/lists", files={"list": ("agents.csv", LIST)}, headers=headers)
        assert answer.status_code == status
        assert sentence in answer.text


def test_every_answer_carries_its_policy(server: PageServer) -> None:
    """No page may load from elsewhere, be framed, or be kept by a cache."""
    with server.browser() as browser:
        for path in ("/", "/page.css", "/page.js", "/nowhere"):
            headers = browser.get(path).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["cache-control"] == "no-store"
        cookie = browser.get("/").headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"x", "agents.pdf", "its ending does not show what it is"),
        (b"", "", "did not arrive complete|No list was chosen"),
        (b"PK\x03\x04 not a workbook", "agents.xlsx", "agents.xlsx"),
        (b"", "agents.csv", "agents.csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "agents.xlsx", "agents.xlsx"),
    ],
)
def test_a_bad_file_is_a_sentence(server: PageServer, data: bytes, name: str, sentence: str) -> None:
    """A file that is not a list, damaged, empty or missing is reported in a sentence, never as a server error."""
    with server.browser() as browser:
        answer = browser.post("/lists", files={"list": (name, data)})
        assert answer.status_code in {200, 400}
        assert re.search(sentence, answer.text)
        assert 'role="alert"' in answer.text
        assert "Traceback" not in answer.text


def test_a_half_uploaded_file_is_a_sentence_and_is_not_kept(server: PageServer) -> None:
    """A form that ends in the middle is refused, and nothing of it stays on the disk."""
    before = sorted((server.folder / "tmp").rglob("*"))
    body = b'--x\r\nContent-Disposition: form-data; name="list"; filename="a.csv"\r\n\r\nLogin,Ema'
    with server.browser() as browser:
        answer = browser.post("/lists", content=body, headers={"content-type": "multipart/form-data; boundary=x"})
        assert answer.status_code == 400
        assert "Send it again." in answer.text or "No list was chosen" in answer.text
    assert sorted((server.folder / "tmp").rglob("*")) == before


def test_a_list_that_is_too_large_is_a_sentence(server: PageServer) -> None:
    """More than 50 MB is refused in a sentence, with or without a declared length."""
    head = b'--x\r\nContent-Disposition: form-data; name="list"; filename="a.csv"\r\n\r\n'
    pieces = [head, *[b"x" * 1_000_000] * 51, b"\r\n--x--\r\n"]
    with server.browser() as browser:
        for content in (b"".join(pieces), iter(pieces)):
            answer = browser.post(
                "/lists", content=content, headers={"content-type": "multipart/form-data; boundary=x"}
            )
            assert answer.status_code == 413
            assert "larger than 50 MB" in answer.text


def test_nothing_is_kept_without_a_folder_of_runs(tmp_path: Path) -> None:
    """When the page ends, uploads and runs are gone; a folder of runs keeps the runs only."""
    with page_server(tmp_path) as started, started.browser() as browser:
        path = upload(browser, LIST)
        run(browser, path, tenant="acme", region="eu")
        assert any((tmp_path / "tmp").rglob("manifest.json"))
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []
    with page_server(tmp_path, "--runs", "kept") as started, started.browser() as browser:
        run(browser, upload(browser, LIST), tenant="acme", region="eu")
        page = browser.get("/").text
        assert "certificates-001.txt" in page
        link = re.search(r'href="(/past/\w+/0)"', page)
        assert link
        assert browser.get(link[1]).content.startswith(b"\xef\xbb\xbfLogin\t")
        assert browser.get(f"{link[1]}99").status_code == 404
    (manifest,) = (tmp_path / "kept/agents").glob("*/manifest.json")
    assert json.loads(manifest.read_bytes())["who"] == getpass.getuser()
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_signal_ends_the_page_well(tmp_path: Path) -> None:
    """The page is stopped by a signal, which is not a failure."""
    with page_server(tmp_path) as started:
        started.process.send_signal(signal.SIGINT)
        assert started.process.wait() == 0
        assert started.process.stdout.read() == "Stop it with Ctrl-C.\n"


def test_a_browser_that_was_closed_finds_its_list_again(server: PageServer) -> None:
    """A run goes on without its browser; the session's cookie leads back to it."""
    with server.browser() as browser:
        path = upload(browser, LIST)
        browser.post(f"{path}/run", data={"version": "0"}, follow_redirects=False)
        cookies = dict(browser.cookies)
    with server.browser() as again:
        again.cookies.update(cookies)
        assert f"{path}/result" in again.get("/").text
        assert "NO-DIRECTORY" not in result(again, path)


def test_the_page_speaks_german(server: PageServer) -> None:
    """The browser's language is taken, and can be changed for the session."""
    with server.browser(**{"accept-language": "de-AT,en;q=0.5"}) as browser:
        assert '<html lang="de">' in browser.get("/").text
        assert "Eine Liste von Personen prüfen" in browser.get("/").text
        path = upload(browser, LIST)
        assert '<option value="eu">Europa</option>' in browser.get(path).text
        browser.post(f"{path}/run", data={"version": "0", "tenant": "AC ME", "region": "eu"})
        assert "Den Namen aus der Adresse Ihres System Configurator übernehmen" in result(browser, path)
        browser.get("/?lang=en")
        assert '<html lang="en">' in browser.get("/").text


def test_the_issuer_is_the_one_of_the_import_file(server: PageServer) -> None:
    """The page shows the Issuer that a run writes, and none for a tenant that cannot be."""
    with server.browser() as browser:
        shown = browser.get("/issuer", params={"tenant": "ACME", "region": "na"}).json()
        assert shown == {"issuer": "cc-acme.auth.us-west-2.amazoncognito.com"}
        assert browser.get("/issuer", params={"tenant": "AC ME", "region": "na"}).json() == {"issuer": ""}
