"""Build invented people as the world has them: a roster and its directory at any size, in blocks, from a seed.

International names, a quarter of the emails in mixed case, cells that need quotes, 40 tenants of different sizes in
four regions, two rows in a hundred with a fault. A smaller list is the beginning of a larger one. The share of faulty
rows and the share of people who changed their surname can be chosen; who the others are does not depend on it.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import compress
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from names import FIRST, LAST, REGIONS, TEAMS, TENANTS

Numbers = npt.NDArray[np.int64]
BLOCK = 100_000
MIXED_CASE, DECOMPOSED, GUESTS = 0.25, 0.02, 0.001
PEOPLE_DRAWS, FAULT_DRAWS, CHANGE_DRAWS = range(3)

EMAIL_FAULTS = {
    "trailing space": lambda email: f"{email} ",
    "no-break space": lambda email: f"{email}\N{NO-BREAK SPACE}",
    "case differs": str.swapcase,
    "a letter twice": lambda email: email[0] + email,
    "missing": lambda _: "",
    "two at signs": lambda email: email.replace("@", "@@"),
    "two dots": lambda email: email.replace(".", "..", 1),
    "zero-width space": lambda email: f"{email[:4]}\N{ZERO WIDTH SPACE}{email[4:]}",
}
OTHER_FAULTS = ("left the company", "disabled", "same email again", "login with a space", "no such region")
FAULTS = (*EMAIL_FAULTS, *OTHER_FAULTS)
INTACT = ("disabled", "login with a space", "no such region", "")
"""Faults that leave the email as the directory has it."""


@dataclass(frozen=True, slots=True)
class World:
    """Which people: how many, from which seed, with which shares of faulty and of changed rows."""

    rows: int
    seed: int = 1
    faulty: float = 0.02
    changed: float = 0.0

    @property
    def name(self) -> str:
        """Return a name for the files of these people."""
        return f"{self.rows}-seed{self.seed}-faulty{self.faulty:g}-changed{self.changed:g}"


class Block(NamedTuple):
    """Some rows of a roster (8 columns of texts) and the directory's entries of the same people, in another order."""

    roster: pa.Table
    directory: pa.Table


def blocks(world: World) -> Iterator[Block]:
    """Yield the people, ``BLOCK`` rows at a time."""
    for number, first in enumerate(range(0, world.rows, BLOCK)):
        yield _block(world, number, min(BLOCK, world.rows - first))


def _draws(world: World, number: int, purpose: int) -> np.random.Generator:
    return np.random.default_rng([world.seed, number, purpose])


def _block(world: World, number: int, rows: int) -> Block:
    draws = _draws(world, number, PEOPLE_DRAWS)
    firsts, lasts = draws.integers(0, len(FIRST), BLOCK), draws.integers(0, len(LAST), BLOCK)
    tenants = (draws.random(BLOCK) ** 2 * len(TENANTS)).astype(np.int64)  # the first is 30 times as large as the last
    mixed, decomposed = draws.random(BLOCK) < MIXED_CASE, draws.random(BLOCK) < DECOMPOSED
    guest, teams, order = draws.random(BLOCK) < GUESTS, draws.integers(0, len(TEAMS), BLOCK), draws.permutation(BLOCK)

    draws = _draws(world, number, CHANGE_DRAWS)
    moved, others = draws.random(BLOCK) < world.changed, draws.integers(0, len(LAST), BLOCK)
    born, lasts = lasts, np.where(moved, others, lasts)

    numbers = pa.array(np.arange(BLOCK) + number * BLOCK).cast(pa.string())
    emails = _emails(firsts, lasts, tenants, mixed, numbers)
    logins = _joined(_taken([each[0] for each in FIRST.values()], firsts), _taken(LAST.values(), born), numbers)
    columns = {
        "Employee ID": pc.utf8_lpad(numbers, 8, "0"),
        "Login": logins,
        "First name": _names(FIRST, firsts, decomposed),
        "Last name": _names(LAST, lasts, decomposed),
        "Email": emails,
        "Tenant": _taken(TENANTS, tenants),
        "Region": _taken(REGIONS, tenants % len(REGIONS)),
        "Team": _taken(TEAMS, teams),
    }
    faults = _faults(world, number)
    directory = pa.table(
        {
            "userPrincipalName": pc.utf8_lower(emails),
            "displayName": _joined(_taken(FIRST, firsts), " ", _taken(LAST, lasts)),
            "surname": _taken(LAST, lasts),
            "mail": emails,
            "givenName": _taken(FIRST, firsts),
            "id": _joined("00000000-0000-4000-8000-", pc.utf8_lpad(numbers, 12, "0")),
            "userType": _taken(("Member", "Guest"), guest.astype(int)),
            "accountEnabled": _taken(("True", "False"), (faults == FAULTS.index("disabled")).astype(int)),
        }
    )
    there = (faults != FAULTS.index("left the company")) & (np.arange(BLOCK) < rows)
    return Block(_spoiled(columns, faults, tenants).slice(0, rows), directory.take(pa.array(order[there[order]])))


def _emails(firsts: Numbers, lasts: Numbers, tenants: Numbers, mixed: Numbers, numbers: pa.Array) -> pa.Array:
    plain = _joined(_taken(FIRST.values(), firsts), ".", _taken(LAST.values(), lasts))
    capitals = _joined(
        _taken([each.title() for each in FIRST.values()], firsts),
        ".",
        _taken([each.title() for each in LAST.values()], lasts),
    )
    domains = _taken([f"{tenant.lower()}.contoso-example.com" for tenant in TENANTS], tenants)
    return _joined(pc.if_else(pa.array(mixed), capitals, plain), numbers, "@", domains)


def _names(names: dict[str, str], chosen: Numbers, decomposed: Numbers) -> pa.Array:
    """Return names, some of them with their accents as characters of their own, as macOS writes them."""
    apart = [unicodedata.normalize("NFD", name) for name in names]
    return pc.if_else(pa.array(decomposed), _taken(apart, chosen), _taken(names, chosen))


def _faults(world: World, number: int) -> Numbers:
    """Return the fault of each row as its place in FAULTS, -1 for none."""
    draws = _draws(world, number, FAULT_DRAWS)
    faulty, kinds = draws.random(BLOCK) < world.faulty, draws.integers(0, len(FAULTS), BLOCK)
    return np.where(faulty, kinds, -1)


def _spoiled(columns: dict[str, pa.Array], faults: Numbers, tenants: Numbers) -> pa.Table:
    """Write each fault into its row; "same email again" takes that of an earlier row of the tenant."""
    rows = np.flatnonzero(faults >= 0).tolist()
    emails, logins, regions = (columns[name].to_pylist() for name in ("Email", "Login", "Region"))
    intact = np.isin(faults, [FAULTS.index(fault) if fault else -1 for fault in INTACT])
    before = np.arange(BLOCK)
    for tenant in range(len(TENANTS)):
        own = np.flatnonzero(tenants == tenant)
        before[own] = np.maximum.accumulate(np.where(intact[own], own, own[0]))
    for row, fault in zip(rows, compress(faults.tolist(), faults >= 0), strict=True):
        name = FAULTS[fault]
        if name in EMAIL_FAULTS:
            emails[row] = EMAIL_FAULTS[name](emails[row])
        elif name == "same email again":
            emails[row] = emails[before[row]]
        elif name == "login with a space":
            logins[row] = f"{logins[row][0]} {logins[row][1:]}"
        elif name == "no such region":
            regions[row] = "Atlantis"
    return pa.table(columns | {"Email": emails, "Login": logins, "Region": regions})


def _taken(words: Iterable[str], chosen: Numbers) -> pa.Array:
    return pa.array(list(words), pa.string()).take(pa.array(chosen))


def _joined(*parts: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")
