"""The claim that carries the email: which attribute is meant, and whether its value is somebody's Subject.

Letters decide: a Subject is met byte for byte or it is not met. Everything else here only says what differs, and what
to change. Source: Sinch's "Setting up SSO" (facts: contact-pro, steps 1 and 2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.match import differences
from pipeline.sso.saml.attribute_names import NameMatch, standing
from pipeline.sso.saml.response import SignIn
from pipeline.sso.subjects import SubjectMatch, SubjectRecord, Subjects
from pipeline.validate import emails, saml_attribute

Verdict = Literal["match", "case", "absent", "unknown"]

SHOWN = 3
"""Names or people listed in a sentence; it says how many more there are."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The name of the attribute that is judged; ``note`` says why this one, where nobody named it."""

    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class AssertionVerdict:
    """What became of it: the sentence and the next step, and what they rest on.

    ``holders`` have the Subject that was met, byte for byte or but for case; ``nearest`` is the most similar one
    where none was met; ``carriers`` are names of other attributes (or ``NameID``) whose value is a Subject.
    """

    verdict: Verdict
    message: str
    advice: str
    holders: tuple[SubjectRecord, ...] = ()
    nearest: str = ""
    carriers: tuple[str, ...] = ()

    @property
    def subject(self) -> str | None:
        """Give the Subject that was met."""
        return self.holders[0].subject if self.holders else None


def asked(named: str | None, names: Sequence[str]) -> Asked:
    """Decide which attribute is judged: the one that was named, else the usual one that was sent, else the nearest."""
    if named is not None:
        return Asked(named)
    usual = saml_attribute.usual_names()
    sent = [name for name in usual if name in names]
    if len(sent) == 1:
        return Asked(sent[0], f"No attribute was named; {sent[0]!r} is the usual one that was sent.")
    if sent:
        return Asked(
            sent[0], f"No attribute was named; of the usual ones {_listed(sent)} were sent: the first is judged."
        )
    name = _nearest(usual, names)
    return Asked(name, f"No attribute was named, and none of the usual ones was sent; {name!r} is one of those.")


def judge(sign_in: SignIn, name: str, subjects: Subjects, where: str) -> AssertionVerdict:
    """Hold the value of an attribute against every Subject; ``where`` names the place of those in a sentence."""
    stands = standing(name, sign_in.names)
    if stands.verdict != "exact":
        return _absent(sign_in, name, stands, subjects)
    values = sign_in.values(name)
    if len(values) > 1:
        message = f"The attribute {name!r} has {len(values)} values, and a Subject is one: {_listed(values)}."
        advice = "Have the identity provider send one email only, and capture again."
        return AssertionVerdict("unknown", message, advice)
    value = values[0] if values else None
    if not value:
        message = f"The attribute {name!r} was sent without a value."
        return AssertionVerdict(
            "unknown", message, "Give this person an email at the identity provider, and capture again."
        )
    if not subjects.count:
        message = f"The attribute {name!r} carries {value!r}, and there is no Subject in {where} to compare it with."
        advice = "Plan first (contactpro-sync plan JOB.toml), or name a run with --run, or its folder with --runs."
        return AssertionVerdict("unknown", message, advice)
    likeness = subjects.like(value)
    if likeness.degree == "exact":
        return _match(name, value, likeness.holders)
    if likeness.degree == "case":
        return _case(name, value, likeness.holders)
    return _unknown(name, value, likeness, subjects, where)


def _absent(sign_in: SignIn, name: str, stands: NameMatch, subjects: Subjects) -> AssertionVerdict:
    other = {each.name: each.values for each in sign_in.attributes} | {"NameID": (sign_in.name_id,)}
    carriers = tuple(
        each for each, values in other.items() if len(values) == 1 and values[0] and _is_met(values[0], subjects)
    )
    message = f"No attribute of the name {name!r} was sent."
    advice = f"Have the identity provider send the email as {name!r}, or tell Sinch the name that it does send."
    friendly = [each.name for each in sign_in.attributes if each.friendly_name == name]
    if friendly:
        message += f" It is only the friendly name of {_listed(friendly)}, and a friendly name does not count."
        advice = (
            f"Tell Sinch support the name {friendly[0]!r}, letter for letter, or rename it at the identity provider."
        )
    elif stands.near:
        near = stands.near[0]
        message = f"No attribute of the name {name!r} was sent; other in case or spaces only: {_listed(stands.near)}."
        advice = f"Tell Sinch support the name {near!r}, letter for letter, or rename it at the identity provider."
    elif carriers == ("NameID",):
        advice = f"Have the identity provider send the email as an attribute {name!r} too, not as NameID only."
    elif carriers:
        advice = f"Tell Sinch support that the email comes as {carriers[0]!r}, or rename it at the identity provider."
    if carriers:
        message += f" A Subject, byte for byte, is the value of {_listed(carriers)}."
    return AssertionVerdict("absent", message, advice, carriers=carriers)


def _is_met(value: str, subjects: Subjects) -> bool:
    return subjects.like(value).degree == "exact"


def _match(name: str, value: str, holders: tuple[SubjectRecord, ...]) -> AssertionVerdict:
    if len(several := _two_people(holders)) > 1:
        message = (
            f"The attribute {name!r} carries {value!r}, and {_people(several)} have this Subject with the same Issuer: "
            "Contact Pro cannot tell which of them signs in."
        )
        advice = (
            "In System Configurator remove the certificate from all of them but the person whose address it is; then "
            "export the users and verify."
        )
        return AssertionVerdict("unknown", message, advice, several)
    message = f"The attribute {name!r} carries {value!r}: byte for byte the Subject of {_people(holders)}."
    if any(holder.handed_over for holder in holders):
        return AssertionVerdict(
            "match", message, "Nothing to correct. See with verify that its file was imported.", holders
        )
    return AssertionVerdict("match", message, "Write the import files with emit and import them.", holders)


def _two_people(holders: tuple[SubjectRecord, ...]) -> tuple[SubjectRecord, ...]:
    """Return one record of each person who has the same Subject and Issuer; keys decide who is the same person."""
    found: list[SubjectRecord] = []
    for issuer in dict.fromkeys(holder.issuer for holder in holders):
        people: list[SubjectRecord] = []
        for holder in (each for each in holders if each.issuer == issuer):
            if all(_is_another(holder, each) for each in people):
                people.append(holder)
        found += people if len(people) > 1 else []
    return tuple(found)


def _is_another(one: SubjectRecord, other: SubjectRecord) -> bool:
    keys = ((one.external_id, other.external_id), (one.login.casefold(), other.login.casefold()))
    both = [left == right for left, right in keys if left and right]
    return bool(both) and not any(both)


def _case(name: str, value: str, holders: tuple[SubjectRecord, ...]) -> AssertionVerdict:
    subject, sent = differences.mark_differences(holders[0].subject, value)
    message = (
        f"Upper and lower case differ: the Subject of {_people(holders)} is {subject}, and the attribute {name!r} "
        f"carries {sent}."
    )
    if holders[0].subject_case == "lower":
        advice = (
            'The job writes Subjects in lower case (subject_case = "lower"). Let this person sign in: if that fails, '
            'set subject_case = "exact" and run again.'
        )
    else:
        advice = (
            f'Make the Subject {value!r}: write it so in the list, or set on_case_mismatch = "use_directory", run '
            "again and import; a row that is in System Configurator already is corrected there."
        )
    return AssertionVerdict("case", message, advice, holders)


def _unknown(name: str, value: str, likeness: SubjectMatch, subjects: Subjects, where: str) -> AssertionVerdict:
    message = f"The attribute {name!r} carries {value!r}, nobody's Subject in {where} ({subjects.count:,} compared)."
    advice = f"Ask explain JOB.toml {value} why: is this person in the list, and was the row accepted?"
    unseen = [fault.detail for fault in emails.judge(value) if fault.code not in {"EMAIL-SYNTAX", "EMAIL-MISSING"}]
    if unseen:
        message += f" It {' and '.join(unseen)}."
        advice = "Correct the email of this person at the identity provider, and capture again."
    if likeness.degree == "composed":
        message += f" The Subject composes its letters otherwise: {likeness.holders[0].subject!a}, here {value!a}."
        return AssertionVerdict("unknown", message, advice, nearest=likeness.holders[0].subject)
    if close := subjects.closest(value):
        message += f" The nearest Subject is {close!r}."
    return AssertionVerdict("unknown", message, advice, nearest=close)


def _people(holders: tuple[SubjectRecord, ...]) -> str:
    named = ", ".join(f"{holder.name} ({holder.origin})" for holder in holders[:SHOWN])
    return named if len(holders) <= SHOWN else f"{named} and {len(holders) - SHOWN} more"


def _listed(names: Sequence[str | None]) -> str:
    named = " and ".join(repr(name) for name in names[:SHOWN])
    return named if len(names) <= SHOWN else f"{named} and {len(names) - SHOWN} more"


def _nearest(usual: Sequence[str], names: Sequence[str]) -> str:
    """Choose the usual name that one of the names that were sent is most like."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - most sign-ins never need it

    def likeness(name: str) -> tuple[bool, float]:
        most = max((fuzz.ratio(name, each) for each in names), default=0.0)
        return bool(standing(name, names).near), most

    return max(usual, key=likeness)
