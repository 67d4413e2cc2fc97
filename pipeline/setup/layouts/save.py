"""Save a layout learned from an export, or print it."""

from pathlib import Path

from mappings.export_labels import EXPORT_FIELDS
from mappings.toml_table import did_you_mean
from pipeline.model.errors import UsageProblem
from pipeline.setup.layouts import render
from pipeline.setup.layouts.learn import TITLES, LearnedLayout, Purpose, learn
from pipeline.state import files

ENDING = ".toml"


def learned(
    export: Path, target: Path | None, purpose: str, columns: list[str], *, encoding: str | None, sheet: str | None
) -> LearnedLayout:
    """Learn a layout, and write it if a target is given; a file that is there is never replaced.

    Raises:
        UsageProblem: the purpose or a column is none, or the target cannot be written.
        SourceError, ChoiceNeeded: as ``learn`` does.
    """
    if target is not None:
        _prove_new(target)
    own = target or export.with_suffix(ENDING)
    found = learn(export, _purpose(purpose), own, encoding=encoding, sheet=sheet, chosen=_chosen(columns))
    if target is not None:
        try:
            files.write(target, [render.toml(found).encode()])
        except OSError as error:
            raise UsageProblem(
                f"{target}: cannot be written ({error.strerror}).", advice="Name a file that can be written."
            ) from None
    return found


def _prove_new(target: Path) -> None:
    if target.suffix.lower() != ENDING:
        raise UsageProblem(f"{target}: a layout is a .toml file.", advice=f"Name it {target.stem}{ENDING}.")
    if target.exists() or target.is_symlink():
        raise UsageProblem(f"{target}: is there already, and is not replaced.", advice="Name another file.")
    if not target.parent.is_dir():
        raise UsageProblem(f"{target}: there is no folder {target.parent}.", advice="Make the folder first.")


def _purpose(text: str) -> Purpose:
    found = next((each for each in TITLES if each == text), None)
    if found is None:
        raise UsageProblem(f"--for {text}: no layout is for that.", advice=f"Write {' or '.join(TITLES)}.")
    return found


def _chosen(columns: list[str]) -> dict[str, str]:
    chosen = {}
    for each in columns:
        field, _, label = each.partition("=")
        if field not in EXPORT_FIELDS or not label:
            raise UsageProblem(
                f"--column {each}: is not a field and the label of its column.{did_you_mean(field, EXPORT_FIELDS)}",
                advice=f"Write --column FIELD=LABEL; fields are {', '.join(EXPORT_FIELDS)}.",
            )
        chosen[field] = label
    return chosen
