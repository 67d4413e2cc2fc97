"""Choose the attribute that is checked in a captured sign-in."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.sso.saml.attribute_names import compare_name
from pipeline.sso.wording import listed
from pipeline.validate.whole_source import saml_attribute


@dataclass(frozen=True, slots=True)
class ChosenAttribute:
    """The name of the attribute; ``note`` is the reason for this one, if neither the user nor the job named it."""

    name: str
    note: str = ""


def choose_attribute(named: str | None, names: Sequence[str]) -> ChosenAttribute:
    """Choose the attribute that was named, else the usual one that was sent, else the usual one nearest to a sent one.

    Args:
        named: the name from the command line or the job.
        names: the names in the sign-in.
    """
    if named is not None:
        return ChosenAttribute(named)
    usual = saml_attribute.usual_names()
    sent = [name for name in usual if name in names]
    if len(sent) == 1:
        return ChosenAttribute(sent[0], f"No attribute was named; {sent[0]!r} is the usual one that was sent.")
    if sent:
        note = f"No attribute was named; of the usual ones {listed(sent)} were sent: the first is checked."
        return ChosenAttribute(sent[0], note)
    name = _nearest(usual, names)
    note = f"No attribute was named, and none of the usual ones was sent; {name!r} is one of those."
    return ChosenAttribute(name, note)


def _nearest(usual: Sequence[str], names: Sequence[str]) -> str:
    """Return the usual name that is most similar to one that was sent."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - most sign-ins never need it

    def similarity(name: str) -> tuple[bool, float]:
        most = max((fuzz.ratio(name, each) for each in names), default=0.0)
        return bool(compare_name(name, names).near), most

    return max(usual, key=similarity)
