"""Fold case and composition of texts, only to find candidates; a folded text is never written."""

import pyarrow as pa
import pyarrow.compute as pc


def fold(emails: pa.StringArray) -> pa.StringArray:
    """Fold case and composition away (``string``), only to find who may be meant; the result is never written."""
    if pc.all(pc.string_is_ascii(emails)).as_py() is not False:
        return pc.ascii_lower(emails)
    return pc.utf8_lower(pc.utf8_normalize(emails, form="NFC"))


def fold_text(email: str) -> str:
    """Fold one address by the same kernel as ``fold``: Python folds some Greek and Turkish characters otherwise."""
    return email.lower() if email.isascii() else str(fold(pa.array([email], pa.string()))[0].as_py())


def lower_text(email: str) -> str:
    """Return one address in lower case by the kernel that writes Subjects: Turkish İ becomes one character, too."""
    return email.lower() if email.isascii() else str(pc.utf8_lower(pa.scalar(email)).as_py())
