"""One reader of users exports: every shape has the same certificates, and a doubtful export is refused."""

import csv
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from connectors.base import ChoiceNeeded, SourceEmpty, SourceError, SourceUnreadable
from mappings.load import load_layout
from pipeline.config.load import file_at
from pipeline.model.errors import UsageProblem
from pipeline.users_export import read as reading
from pipeline.users_export.columns import ExportUnknown
from tests.pipeline.users_export.shapes import (
    ANNA,
    BO,
    CERTIFICATES,
    CY,
    FIRST,
    ISSUER,
    LABELS,
    SECOND,
    SHAPES,
    Shape,
    table,
)

ROW = (*ANNA, FIRST, ISSUER)


def read(path: Path, data: bytes | str, encoding: str | None = None) -> reading.Export:
    """Read an export with this content, without a layout."""
    path.write_bytes(data.encode("utf-8-sig") if isinstance(data, str) else data)
    return reading.read(file_at(path, encoding=encoding), None)


def said(export: reading.Export) -> list[tuple[str, str, str, str]]:
    """Return login, id, Subject and Issuer of every certificate."""
    rows = export.certificates("acme").to_pylist()
    return [(row["login"], row["external_id"], row["subject"], row["issuer"]) for row in rows]


@pytest.mark.parametrize("delimiter", ["\t", ";", ",", "|"], ids=["tab", "semicolon", "comma", "bar"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_every_shape_says_the_same(shape: Shape, encoding: str, delimiter: str, tmp_path: Path) -> None:
    """Two certificates of one user are two, in whatever form, encoding and delimiter the export has them."""
    data = shape.lines(delimiter).encode(encoding)
    export = read(tmp_path / "users.txt", data, encoding if encoding == "cp1252" else None)
    found = said(export)
    assert len(found) == len(CERTIFICATES)
    assert set(found) == CERTIFICATES
    assert (export.unfolded.form, export.unfolded.separator) == (shape.form, shape.separator)
    assert (export.user_count, export.issuers.tenants) == (3, {"acme": 3})


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_workbook_says_the_same(shape: Shape, tmp_path: Path) -> None:
    """An export that was saved as a workbook is read too."""
    book = Workbook()
    for row in shape.rows:
        book.active.append([cell or None for cell in row])
    book.save(tmp_path / "users.xlsx")
    settings = file_at(tmp_path / "users.xlsx")
    assert set(said(reading.read(settings, None))) == CERTIFICATES


def test_users_have_their_extension_numbers(tmp_path: Path) -> None:
    """Every person with a key is listed, with a certificate or without; a number keeps its leading zero."""
    users = read(tmp_path / "users.txt", SHAPES["rows without a key"].lines()).users("acme").to_pylist()
    assert [(user["tenant"], user["login"], user["external_id"], user["extension"]) for user in users] == [
        ("acme", "anna", "0012", "2001"),
        ("acme", "bo", "", "02002"),
        ("acme", "cy", "0014", "2003"),
    ]


@pytest.mark.parametrize(
    ("labels", "place"),
    [
        (("Cert name", "Cert host"), "cells"),
        (("CertificateSubject", "Cert host"), "label and cells"),
        (("Subject", "Issuer"), "label and cells"),
        (("", ""), "cells"),
        (("1", "2"), "cells"),
    ],
)
def test_cells_tell_what_labels_do_not(labels: tuple[str, str], place: str, tmp_path: Path) -> None:
    """An Issuer is known by its host, a Subject by the email beside it, whatever is above them."""
    export = read(tmp_path / "users.txt", table([(*LABELS, *labels), ROW, (*CY, "", "")]))
    assert said(export) == [("anna", "0012", FIRST, ISSUER)]
    assert export.pairs.subject == place


def test_the_layout_goes_before_recognition(tmp_path: Path) -> None:
    """A column that the layout names is its column, although another label is better known."""
    path = tmp_path / "users.txt"
    layout = tmp_path / "own.toml"
    text = (Path("mappings/layouts/certificates.toml")).read_text("utf-8")
    layout.write_text(text.replace('"CertificateSubject"', '"Who"').replace('"Login"', '"Agent"'), "utf-8")
    rows = [("Agent", "Login", "Who", "Subject", "CertificateIssuer"), ("anna", "x", FIRST, SECOND, ISSUER)]
    path.write_text(table(rows), "utf-8-sig", newline="")
    export = reading.read(file_at(path), load_layout(str(layout)))
    assert said(export) == [("anna", "", FIRST, ISSUER)]


def test_the_separator_of_a_layout_is_used(tmp_path: Path) -> None:
    """A cell whose Issuers are all of other providers is split if the layout has the separator."""
    path = tmp_path / "users.txt"
    layout = tmp_path / "own.toml"
    text = (Path("mappings/layouts/certificates.toml")).read_text("utf-8")
    layout.write_text(f'{text}\n[certificates]\nform = "cells"\nseparator = "|"\n', "utf-8")
    rows = [("Login", "CertificateSubject", "CertificateIssuer"), ("anna", "a@x|b@x", "https://one.example.com|two")]
    path.write_text(table(rows), "utf-8-sig", newline="")
    settings = file_at(path)
    assert len(said(reading.read(settings, None))) == 1
    assert said(reading.read(settings, load_layout(str(layout)))) == [
        ("anna", "", "a@x", "https://one.example.com"),
        ("anna", "", "b@x", "two"),
    ]


@pytest.mark.parametrize(
    ("below", "owners"),
    [
        ([("", "", "", "", "", "", "", "", SECOND, ISSUER)], ["anna", "anna"]),
        ([("", "", "", "Anna", "Berg", "", "", "", SECOND, ISSUER)], ["anna", "anna"]),
        ([("", "", "", "Otto", "Berg", "", "", "", SECOND, ISSUER)], ["anna", ""]),
        ([("",) * 10, ("", "", "", "", "", "", "", "", SECOND, ISSUER)], ["anna", ""]),
        ([(*BO, "", ""), ("", "", "", "", "", "", "", "", SECOND, ISSUER)], ["anna", "bo"]),
    ],
    ids=["empty", "repeated", "another name", "behind a blank row", "below another user"],
)
def test_a_row_without_key_goes_on_with_the_user_above(
    below: list[tuple[str, ...]], owners: list[str], tmp_path: Path
) -> None:
    """Only right below, and only if nothing in the row is of another person."""
    labels = (*LABELS, "CertificateSubject", "CertificateIssuer")
    export = read(tmp_path / "users.txt", table([labels, ROW, *below]))
    assert [login for login, *_ in said(export)] == owners


def test_the_same_certificate_in_several_rows_is_one(tmp_path: Path) -> None:
    """A user with a row for each group has one certificate, and the form stays unknown."""
    labels = (*LABELS, "CertificateSubject", "CertificateIssuer")
    export = read(tmp_path / "users.txt", table([labels, ROW, (*ANNA[:-1], "Night", FIRST, ISSUER)]))
    assert said(export) == [("anna", "0012", FIRST, ISSUER)]
    assert (export.unfolded.form, export.user_count) == ("unknown", 1)


def test_a_distinguished_name_keeps_its_commas(tmp_path: Path) -> None:
    """Certificates of other providers stay complete beside cells that commas part."""
    other = ("D4", "di", "0015", "Di", "Xu", "di@example.com", "", "", "CN=di,O=Contoso", "CN=Contoso CA,O=Contoso")
    export = read(tmp_path / "users.txt", table([*SHAPES["commas"].rows, other]))
    assert export.unfolded.subject.to_pylist()[-1] == "CN=di,O=Contoso"
    assert set(said(export)) == CERTIFICATES


@pytest.mark.parametrize(
    ("subject", "issuer", "counts"),
    [
        (FIRST, ISSUER, True),
        (FIRST, "", True),
        (FIRST, "https://sts.example.com", True),
        ("no email", ISSUER, True),
        ("CN=anna", "CN=Contoso CA", False),
        ("CN=anna", "", False),
        ("", ISSUER, False),
    ],
)
def test_certificates_of_another_kind_are_nobody_s_to_change(
    subject: str, issuer: str, *, counts: bool, tmp_path: Path
) -> None:
    """A certificate counts if its Subject is an email or its Issuer is Contact Pro's; an empty Subject is none."""
    rows = [("Login", *PAIR), ("anna", subject, issuer), ("bo", "bo@example.com", ISSUER)]
    found = said(read(tmp_path / "users.txt", table(rows)))
    assert (("anna", "", subject, issuer) in found) is counts


def one_pair(*labels: str) -> Callable[[Sequence[str]], str]:
    """Build an export of one user out of the cells of Subject and Issuer."""
    return lambda cells: table([("Login", *labels), ("anna", *cells)])


PAIR = ("CertificateSubject", "CertificateIssuer")
HOSTILE: list[tuple[str, bytes | str, type[Exception], str]] = [
    ("0 bytes", b"", SourceEmpty, "is empty (0 bytes)"),
    ("a mark only", b"\xef\xbb\xbf", SourceEmpty, "is empty"),
    ("labels only", "\t".join(["Login", *PAIR]), SourceEmpty, "has column headers but no rows"),
    ("a web page", "<!DOCTYPE html><html><body>Sign in</body></html>", SourceUnreadable, "is a web page (HTML)"),
    ("a workbook by another name", b"PK\x03\x04rest", SourceUnreadable, "is an Excel workbook or zip archive"),
    ("NUL bytes", "\0" * 60, ExportUnknown, "so this is not a users export of System Configurator"),
    ("no labels", table([("anna", FIRST, ISSUER)]), ExportUnknown, "its first row lists a person, so this is not"),
    ("no Subject", table([("Login", "CertificateIssuer"), ("anna", ISSUER)]), ExportUnknown, "for the Subject of"),
    ("no Issuer", table([("Login", "CertificateSubject"), ("anna", FIRST)]), ExportUnknown, "for the Issuer of"),
    ("no key", table([("FirstName", *PAIR), ("Anna", FIRST, ISSUER)]), ExportUnknown, "for Login or ExternalId"),
    ("Id is no key", table([("Id", *PAIR), ("A1", FIRST, ISSUER)]), ExportUnknown, "for Login or ExternalId"),
    ("a row too short", table([("Login", *PAIR), ("anna", FIRST, ISSUER), ("bo",)]), SourceUnreadable, "row 3: has 1"),
    ("an open quote", f'Login,{PAIR[0]},{PAIR[1]}\nanna,"x,{ISSUER}\n', SourceUnreadable, "quoting is broken"),
    ("an open quote and tabs", f'Login\t{PAIR[0]}\t{PAIR[1]}\nanna\t"x\n', SourceUnreadable, "quoting is broken"),
    (
        "two Subjects",
        one_pair("CertificateSubject", "SubjectName", "CertificateIssuer")([FIRST, SECOND, ISSUER]),
        ChoiceNeeded,
        '"CertificateSubject" (column 2) and "SubjectName" (column 3) fit the one field subject',
    ),
    (
        "two Issuers",
        one_pair("CertificateSubject", "CertHost", "Host")([FIRST, ISSUER, ISSUER]),
        ChoiceNeeded,
        '"CertHost" (column 3) and "Host" (column 4) fit the one field issuer',
    ),
    (
        "labels and cells contradict each other",
        one_pair(*PAIR)([ISSUER, FIRST]),
        ChoiceNeeded,
        '"CertificateIssuer" (column 3) and "CertificateSubject" (column 2) fit the one field issuer',
    ),
    (
        "two Logins",
        table([("Login", "Login", *PAIR), ("anna", "bo", FIRST, ISSUER)]),
        ChoiceNeeded,
        '"Login" (column 1) and "Login" (column 2) fit the one field login. Export again with only one of them.',
    ),
    (
        "two names for a login",
        table([("UserName", "LogonName", *PAIR), ("anna", "bo", FIRST, ISSUER)]),
        ChoiceNeeded,
        'Give --column login="UserName" or --column login="LogonName" to layout learn',
    ),
    (
        "a Subject too many",
        one_pair("CertificateSubject", "CertificateSubject2", "CertificateIssuer")([FIRST, SECOND, ISSUER]),
        ExportUnknown,
        "of Subject there are 2 columns and of Issuer 1",
    ),
    (
        "a part too few",
        one_pair(*PAIR)([FIRST, f"{ISSUER};{ISSUER}"]),
        SourceUnreadable,
        "row 2: beside each Issuer one Subject is needed, and there are 2 and 1",
    ),
    (
        "two separators",
        table([("Login", *PAIR), ("a", "x@a;y@a", f"{ISSUER};{ISSUER}"), ("b", "x@b|y@b", f"{ISSUER}|{ISSUER}")]),
        SourceUnreadable,
        "parted in two ways, by a semicolon and a vertical bar",
    ),
]


@pytest.mark.parametrize(("data", "kind", "words"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_what_cannot_be_believed_is_refused(
    data: bytes | str, kind: type[Exception], words: str, tmp_path: Path
) -> None:
    """The sentence names what is wrong and its place, or what was found and what to do."""
    with pytest.raises((SourceError, ChoiceNeeded)) as caught:
        read(tmp_path / "users.txt", data)
    assert type(caught.value) is kind
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "login"),
    [
        ([("UserName", "LogonName", *PAIR), ("", "anna", FIRST, ISSUER)], "anna"),
        ([("UserName", "Login", *PAIR), ("no", "anna", FIRST, ISSUER)], "anna"),
        ([("UserName", "LogonName", *PAIR), ("anna", "anna", FIRST, ISSUER)], "anna"),
    ],
    ids=["an empty one", "a better label", "the same cells"],
)
def test_of_two_columns_the_better_one_serves(rows: list[tuple[str, ...]], login: str, tmp_path: Path) -> None:
    """A column with text goes before an empty one, the import label before others; equal cells are not a choice."""
    assert [each[0] for each in said(read(tmp_path / "users.txt", table(rows)))] == [login]


CELLS = st.sampled_from(
    [
        *(
            "",
            " ",
            "anna",
            "Anna",
            "bo",
            "0012",
            "0",
            "x@example.com",
            "X@example.com",
            "x@a;y@b",
            "x@a,y@b\nz@c",
            '"',
            "a\tb",
        ),
        *(
            ISSUER,
            ISSUER.upper(),
            f"{ISSUER};{ISSUER}",
            f"{ISSUER}\n{ISSUER}",
            f"{ISSUER},",
            "CN=CA,O=X",
            "\ufeff",
            "\0",
        ),
    ]
)
MORE = [
    "UserName",
    "ExternalId",
    "Id",
    "Email",
    "Extension",
    "CertificateSubject2",
    "CertificateIssuer2",
    "Notes",
    "\t",
]
LABELLED = st.lists(st.sampled_from(MORE), max_size=4, unique=True).flatmap(
    lambda more: st.permutations(["Login", *PAIR, *more])
)
QUOTINGS = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])


@settings(max_examples=200)
@given(st.data(), LABELLED, st.sampled_from("\t;,"), QUOTINGS)
def test_any_table_is_understood_or_refused(
    data: st.DataObject, labels: list[str], delimiter: str, quoting: int
) -> None:
    """Whatever is in the cells, either every certificate has a Subject and is unique, or it is refused."""
    row = st.lists(CELLS, min_size=len(labels), max_size=len(labels))
    rows = data.draw(st.lists(row, max_size=6))
    with tempfile.TemporaryDirectory() as folder:
        try:
            export = read(Path(folder) / "users.txt", table([labels, *rows], delimiter, quoting=quoting))
            users = export.users("acme").to_pylist()
        except (SourceError, ChoiceNeeded):
            return
    certificates = [tuple(each.values()) for each in export.certificates("acme").to_pylist()]
    assert all(subject for *_, subject, _ in certificates)
    assert len(set(certificates)) == len(certificates)
    assert len(users) <= len(rows)
    assert all(user["login"] or user["external_id"] for user in users)


def test_quotes_may_be_letters(tmp_path: Path) -> None:
    """A tab-delimited export that knows no quoting is read line by line; every quote stays in its place."""
    lines = [("Login", "FirstName", *PAIR), ("anna", '"Ann" Berg', FIRST, ISSUER), ("bo", '"', '"b"@x.com', ISSUER)]
    export = read(tmp_path / "users.txt", "".join("\t".join(line) + "\r\n" for line in lines))
    assert [each[2] for each in said(export)] == [FIRST, '"b"@x.com']
    assert export.form is not None
    assert (export.form.quoting, export.form.newline) == ("none", "\r\n")


def test_text_stays_text(tmp_path: Path) -> None:
    """Keys that look like numbers or missing values come out as they went in, and quotes by demand."""
    rows = [("Login", "ExternalId", *PAIR), *((key, key, f"{key}@x.com", ISSUER) for key in ("0012", "NA", "1E5"))]
    found = said(read(tmp_path / "users.txt", table(rows, quoting=csv.QUOTE_ALL)))
    assert [each[:2] for each in found] == [("0012", "0012"), ("NA", "NA"), ("1E5", "1E5")]


@pytest.mark.parametrize(
    ("label", "logins", "ids", "sentence"),
    [
        ("ExternalId", ["ida", "max"], ["7", ""], "no column of the Login that is known, and 1 of the people"),
        ("Login", ["", ""], ["7", "8"], "no column of the ExternalId that is known, and 2 of the people"),
        ("Login", ["ida", "max"], ["", "8"], ""),
    ],
)
def test_people_who_cannot_be_found_in_an_export(
    label: str, logins: list[str], ids: list[str], sentence: str, tmp_path: Path
) -> None:
    """An export with one key serves only people who have that key; the others would count as new."""
    path = tmp_path / "users.csv"
    export = read(path, f"{label},CertificateSubject,CertificateIssuer\n7,ida@example.com,{ISSUER}\n")
    login, external_id = (pa.chunked_array([pa.array(texts)]) for texts in (logins, ids))
    if not sentence:
        export.refuse_unfindable(login, external_id)
        return
    with pytest.raises(UsageProblem) as caught:
        export.refuse_unfindable(login, external_id)
    assert sentence in str(caught.value)
    key = "external_id" if label == "Login" else "login"
    assert f"contactpro-sync layout learn {path} --column {key}=LABEL -o FILE.toml" in caught.value.advice
