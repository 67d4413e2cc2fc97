"""Notes on NameID: Amazon Cognito locks out users whose certificate is right.

Source: facts: contact-pro, "The second lock-out"; that Contact Pro's user pool behaves so is inferred.
"""

REFUSED = '"Invalid ProviderName/Username combination"'
"""The error that a user reads whom Amazon Cognito refuses because of another NameID."""

RETURNING = (
    "Amazon Cognito knows a returning user by NameID, byte for byte: if its spelling changes after the first sign-in, "
    f"that user is refused ({REFUSED}) although the certificate matches. Correct spellings before the first sign-in, "
    "or have Sinch delete the user's profile"
)


def changed_subjects(number: int) -> list[str]:
    """Build the note of a run that changes Subjects; none without a change."""
    if not number:
        return []
    subjects = "1 Subject changes" if number == 1 else f"{number:,} Subjects change"
    note = (
        f"{subjects}. If the identity provider sends another NameID too, users who signed in before are refused "
        f"({REFUSED}) although the certificate matches: have Sinch delete their profiles."
    )
    return [note]
