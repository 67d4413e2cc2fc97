"""The faults of the emails of a column, whose common faults are recognised by kernels and described once each.

One kernel over the column finds ordinary addresses. Of the others most have one of a few shapes, such as an ordinary
address with a space behind it: what is wrong with them depends on the shape alone, so one address of each shape is
judged. Only what has no such shape is judged by itself, character by character.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import Positions, flat, rows_with_other_bytes
from pipeline.model.issues import RowTexts
from pipeline.validate.spelling import emails as spelling
from pipeline.validate.spelling import syntax
from pipeline.validate.spelling.emails import ORDINARY_LENGTH, Fault
from pipeline.validate.spelling.quotes import quoted

_HIDING = r"^\p{Zs}*[!-~\p{Cf}]*\p{Zs}*$"
"""Plain characters among which are some that cannot be seen, and spaces around them: their places do not matter."""

_PLAIN = r"^[A-Za-z0-9!#$%*+/=?^_`{|}~.@-]*[A-Za-z0-9]$"
"""No character that begins a list, a name, an HTML entity or Excel's mark of text: no address can be proposed."""

_VISIBLE = bytes(range(ord("!"), ord("~") + 1))
_TWO_DOTS = r"^[^@]+@[A-Za-z0-9.-]+$"


class FaultTexts(msgspec.Struct, frozen=True):
    """What is written about the rows of a fault: what was seen, what to do, the address to write instead, if any."""

    details: RowTexts
    fixes: RowTexts
    proposals: RowTexts

    @classmethod
    def in_order(cls, parts: Sequence["FaultTexts"], order: Positions) -> "FaultTexts":
        """Return the texts of several parts, in another order."""
        columns = ([getattr(part, name).column for part in parts] for name in ("details", "fixes", "proposals"))
        return cls(*(RowTexts(pa.concat_arrays(column).take(pa.array(order))) for column in columns))


NO_FAULTS = np.zeros(0, np.int64), FaultTexts(*(RowTexts.of(()) for _ in range(3)))


class EmailFaults(msgspec.Struct, frozen=True):
    """What the characters of a column show: the ``unusual`` positions (int64, ascending), and those of each code.

    ``by_code`` has the positions of a fault (int64, ascending) and what is written about each.
    """

    count: int
    unusual: npt.NDArray[np.int64]
    by_code: Mapping[str, tuple[npt.NDArray[np.int64], FaultTexts]]

    def with_fault(self, code: str) -> tuple[npt.NDArray[np.int64], FaultTexts]:
        """Return the positions that have this fault, and what is written about each."""
        return self.by_code.get(code, NO_FAULTS)

    def free_of(self, code: str) -> npt.NDArray[np.bool_]:
        """Mark every row that does not have this fault (``bool``, one a row)."""
        free = np.ones(self.count, np.bool_)
        free[self.with_fault(code)[0]] = False
        return free


@dataclass(slots=True)
class _LastInspection:
    """The column that was inspected last, and its faults: seven checks of one schema ask for the same column."""

    emails: pa.ChunkedArray | None = None
    faults: EmailFaults | None = None


_LAST = _LastInspection()


def inspect(emails: pa.ChunkedArray) -> EmailFaults:
    """Return the faults of every address of a column (``string``)."""
    if _LAST.emails is None or _LAST.faults is None or _buffers(_LAST.emails) != _buffers(emails):
        _LAST.emails, _LAST.faults = emails, _inspect(emails)
    return _LAST.faults


def _buffers(emails: pa.ChunkedArray) -> list[tuple[int, ...]]:
    """Return the memory addresses of a column: equal ones are the same column, as long as one of the two is alive."""
    return [
        (chunk.offset, len(chunk), *(buffer.address if buffer is not None else 0 for buffer in chunk.buffers()))
        for chunk in emails.chunks
    ]


def ordinary(emails: pa.ChunkedArray | pa.StringArray) -> pa.ChunkedArray | pa.BooleanArray:
    """Mark the ordinary addresses (``string``), which need no second look (``bool``)."""
    short = pc.less_equal(pc.binary_length(emails), ORDINARY_LENGTH)
    return pc.and_(pc.match_substring_regex(emails, syntax.ORDINARY), short)


def _inspect(emails: pa.ChunkedArray) -> EmailFaults:
    unusual = np.flatnonzero(~ordinary(emails).to_numpy())
    texts = flat(emails.take(pa.array(unusual)).cast(pa.string()))
    hidden = np.zeros(len(texts), np.bool_)
    hidden[rows_with_other_bytes(texts, _VISIBLE)] = True
    found: defaultdict[str, list[tuple[Positions, FaultTexts]]] = defaultdict(list)
    for part, shaped in ((hidden, _of_hidden), (~hidden, _of_visible)):
        for code, rows, written in _found(*shaped(texts.filter(pa.array(part)))):
            found[code].append((unusual[part][rows], written))
    by_code = {}
    for code, parts in found.items():
        rows = np.concatenate([rows for rows, _ in parts])
        order = np.argsort(rows, kind="stable")
        by_code[code] = rows[order], FaultTexts.in_order([written for _, written in parts], order)
    return EmailFaults(len(emails), unusual, by_code)


def _found(
    texts: pa.StringArray, meant: pa.StringArray, shapes: pa.StringArray
) -> Iterator[tuple[str, Positions, FaultTexts]]:
    """Yield each fault of unusual addresses: its code, the rows (``int64``), what is written about them.

    ``meant`` is all that is seen of each, ``shapes`` is a word for what is wrong with it, null if that depends on more.
    """
    coded = shapes.dictionary_encode()
    numbers = coded.indices.fill_null(-1).to_numpy()
    order = np.argsort(numbers, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1) if len(order) else []
    alone = [group for group in groups if numbers[group[0]] < 0]
    for rows in (group for group in groups if numbers[group[0]] >= 0):
        first = int(rows[0])
        faults = spelling.judge(texts[first].as_py())
        if {fault.proposal for fault in faults} <= {"", meant[first].as_py()}:
            yield from ((fault.code, rows, _of_shape(fault, meant.take(pa.array(rows)))) for fault in faults)
        else:
            alone.append(rows)
    yield from _judged(texts, np.sort(np.concatenate([*alone, np.zeros(0, np.int64)])))


def _of_hidden(texts: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray, pa.StringArray]:
    """Return addresses with a character that cannot be seen or is not plain, what is seen of them, and their shapes."""
    meant = pc.replace_substring_regex(texts, r"[^!-~]+", "")
    hiding = pc.and_(pc.match_substring_regex(texts, _HIDING), ordinary(meant))
    return texts, meant, pc.if_else(hiding, pc.replace_substring_regex(texts, r"[!-~]+", "a"), None)


def _of_visible(texts: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray, pa.StringArray]:
    """Return addresses of plain characters that are seen, the same again, and their shapes."""
    plain = pc.and_(pc.match_substring_regex(texts, _PLAIN), pc.less_equal(pc.binary_length(texts), ORDINARY_LENGTH))
    signs = pc.count_substring(texts, "@")
    dots = pc.and_(pc.match_substring(texts, ".."), pc.match_substring_regex(texts, _TWO_DOTS))
    cases = (pc.equal(texts, ""), pc.and_(plain, pc.not_equal(signs, 1)), pc.and_(plain, dots))
    several = pc.if_else(pc.equal(signs, 0), "no @", "several @")
    return texts, texts, pc.case_when(pc.make_struct(*cases), "nothing", several, "two dots")


def _of_shape(fault: Fault, meant: pa.StringArray) -> FaultTexts:
    """Return what is written about addresses of one shape, of which ``fault`` is the first one's."""
    same = pa.repeat(pa.scalar(fault.detail), len(meant))
    if not fault.proposal:
        return FaultTexts(*map(RowTexts, (same, pa.repeat(fault.fix, len(meant)), pa.repeat("", len(meant)))))
    before, _, behind = fault.fix.partition(repr(fault.proposal))
    fixes = pc.binary_join_element_wise(before, quoted(meant), behind, "")
    return FaultTexts(RowTexts(same), RowTexts(fixes), RowTexts(meant))


def _judged(texts: pa.StringArray, rows: Positions) -> Iterator[tuple[str, Positions, FaultTexts]]:
    """Yield the faults of addresses that are judged one by one."""
    found: defaultdict[str, list[tuple[int, Fault]]] = defaultdict(list)
    for row, text in zip(rows.tolist(), texts.take(pa.array(rows)).to_pylist(), strict=True):
        for fault in spelling.judge(text):
            found[fault.code].append((row, fault))
    for code, of_code in found.items():
        written = ([getattr(fault, name) for _, fault in of_code] for name in ("detail", "fix", "proposal"))
        yield code, np.array([row for row, _ in of_code], np.int64), FaultTexts(*map(RowTexts.of, written))
