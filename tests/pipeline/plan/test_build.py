"""The plan: counts, seal, file, and what Contact Pro has once it has been carried out."""

import json
from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.load import load_layout
from pipeline.config.job_file.job import Policy
from pipeline.emit import import_files
from pipeline.kernels import hashing
from pipeline.model.fields import CERTIFICATE, SINCE
from pipeline.plan import saved
from pipeline.plan.build import Plan, plan

LAYOUT = load_layout("certificates")
EU = "cc-acme.auth.eu-central-1.amazoncognito.com"
KNOWN = ["E1 anna Anna@x.com", "E2 ben Ben@x.com", "E3 cleo Cleo@x.com", "E4 dora Dora@x.com"]
WANTED = ["E1 anna Anna@x.com", "E2 ben ben@x.com", "E3 cleo Cleo.New@x.com", "E5 emil Emil@x.com"]


def rows(texts: Sequence[str], *, since: str | None = None) -> pa.Table:
    """Build rows of ``external_id login subject`` of tenant acme; a dash is an empty cell."""
    cells = [["acme", *("" if word == "-" else word for word in text.split(" ")), EU] for text in texts]
    table = pa.table({name: pa.array([row[at] for row in cells], pa.string()) for at, name in enumerate(CERTIFICATE)})
    return table if since is None else table.append_column(SINCE, pa.array([since] * len(texts), pa.string()))


def planned(wanted: Sequence[str] = WANTED, known: Sequence[str] = KNOWN, **policy: str) -> Plan:
    """Plan from texts."""
    known_rows, rules = rows(known, since="run-1"), Policy.model_validate(policy)
    return plan(rows(wanted), [rows([])], known_rows, rules, LAYOUT, key=hashing.random_key())


@pytest.mark.parametrize(
    ("policy", "counts"),
    [
        ({}, {"create": 1, "change": 1, "case_change": 1, "delete": 0, "unchanged": 1, "gone": 1}),
        ({"delete": "user"}, {"create": 1, "change": 1, "case_change": 1, "delete": 1, "unchanged": 1, "gone": 0}),
        (
            {"delete": "certificate"},
            {"create": 1, "change": 1, "case_change": 1, "delete": 3, "unchanged": 1, "gone": 0},
        ),
    ],
)
def test_counts(policy: dict[str, str], counts: dict[str, int]) -> None:
    """New, changed, changed by case, unchanged and gone people are counted apart; stale certificates are deletes."""
    assert planned(**policy).counts == counts


@pytest.mark.parametrize(
    ("wanted", "is_known"),
    [
        (KNOWN, True),
        (WANTED, False),
        (KNOWN[:3], False),  # dora is gone, and comes before the others from now on
        ([KNOWN[0].replace("anna", "Anna"), *KNOWN[1:]], False),  # no change, but the state keeps the new spelling
        ([], True),  # all are gone, and none is deleted
    ],
)
def test_the_state_is_written_again_only_if_a_letter_of_it_changes(wanted: list[str], *, is_known: bool) -> None:
    """A plan knows if the baseline is already what it will be, so a quiet night does not write it again."""
    assert planned(wanted).is_known is is_known


def test_what_contact_pro_has_afterwards() -> None:
    """The wanted, and who was left alone; what stays as it was keeps the run that handed it over."""
    after = {tuple(row.values())[2:] for row in planned().after.to_pylist()}
    assert after == {
        ("anna", "Anna@x.com", EU, "run-1"),
        ("ben", "ben@x.com", EU, ""),
        ("cleo", "Cleo.New@x.com", EU, ""),
        ("dora", "Dora@x.com", EU, "run-1"),
        ("emil", "Emil@x.com", EU, ""),
    }


def test_the_order_of_the_source_does_not_matter() -> None:
    """Same people, same seal, same changes; the same is not true of other people."""
    turned = planned(WANTED[::-1], KNOWN[::-1])
    assert sorted(map(str, turned.changes.to_pylist())) == sorted(map(str, planned().changes.to_pylist()))
    assert planned().seal != planned(WANTED[:-1]).seal


@pytest.mark.parametrize("policy", [{"delete": "user"}, {"on_reject": "stop"}, {"subject_case": "lower"}])
def test_the_seal_covers_the_policy(policy: dict[str, str]) -> None:
    """Another policy is another plan, even if the changes are the same."""
    assert planned(WANTED, WANTED).seal != planned(WANTED, WANTED, **policy).seal


def test_the_seal_covers_who_is_gone() -> None:
    """A list that only lost people carries another seal for each of them, whatever the order of the baseline."""
    seals = [planned(KNOWN[:count]).seal for count in (4, 3, 2)]
    assert len(set(seals)) == 3
    assert planned(KNOWN[:2], KNOWN[::-1]).seal == planned(KNOWN[:2]).seal


CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@settings(max_examples=200)
@given(cells=st.lists(st.tuples(CELL, CELL), max_size=5))
def test_what_is_written_is_valid_json(cells: list[tuple[str, str]]) -> None:
    """Whatever characters the cells have, any JSON reader reads them back."""
    columns = list(zip(*cells, strict=True)) or [(), ()]
    table = pa.table({"kind": pa.array(columns[0], pa.string()), "was_login": pa.array(columns[1], pa.string())})
    data = b"".join(saved.document(table, {"job": "nightly", "sha256": "0"}))
    assert json.loads(data)["changes"] == table.to_pylist()
    assert json.loads(data)["job"] == "nightly"


def test_a_constant_column_is_written_on_every_row() -> None:
    """A column that is kept as one word is in each change."""
    word = pa.DictionaryArray.from_arrays(pa.array([0, 0], pa.int32()), pa.array(['a"b']))
    data = b"".join(saved.document(pa.table({"kind": pa.array(["x", "y"]), "tenant": word}), {}))
    assert json.loads(data)["changes"] == [{"kind": "x", "tenant": 'a"b'}, {"kind": "y", "tenant": 'a"b'}]


def lines(made: import_files.Import) -> list[list[str]]:
    """Return header and rows of the only tenant."""
    table = made.tables["acme"]
    return [table.column_names, *(list(row.values()) for row in table.to_pylist())]


def test_the_deletes_file_of_users() -> None:
    """Keys and ``Delete`` = ``D``, nothing else (facts: contact-pro, Import files)."""
    made = import_files.deletes(planned(delete="user").deleted, LAYOUT, "user")
    assert lines(made) == [["Login", "ExternalId", "Delete"], ["dora", "E4", "D"]]


@pytest.mark.parametrize("policy", ["user", "certificate"])
def test_a_login_that_was_passed_on_deletes_nobody(policy: str) -> None:
    """Gone people are named by the ExternalId alone if a listed person has the Login now; without one, not at all."""
    made = planned(["E2 ANNA Ben@x.com"], ["E1 anna Anna@x.com", "E2 ben Ben@x.com"], delete=policy)
    assert [row[:2] for row in lines(import_files.deletes(made.deleted, LAYOUT, policy))[1:]] == [["", "E1"]]
    assert made.after["login"].to_pylist() == ["ANNA"]
    made = planned(["E2 anna Ben@x.com"], ["- anna Anna@x.com", "E2 ben Ben@x.com"], delete=policy)
    assert (made.counts["delete"], made.counts["gone"]) == (0, 1)
    assert made.after["subject"].to_pylist() == ["Anna@x.com", "Ben@x.com"]


def test_the_deletes_file_of_certificates() -> None:
    """A person who is gone loses the certificate, and a changed person the old one."""
    made = import_files.deletes(planned(delete="certificate").deleted, LAYOUT, "certificate")
    assert lines(made) == [
        ["Login", "ExternalId", "CertificateSubject", "CertificateIssuer", "Delete"],
        ["ben", "E2", "Ben@x.com", EU, "D"],
        ["cleo", "E3", "Cleo@x.com", EU, "D"],
        ["dora", "E4", "Dora@x.com", EU, "D"],
    ]


KEYS = st.sampled_from(["E1", "E2", "E3", "E4", "E5"])
EMAILS = st.sampled_from(["a@x.com", "A@x.com", "b@x.com", "B@x.com", "zoe@x.com"])
TEAM = st.dictionaries(KEYS, EMAILS, max_size=5).filter(
    lambda team: len({email.lower() for email in team.values()}) == len(team)
)


def imported(has: dict[str, tuple[str, ...]], made: import_files.Import) -> dict[str, tuple[str, ...]]:
    """Import a file as Contact Pro is thought to: a row sets a user's certificate, an empty one or a D takes it."""
    after = dict(has)
    for row in made.tables["acme"].to_pylist() if made.tables else []:
        certificate = (row.get("CertificateSubject", ""), row.get("CertificateIssuer", ""))
        if row.get("Delete") == "D":
            if "CertificateSubject" not in row or after.get(row["ExternalId"]) == certificate:
                after.pop(row["ExternalId"], None)
        elif certificate[0]:
            after[row["ExternalId"]] = certificate
        else:
            after.pop(row["ExternalId"], None)
    return after


@settings(max_examples=200)
@given(had=TEAM, wants=TEAM, policy=st.sampled_from(["never", "certificate", "user"]))
def test_the_files_there_and_the_inverse_back(had: dict[str, str], wants: dict[str, str], policy: str) -> None:
    """What the files of a plan do, its inverse file undoes, with every policy; and no row of it is there twice."""
    before = {key: (email, EU) for key, email in had.items()}
    texts = [[f"{key} {key.lower()} {email}" for key, email in team.items()] for team in (wants, had)]
    made = planned(*texts, delete=policy)
    after = imported(before, import_files.certificates(made.written, LAYOUT))
    if made.deleted.num_rows:
        after = imported(after, import_files.deletes(made.deleted, LAYOUT, policy))
    kept = {} if policy != "never" else {key: cell for key, cell in before.items() if key not in wants}
    assert after == kept | {key: (email, EU) for key, email in wants.items()}
    inverse = import_files.inverse(made.changes, LAYOUT)
    assert imported(after, inverse) == before
    rows_of = [str(row) for table in inverse.tables.values() for row in table.to_pylist()]
    assert len(rows_of) == len(set(rows_of))


def test_the_inverse_file() -> None:
    """Each changed person gets back what they had; a new one gets back nothing, as empty cells."""
    assert lines(import_files.inverse(planned().changes, LAYOUT)) == [
        ["Login", "ExternalId", "CertificateSubject", "CertificateIssuer"],
        ["ben", "E2", "Ben@x.com", EU],
        ["cleo", "E3", "Cleo@x.com", EU],
        ["emil", "E5", "", ""],
    ]


def test_the_inverse_gives_the_keys_back() -> None:
    """Who got another id or login is named by the old ones again; an id that was not known stays, to find the user."""
    made = planned(["E9 anna Anna@x.com", "E2 benno Ben@x.com", "E3 cleo c@x.com"], [*KNOWN[:2], "- cleo Cleo@x.com"])
    assert [row["kind"] for row in made.changes.to_pylist()] == ["rename", "rename", "subject"]
    assert sorted(lines(import_files.inverse(made.changes, LAYOUT))[1:]) == [
        ["anna", "E1", "Anna@x.com", EU],
        ["ben", "E2", "Ben@x.com", EU],
        ["cleo", "E3", "Cleo@x.com", EU],
    ]
