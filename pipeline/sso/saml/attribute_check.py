"""The name of the attribute that carries the email, held against the names that a provider's metadata lists."""

from collections.abc import Sequence

from connectors.base import Check
from pipeline.sso.saml.attribute_names import standing
from pipeline.sso.saml.metadata import counted, shown

PROOF = "Only a captured sign-in proves what is sent: contactpro-sync sso assertion FILE."


def check(
    line: str, name: str, listed: Sequence[str], source: str, *, usual: Sequence[str], claims: bool = True
) -> Check:
    """Say how a name stands: exactly listed, another in case or spaces (a failure), not listed, or nothing to tell.

    ``claims`` says that the list is one of WS-Federation. Entra's never changes, whatever an application was told to
    send (facts: microsoft-graph §4): there, that a name is missing means little, and that it is there proves letters.
    ``usual`` are the names that providers use where nobody chose another; where none is listed, they are a hint.
    """
    stands = standing(name, listed)
    match stands.verdict:
        case "exact":
            fixed = "; the list is the same for every application, so only the spelling is proved" if claims else ""
            return Check(line, "ok", f"{shown(name)} is listed exactly so in {source}{fixed}")
        case "near":
            near = counted([repr(shown(each)) for each in stands.near], ", ")
            detail = f"saml_attribute is {shown(name)!r}; {source} spells it {near}"
            return Check(line, "failed", detail, f"Write {shown(stands.near[0])!r}.")
        case "not listed":
            fixed = "; Entra never lists custom claims there, so it cannot tell" if claims else ""
            return Check(line, "warning", f"{shown(name)} is not among the names in {source}{fixed}", PROOF)
    near = "".join(f"; the usual spelling is {each!r}" for each in standing(name, usual).near)
    return Check(line, "warning", f"{source} lists no attribute names, so it cannot tell{near}", PROOF)
