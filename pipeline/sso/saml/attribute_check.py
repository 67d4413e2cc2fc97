"""Compare the name of the attribute with the email with the names that a provider's metadata lists."""

from collections.abc import Sequence

from connectors.base import Check
from pipeline.model.command_line import command
from pipeline.sso.saml.attribute_names import compare_name
from pipeline.sso.saml.metadata import counted, shown

PROOF = f"Only a captured sign-in shows what is sent: {command('sso', 'assertion', 'FILE')}"


def check(
    line: str, name: str, listed: Sequence[str], source: str, *, usual: Sequence[str], claims: bool = True
) -> Check:
    """Check if a name is listed exactly, listed with another case or spaces (a failure), or not listed.

    Args:
        line: the name of the check.
        name: the name of the attribute.
        listed: the names in the metadata.
        source: the metadata file, for messages.
        usual: the names that providers use by default; a hint if the metadata lists no names.
        claims: True if the list is one of WS-Federation. Entra lists the same names for every application (facts:
            microsoft-graph §4): a missing name means little, and a listed one confirms only its spelling.
    """
    name_match = compare_name(name, listed)
    match name_match.verdict:
        case "exact":
            fixed = "; the list is the same for every application, so only the spelling is confirmed" if claims else ""
            return Check(line, "ok", f"{shown(name)} is listed exactly so in {source}{fixed}")
        case "near":
            near = counted([repr(shown(each)) for each in name_match.near], ", ")
            detail = f"saml_attribute is {shown(name)!r}; {source} spells it {near}"
            return Check(line, "failed", detail, f"Write {shown(name_match.near[0])!r}.")
        case "not listed":
            fixed = "; Entra never lists custom claims, so this is not certain" if claims else ""
            return Check(line, "warning", f"{shown(name)} is not among the names in {source}{fixed}", PROOF)
    near = "".join(f"; the usual spelling is {each!r}" for each in compare_name(name, usual).near)
    return Check(line, "warning", f"{source} lists no attribute names, so the name cannot be checked{near}", PROOF)
