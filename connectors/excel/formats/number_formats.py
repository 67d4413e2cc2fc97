"""When the text of a number in a workbook is certain: what Excel shows is then exactly what we write.

A spreadsheet keeps 00007 as the number 7 and a format of five zeros. Only for a few formats is the text that the
person sees certain; for all others the pipeline rejects the cell if it matters (issue code ``CELL-NUMBER``).
"""

from typing import Final

from connectors.excel.container.parts import parse

EXACT_DIGITS: Final = 15
"""Excel keeps 15 significant digits; the sixteenth of a longer number is already lost."""

_GENERAL = "General"
_PLAIN = frozenset({"", "general", "0", "#", "#0", "@"})
_BUILT_IN = {
    0: _GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "date", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "date and time", 37: "#,##0 ;(#,##0)", 38: "#,##0 ;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;[Red](#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0",
    48: "##0.0E+0", 49: "@",
}  # fmt: skip

_AS_TEXT = "format the column as Text in Excel and type the value again"
NOT_PROVABLE = (
    "the cell is a number and this kind of workbook does not show its format reliably: "
    "format the column as Text and type the value again, or save the workbook as .xlsx"
)
NOT_A_NUMBER = f"the cell is a date, a time or a TRUE/FALSE value and no text: {_AS_TEXT}"


def formats(styles: bytes) -> list[str]:
    """Return the number format of each cell style of an ``xl/styles.xml``, in the order in which cells use them."""
    own: dict[int, str] = {}
    chosen: list[int] = []
    inside = [False]

    def start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "numFmt":
            own[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif local in {"cellXfs", "cellStyleXfs", "cellStyles", "dxfs"}:
            inside[0] = local == "cellXfs"
        elif local == "xf" and inside[0]:
            chosen.append(_whole(attributes.get("numFmtId")))

    parse(styles, start)
    return [own.get(number) or _BUILT_IN.get(number, f"number {number}") for number in chosen]


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def exact_text(raw: str, code: str) -> tuple[str, str]:
    """Return the text of a number and, if that text is not certain, the reason.

    Args:
        raw: the number as the workbook writes it, e.g. ``7`` or ``1.5``.
        code: its number format, e.g. ``General`` or ``00000``.

    Returns:
        The text and an empty string, or the best text and one clause about what is wrong and what to do.
    """
    raw = raw.strip()
    try:
        number = float(raw)
    except ValueError:
        return raw, f"the cell is marked as a number but is not: {_AS_TEXT}"
    if not number.is_integer():
        return raw, f"the cell is a number with a fraction and no text: {_AS_TEXT}"
    if abs(number) >= 10**EXACT_DIGITS:
        return raw, f"the cell is a number of more than {EXACT_DIGITS} digits, of which Excel lost some: {_AS_TEXT}"
    digits = str(int(number))
    if code.lower() in _PLAIN:
        return digits, ""
    if set(code) == {"0"}:
        return ("-" if number < 0 else "") + digits.lstrip("-").zfill(len(code)), ""
    return digits, f"the cell is a number shown in the format {code[:30]!r}, so its text is not certain: {_AS_TEXT}"
