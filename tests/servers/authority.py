"""Certificates made at test time: an authority, servers that it vouches for, and signing certificates of a provider."""

import base64
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def signing_certificate(begin: datetime, end: datetime) -> str:
    """Build a certificate that signs itself, as metadata carries it: base64 of DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = _made("invented signing", "invented signing", key, key, (begin, end), names=())
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


class Authority:
    """A certificate authority that only tests trust."""

    def __init__(self, folder: Path) -> None:
        """Build its key, and the file by which it is believed."""
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._file = folder / "authority.pem"
        made = _made("invented authority", "invented authority", self._key, self._key, _now(), names=())
        self._file.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def believed(self) -> ssl.SSLContext:
        """Return the client side of TLS that believes this authority and no other."""
        return ssl.create_default_context(cafile=self._file)

    def server(self, *names: str) -> ssl.SSLContext:
        """Return the server side of TLS for hosts of these names."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _made(names[0], "invented authority", key, self._key, _now(), names)
        file = self._folder / f"{names[0]}.pem"
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _now() -> tuple[datetime, datetime]:
    return datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(days=1)


def _made(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    during: tuple[datetime, datetime],
    names: tuple[str, ...],
) -> x509.Certificate:
    named = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)]) for text in (subject, issuer)]
    builder = (
        x509.CertificateBuilder()
        .subject_name(named[0])
        .issuer_name(named[1])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(during[0])
        .not_valid_after(during[1])
        .add_extension(x509.BasicConstraints(ca=subject == issuer, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(map(x509.DNSName, names))), critical=False)
    return builder.sign(signer, hashes.SHA256())
