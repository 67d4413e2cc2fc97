"""Notes on all users of a reading: data that is missing for all, or contradicts itself."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

ENABLED, MAIL, ADDRESSES = "accountEnabled", "mail", "proxyAddresses"
_PRIMARY = "(?:^|;)SMTP:(?P<primary>[^;]*)"
"""The primary address in ``proxyAddresses``: its prefix is in capitals (facts: microsoft-graph §3)."""


def notes(name: str, table: pa.Table) -> Iterator[str]:
    """Yield one note for each observation; ``name`` is that of the scope."""
    columns = set(table.column_names)
    if ENABLED in columns and not pc.any(pc.not_equal(table.column(ENABLED), "")).as_py():
        yield (
            f"{name}: none of {table.num_rows:,} users has {ENABLED}, so disabled accounts are not recognised. Grant "
            "User.Read.All to the application, with admin consent."
        )
    if {MAIL, ADDRESSES} <= columns:
        yield from _other_primary(name, table)


def _other_primary(name: str, table: pa.Table) -> Iterator[str]:
    mail = table.column(MAIL)
    primary = pc.struct_field(pc.extract_regex(table.column(ADDRESSES), _PRIMARY), "primary")
    both = pc.and_(pc.not_equal(mail, ""), pc.fill_null(pc.not_equal(primary, ""), fill_value=False))
    differs = pc.and_(both, pc.fill_null(pc.not_equal(mail, primary), fill_value=False))
    number = pc.sum(differs).as_py() or 0
    if number:
        same = pc.equal(pc.utf8_lower(mail.filter(differs)), pc.utf8_lower(primary.filter(differs)))
        by_case = pc.sum(same).as_py() or 0
        of_case = f", {by_case:,} of them by case only" if by_case else ""
        yield (
            f"{name}: the mail of {number:,} user{'' if number == 1 else 's'} differs from the primary SMTP address in "
            f"{ADDRESSES}{of_case}. The sign-in sends the attribute of the SAML claim, which is mail unless it was "
            "configured otherwise."
        )
