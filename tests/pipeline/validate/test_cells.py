"""What must hold for a cell, and that no row is ever lost on the way (facts: peers, demand 47)."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import ReaderIssue
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.issues import RowIds
from pipeline.model.people import People
from pipeline.validate import cells, checks
from pipeline.validate.spelling import emails

OK: set[str] = set()
CONTROL = {"CELL-CONTROL"}
LONG = "x" * 255


@pytest.mark.parametrize(
    ("header", "cell", "codes"),
    [
        ("Login", "jane.smith-2_x", OK),
        ("Login", "0012", OK),
        ("Login", "NA", OK),
        ("Login", "null", OK),
        ("Login", "jörg", OK),
        ("Login", "山田", OK),
        ("Login", "jane@example.com", {"LOGIN-CHARACTERS"}),
        ("Login", "jane smith", {"LOGIN-CHARACTERS"}),
        ("Login", "jane\u00a0", {"LOGIN-CHARACTERS"}),
        ("Login", "jane\u200b", {"LOGIN-CHARACTERS", "CELL-CONTROL"}),
        ("Login", "=jane", {"LOGIN-CHARACTERS"}),
        ("Login", LONG, OK),
        ("Login", f"{LONG}x", {"CELL-TOO-LONG"}),
        ("Login", "", {"ID-MISSING"}),
        ("Login", "  ", {"ID-MISSING", "LOGIN-CHARACTERS"}),
        ("External ID", "00007", OK),
        ("External ID", "1E5", OK),
        ("External ID", 'a"b', OK),
        ("External ID", "=1+1", OK),
        ("External ID", "\u3042" * 255, OK),
        ("External ID", f"{LONG}x", {"CELL-TOO-LONG"}),
        ("External ID", "a\tb", CONTROL),
        ("External ID", "a\nb", CONTROL),
        ("External ID", "a\rb", CONTROL),
        ("External ID", "a\x0bb", CONTROL),
        ("External ID", "a\x0cb", CONTROL),
        ("External ID", "a\x00b", CONTROL),
        ("External ID", "a\x7fb", CONTROL),
        ("External ID", "a\u0085b", CONTROL),
        ("External ID", "a\u2028b", CONTROL),
        ("External ID", "a\u2029b", CONTROL),
        ("External ID", "\ufeffa", CONTROL),
        ("External ID", "a\u200b", CONTROL),
        ("External ID", "a\u200e", CONTROL),
        ("External ID", "a\u2060", CONTROL),
        ("External ID", "a\u00ad", CONTROL),
        ("External ID", "", {"ID-MISSING"}),
        ("External ID", "\u00a0", {"ID-MISSING", "CELL-CONTROL"}),
        ("External ID", "4711 ", {"CELL-CONTROL"}),
        ("External ID", "\u30004711", {"CELL-CONTROL"}),
        ("External ID", "47\u00a011", {"CELL-CONTROL"}),
        ("External ID", "47 11", set()),
        ("External ID", '="0815"', {"CELL-FORMULA-ERROR"}),
        ("External ID", "'0815", {"CELL-FORMULA-ERROR"}),
        ("External ID", "#VALUE!", {"CELL-FORMULA-ERROR"}),
        ("External ID", "#####", {"CELL-FORMULA-ERROR"}),
        *(
            ("External ID", error, {"CELL-FORMULA-ERROR"})
            for error in ("#WERT!", "#BEZUG!", "#NV", "#NOM?", "#VALEUR!")
        ),
        *(("External ID", error, {"CELL-FORMULA-ERROR"}) for error in ("#¡VALOR!", "#¿NOMBRE?", "#N/D", "#PUUTTUU!")),
        *(("External ID", error, {"CELL-FORMULA-ERROR"}) for error in ("#VÄRDEFEL!", "#NÚM!", "#DIV/0!", "#JAKO/0!")),
        ("External ID", '=TEXT(815,"0000")', {"CELL-FORMULA-ERROR"}),
        ("External ID", "=WENN(A2;A2)", {"CELL-FORMULA-ERROR"}),
        ("External ID", "=815", set()),
        ("External ID", "#7", set()),
        ("External ID", "#k7!", set()),
        ("External ID", "8.15471E+15", {"CELL-NUMBER"}),
        ("External ID", "8,15471E+15", {"CELL-NUMBER"}),
        ("External ID", "8E+15", {"CELL-NUMBER"}),
    ],
)
@pytest.mark.parametrize("coded", [False, True])
def test_a_key_cell(
    header: str, cell: str, codes: set[str], people: Callable[..., People], judged: Callable, *, coded: bool
) -> None:
    """Each text in a Login or an ExternalId has its codes, in plain and in dictionary columns."""
    listed = people({header: [cell, "good"], "Email": ["a@x.com", "b@x.com"]}, coded=coded)
    assert judged(listed).codes == [codes, OK]


def test_either_key_is_enough(people: Callable[..., People], judged: Callable) -> None:
    """A row needs a Login or an ExternalId, and a list without either column identifies no one."""
    columns = {"Email": ["a@x.com", "b@x.com", "c@x.com"], "Login": ["u", "", ""], "External ID": ["", "7", ""]}
    assert judged(people(columns)).codes == [OK, OK, {"ID-MISSING"}]
    alone = people({"userPrincipalName": ["a@x.com"], "mail": ["a@x.com"]}, "entra_export")
    assert judged(alone).codes == [{"ID-MISSING"}]


def test_a_key_that_is_an_error_of_a_formula_is_not_missing_too(
    people: Callable[..., People], judged: Callable
) -> None:
    """The reader leaves the cell empty; that is a consequence."""
    remark = ReaderIssue("CELL-FORMULA-ERROR", 0, 0, "#N/A", "the cell shows #N/A")
    table = {"Employee ID": ["", "0018"], "Email": ["a@example.com", "b@example.com"]}
    assert judged(people(table, remarks=[remark])).codes == [{"CELL-FORMULA-ERROR"}, OK]


def test_only_written_cells_must_be_clean(people: Callable[..., People], judged: Callable) -> None:
    """A line break in a name is harmless, because the name is not written."""
    assert judged(people({"Email": ["a@x.com"], "Display name": ["Ann\nLee" + LONG]})).codes == [OK]


@pytest.mark.parametrize(
    ("code", "column", "expected"),
    [
        ("ROW-RAGGED", None, {"ROW-RAGGED"}),
        ("ROW-HIDDEN", None, {"ROW-HIDDEN"}),
        ("EMAIL-LINK", 0, {"EMAIL-LINK", "EMAIL-MISSING"}),
        ("EMAIL-LINK", 2, OK),
        ("CELL-NUMBER", 1, {"CELL-NUMBER"}),
        ("CELL-NUMBER", 2, OK),
        ("CELL-FORMULA-ERROR", 0, {"CELL-FORMULA-ERROR"}),
        ("CELL-FORMULA-ERROR", 2, OK),
        ("CELL-MERGED", 3, {"CELL-MERGED"}),
        ("CELL-MERGED", 2, OK),
        ("CELL-MERGED", 0, {"EMAIL-MISSING"}),
    ],
)
def test_what_the_reader_remarked(
    code: str, column: int | None, expected: set[str], people: Callable[..., People], judged: Callable
) -> None:
    """A remark counts if the cell matters, and its consequences are not reported beside it."""
    email = "" if column == 0 else "a@x.com"
    columns = {"Email": [email, "b@x.com"], "Login": ["a", "b"], "Phone": ["1", "2"], "Tenant": ["acme", "acme"]}
    remarks = [ReaderIssue(code, 0, column, "7", "as the reader said")]
    assert judged(people(columns, remarks=remarks)).codes == [expected, OK]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (["", "", ""], "ROW-BLANK"),
        ([" ", "\u00a0", ""], "ROW-BLANK"),
        (["Example: Ann", "a@x.com", "ann"], "ROW-EXAMPLE"),
        (["beispiel: Ann", "a@x.com", "ann"], "ROW-EXAMPLE"),
        (["Total", "12", ""], "ROW-TOTAL"),
        (["Summe: 12", "", ""], "ROW-TOTAL"),
        (["", "", "Total"], "ROW-TOTAL"),
    ],
)
def test_rows_that_are_no_people(cells: list[str], code: str, people: Callable[..., People], judged: Callable) -> None:
    """Blank rows, examples and totals are dropped, each with its reason and nothing else."""
    columns = dict(zip(["Name", "Email", "Login"], ([cell, "b"] for cell in cells), strict=True))
    columns["Email"][1] = "b@x.com"
    assert judged(people(columns)).codes == [{code}, OK]


def test_a_stray_cell_far_below_the_list(people: Callable[..., People], judged: Callable) -> None:
    """Two hundred thousand blank rows above a stray cell are dropped one by one (in seconds: it took hours once)."""
    blanks = [""] * 200_000
    found = judged(
        people({"Login": ["ann", *blanks, ""], "Email": ["a@x.com", *blanks, "x"], "Team": ["", *blanks, ""]})
    )
    assert found.codes == [OK, *[{"ROW-BLANK"}] * 200_000, {"EMAIL-SYNTAX", "ID-MISSING"}]


@pytest.mark.parametrize("name", ["Total Ann", "Summer", "Totalt Larsson"])
def test_people_with_a_strange_name_are_people(name: str, people: Callable[..., People], judged: Callable) -> None:
    """A name that begins like a total is a person: with a broken email it is rejected, never dropped."""
    found = judged(people({"Name": [name], "Email": ["broken"], "Login": ["u"]}))
    assert found.codes == [{"EMAIL-SYNTAX"}]


CELLS = {
    "Email": st.sampled_from(["a@x.com", "A@x.com", "b@x.com", "c@x.com ", "", "d", "e@x.com\t", f"{LONG}@x.com"]),
    "Login": st.sampled_from(["", "u1", "U1", "u2", "bad login", "u3\u2028"]),
    "External ID": st.sampled_from(["", "1", "2", "01", "\t"]),
    "Tenant": st.sampled_from(["", "acme", "beta", "-bad-"]),
    "Region": st.sampled_from(["", "eu", "Sydney", "moon"]),
    "Enabled": st.sampled_from(["", "yes", "no"]),
}
ROWS = st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=12)


@settings(max_examples=30)
@given(rows=ROWS)
def test_read_is_accepted_and_rejected_and_dropped(
    rows: list[dict[str, str]], people: Callable[..., People], judged: Callable
) -> None:
    """No row is lost or counted twice: what is neither rejected nor dropped is accepted, and every no has its row."""
    listed = people({header: [row[header] for row in rows] for header in CELLS})
    found = judged(listed, tenant="acme", region="eu")
    rejected = RowIds(0, len(rows)).marked(found.findings, severity="error")
    dropped = RowIds(0, len(rows)).marked(found.findings, severity="dropped")
    assert not (rejected & dropped).any()
    for row, codes in enumerate(found.codes):
        severities = {CATALOGUE[code].severity for code in codes}
        assert ("error" in severities) == rejected[row]
        if not any(rows[row].values()):
            assert codes == {"ROW-BLANK"}
    for finding in found.findings:
        assert np.all(np.diff(finding.rows) > 0)
        assert all(finding.message(at) for at in range(len(finding.rows)))
    assert len(rows) == int(rejected.sum()) + int(dropped.sum()) + int((~rejected & ~dropped).sum())


def test_equal_failing_values_are_all_reported(people: Callable[..., People], judged: Callable) -> None:
    """Thirty bad rows with three values, between good ones and a blank one, are thirty findings at their own places."""
    emails_written = [text for row in range(30) for text in ("bad", f"ok{row}@x.com")]
    logins = [text for row in range(30) for text in ("no way" if row % 2 else "", f"u{row}")]
    found = judged(people({"Email": ["", *emails_written], "Login": ["", *logins]}))
    assert found.codes[0] == {"ROW-BLANK"}
    for row in range(30):
        second = {"LOGIN-CHARACTERS"} if row % 2 else {"ID-MISSING"}
        assert found.codes[1 + 2 * row] - {"EMAIL-TWIN"} == {"EMAIL-SYNTAX"} | second
        assert found.codes[2 + 2 * row] == OK


def test_a_directory_keeps_out_what_cannot_be_compared(people: Callable[..., People]) -> None:
    """Ragged rows and rows with a control character prove no spelling."""
    truth = people(
        {"Email": ["a@x.com", "b@x.com\t", "c@x.com"]}, remarks=[ReaderIssue("ROW-RAGGED", 2, None, "", "too long")]
    )
    assert cells.directory(truth).tolist() == [True, False, False]


IMPORT = {"Login": ["a", "b"], "CertificateSubject": ["a@x.com", "b@x.com"], "CertificateIssuer": ["i", "i"]}
NEW = {"First": ["A", "B"], "Last": ["A", "B"], "Number": ["20", "21"], "Group": ["g", "g"], "Template": ["", ""]}
FIELDS = {
    "Login": "login",
    "CertificateSubject": "subject",
    "CertificateIssuer": "issuer",
    "First": "first_name",
    "Last": "last_name",
    "Number": "extension",
    "Group": "group",
    "Template": "template",
}


def import_file(table: dict[str, list[str]] = IMPORT, **changes: list[str]) -> list[str]:
    """Compare the rules of the import file with a small one."""
    columns = {name: pa.array(texts, pa.string()) for name, texts in (table | changes).items()}
    frame = pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype)
    return cells.import_file(frame, {column: FIELDS[column] for column in columns})


@pytest.mark.parametrize("sign", ["\t", "\r", "\n", "\x0b", "\x0c", "\x00", "\u0085", "\u2028", "\u2029", "\ufeff"])
@pytest.mark.parametrize("column", list(IMPORT))
def test_the_import_file_refuses_what_breaks_a_line(column: str, sign: str) -> None:
    """No cell of the machine file may end its line or its cell (T81)."""
    assert import_file(**{column: [f"a{sign}b", "c"]}) == [f"{column}: CELL-CONTROL on 1 rows"]


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, []),
        ({"CertificateSubject": ["a@x.com", ""]}, ["CertificateSubject: EMAIL-MISSING on 1 rows"]),
        ({"CertificateSubject": ["a@x.com", " "]}, ["CertificateSubject: EMAIL-MISSING on 1 rows"]),
        ({"CertificateSubject": ["a@x.com", "a@x.com"]}, ["CertificateSubject: EMAIL-TWIN on 2 rows"]),
        ({"CertificateSubject": ["a@x.com", "A@x.com"]}, []),
        ({"CertificateIssuer": ["i", ""]}, ["CertificateIssuer: REGION-UNKNOWN on 1 rows"]),
        ({"Login": ["", ""]}, []),
    ],
)
def test_the_import_file_needs_one_subject_and_an_issuer(changes: dict[str, list[str]], broken: list[str]) -> None:
    """Subject and Issuer are filled, and a Subject is unique."""
    assert import_file(**changes) == broken


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, []),
        ({"First": ["A", ""]}, ["First: NAME-MISSING on 1 rows"]),
        ({"Last": [" ", ""]}, ["Last: NAME-MISSING on 2 rows"]),
        ({"Number": ["20", ""]}, ["Number: EXTENSION-MISSING on 1 rows"]),
        ({"Number": ["20", "20"]}, ["Number: EXTENSION-TWIN on 2 rows"]),
        ({"Group": ["g", ""]}, ["Group: GROUP-MISSING on 1 rows"]),
        ({"Template": ["t\t", ""]}, ["Template: CELL-CONTROL on 1 rows"]),
    ],
)
def test_the_import_file_of_new_users_needs_more(changes: dict[str, list[str]], broken: list[str]) -> None:
    """A new user has both names, a number of their own and a group; a settings template is a choice."""
    assert import_file(IMPORT | NEW, **changes) == broken


def test_a_layout_that_makes_no_users_may_leave_names_empty() -> None:
    """Names are wanted of new users only."""
    assert import_file(IMPORT | {"First": ["", ""]}) == []


def test_every_letter_code_of_the_judge_has_a_rule() -> None:
    """Every code about characters has a rule that reports it."""
    texts = ["", "x", "a@x.com ", "a\u200b@x.com", "\u0430nn@x.com", "e\u0301@x.com", "a\t@x.com"]
    found = {fault.code for text in texts for fault in emails.judge(text)}
    assert found == {*checks.EMAIL_CODES, "CELL-CONTROL"}
