"""Rows whose last cells Excel left out because they are empty."""

EXCEL_BLOCK = 16
"""Excel decides for so many rows of a sheet at a time which cells at their end are empty (its CSV writer)."""


def excel_blocks(short: dict[int, int], rows: int, header_row: int) -> frozenset[int]:
    """Return the short rows that lack only empty cells at their end, as Excel writes them.

    Excel leaves the delimiters of empty cells at the end out, but for a whole block of 16 rows of the sheet at a time.
    So a block whose rows are all short by the same cells has lost nothing; a single short row has.

    Args:
        short: the number of cells of each short row, by its position.
        rows: the number of rows below the header.
        header_row: the row of the header in the sheet, from 1.
    """
    blocks: dict[int, list[int]] = {}
    for position in short:
        blocks.setdefault((header_row + position) // EXCEL_BLOCK, []).append(position)
    whole = set()
    for block, positions in blocks.items():
        first, last = (max(at - header_row, 0) for at in (block * EXCEL_BLOCK, (block + 1) * EXCEL_BLOCK))
        below = min(last, rows) - first
        if len(positions) == below and len({short[at] for at in positions}) == 1:
            whole.add(block)
    if not any(len(blocks[block]) == EXCEL_BLOCK for block in whole):
        return frozenset()
    return frozenset(position for block in whole for position in blocks[block])
