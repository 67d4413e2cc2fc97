"""How what is added to a workbook looks; the same in a copy and in a new workbook."""

AUTHOR = "contactpro-sync"

COLOURS = {"error": "FFF8CBC6", "warning": "FFFFE8A3", "dropped": "FFE4E6E9"}
"""The fill of a cell by the severity of what is wrong with it; they also distinguish our fills from the user's."""

HEADING = "FFDDE3EA"
"""The fill of the headings of the problems."""

LINK = "FF0B57D0"

WIDTHS = (16, 60, 34, 12)
"""The four added columns."""

VERDICT_WIDTHS = (10, 22, 36, 34, 60, 36)

LONGEST = 32_767
"""Characters that Excel keeps in one cell."""

NOTE_WIDTH = 360


def note_height(text: str) -> int:
    """Return the height of a comment in which its text can be read, in pixels as its width is."""
    return 40 + 18 * (len(text) // 40 + text.count("\n") + 1)
