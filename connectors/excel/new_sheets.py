"""The two sheets of a new annotated workbook: the verdict, and the rows with their marks and added columns."""

from collections.abc import Iterator

from connectors.excel.annotate import Annotation, Verdict
from connectors.excel.cell_texts import ADDED_WIDTHS, VERDICT_VALUE, VERDICT_WIDTHS
from connectors.excel.sheet_xml import cell, letter, reference, row, sheet

DRAWING = "drawing"
"""The relation of a sheet to the shapes of its comments."""


class VerdictSheet:
    """The first sheet: the verdict, counts, what to do, and a link to every wrong cell.

    ``top`` is the row of the table's headings and ``last`` its last one, 0 if there is no table.
    """

    def __init__(self, verdict: Verdict, target: str) -> None:
        """Take the texts; ``target`` is the title of the sheet whose cells are linked."""
        self._verdict, self._target = verdict, target
        self.top = 3 + len(verdict.counts) + len(verdict.help) + 2
        self.last = self.top + len(verdict.problems) if verdict.problems else 0

    @property
    def filtered(self) -> str:
        """Return the cells that can be filtered, "" if there is no table."""
        return f"A{self.top}:{letter(len(VERDICT_WIDTHS))}{self.last}" if self.last else ""

    def xml(self) -> str:
        """Return the sheet."""
        links = "".join(
            f'<hyperlink ref="A{line}" location="{reference(self._target, f"{letter(column)}{number}")}"/>'
            for line, (_, number, column, *_) in enumerate(self._verdict.problems, self.top + 1)
        )
        view = '<sheetView tabSelected="1" workbookViewId="0"/>'
        end = f"<hyperlinks>{links}</hyperlinks>" if links else ""
        return sheet(view, VERDICT_WIDTHS, self._rows(), self.filtered, end)

    def _rows(self) -> Iterator[str]:
        verdict = self._verdict
        yield row(1, [cell("A1", verdict.sentence, "title")])
        for at, (text, count) in enumerate(verdict.counts, 3):
            yield row(at, [cell(f"A{at}", str(count)), cell(f"B{at}", text)])
        for at, text in enumerate(verdict.help, 3 + len(verdict.counts) + 1):
            yield row(at, [cell(f"A{at}", text)])
        if verdict.problems:
            heads = enumerate(verdict.headings, 1)
            yield row(self.top, [cell(f"{letter(place)}{self.top}", text, "head") for place, text in heads])
        for at, (shown, _, _, severity, *texts) in enumerate(verdict.problems, self.top + 1):
            cells = [cell(f"A{at}", str(shown), "link")]
            for place, text in enumerate(texts, 2):
                style = f"wrapped {severity}" if place == VERDICT_VALUE else "wrapped"
                cells.append(cell(f"{letter(place)}{at}", text, style))
            yield row(at, cells)


class ListSheet:
    """The rows of a list in their places, wrong cells coloured, and four columns at the right of the last text."""

    def __init__(self, order: Annotation) -> None:
        """Take the rows."""
        self._order = order
        columns = zip(order.names, order.cells, strict=True)
        self._width = max((place for place, (name, cells) in enumerate(columns, 1) if name or any(cells)), default=0)
        self._letters = [letter(place) for place in range(1, self._width + 1)]
        self.added = [letter(self._width + place) for place in range(1, len(ADDED_WIDTHS) + 1)]

    @property
    def filtered(self) -> str:
        """Return the cells that can be filtered."""
        return f"A{self._order.header_row}:{self.added[-1]}{self._order.last_row}"

    def xml(self) -> str:
        """Return the sheet; only a row with a proposal offers its Accept."""
        order = self._order
        widths = [*order.widths[: self._width], *ADDED_WIDTHS]
        view = (
            f'<sheetView workbookViewId="0"><pane ySplit="{order.header_row}" topLeftCell="A{order.header_row + 1}" '
            'activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/></sheetView>'
        )
        accept = " ".join(f"{self.added[-1]}{number}" for number, _, _, _, proposal, _ in order.rows if proposal)
        choice = (
            '<dataValidations count="1"><dataValidation type="list" allowBlank="1" '
            f'sqref="{accept}"><formula1>"x"</formula1></dataValidation></dataValidations>'
        )
        end = f'{choice if accept else ""}<legacyDrawing r:id="{DRAWING}"/>'
        return sheet(view, widths, self._rows(), self.filtered, end)

    def _rows(self) -> Iterator[str]:
        """Yield each row: the list's own cells, then status, what to do, proposal and Accept."""
        order, head = self._order, self._order.header_row
        titles = zip([*self._letters, *self.added], [*order.names[: self._width], *order.titles], strict=True)
        yield row(head, [cell(f"{at}{head}", text) for at, text in titles])
        found = {number: texts for number, *texts in order.rows}
        colours = {(number, column): severity for number, column, severity, _ in order.marks}
        marked = {number for number, *_ in order.marks}
        clean, usual = ("", order.default, "", "", ""), ["text"] * self._width
        for number, texts in zip(order.cell_rows, zip(*order.cells[: self._width], strict=True), strict=True):
            styles = usual
            if number in marked:
                styles = [colours.get((number, place), "text") for place in range(1, self._width + 1)]
            severity, *verdict = found.get(number, clean)
            last_two = "open" if verdict[2] else "text"  # a protected sheet leaves these two open
            own = zip(self._letters, texts, styles, strict=True)
            added = zip(self.added, verdict, (severity or "text", "text", last_two, last_two), strict=True)
            yield row(number, [cell(f"{at}{number}", text, style) for at, text, style in (*own, *added)])
