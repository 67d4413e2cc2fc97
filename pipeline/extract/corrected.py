"""Corrections made on the page: applied to the list before it is validated, and each reported."""

from collections import defaultdict
from collections.abc import Sequence

import pyarrow as pa
from msgspec.structs import replace

from connectors.base import Extract, ReaderIssue, SourceIncomplete
from pipeline.config.request import Correction


def take(extract: Extract, corrections: Sequence[Correction]) -> Extract:
    """Return the extract with every corrected cell and a PROPOSAL-ACCEPTED for each.

    Raises:
        SourceIncomplete: a cell has another text than when it was corrected.
    """
    by_column: defaultdict[int, list[Correction]] = defaultdict(list)
    for each in corrections:
        by_column[each.column].append(each)
    frame, remarks = extract.frame, []
    for place, changes in by_column.items():
        name, texts = frame.column_names[place], frame.column(place).cast(pa.string()).to_pylist()
        for each in changes:
            if each.row >= len(texts) or texts[each.row] != each.old:
                raise SourceIncomplete(
                    f"{extract.origin.source}: a cell of the column {name!r} is not what it was when it was corrected."
                )
            texts[each.row] = each.new
            detail = f"you corrected {each.old!r} to {each.new!r}"
            remarks.append(ReaderIssue("PROPOSAL-ACCEPTED", each.row, place, each.old, detail))
        frame = frame.set_column(place, name, pa.array(texts, pa.string()))
    replaced = {(each.row, each.column) for each in corrections}
    kept = (each for each in extract.remarks if (each.position, each.column) not in replaced)
    return replace(extract, frame=frame, remarks=(*kept, *remarks))
