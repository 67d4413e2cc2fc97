"""Notes about a captured sign-in: what would lock a user out, or weakens the result, beside the verdict.

Source of the rules of Amazon Cognito: facts: contact-pro, "The second lock-out".
"""

from collections.abc import Iterator

from pipeline.model.name_id import RETURNING
from pipeline.sso.saml.response import SignIn
from pipeline.sso.sign_in import destination
from pipeline.sso.subjects import SubjectRecord
from pipeline.sso.wording import plain


def build_notes(sign_in: SignIn, name: str, holders: tuple[SubjectRecord, ...]) -> Iterator[str]:
    """Build the notes about a sign-in to Contact Pro, the most important one first."""
    if destination.other_application(sign_in) is not None:
        return
    if holders and destination.agrees(sign_in, holders) is False and sign_in.cognito_region:
        yield f"Region: the user pool is in {plain(sign_in.cognito_region)}, the Issuer is {holders[0].issuer}."
    if sign_in.audiences and sign_in.cognito_region is None:
        yield (
            f"Audience: {plain(sign_in.audiences[0])} is not a user pool (urn:amazon:cognito:sp:...), so Amazon "
            "Cognito refuses this sign-in. Enter the entity ID of the tenant's metadata as identifier at the "
            "identity provider."
        )
    if not (sign_in.signature.response or sign_in.signature.assertion):
        yield (
            "Signature: none, so nothing shows that the identity provider wrote this. Amazon Cognito refuses a sign-in "
            "without a signature."
        )
    if sign_in.reformatted:
        yield (
            "Format: this XML was indented after the capture, so its signature does not fit any more, and values may "
            "have got spaces and line breaks. Save the captured text as it is."
        )
    yield from _name_id(sign_in, name)


def _name_id(sign_in: SignIn, name: str) -> Iterator[str]:
    """Build the note about a NameID whose spelling may change, because it is an email."""
    name_id, value = sign_in.name_id, next(iter(sign_in.values(name)), None)
    if not name_id:
        return
    if value and name_id != value and name_id.lower() == value.lower():
        yield f"NameID {name_id!r} differs by case from the attribute's {value!r}. {RETURNING}."
    elif "@" in name_id:
        yield f"NameID {name_id!r} is an email address. {RETURNING}."
