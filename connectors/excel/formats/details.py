"""What a reader finds of the cells of a sheet beside their values; the same for every kind of workbook."""

from dataclasses import dataclass, field

FORMULA_CUT = 60
NOT_CALCULATED = "the formula has no calculated value: open the workbook in Excel, save it and run again"


@dataclass(slots=True)
class CellDetails:
    """What was seen, by place ``(row, column)`` from 1.

    ``numbers`` has the text of a cell and, if that is not certain, the clause with the reason (else ``""``);
    ``faults`` has the content of a cell and the clause for ``CELL-FORMULA-ERROR``. ``has_formats`` is False if the
    formats of numbers are not known, so that none of them is certain.
    """

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    numbers: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    faults: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    has_formats: bool = True
