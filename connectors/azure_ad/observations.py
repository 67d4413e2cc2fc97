"""Notes on all users of a reading: data that is missing for all, or contradicts itself."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from connectors.azure_ad.spool import BATCH_ROWS

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
    number = by_case = 0
    for batch in table.select([MAIL, ADDRESSES]).to_batches(max_chunksize=BATCH_ROWS):
        mail, primary = _different(*batch.columns)
        number += len(mail)
        by_case += pc.sum(pc.equal(pc.utf8_lower(mail), pc.utf8_lower(primary))).as_py() or 0
    if number:
        of_case = f", {by_case:,} of them by case only" if by_case else ""
        yield (
            f"{name}: the mail of {number:,} user{'' if number == 1 else 's'} differs from the primary SMTP address in "
            f"{ADDRESSES}{of_case}. The sign-in sends the attribute of the SAML claim, which is mail unless it was "
            "configured otherwise."
        )


def _different(mail: pa.Array, addresses: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return mail and primary address of the users who have both and whose two differ."""
    # Nearly always the first address is the primary one and mail: to see that first takes a third of the time.
    first = pc.list_element(pc.split_pattern(addresses, ";", max_splits=1), 0)
    unlike = pc.not_equal(first, pc.binary_join_element_wise("SMTP:", mail, ""))
    mail, addresses = mail.filter(unlike), addresses.filter(unlike)
    primary = pc.struct_field(pc.extract_regex(addresses, _PRIMARY), "primary")
    differs = pc.and_(pc.and_(pc.not_equal(mail, ""), pc.not_equal(primary, "")), pc.not_equal(mail, primary))
    return mail.filter(differs), primary.filter(differs)
