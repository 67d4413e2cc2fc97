"""From accepted rows to import files: the machine file is raw, complete, and the same for the same people."""

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.load import load_layout, load_regions
from mappings.model import Layout
from pipeline import transform
from pipeline.emit import read_back
from pipeline.emit import write as emit
from pipeline.emit.import_files import Import, certificates
from pipeline.kernels.columns import flat
from pipeline.model.errors import OutputRefused
from pipeline.model.people import People
from pipeline.plan import rows as plan_rows
from pipeline.state import files

GOLDEN = Path(__file__).parent / "golden" / "certificates-001.txt"
LAYOUT = load_layout("certificates")
HEAD = ["Login", "ExternalId", "CertificateSubject", "CertificateIssuer"]
ISSUER = "cc-acme.auth.eu-central-1.amazoncognito.com"
CELL = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=9)
ROW = st.tuples(CELL, CELL)


def imports(made: People, accepted: np.ndarray) -> list[Import]:
    """Lay the accepted rows out as certificates."""
    return [certificates(plan_rows.rows(made, flat(made.texts("email")), accepted, LAYOUT).table, LAYOUT)]


def tables(people: Callable[..., People], rows: Sequence[tuple[str, ...]], *, coded: bool = False) -> list[Import]:
    """Lay rows of Login, ExternalId, Subject and perhaps tenant out as import rows."""
    columns = dict(zip(["Login", "External ID", "Email", "Tenant"], map(list, zip(*rows, strict=True)), strict=False))
    made = transform.with_issuers(people(columns, coded=coded), "acme", "eu", load_regions())
    return imports(made, np.ones(len(rows), np.bool_))


def parsed(data: bytes) -> list[list[str]]:
    """Read an import file as naively as possible: one byte order mark, lines end in CRLF, cells are between tabs."""
    assert data.startswith(b"\xef\xbb\xbf")
    text = data.decode("utf-8")[1:]
    assert "\ufeff" not in text
    assert text.endswith("\r\n")
    return [line.split("\t") for line in text.split("\r\n")[:-1]]


@settings(max_examples=40)
@given(rows=st.lists(ROW, min_size=1, max_size=12), per_file=st.integers(1, 13), coded=st.booleans())
def test_what_is_written_is_what_a_naive_reader_reads(
    rows: list[tuple[str, str]],
    per_file: int,
    people: Callable[..., People],
    tmp_path_factory: pytest.TempPathFactory,
    *,
    coded: bool,
) -> None:
    """Any accepted table comes back cell for cell, with one byte order mark a file and no quote added (T80)."""
    full = [(login, identity, f"{row}@x.com") for row, (login, identity) in enumerate(rows)]
    folder = tmp_path_factory.mktemp("run")
    written = emit.write(folder, tables(people, full, coded=coded), per_file)
    read: list[list[str]] = []
    for file in written:
        data = (folder / file.path).read_bytes()
        head, *lines = parsed(data)
        assert (head, len(lines), hashlib.sha256(data).hexdigest()) == (HEAD, file.rows, file.sha256)
        read += lines
    expected = sorted(([*row, ISSUER] for row in full), key=lambda row: [cell.encode() for cell in row])
    assert (sorted(read) if coded else read) == (sorted(expected) if coded else expected)
    assert len(written) == -(-len(rows) // per_file)


ROWS = [("u1", "0012", "Ann@x.com"), ("u2", "", "o'b@x.com"), ("=u3", 'a"b', "jos\u00e9@x.com")]


@pytest.mark.parametrize(("per_file", "sizes"), [(1, [1, 1, 1]), (2, [2, 1]), (3, [3]), (4, [3])])
def test_batches(per_file: int, sizes: list[int], people: Callable[..., People], tmp_path: Path) -> None:
    """A file has no more rows than asked; the files are numbered from 001 in one order."""
    written = emit.write(tmp_path, tables(people, ROWS), per_file)
    names = [f"out/acme/certificates-{number:03d}.txt" for number in range(1, len(sizes) + 1)]
    assert [(file.path, file.rows) for file in written] == list(zip(names, sizes, strict=True))
    assert sorted(path.name for path in (tmp_path / "out/acme").iterdir()) == [name[9:] for name in names]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_golden_file(people: Callable[..., People], tmp_path: Path) -> None:
    """The bytes are those that were looked at by hand once: raw cells, sorted by bytes."""
    emit.write(tmp_path, tables(people, ROWS), 500)
    assert (tmp_path / "out/acme/certificates-001.txt").read_bytes() == GOLDEN.read_bytes()


def test_the_order_of_the_source_does_not_matter(people: Callable[..., People], tmp_path: Path) -> None:
    """The same people in another order give the same bytes, file for file (T08)."""
    digests = []
    for name, rows in (("a", ROWS), ("b", ROWS[::-1]), ("c", [ROWS[1], ROWS[2], ROWS[0]])):
        folder = tmp_path / name
        folder.mkdir()
        digests.append([file.sha256 for file in emit.write(folder, tables(people, rows), 2)])
    assert digests[0] == digests[1] == digests[2]


def test_how_a_reader_stores_a_column_does_not_matter(people: Callable[..., People]) -> None:
    """A reader keeps a column as a dictionary if its sample repeats; the rows have one order all the same."""
    rows = [("u2", "1", "a@x.com"), ("", "3", "c@x.com"), ("u1", "2", "b@x.com")]
    laid = [tables(people, rows, coded=coded)[0].tables["acme"].to_pylist() for coded in (False, True)]
    assert laid[0] == laid[1]


def test_each_tenant_has_its_folder(people: Callable[..., People], tmp_path: Path) -> None:
    """Tenants are kept apart, however they are capitalised in the list; the same Subject may be in each."""
    rows = [("u1", "", "a@x.com", "Beta"), ("u2", "", "a@x.com", ""), ("u3", "", "b@x.com", "BETA")]
    written = emit.write(tmp_path, tables(people, rows, coded=True), 500)
    assert [(file.path, file.rows) for file in written] == [
        ("out/acme/certificates-001.txt", 1),
        ("out/beta/certificates-001.txt", 2),
    ]
    lines = parsed((tmp_path / "out/beta/certificates-001.txt").read_bytes())[1:]
    assert {line[3] for line in lines} == {"cc-beta.auth.eu-central-1.amazoncognito.com"}


@pytest.mark.parametrize("cell", ["a\tb", "a\nb", "a\rb", "a\x0bb", "a\u0085b", "a\u2028b", "\ufeffa"])
def test_a_cell_that_breaks_the_file_is_refused(cell: str, people: Callable[..., People]) -> None:
    """Were such a cell ever accepted, the writer would stop before the first byte (T81)."""
    with pytest.raises(OutputRefused, match="CELL-CONTROL on 1 rows"):
        tables(people, [(cell, "", "a@x.com"), ("u2", "", "b@x.com")])


def test_the_same_subject_twice_is_refused(people: Callable[..., People]) -> None:
    """A Subject is unique in a tenant, also if another tenant has it too."""
    with pytest.raises(OutputRefused, match="EMAIL-TWIN on 2 rows"):
        tables(people, [("u1", "", "a@x.com"), ("u2", "", "a@x.com")])
    beta = [("u1", "", "a@x.com", "beta"), ("u2", "", "a@x.com", "beta")]
    with pytest.raises(OutputRefused, match="EMAIL-TWIN on 2 rows"):
        tables(people, [*beta, ("u3", "", "a@x.com", "")], coded=True)


def test_only_accepted_rows_are_laid_out(people: Callable[..., People]) -> None:
    """Rejected rows are not written, and a tenant without accepted rows has no folder."""
    columns = {"Email": ["a@x.com", "b@x.com"], "Tenant": ["acme", "beta"]}
    made = transform.with_issuers(people(columns), "", "eu", load_regions())
    laid = imports(made, np.array([True, False]))[0].tables
    assert {tenant: table.to_pylist() for tenant, table in laid.items()} == {
        "acme": [dict(zip(HEAD, ["u1", "", "a@x.com", ISSUER], strict=True))]
    }


@pytest.mark.parametrize("broken", [1, 2, 3])
def test_a_failure_in_the_middle_leaves_nothing(
    broken: int, people: Callable[..., People], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If one file is not what was planned, none of them appears."""
    proofs = iter(range(1, 4))
    digests = read_back.digests

    def failing(paths: list[Path], sizes: list[int], rows: pa.Table, layout: Layout) -> list[str]:
        if next(proofs) == broken:
            raise OutputRefused("read back differs")
        return digests(paths, sizes, rows, layout)

    monkeypatch.setattr(emit, "ROWS_AT_A_TIME", 1)
    monkeypatch.setattr(read_back, "digests", failing)
    with pytest.raises(OutputRefused):
        emit.write(tmp_path, tables(people, ROWS), 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Ann@", b"ann@"),
        (b"u1\t", b"u1 \t"),
        (b"\r\n", b"\n"),
        (b"\xef\xbb\xbf", b""),
        (b"Login", b"login"),
        (b"u2", b"\r\nu2"),
        (b"u2\t", b"u2\t\t"),
    ],
)
def test_one_changed_byte_on_disk_is_noticed(
    old: bytes, new: bytes, people: Callable[..., People], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof reads what is on the disk, not what was meant to be there."""
    write = files.write_staged

    def changed(path: Path, pieces: Iterable[bytes | memoryview]) -> None:
        write(path, [b"".join(map(bytes, pieces)).replace(old, new, 1)])

    monkeypatch.setattr(files, "write_staged", changed)
    laid = tables(people, ROWS)
    with pytest.raises(OutputRefused, match="read back differs"):
        emit.write(tmp_path, laid, 500)
    assert list(tmp_path.iterdir()) == []


def test_everything_is_on_the_disk_before_it_appears(
    people: Callable[..., People], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut never leaves a folder ``out`` with a file, or the name of a file, that was not flushed."""
    flushed: set[int] = set()
    appeared: list[set[int]] = []
    replace = Path.replace

    def appears(path: Path, name: Path) -> Path:
        appeared.append({each.stat().st_ino for each in (path, *path.rglob("*"))} - flushed)
        return replace(path, name)

    monkeypatch.setattr(os, "fsync", lambda handle: flushed.add(os.fstat(handle).st_ino))
    monkeypatch.setattr(Path, "replace", appears)
    emit.write(
        tmp_path,
        tables(people, [("u1", "", "a@x.com", "acme"), ("u2", "", "b@x.com", "acme"), ("u3", "", "c@x.com", "beta")]),
        1,
    )
    assert appeared == [set()]
    assert len(flushed) == 3 + 2 + 1 + 1  # files, folders of tenants, the folder with all of them, and that above it


def test_a_row_in_the_wrong_file_is_noticed(people: Callable[..., People], tmp_path: Path) -> None:
    """Files with all their lines, but in another order, are refused."""
    laid = tables(people, ROWS)[0]
    written = emit.write(tmp_path, [laid], 1)
    paths = [tmp_path / file.path for file in written]
    head = read_back.head(LAYOUT)
    first, second = (path.read_bytes().removeprefix(head) for path in paths[:2])
    paths[0].write_bytes(head + first + second)
    paths[1].write_bytes(head)
    with pytest.raises(OutputRefused, match=r"certificates-001\.txt read back differs"):
        read_back.digests(paths, [1, 1, 1], laid.tables["acme"], LAYOUT)
