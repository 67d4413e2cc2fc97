"""The error for a workbook that must not or cannot be read, and sentences that several checks share."""

SAVE_AGAIN = "open it in Excel, save it as a new .xlsx workbook and run again"
DAMAGED = "the workbook is damaged: open it in Excel, let Excel repair it, save it and run again"
PROTECTED = (
    "the workbook is password protected, so it cannot be read: remove the password in Excel "
    "(File > Info > Protect Workbook), save it and run again, or give the password with --password env:NAME"
)


class WorkbookRejected(Exception):
    """The workbook must not be read; the text gives the reason and what to do next, without naming the file."""
