"""The walks of a job as one sequence: stopped, approved, verified, undone, and begun again in waves."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.end_to_end.conftest import Done
from tests.end_to_end.nightly import NAMES, export, lay, usual

Sync = Callable[..., Done]
MORE = '[policy]\ndelete = "certificate"\n[budgets]\ndelete = { max = 1 }'


def test_a_job_from_a_guard_to_its_waves(tmp_path: Path, sync: Sync) -> None:
    """No command gets around the guard, an approval serves once, and what was replaced is not handed out again."""
    first = sync(tmp_path, "run", lay(tmp_path, NAMES[:12], MORE), "--json")
    assert (first.code, len(first.folder.subjects)) == (0, 12)

    job = lay(tmp_path, NAMES[:9], MORE, u01="New.u01@x.com")
    stopped = sync(tmp_path, "run", job, "--json")
    run = stopped.document["run"]
    assert (stopped.code, stopped.document["counts"]["delete"], stopped.document["files"]) == (4, 4, [])

    users = export(tmp_path, *usual(NAMES[:12]))
    assert sync(tmp_path, "verify", run, "--export", users, "--json").code == 2
    assert sync(tmp_path, "emit", run, "--json").code == 4
    assert not list((tmp_path / run).glob("**/certificates-*"))

    seal = json.loads((tmp_path / run / "plan.json").read_bytes())["sha256"]
    assert sync(tmp_path, "approve", run, "--hash", seal).code == 0
    emitted = sync(tmp_path, "emit", run, "--json")
    assert (emitted.code, [(file["path"], file["rows"]) for file in emitted.document["files"]]) == (
        0,
        [("out/acme/certificates-001.txt", 1), ("out/acme/deletes-001.txt", 4)],
    )
    assert sync(tmp_path, "emit", run, "--json").code != 0
    assert sync(tmp_path, "run", job, "--json").document["counts"]["unchanged"] == 9

    landed = usual([NAMES[0], *NAMES[2:9]])
    users = export(tmp_path, *landed, ("u01", "New.u01@x.com"))
    older = sync(tmp_path, "verify", first.document["run"], "--export", users, "--json")
    assert (older.code, older.document["counts"]["missing"], older.document["remainder"]) == (0, 0, None)
    assert sync(tmp_path, "verify", "runs/nightly", "--export", users, "--json").code == 0

    assert sync(tmp_path, "state", "forget", run, "--json").code == 0
    assert sync(tmp_path, "plan", job, "--json").document["counts"]["change"] == 1

    job = lay(tmp_path, NAMES[:20], MORE)
    pilot = sync(tmp_path, "run", job, "--wave", "pilot", "--json")
    assert (pilot.code, pilot.document["counts"]["unchanged"], pilot.document["counts"]["create"]) == (0, 1, 0)
    deletes = (pilot.folder.path / "out/acme/deletes-001.txt").read_text("utf-8-sig").splitlines()[1:]
    assert [line.split("\t")[:3] for line in deletes] == [["u01", "", "New.u01@x.com"]]
    rest = sync(tmp_path, "run", job, "--wave", "rest", "--json")
    assert (rest.code, rest.document["counts"]["create"]) == (0, 8)
    assert sync(tmp_path, "run", job, "--json").document["counts"]["unchanged"] == 20
