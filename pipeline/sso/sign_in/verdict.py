"""Compare the email in a captured sign-in with the known Subjects.

A Subject matches only byte for byte. The other verdicts name what differs and what to change. Source: Sinch's "Setting
up SSO" (facts: contact-pro, steps 1 and 2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.match import differences
from pipeline.model.command_line import command
from pipeline.sso.saml.attribute_names import NameMatch, compare_name
from pipeline.sso.saml.response import SignIn
from pipeline.sso.sign_in import case_advice, destination, job_commands
from pipeline.sso.subjects import SubjectMatch, SubjectRecord, Subjects
from pipeline.sso.wording import SHOWN, listed, plain
from pipeline.validate.spelling import emails

Verdict = Literal["match", "case", "absent", "unknown", "elsewhere"]


@dataclass(frozen=True, slots=True)
class AssertionVerdict:
    """The verdict, its explanation, the next step, and the records behind them.

    ``holders`` are the certificates with the Subject that was found, byte for byte or except for case; ``nearest`` is
    the most similar Subject if none was found; ``carriers`` are the other attributes (or ``NameID``) whose value is a
    Subject.
    """

    verdict: Verdict
    message: str
    advice: str
    holders: tuple[SubjectRecord, ...] = ()
    nearest: str = ""
    carriers: tuple[str, ...] = ()

    @property
    def subject(self) -> str | None:
        """Return the Subject that was found."""
        return self.holders[0].subject if self.holders else None


def judge(sign_in: SignIn, name: str, subjects: Subjects, compared: str) -> AssertionVerdict:
    """Compare the value of an attribute with every Subject.

    Args:
        sign_in: the captured sign-in.
        name: the name of the attribute.
        subjects: the known Subjects.
        compared: what the Subjects are from, for a sentence.
    """
    found = _compare(sign_in, name, subjects, compared)
    if other := destination.other_application(sign_in):
        message = (
            f"This sign-in was sent to {plain(other)}, which is another application and not Contact Pro. Each "
            "application has its own claims, so it proves nothing about Contact Pro."
        )
        advice = f"Capture a sign-in to the Launchpad of your tenant. Its address: {job_commands.addresses(subjects)}"
        return AssertionVerdict("elsewhere", message, advice, found.holders, carriers=found.carriers)
    if found.holders and destination.agrees(sign_in, found.holders) is False:
        message = f"{found.message} {destination.disagreement(sign_in, found.holders[0].issuer)}"
        advice = (
            "Compare tenant and region of the job with the addresses at the identity provider: one is wrong. Correct "
            "it and capture again."
        )
        return AssertionVerdict("elsewhere", message, advice, found.holders, carriers=found.carriers)
    return found


def _compare(sign_in: SignIn, name: str, subjects: Subjects, compared: str) -> AssertionVerdict:
    """Return the verdict for a sign-in that was sent to the right place."""
    name_match = compare_name(name, sign_in.names)
    if name_match.verdict != "exact":
        return _absent(sign_in, name, name_match, subjects)
    values = sign_in.values(name)
    if len(values) > 1:
        message = (
            f"The attribute {name!r} has {len(values)} values, and a Subject is one: {listed(values)}. Amazon Cognito "
            "joins several values into one text, which is not the Subject of a user."
        )
        advice = "Configure the identity provider to send one email only, and capture again."
        return AssertionVerdict("unknown", message, advice, carriers=_carriers(sign_in, name, subjects))
    value = values[0] if values else None
    if not value:
        message = f"The attribute {name!r} was sent without a value."
        advice = "Fill in the email of this user at the identity provider, and capture again."
        return _with_carriers(AssertionVerdict("unknown", message, advice), sign_in, name, subjects)
    if not subjects.count:
        message = f"The attribute {name!r} carries {value!r}, and there is no Subject in {compared} to compare it with."
        advice = "Plan first, or name a run with --run, or its folder with --runs: "
        advice += command("plan", job_commands.ANY_JOB)
        return AssertionVerdict("unknown", message, advice)
    match = subjects.find(value)
    if match.degree == "exact":
        return _exact(name, value, destination.for_sign_in(sign_in, match.holders), subjects)
    if match.degree == "case":
        return _case(name, value, destination.for_sign_in(sign_in, match.holders), subjects)
    return _with_carriers(_unknown(name, value, match, subjects, compared), sign_in, name, subjects)


def _absent(sign_in: SignIn, name: str, name_match: NameMatch, subjects: Subjects) -> AssertionVerdict:
    carriers = _carriers(sign_in, name, subjects)
    message = f"No attribute of the name {name!r} was sent."
    advice = f"Configure the identity provider to send the email as {name!r}, or give Sinch the name that it sends."
    friendly = [each.name for each in sign_in.attributes if each.friendly_name == name]
    if friendly:
        message += f" It is only the friendly name of {listed(friendly)}, and a friendly name does not count."
        advice = f"Give Sinch support the name {friendly[0]!r} exactly, or rename it at the identity provider."
    elif name_match.near:
        near = name_match.near[0]
        message = f"No attribute of the name {name!r} was sent; different in case or spaces only: "
        message += f"{listed(name_match.near)}."
        advice = f"Give Sinch support the name {near!r} exactly, or rename it at the identity provider."
    elif carriers == ("NameID",):
        advice = f"Configure the identity provider to send the email as an attribute {name!r}, not as NameID only."
    elif carriers:
        advice = f"Inform Sinch support that the email comes as {carriers[0]!r}, or rename it at the identity provider."
    if carriers:
        message += f" A Subject, byte for byte, is the value of {listed(carriers)}."
    return AssertionVerdict("absent", message, advice, carriers=carriers)


def _carriers(sign_in: SignIn, name: str, subjects: Subjects) -> tuple[str, ...]:
    """Return the other attributes with a Subject as their one value; NameID comes last."""
    others = {each.name: each.values for each in sign_in.attributes if each.name != name}
    others |= {"NameID": (sign_in.name_id,)}
    return tuple(each for each, values in others.items() if len(values) == 1 and subjects.has(values[0]))


def _with_carriers(found: AssertionVerdict, sign_in: SignIn, name: str, subjects: Subjects) -> AssertionVerdict:
    """Name the attributes that do carry a Subject: the claim is probably filled from the wrong source."""
    carriers = _carriers(sign_in, name, subjects)
    if not carriers:
        return found
    message = f"{found.message} A Subject, byte for byte, is the value of {listed(carriers)}."
    advice = (
        f"At the identity provider, fill the attribute {name!r} from the same source as {carriers[0]!r}, and capture "
        "again."
    )
    return AssertionVerdict("unknown", message, advice, nearest=found.nearest, carriers=carriers)


def _exact(name: str, value: str, holders: tuple[SubjectRecord, ...], subjects: Subjects) -> AssertionVerdict:
    carries = f"The attribute {name!r} carries {value!r}"
    if len(users := _different_users(holders)) > 1:
        message = (
            f"{carries}, the Subject of {len(users)} users with the same Issuer: {_people(users)}. Contact Pro cannot "
            "know which of them signs in."
        )
        advice = (
            f"In System Configurator delete this certificate from each user but the one to whom {value} belongs. Then "
            f"export the users, and before you run again compare: {job_commands.verify(holders, subjects)}"
        )
        return AssertionVerdict("unknown", message, advice, holders)
    message = f"{carries}: byte for byte the Subject of {_people(holders)}."
    if all(subjects.is_gone(holder) for holder in holders):
        message += " The newest list does not have this user any more; the certificate stays until it is removed."
        advice = "If the user may still sign in, add the row to the list again; else remove the certificate in "
        return AssertionVerdict("match", message, f"{advice}System Configurator.", holders)
    if any(holder.delivered for holder in holders):
        check = f"Check that the import file was imported: {job_commands.verify(holders, subjects)}"
        return AssertionVerdict("match", message, f"Nothing to correct. {check}", holders)
    return AssertionVerdict("match", message, "Write the import files with emit and import them.", holders)


def _different_users(holders: Sequence[SubjectRecord]) -> tuple[SubjectRecord, ...]:
    """Return one record for each user, of the Issuer that most users share: several jobs may list one user."""
    by_issuer: dict[str, list[SubjectRecord]] = {}
    for holder in holders:
        users = by_issuer.setdefault(holder.issuer, [])
        if all(holder.is_another_user(user) for user in users):
            users.append(holder)
    most: list[SubjectRecord] = max(by_issuer.values(), key=len)
    return tuple(most)


def _case(name: str, value: str, holders: tuple[SubjectRecord, ...], subjects: Subjects) -> AssertionVerdict:
    subject, sent = differences.mark_differences(holders[0].subject, value)
    message = (
        f"Upper and lower case differ: the Subject of {_people(holders)} is {subject}, and the attribute {name!r} "
        f"carries {sent}."
    )
    advice = case_advice.advise(holders[0], value, subjects.plans.get(holders[0].job))
    return AssertionVerdict("case", message, advice, holders)


def _unknown(name: str, value: str, match: SubjectMatch, subjects: Subjects, compared: str) -> AssertionVerdict:
    message = (
        f"The attribute {name!r} carries {value!r}, which is not a Subject in {compared} ({subjects.count:,} compared)."
    )
    advice = (
        f"See whether this user is in the list, and why a row was rejected: {job_commands.explain(value, subjects)}"
    )
    invisible = [fault.detail for fault in emails.judge(value) if fault.code not in {"EMAIL-SYNTAX", "EMAIL-MISSING"}]
    if invisible:
        message += f" It {' and '.join(invisible)}."
        advice = "Correct the email of this user at the identity provider, and capture again."
    if match.degree == "composed":
        message += f" The Subject composes its accents differently: {match.holders[0].subject!a}, here {value!a}."
        return AssertionVerdict("unknown", message, advice, nearest=match.holders[0].subject)
    if "#ext#" in value.lower():
        message += " It is the user principal name of a guest account (#EXT#), not an email."
        advice = f"At the identity provider, fill the attribute {name!r} from the email (user.mail), and capture again."
    if whole := subjects.with_local_part(value):
        message += f" It is only the part before the @ of the Subject {whole!r}."
        advice = f"At the identity provider, fill the attribute {name!r} from the whole email, and capture again."
        return AssertionVerdict("unknown", message, advice, nearest=whole)
    if close := subjects.closest(value):
        message += f" The nearest Subject is {close!r}."
    return AssertionVerdict("unknown", message, advice, nearest=close)


def _people(holders: Sequence[SubjectRecord]) -> str:
    named = ", ".join(f"{holder.name} ({holder.origin})" for holder in holders[:SHOWN])
    return named if len(holders) <= SHOWN else f"{named} and {len(holders) - SHOWN} more"
