"""The certificates with which an identity provider says, in its metadata, that it signs."""

from pathlib import Path

from connectors.base import SourceUnreadable
from pipeline.saml.certificates import certificate
from pipeline.saml.markup import METADATA, SIGNATURE, content, parsed

ROLE = f"{METADATA}IDPSSODescriptor"


def fingerprints(path: Path) -> frozenset[str]:
    """Give the SHA-256 fingerprints (hex) of the signing certificates in a metadata file.

    A key without ``use`` is for both signing and encryption (SAML 2.0 Metadata §2.4.1.1).

    Raises:
        SourceMissing: there is no such file.
        SourceUnreadable: it is too large, no XML, dangerous XML, or names no identity provider's signing certificate.
    """
    root = parsed(content(path), str(path))
    keys = (key for role in root.iter(ROLE) for key in role.iterfind(f"{METADATA}KeyDescriptor"))
    texts = (
        "".join(each.itertext())
        for key in keys
        if key.get("use") in {None, "signing"}
        for each in key.iter(f"{SIGNATURE}X509Certificate")
    )
    found = frozenset(each.sha256 for text in texts if (each := certificate(text)) is not None)
    if not found:
        raise SourceUnreadable(
            f"{path}: names no signing certificate of an identity provider; give the metadata of the identity provider."
        )
    return found
