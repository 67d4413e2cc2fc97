"""Sign-in to the page with Microsoft Entra ID (OpenID Connect), configured in the environment of the server."""

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from connectors.settings import SECRET_KINDS
from pipeline.config.secrets import resolve
from pipeline.model.errors import UsageProblem

URL, TENANT, CLIENT, SECRET, AUTHORITY = (
    f"CONTACTPRO_WEB_{name}" for name in ("URL", "TENANT_ID", "CLIENT_ID", "SECRET", "AUTHORITY")
)
NEEDED = (URL, TENANT, CLIENT, SECRET)


@dataclass(frozen=True, slots=True)
class SignIn:
    """The address at which browsers reach the page, and the application that they sign in to."""

    url: str
    authority: str
    client_id: str
    secret: str = field(repr=False)


def configured() -> SignIn | None:
    """Read the sign-in; None if none of its variables is set.

    Raises:
        UsageProblem: only some are set, the address is not https, or the secret is not where it is claimed to be.
    """
    given = {name: value for name in NEEDED if (value := os.environ.get(name))}
    if not given:
        return None
    if missing := [name for name in NEEDED if name not in given]:
        raise UsageProblem(
            f"The sign-in of the page is only partly configured: {', '.join(missing)} not set.",
            advice=f"Set all of {', '.join(NEEDED)}, or none of them.",
        )
    address = urlsplit(given[URL])
    if address.scheme != "https" or not address.hostname or address.path.strip("/") or address.query:
        raise UsageProblem(
            f"{URL} is {given[URL]!r}, which is not the https address of a page.",
            advice="Write the address that browsers use, as https://people.example.com.",
        )
    if not given[SECRET].startswith(SECRET_KINDS):
        raise UsageProblem(
            f"{SECRET} is not a reference to a secret.",
            advice="Write env:NAME, file:/path, keyring:service/name or azure-keyvault:vault/name.",
        )
    authority = os.environ.get(AUTHORITY) or f"https://login.microsoftonline.com/{given[TENANT]}/v2.0"
    return SignIn(f"https://{address.netloc}", authority, given[CLIENT], resolve(given[SECRET]))
