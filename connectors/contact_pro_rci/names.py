"""Names that one tenant's RCI uses for the properties of a certificate: learned from the tenant, kept in a file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from connectors.base import ChoiceNeeded, SourceIncomplete

TABLE = "certificate"
KEYS = ("id", "subject", "issuer")


@dataclass(frozen=True, slots=True)
class RciCertificate:
    """One certificate of a user, with its values as the server spells them."""

    id: str
    subject: str
    issuer: str


@dataclass(frozen=True, slots=True)
class PropertyNames:
    """The names of a certificate's properties."""

    id: str
    subject: str
    issuer: str

    def body(self, subject: str, issuer: str) -> dict[str, str]:
        """Return the body of a POST of a new certificate."""
        return {self.subject: subject, self.issuer: issuer}

    def certificate(self, answer: object) -> RciCertificate:
        """Read one certificate of an answer.

        Raises:
            SourceIncomplete: it lacks a property, or one is not text.
        """
        values = (
            [answer.get(name) for name in (self.id, self.subject, self.issuer)] if isinstance(answer, Mapping) else []
        )
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) != len(KEYS):
            seen = ", ".join(map(str, answer)) if isinstance(answer, Mapping) else "no object"
            raise SourceIncomplete(
                f"A certificate lacks one of the properties {self.id}, {self.subject}, {self.issuer} (there are: "
                f"{seen}).",
                advice="Learn the names again with layout learn --rci.",
            )
        return RciCertificate(*texts)


def load(path: Path) -> PropertyNames:
    """Read a file of property names.

    Raises:
        ChoiceNeeded: it is missing, is not TOML, or lacks a name.
    """
    advice = (
        "Learn it from a user who has a certificate: contactpro-sync layout learn --rci JOB.toml --user LOGIN "
        "-o NAMES.toml"
    )
    try:
        table = tomllib.loads(path.read_text("utf-8-sig")).get(TABLE)
    except FileNotFoundError:
        raise ChoiceNeeded(f"{path}: there is no such file of property names.", advice=advice) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ChoiceNeeded(f"{path} is not a readable file of property names: {error}.", advice=advice) from None
    names = [table.get(key) for key in KEYS] if isinstance(table, dict) else []
    texts = [name for name in names if isinstance(name, str) and name]
    if len(set(texts)) != len(KEYS):
        raise ChoiceNeeded(f"{path} does not give the names id, subject and issuer in [{TABLE}].", advice=advice)
    return PropertyNames(*texts)
