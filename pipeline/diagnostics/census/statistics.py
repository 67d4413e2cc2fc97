"""Directory statistics before the first run: how emails are spelled, and which attribute contains them.

They show how many people a list in lower case would lock out. Only counts, domains and the
source's own names of attributes leave this module, never an address or a name of a person (design §1, rule 10).
"""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mappings.headers import visible
from pipeline.diagnostics.census import attributes, name_patterns
from pipeline.diagnostics.census.attributes import EMPTY, AttributeStats
from pipeline.kernels.columns import Mask
from pipeline.kernels.folding import fold
from pipeline.kernels.letter_case import LOWER, MIXED, UPPER
from pipeline.model import fields
from pipeline.model.people import People
from pipeline.validate import accounts

NOTABLY_MORE = 1.1
"""How many times as many users another attribute must serve, and by two users at least, to suit better than the mapped
one: a few users without an email (service accounts, new accounts) do not decide which attribute people sign in with."""

_HOST = r"^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$"
"""A text behind an @ that is not a host name may be a person's name, so it is counted and not shown."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """Emails by case: all lower (or without case), mixed, all upper; and the users without an email."""

    lower: int
    mixed: int
    upper: int
    empty: int


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that could carry the email, under the source's own name, and how many users it would serve.

    ``filled`` = more than spaces; ``usable`` = of those, without a fault that would reject it; ``twins`` = another user
    has it too, perhaps in another case; ``unique`` = usable and no duplicate; ``mixed_case`` = lower and upper case.
    """

    name: str
    filled: int
    usable: int
    unique: int
    twins: int
    mixed_case: int


@dataclass(frozen=True, slots=True)
class Domain:
    """The users of one domain (folded), by the spelling of their email, and those whose UPN is another text."""

    domain: str
    users: int
    lower: int
    mixed: int
    upper: int
    upn_differs: int
    upn_differs_case_only: int


@dataclass(frozen=True, slots=True)
class Census:
    """Everything that was counted; ``users`` = lower + mixed + upper + empty of ``email``.

    ``habits`` counts the users with an email by ``PATTERNS``, ``names_known`` those of them whose own names decided
    it. ``twins`` have an email that is repeated byte for byte, ``case_twins`` one that is repeated in other
    bytes once case is folded; a user may be both. ``upn_differs`` counts the users with an email and a UPN that are not
    the same bytes. ``unusable`` counts emails by issue code, and one may have several. ``attributes`` begins with the
    attribute that is mapped as email. ``domains`` has the most users first.
    """

    users: int
    email: Spelling
    habits: Mapping[str, int]
    names_known: int
    twins: int
    case_twins: int
    upn_known: bool
    upn_differs: int
    upn_differs_case_only: int
    guests: int
    disabled: int
    enabled_unknown: int
    unusable: Mapping[str, int]
    attributes: tuple[Attribute, ...]
    domains: tuple[Domain, ...]

    @property
    def suits(self) -> str | None:
        """Return the attribute that suits as email: the mapped one, or one that serves notably more users.

        An attribute serves a user whom it gives a usable address that no other user has; None if no attribute serves
        any. Only the claim configuration of the identity provider decides what is really sent.
        """
        mapped = self.attributes[0]
        best = max(self.attributes, key=lambda each: (each.unique, -each.twins))
        if not best.unique:
            return None
        notably = best.unique > mapped.unique * NOTABLY_MORE and best.unique >= mapped.unique + 2
        return best.name if notably or not mapped.unique else mapped.name

    @property
    def why(self) -> str:
        """Return the reason for ``suits`` in one sentence."""
        mapped, *others = self.attributes
        best = next((each for each in self.attributes if each.name == self.suits), None)
        if best is None:
            return "No attribute gives any user a usable email of their own."
        result = f"{visible(best.name)} gives {best.unique:,} of {self.users:,} users a usable email of their own"
        if best is not mapped:
            return f"{result}, {visible(mapped.name)} gives it to {mapped.unique:,}."
        if not others:
            return f"{result}."
        most = max(others, key=lambda each: each.unique)
        if (more := most.unique - mapped.unique) <= 0:
            return f"{result}, and no other attribute gives it to more."
        return f"{result}; {visible(most.name)} gives it to {more:,} more, too few to decide."

    def document(self) -> dict[str, Any]:
        """Build the JSON document of the command (design §7)."""
        counted = asdict(self)
        attributes, domains = list(counted.pop("attributes")), list(counted.pop("domains"))
        return {**counted, "attributes": attributes, "suits": self.suits, "why": self.why, "domains": domains}


def census(directory: People) -> Census:
    """Count the statistics of a directory: every row is a user, and no row is read twice.

    Kernels release the interpreter, so the attributes are examined beside each other.
    """
    with ThreadPoolExecutor(max_workers=2) as beside:
        examining = {field: beside.submit(look) for field, look in attributes.examinations(directory).items()}
        local, domain = _parted(attributes.of_email(directory))
        pattern, named = name_patterns.find_patterns(local, directory.texts("first_name"), directory.texts("last_name"))
        accounts_found = accounts.findings(directory, np.arange(len(directory)), directory.ids)
        found = {field: each.result() for field, each in examining.items()}
    email = found[fields.EMAIL]
    filled = email.filled
    differs, case_only = _differences(email, found.get("upn", email))  # not examined: there is none, or it is the email
    spelled = dict(
        zip(("lower", "mixed", "upper", "empty"), np.bincount(email.case, minlength=4).tolist(), strict=True)
    )
    accounts_of = {finding.code: len(finding.rows) for finding in accounts_found}
    faults = Counter({code: len(np.unique(rows)) for code, (rows, _) in email.letters.by_code.items()})
    del faults["EMAIL-MISSING"]  # what is not there is counted as empty
    return Census(
        users=len(directory),
        email=Spelling(**spelled),
        habits=dict(
            zip(
                name_patterns.PATTERNS,
                np.bincount(pattern[filled], minlength=len(name_patterns.PATTERNS)).tolist(),
                strict=True,
            )
        ),
        names_known=int((named & filled).sum()),
        twins=int(email.twins.sum()),
        case_twins=int(email.case_twins.sum()),
        upn_known=directory.has("upn"),
        upn_differs=int(differs.sum()),
        upn_differs_case_only=int(case_only.sum()),
        guests=accounts_of.get("ACCOUNT-GUEST", 0),
        disabled=accounts_of.get("ACCOUNT-DISABLED", 0),
        enabled_unknown=int(pc.sum(pc.equal(directory.texts("enabled"), "")).as_py() or 0),
        unusable=dict(sorted(faults.items())),
        attributes=tuple(_attribute(each) for each in found.values()),
        domains=_domains(domain, email.case, differs, case_only),
    )


def _attribute(candidate: AttributeStats) -> Attribute:
    shared = candidate.twins | candidate.case_twins
    usable = candidate.usable
    return Attribute(
        name=candidate.name,
        filled=int(candidate.filled.sum()),
        usable=int(usable.sum()),
        unique=int((usable & ~shared).sum()),
        twins=int(shared.sum()),
        mixed_case=int((candidate.case == MIXED).sum()),
    )


def _differences(email: AttributeStats, upn: AttributeStats) -> tuple[Mask, Mask]:
    """Mark the users whose UPN is not their email byte for byte, both there; and those of which only case differs."""
    differs: Mask = pc.not_equal(email.texts, upn.texts).to_numpy(zero_copy_only=False) & email.filled & upn.filled
    rows = np.flatnonzero(differs)
    ours, theirs = (pc.utf8_lower(each.texts.take(pa.array(rows))) for each in (email, upn))
    case_only = np.zeros(len(differs), np.bool_)
    case_only[rows] = pc.equal(ours, theirs).to_numpy(zero_copy_only=False)
    return differs, case_only


def _parted(emails: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray]:
    """Split addresses at their last @, without the spaces around them; one without an @ has neither part."""
    parts = pc.split_pattern(pc.ascii_trim_whitespace(emails), "@", max_splits=1, reverse=True)
    pieces, ends = parts.flatten(), parts.offsets.to_numpy()[1:]
    whole = pc.equal(pc.list_value_length(parts), 2)
    local, domain = (pieces.take(pa.array(np.maximum(ends - back, 0))) for back in (2, 1))
    return pc.if_else(whole, local, ""), pc.if_else(whole, domain, "")


def _domains(texts: pa.StringArray, case: npt.NDArray[np.int8], differs: Mask, case_only: Mask) -> tuple[Domain, ...]:
    """Count by domain; each different spelling of one is folded once."""
    coded = texts.dictionary_encode()
    folded = fold(coded.dictionary)
    merged = pc.if_else(pc.match_substring_regex(folded, _HOST), folded, "").dictionary_encode()
    codes, names = merged.indices.to_numpy()[coded.indices.to_numpy()], merged.dictionary.to_pylist()
    masks = (case != EMPTY, case == LOWER, case == MIXED, case == UPPER, differs, case_only)
    counts = np.stack([np.bincount(codes[mask], minlength=len(names)) for mask in masks], axis=1).tolist()
    found = [Domain(name, *counted) for name, counted in zip(names, counts, strict=True) if name]
    return tuple(sorted(found, key=lambda each: (-each.users, each.domain)))
