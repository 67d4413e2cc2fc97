"""EMAIL-TAKEN: one Subject and Issuer never is at two people, and the way out of it works as it is printed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Done
from tests.end_to_end.nightly import HEAD, ISSUER
from tests.job_texts import NO_DIRECTORY, job_text

Sync = Callable[..., Done]
SERVICE = "Desk.Lead@example.com"
FIRST = {"ida": "Ida.Roth@example.com", "joel": "Joel.Kask@example.com", "lena": SERVICE}


def roster(folder: Path, people: dict[str, str], more: str = "", ids: dict[str, str] | None = None) -> str:
    """Write the list (login and email, and ExternalIds if some are given) and its job."""
    keys = ids or {}
    rows = [f"{login},{keys.get(login, '')},{email}" for login, email in people.items()]
    (folder / "desk.csv").write_text("\n".join(["Login,ExternalId,Email", *rows, ""]))
    (folder / "desk.toml").write_text(job_text(NO_DIRECTORY, more, path="desk.csv"))
    return "desk.toml"


def export(folder: Path, *users: tuple[str, str]) -> str:
    """Write a users export; "" is a user without a certificate."""
    rows = [f"{login}\t\t{subject}\t{ISSUER if subject else ''}" for login, subject in users]
    (folder / "users.txt").write_text("\r\n".join([HEAD, *rows, ""]), "utf-8-sig", newline="")
    return "users.txt"


def taken(done: Done) -> list[str]:
    """Return the messages of the people whose certificate another one has."""
    return [issue["message"] for issue in done.folder.issues if issue["code"] == "EMAIL-TAKEN"]


GUARDS = "[guards]\nmax_shrink_percent = 90\n"


@pytest.mark.parametrize(
    ("now", "logins"),
    [
        ({"ida": FIRST["ida"], "joel": FIRST["joel"], "nils": SERVICE}, [("nils", "lena")]),
        ({"ida": FIRST["joel"], "joel": FIRST["ida"], "lena": SERVICE}, [("ida", "joel"), ("joel", "ida")]),
        ({"ida": SERVICE, "joel": FIRST["joel"], "lena": "Lena.Ost@example.com"}, [("ida", "lena")]),
        ({"ida": SERVICE, "joel": FIRST["joel"], "lena": ""}, [("ida", "lena")]),
    ],
    ids=["leaver's address to a newcomer", "two swap", "passes to a colleague", "of somebody who is rejected"],
)
def test_one_certificate_is_never_at_two_people(
    now: dict[str, str], logins: list[tuple[str, str]], tmp_path: Path, sync: Sync
) -> None:
    """The row is rejected, both logins are named, and ``show --only stale`` lists the old certificate."""
    sync(tmp_path, "run", roster(tmp_path, FIRST))
    done = sync(tmp_path, "run", roster(tmp_path, now, GUARDS), "--json")
    assert done.code == 3
    assert [
        (repr(ours) in said, repr(theirs) in said) for (ours, theirs), said in zip(logins, taken(done), strict=True)
    ]
    assert len(taken(done)) == len(logins)
    written = "".join(data.decode("utf-8-sig") for data in done.folder.outputs.values())
    assert not any(f"{ours}\t" in written for ours, _ in logins)
    shown = sync(tmp_path, "show", "runs/desk/latest", "--only", "stale", "--json").document["changes"]
    assert {theirs for _, theirs in logins} <= {row["login"] for row in shown}
    told = sync(tmp_path, "explain", "desk.toml", logins[0][0], "--json").document
    assert [issue["code"] for issue in told["roster"][0]["issues"]] == ["EMAIL-TAKEN"]
    assert sync(tmp_path, "run", "desk.toml", "--json").document["issues"]["EMAIL-TAKEN"] == len(logins)


@pytest.mark.parametrize("target", ["desk.toml", "runs/desk/latest-delivered"])
def test_it_ends_when_verify_shows_the_certificate_gone(target: str, tmp_path: Path, sync: Sync) -> None:
    """While the export has the old certificate nothing changes; once it has not, the newcomer gets it."""
    sync(tmp_path, "run", roster(tmp_path, FIRST))
    now = {"ida": FIRST["ida"], "joel": FIRST["joel"], "nils": SERVICE}
    done = sync(tmp_path, "run", roster(tmp_path, now, GUARDS), "--json")
    (fix,) = [issue["fix"] for issue in done.folder.issues if issue["code"] == "EMAIL-TAKEN"]
    assert "login 'lena'" in fix
    assert "contactpro-sync verify desk.toml --export FILE" in fix
    others = [(login, FIRST[login]) for login in ("ida", "joel")]
    sync(tmp_path, "verify", target, "--export", export(tmp_path, *others, ("lena", SERVICE)))
    assert len(taken(sync(tmp_path, "plan", "desk.toml", "--json"))) == 1
    few = sync(tmp_path, "verify", "desk.toml", "--export", export(tmp_path, ("zoe", "Z@example.com")), "--json")
    assert (few.code, few.document["counts"]["missing"]) == (7, 2)
    assert any("does not count as removed" in note for note in few.document["notes"])
    assert len(taken(sync(tmp_path, "plan", "desk.toml", "--json"))) == 1
    whole = sync(tmp_path, "verify", target, "--export", export(tmp_path, *others, ("lena", "")), "--json")
    assert whole.document["counts"]["missing"] == (0 if target == "desk.toml" else 1)
    done = sync(tmp_path, "run", "desk.toml", "--json")
    assert (done.code, done.folder.subjects) == (0, [SERVICE])


def test_an_old_certificate_is_in_the_way_until_it_is_removed(tmp_path: Path, sync: Sync) -> None:
    """Lena has another address for weeks: her old certificate still is at her when the service address passes on."""
    sync(tmp_path, "run", roster(tmp_path, FIRST))
    moved = FIRST | {"lena": "Lena.Ost@example.com"}
    assert sync(tmp_path, "run", roster(tmp_path, moved), "--json").code == 0
    assert sync(tmp_path, "run", roster(tmp_path, moved), "--json").code == 0
    shown = sync(tmp_path, "show", "runs/desk/latest", "--only", "stale", "--json").document["changes"]
    assert [(row["login"], row["subject"]) for row in shown] == [("lena", SERVICE)]
    done = sync(tmp_path, "run", roster(tmp_path, moved | {"ida": SERVICE}), "--json")
    assert len(taken(done)) == 1
    there = export(tmp_path, ("ida", FIRST["ida"]), ("joel", FIRST["joel"]), ("lena", "Lena.Ost@example.com"))
    assert sync(tmp_path, "verify", "desk.toml", "--export", there).code == 0
    assert sync(tmp_path, "run", "desk.toml", "--json").folder.subjects == [SERVICE]


def test_her_own_old_address_again_is_not_taken(tmp_path: Path, sync: Sync) -> None:
    """Back to the old address: the same person, so the row is written, whatever was left behind."""
    sync(tmp_path, "run", roster(tmp_path, FIRST))
    sync(tmp_path, "run", roster(tmp_path, FIRST | {"lena": "Lena.Ost@example.com"}))
    done = sync(tmp_path, "run", roster(tmp_path, FIRST), "--json")
    assert (done.code, done.folder.subjects) == (0, [SERVICE])
    shown = sync(tmp_path, "show", "runs/desk/latest", "--only", "stale", "--json").document["changes"]
    assert [row["subject"] for row in shown] == ["Lena.Ost@example.com"]


DELETES = '[policy]\ndelete = "{}"\n[budgets]\ndelete = {{ max = 4 }}\n'


@pytest.mark.parametrize(
    ("policy", "now", "deleted", "written"),
    [
        ("certificate", FIRST | {"ida": FIRST["joel"], "joel": FIRST["ida"]}, ["ida", "joel"], ["ida", "joel"]),
        ("certificate", {"ida": FIRST["ida"], "joel": FIRST["joel"], "nils": SERVICE}, ["lena"], ["nils"]),
        ("user", {"ida": FIRST["ida"], "joel": FIRST["joel"], "nils": SERVICE}, ["lena"], ["nils"]),
    ],
)
def test_with_deletes_it_passes_and_they_are_imported_first(
    policy: str, now: dict[str, str], deleted: list[str], written: list[str], tmp_path: Path, sync: Sync
) -> None:
    """The deletes file takes the old certificates away, and the next step names it first."""
    sync(tmp_path, "run", roster(tmp_path, FIRST))
    done = sync(tmp_path, "run", roster(tmp_path, now, GUARDS + DELETES.format(policy)), "--json")
    assert (done.code, taken(done)) == (0, [])
    out = done.folder.path / "out/acme"
    logins = {
        name: sorted(line.split("\t")[0] for line in (out / name).read_text("utf-8-sig").split("\n")[1:-1])
        for name in ("deletes-001.txt", "certificates-001.txt")
    }
    assert logins == {"deletes-001.txt": deleted, "certificates-001.txt": written}
    assert done.document["next"].startswith("Import out/acme/deletes-001.txt")
    assert " first, then out/acme/certificates-001.txt" in done.document["next"]


def test_a_chain_is_stopped_as_a_whole(tmp_path: Path, sync: Sync) -> None:
    """Joel is rejected and keeps his certificate, so Ida cannot have it, so Lena cannot have Ida's."""
    sync(tmp_path, "run", roster(tmp_path, FIRST))
    now = {"joel": "not an address", "ida": FIRST["joel"], "lena": FIRST["ida"]}
    done = sync(tmp_path, "run", roster(tmp_path, now, DELETES.format("certificate")), "--json")
    assert (len(taken(done)), done.document["counts"]["rejected"], done.document["files"]) == (2, 3, [])


def test_a_later_wave_keeps_what_it_has(tmp_path: Path, sync: Sync) -> None:
    """Ida may have Joel's certificate only in a wave that moves Joel too."""
    sync(tmp_path, "run", roster(tmp_path, FIRST))
    now = FIRST | {"joel": "Joel.New@example.com", "ida": FIRST["joel"]}
    job = roster(tmp_path, now, DELETES.format("certificate"))
    assert len(taken(sync(tmp_path, "plan", job, "--wave", "login=ida", "--json"))) == 1
    assert taken(sync(tmp_path, "plan", job, "--wave", "login=ida,joel", "--json")) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"ida": "E1"}, {"ida.b": "E1"}),
        ({"ida": "E1"}, {"ida": "E7"}),
        ({"ida": ""}, {"IDA": ""}),
        ({"ida": ""}, {"ida": "E1"}),
    ],
    ids=["login renamed", "hired again", "login's case", "an id at last"],
)
def test_the_same_person_is_never_taken(
    before: dict[str, str], after: dict[str, str], tmp_path: Path, sync: Sync
) -> None:
    """A key that is the same makes the same person: renamed and hired again people keep their address."""
    for ids in (before, after):
        done = sync(tmp_path, "run", roster(tmp_path, dict.fromkeys(ids, "Ida.Roth@example.com"), ids=ids), "--json")
        assert (done.code, taken(done)) == (0, [])


def test_an_export_as_baseline_says_who_has_it(tmp_path: Path, sync: Sync) -> None:
    """With an export as baseline the export decides: exported again without the certificate, the row passes."""
    export(tmp_path, ("lena", SERVICE), ("ida", ""))
    more = '[baseline]\nkind = "contact_pro_export"\npath = "users.txt"\n'
    job = roster(tmp_path, {"ida": SERVICE}, more)
    done = sync(tmp_path, "run", job, "--json")
    assert len(taken(done)) == 1
    export(tmp_path, ("lena", "Other@example.com"), ("ida", ""))
    assert sync(tmp_path, "run", job, "--json").folder.subjects == [SERVICE]
