"""What a layout learns from an export, what it leaves open, and when it may call itself verified."""

import csv
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from connectors.base import SourceUnreadable
from mappings.load import load_layout, packaged_layouts
from mappings.model import Certificates, Layout, LayoutColumn
from pipeline.config.load import file_at
from pipeline.emit import import_files
from pipeline.emit import write as emit
from pipeline.model.errors import UsageProblem
from pipeline.setup.layouts import render
from pipeline.setup.layouts.learn import LearnedLayout, Purpose, learn
from pipeline.users_export import read
from pipeline.users_export.columns import ExportUnknown
from tests.pipeline.users_export.shapes import ANNA, BO, CY, FIRST, ISSUER, LABELS, SECOND, SHAPES, Shape, table

PAIR = ("CertificateSubject", "CertificateIssuer")
ROW = (*ANNA, FIRST, ISSUER)
TWO = ((*ANNA, FIRST, ISSUER), (*ANNA, SECOND, ISSUER))


def taught(
    folder: Path, data: str | bytes, purpose: Purpose = "certificates", name: str = "users.txt"
) -> LearnedLayout:
    """Learn from an export with this content."""
    path = folder / name
    path.write_bytes(data.encode("utf-8-sig") if isinstance(data, str) else data)
    encoding = "cp1252" if name.endswith(".cp1252.txt") else None
    return learn(path, purpose, folder / "own.toml", encoding=encoding)


def carried(layout: Layout) -> list[tuple[str, str | None]]:
    """Return each column with what it carries."""
    return [(column.column, column.field) for column in layout.columns]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_the_form_of_several_certificates_is_learned(shape: Shape, tmp_path: Path) -> None:
    """Rows, columns or cells, with the separator and the labels of the further pair; and the file is verified."""
    lesson = taught(tmp_path, shape.lines())
    more = (shape.rows[0][-2:],) if shape.form == "columns" else ()
    assert lesson.layout.certificates == Certificates(shape.form, shape.separator, more)
    assert (lesson.layout.verified, lesson.doubts) == (True, ())
    assert [field for _, field in carried(lesson.layout)] == ["login", "external_id", "subject", "issuer"]
    assert lesson.layout.regions == ("eu-central-1",)


@pytest.mark.parametrize("purpose", ["certificates", "users"])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_learned_layout_reads_its_export_alike(shape: Shape, purpose: Purpose, tmp_path: Path) -> None:
    """By the labels of the learned layout the same certificates and users are found as without it."""
    lesson = taught(tmp_path, shape.lines(), purpose)
    settings = file_at(tmp_path / "users.txt")
    export = read.read(settings, lesson.layout)
    assert export.certificates("acme") == lesson.export.certificates("acme")
    assert export.users("acme") == lesson.export.users("acme")
    assert (export.unfolded.form, export.unfolded.separator) == (shape.form, shape.separator)


def test_a_layout_of_new_users_takes_what_it_can_fill(tmp_path: Path) -> None:
    """Everything but the Id, in the order of the export; Email carries the Subject once more."""
    lesson = taught(tmp_path, table([(*LABELS, "Notes", *PAIR), (*ANNA, "", FIRST, ISSUER)]), "users")
    assert carried(lesson.layout) == [
        ("Login", "login"),
        ("ExternalId", "external_id"),
        ("FirstName", "first_name"),
        ("LastName", "last_name"),
        ("Email", "new_user_email"),
        ("ExtensionNumber", "extension"),
        ("UserGroup", "group"),
        ("CertificateSubject", "subject"),
        ("CertificateIssuer", "issuer"),
    ]
    assert [(each.column, each.why) for each in lesson.left_out] == [
        ("Id", "an Id that the system does not know makes the import fail"),
        ("Notes", "not known"),
    ]
    assert lesson.not_found == ("template",)


def test_the_labels_and_their_order_are_those_of_the_export(tmp_path: Path) -> None:
    """Characters, spaces and quotes of a label stay; what is documented stays too, whatever the export was."""
    rows = [('Certificate "Issuer"', "CERTIFICATE subject", "Näme", "Logon Name"), (ISSUER, FIRST, "x", "anna")]
    lesson = taught(tmp_path, table(rows, ",", "\n"))
    assert carried(lesson.layout) == [
        ('Certificate "Issuer"', "issuer"),
        ("CERTIFICATE subject", "subject"),
        ("Logon Name", "login"),
    ]
    layout = lesson.layout
    assert (layout.encoding, layout.bom, layout.delimiter, layout.newline) == ("utf-8", True, "\t", "\n")
    assert lesson.not_found == ("external_id",)


@pytest.mark.parametrize(
    ("name", "data", "doubt"),
    [
        ("a.txt", table([(*LABELS, *PAIR), ROW], ";").encode("utf-8-sig"), "The export is semicolon-delimited"),
        ("b.txt", table([(*LABELS, *PAIR), ROW]).encode(), "The export is UTF-8 without a byte order mark"),
        ("c.cp1252.txt", table([(*LABELS, *PAIR), ROW, (*CY, "", "")]).encode("cp1252"), "The export is CP1252"),
        ("d.txt", table([(*LABELS, *PAIR), ROW]).encode("utf-32"), "The export is UTF-32-LE, which"),
        ("h.txt", table([(*LABELS, *PAIR), ROW], newline="\r").encode("utf-16"), "The export has CR alone as line end"),
        ("i.txt", table([(*LABELS, *PAIR), ROW]).replace("\r", "", 1).encode("utf-16"), "The export has mixed line"),
        ("e.txt", table([(*LABELS, "Who", "CertificateIssuer"), ROW]).encode("utf-16"), '"Who" is the Subject by its'),
        ("f.txt", table([(*LABELS, *PAIR), (*ANNA, "", "")]).encode("utf-16"), '"CertificateSubject" is the Subject'),
        ("g.txt", table([(*LABELS, *PAIR), (*ANNA, FIRST, "CN=CA")]).encode("utf-16"), '"CertificateIssuer" is the'),
    ],
)
def test_a_doubt_means_not_verified(name: str, data: bytes, doubt: str, tmp_path: Path) -> None:
    """What System Configurator would not write, or nothing proves, is reported; the layout is learned all the same."""
    lesson = taught(tmp_path, data, name=name)
    assert not lesson.layout.verified
    assert any(each.startswith(doubt) for each in lesson.doubts)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_system_configurator_writes_is_verified(encoding: str, tmp_path: Path) -> None:
    """Tabs and a byte order mark, Subject and Issuer known by label and cells."""
    lesson = taught(tmp_path, table([(*LABELS, *PAIR), *TWO]).encode(encoding))
    assert (lesson.layout.verified, lesson.doubts, lesson.notes) == (True, (), ())


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        ([ROW], "No user of the export has two certificates"),
        (
            [(*ANNA, FIRST, ISSUER.replace("eu-central-1", "eu-west-9"))],
            "The Issuers name the region eu-west-9 (1), and",
        ),
        (
            [ROW, (*BO, "b@x.com", ISSUER.replace("acme", "beta"))],
            "The Issuers name several tenants, acme (1), beta (1, row 3)",
        ),
        (
            [ROW, (*BO, "b@x.com", ISSUER.replace("eu-central-1", "us-west-2"))],
            "The Issuers name several regions, eu-central-1 (1), us-west-2 (1, row 3)",
        ),
        ([(*ANNA, FIRST, f"https://{ISSUER}")], f'The Issuer "https://{ISSUER}" (1, row 2): it has a scheme'),
        ([ROW, (*BO, "b", "CN=CA")], "Certificates of other issuers: 1."),
        ([(*ANNA[:-1], 'a "quoted" group', FIRST, ISSUER)], "The export has cells in quotes"),
    ],
)
def test_what_a_person_should_know_is_noted(rows: list[tuple[str, ...]], note: str, tmp_path: Path) -> None:
    """Unknown regions, two tenants, misspelled Issuers, other providers, and what could not be learned."""
    text = table([(*LABELS, *PAIR), *rows])
    assert any(each.startswith(note) for each in taught(tmp_path, text).notes)


def test_many_misspelled_issuers_are_counted(tmp_path: Path) -> None:
    """Five are named, the others are a number."""
    rows = [(f"u{n}", f"u{n}@x.com", f"CC-ACME{n}.auth.eu-central-1.amazoncognito.com") for n in range(8)]
    notes = taught(tmp_path, table([("Login", *PAIR), *rows])).notes
    assert sum(note.startswith("The Issuer ") for note in notes) == 5
    assert "3 more Issuers are misspelled." in notes


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (("Log\nin", *PAIR), r'column 1 has the label "Log\u000ain"'),
        (("Login", "Certificate\tSubject", "CertificateIssuer"), "column 2 has the label"),
        (("Login", "CertificateSubject", "Certificate\u200bIssuer"), "which holds a tab, a line break or an invisible"),
        (("Login", "", "CertificateIssuer"), "column 2 has no label"),
    ],
)
def test_a_label_that_breaks_the_file_is_refused(labels: tuple[str, ...], words: str, tmp_path: Path) -> None:
    """A label with a tab, a line break or an invisible character, or an empty one, cannot be written."""
    with pytest.raises(SourceUnreadable) as caught:
        taught(tmp_path, table([labels, ("anna", FIRST, ISSUER)], quoting=csv.QUOTE_ALL))
    assert words in str(caught.value)


def test_new_users_need_names_extension_and_group(tmp_path: Path) -> None:
    """What every new user needs and the export does not have is named."""
    text = table([("Login", "FirstName", "LastName", *PAIR), ("anna", "Anna", "Berg", FIRST, ISSUER)])
    with pytest.raises(ExportUnknown, match="no column for extension and group, which every new user needs"):
        taught(tmp_path, text, "users")


def test_a_person_may_choose(tmp_path: Path) -> None:
    """Of two columns that fit, or against the labels, the one that was named is taken."""
    path = tmp_path / "users.txt"
    path.write_text(table([("UserName", "LogonName", *PAIR), ("anna", "bo", ISSUER, FIRST)]), "utf-8-sig", newline="")
    chosen = {"login": "LogonName", "subject": PAIR[1], "issuer": PAIR[0]}
    lesson = learn(path, "certificates", tmp_path / "own.toml", chosen=chosen)
    assert carried(lesson.layout) == [("LogonName", "login"), (PAIR[0], "issuer"), (PAIR[1], "subject")]
    with pytest.raises(UsageProblem, match='has no column "Nobody" for login'):
        learn(path, "certificates", tmp_path / "own.toml", chosen={"login": "Nobody"})


def test_an_import_file_of_ours_proves_nothing(tmp_path: Path) -> None:
    """A file that may have come from this very program does not make a layout verified."""
    own = table([[column.column for column in load_layout("certificates").columns], ("anna", "", FIRST, ISSUER)])
    lesson = taught(tmp_path, own)
    assert not lesson.layout.verified
    assert lesson.doubts[0].startswith("The file has just the columns of an import file of this program")


@pytest.mark.parametrize("name", ["users.txt", 'odd "name"\n.txt'])
def test_the_file_is_the_same_every_time_and_reads_back(name: str, tmp_path: Path) -> None:
    """Same export, same bytes; the TOML names the export and its digest, and is the learned layout."""
    lesson = taught(tmp_path, SHAPES["numbered columns"].lines(), name=name)
    text = render.toml(lesson)
    assert text == render.toml(taught(tmp_path, SHAPES["numbered columns"].lines(), name=name))
    (tmp_path / "own.toml").write_text(text, "utf-8", newline="")
    assert load_layout("own.toml", tmp_path) == lesson.layout
    assert lesson.layout.learned is not None
    assert (lesson.layout.learned.export, len(lesson.layout.learned.sha256)) == (name, 64)


WORD = st.text(st.characters(categories=["L", "N"], include_characters="' -\"\\#"), min_size=1, max_size=8)
SPELLINGS = {
    "login": ["Login", "LogonName", "Logon Name", "USERNAME"],
    "external_id": ["ExternalId", "External-Id", "EXTERNALID"],
    "subject": ["CertificateSubject", "Subject", "certificate.subject", "CertSubject"],
    "issuer": ["CertificateIssuer", "Issuer", "certificate_issuer", "IssuedBy"],
}
LAYOUT = load_layout("certificates")


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Draw a layout of certificates: any order, any spelling of its labels, one key or both."""
    fields = draw(st.sampled_from([("login",), ("external_id",), ("login", "external_id")]))
    order = draw(st.permutations([*fields, "subject", "issuer"]))
    columns = tuple(LayoutColumn(draw(st.sampled_from(SPELLINGS[field])), field, None) for field in order)
    return replace(LAYOUT, columns=columns, newline=draw(st.sampled_from(["\r\n", "\n"])))


@given(layouts(), st.lists(WORD, min_size=1, max_size=5, unique_by=lambda word: word.casefold()))
def test_what_we_write_teaches_its_own_layout(layout: Layout, words: list[str]) -> None:
    """From an import file of ours the same columns, order and line ends are learned, and they read back the same."""
    people = {"tenant": ["acme"] * len(words), "login": words, "external_id": [f"0{word}" for word in words]}
    people |= {"subject": [f"{n}@example.com" for n, _ in enumerate(words)], "issuer": [ISSUER] * len(words)}
    rows = pa.table({name: pa.array(cells, pa.string()) for name, cells in people.items()})
    with tempfile.TemporaryDirectory() as folder:
        written = emit.write(Path(folder), [import_files.certificates(rows, layout)], rows_per_file=500)
        lesson = learn(Path(folder) / written[0].path, "certificates", Path(folder) / "own.toml")
        (Path(folder) / "own.toml").write_text(render.toml(lesson), "utf-8", newline="")
        again = load_layout("own.toml", Path(folder))
    assert again == lesson.layout
    assert (again.columns, again.newline, again.delimiter) == (layout.columns, layout.newline, layout.delimiter)


def test_the_packaged_layouts_are_what_the_import_file_check_looks_at() -> None:
    """There is at least the layout of certificates to compare with."""
    assert "certificates" in {layout.name for layout in packaged_layouts()}
