"""Rows of a directory file that could not be used: each is reported, and more than a few stop the run."""

import numpy as np

from connectors.base import SourceIncomplete
from pipeline.model.issues import Finding
from pipeline.model.people import People

FEW = 3
SHARE = 100
"""So many rows, or one in so many, may be left out; more is a broken export, on which no email may be judged."""


def findings(directory: People | None) -> list[Finding]:
    """Return ROW-RAGGED for each row of a directory whose cells do not fit its header, with the place in its file.

    Raises:
        SourceIncomplete: more than a few rows could not be used (design rule 4).
    """
    if directory is None or (numbers := directory.extract.origin.rows) is None:
        return []
    source = directory.extract.origin.source
    ragged = [remark for remark in directory.extract.remarks if remark.code == "ROW-RAGGED"]
    if len(ragged) > max(FEW, len(directory) // SHARE):
        rows = ", ".join(str(numbers[remark.position]) for remark in ragged[:FEW])
        raise SourceIncomplete(
            f"{source}: {len(ragged)} of {len(directory)} rows (rows {rows} and more) do not fit the header, so "
            "people of the directory would be missing. Export the directory again."
        )
    return [
        Finding(
            "ROW-RAGGED",
            np.zeros(0, np.int64),
            None,
            f"{remark.detail}: this row of the directory was not used",
            f"Correct row {numbers[remark.position]} of {source}, or export the directory again.",
            values=[remark.value],
            place=(source, numbers[remark.position]),
        )
        for remark in ragged
    ]
