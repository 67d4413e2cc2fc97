"""Read single values of JSON whose types are not certain, as browsers and tools write it."""

import base64
import binascii
from urllib.parse import urlsplit

import msgspec


def decode(raw: bytes | msgspec.Raw) -> object:
    """Decode JSON; None if it is not JSON."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def at(value: object, *keys: str) -> object:
    """Return the value below these keys, None if there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: object) -> str:
    """Return a text, "" for any other value."""
    return value if isinstance(value, str) else ""


def decode_base64(value: str) -> str:
    """Decode base64 of UTF-8, "" if it is not base64."""
    try:
        return base64.b64decode(value).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return ""


def host(url: object) -> str:
    """Return the host of an address, or words for an address without one."""
    try:
        found = urlsplit(text(url)).hostname or ""
    except ValueError:
        found = ""
    return found if found.isascii() and found.isprintable() and found else "an address without a host"
