"""plan.json: its format, written and read back, and the run folder that it belongs to."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from pipeline.kernels.prefetch import prefetched
from pipeline.model.errors import GuardProblem, UsageProblem
from pipeline.model.fields import CERTIFICATE
from pipeline.plan import seal
from pipeline.plan.diff import DELETE
from pipeline.plan.inputs import out_of_date
from pipeline.state import run_folders
from pipeline.state.run_folders import Manifest


class PlanSource(msgspec.Struct, frozen=True):
    """What the plan was made from: the job file or the list, the options beside a list, and the wave."""

    path: str
    options: dict[str, dict[str, Any]] = {}
    wave: str | None = None


class PlanHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The head of plan.json, above its changes.

    ``sha256`` is the seal; it covers the changes, ``gone``, ``layout_shape`` and ``policy``. ``hashes`` are those of
    everything that went in (``inputs.hashes``). ``taken`` are certificates that rows want and other people still have.
    """

    job: str
    tenant: str | None
    layout: str
    layout_path: str
    policy: dict[str, Any]
    counts: dict[str, int]
    sha256: str
    layout_shape: list[Any]
    rows_per_file: int = 500
    hashes: dict[str, Any]
    source: PlanSource
    stale: list[dict[str, str]]
    gone: list[dict[str, str]]
    taken: list[dict[str, str]] = []

    def digest(self) -> str:
        """Return the digest of the header, whatever the spaces in its file; the manifest keeps it."""
        keys = {name: getattr(self, name) for name in PlanHeader.__struct_fields__}
        return hashlib.sha256(msgspec.json.encode(keys, order="sorted")).hexdigest()


class SavedPlan(PlanHeader, frozen=True, kw_only=True):
    """A complete plan.json: the header, the names of the columns, and each change as texts by column."""

    format: int
    columns: list[str]
    changes: list[dict[str, str]]

    def table(self, *, deletes: bool) -> pa.Table:
        """Return the changes that are deletes, or all others, with what the people have by now (no ``was_``)."""
        rows = [change for change in self.changes if (change["kind"] == DELETE) == deletes]
        kept = [name for name in self.columns if name != "kind" and not name.startswith("was_")] or list(CERTIFICATE)
        return _texts(rows, kept)

    @property
    def is_sealed(self) -> bool:
        """Return True if the seal is that of the changes: False once a plan was edited (facts: reliability, T07)."""
        try:
            changes, gone = _texts(self.changes, self.columns), _texts(self.gone, CERTIFICATE)
        except (KeyError, TypeError, ValueError):
            return False
        odd = any(len(row) != len(self.columns) for row in self.changes)
        return not odd and seal.sealed(changes, gone, self.layout_shape, self.policy) == self.sha256


class SavedRun(msgspec.Struct, frozen=True):
    """A run that made a plan: its folder, its manifest and its plan."""

    folder: Path
    manifest: Manifest
    plan: SavedPlan

    @property
    def runs(self) -> Path:
        """Return the folder of all runs."""
        return self.folder.parent.parent

    @property
    def state(self) -> Path:
        """Return the path of the job's state."""
        return self.folder.parent / "state.db"

    @property
    def seal(self) -> str:
        """Return the seal of the plan."""
        return self.plan.sha256

    def prove_job(self) -> None:
        """Check that the job file is the one that the plan was made with, before anything in it is used.

        Raises:
            GuardProblem: it has changed.
        """
        then, path = self.plan.hashes["config"], Path(self.plan.source.path)
        if then is not None and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != then:
            raise out_of_date(self.folder, [f"the job file {path.name}"])


def document(changes: pa.Table, header: PlanHeader | Mapping[str, object]) -> Iterator[bytes | memoryview]:
    """Write plan.json in pieces: the header's keys, then every change as an object on a line of its own."""
    keys = msgspec.to_builtins(header)
    head = msgspec.json.encode({"format": seal.FORMAT, **keys, "columns": changes.column_names})
    head = msgspec.json.format(head, indent=2)
    yield head.removesuffix(b"\n}") + b',\n  "changes": ['
    if changes.num_rows:
        yield b"\n    "
        yield from prefetched(seal.lines(changes.slice(0, changes.num_rows - 1), ",\n    "))
        yield from seal.lines(changes.slice(changes.num_rows - 1), "\n  ")
    yield b"]\n}\n"


def decoded(data: bytes) -> SavedPlan | None:
    """Read the bytes of a plan.json; None if it is a plan that lacks something or has something of another type.

    Raises:
        ValueError: it is not a plan of a format that this version knows.
    """
    try:
        plan = msgspec.json.decode(data, type=SavedPlan)
    except msgspec.ValidationError:
        known = {"format": int, "changes": list}
        found = msgspec.json.decode(data)
        if not isinstance(found, dict) or any(not isinstance(found.get(key), kind) for key, kind in known.items()):
            raise ValueError("it is not a plan, or one of another version") from None
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"it is not a plan: {error}") from None
    if plan.format != seal.FORMAT:
        raise ValueError("it is not a plan, or one of another version")
    return plan


def read(folder: Path) -> SavedRun:
    """Read a run folder back; ``<runs>/<job>/latest`` names the newest one, ``latest-delivered`` the newest delivered.

    Raises:
        UsageProblem: it is not a run folder, or the run made no plan.
        GuardProblem: plan.json was changed after it was made.
    """
    folder = _followed(folder)
    manifest = run_folders.read_manifest(folder)
    if manifest is None:
        raise UsageProblem(
            f"{folder} is not a run folder.", advice="Name a folder below runs/<job>/, as the summary of a run does."
        )
    try:
        data = (folder / "plan.json").read_bytes()
        plan = decoded(data)
    except FileNotFoundError:
        raise UsageProblem(
            f"{folder} has no plan: the run was a check, or was stopped before.", advice="Name a run that made a plan."
        ) from None
    except (OSError, ValueError) as error:
        raise UsageProblem(f"{folder / 'plan.json'} cannot be read: {error}.", advice="Plan again.") from None
    if plan is None or not plan.is_sealed or manifest.hashes.get("plan") not in {None, plan.digest()}:
        raise GuardProblem(
            f"{folder / 'plan.json'} was changed after it was made: it does not carry its seal any more.",
            advice="Change the list or the job file instead, and plan again.",
        )
    return SavedRun(folder, manifest, plan)


def _texts(rows: Iterable[Mapping[str, str]], names: Iterable[str]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})


def _followed(folder: Path) -> Path:
    """Return the folder that ``latest`` or ``latest-delivered`` names; a folder named by dots gets its name back."""
    if folder.name in {"", ".."}:
        return folder.resolve()
    if folder.name not in run_folders.POINTERS or folder.is_dir():
        return folder
    found = run_folders.pointed_to(folder)
    if found is None and folder.name == run_folders.LATEST_DELIVERED:
        raise UsageProblem(
            f"{folder}: no run of this job has delivered anything yet.", advice="Run the job, and import its files."
        )
    if found is None and folder.is_file():
        name = folder.read_text("utf-8", "replace").strip()
        raise UsageProblem(
            f"{folder} points to no run folder ({name!r}): that run was deleted, or the file was changed.",
            advice="Name the folder of a run instead; history lists them.",
        )
    return found or folder
