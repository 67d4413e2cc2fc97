"""Find SAML responses in an export of SAML-tracer, the browser extension: JSON with one entry for each request.

An entry has the parameters of a form post (``post``) and of the address (``get``) as pairs, and the decoded message
(``saml``).
"""

from collections.abc import Iterator

from pipeline.sso.saml.captures import forms
from pipeline.sso.saml.captures.json_values import at, decode, host, text

PAIR = 2
"""Entries of a parameter: its name and its value."""


def find_values(data: bytes) -> list[tuple[str, str]] | None:
    """Find the value of each field ``SAMLResponse`` in an export (UTF-8), in the order of its requests.

    Returns:
        (place, value) as ``har.find_values`` yields them; None if the file is not such an export.
    """
    requests = at(decode(data), "requests")
    if not isinstance(requests, list):
        return None
    return [
        (f"request {number}, sent to {host(at(each, 'url'))}", value)
        for number, each in enumerate(requests, start=1)
        for value in _of_request(each)
    ]


def _of_request(request: object) -> Iterator[str]:
    found = [*_named(at(request, "post")), *_named(at(request, "get")), *forms.in_request(text(at(request, "url")))]
    message = text(at(request, "saml"))
    if "Response" in message[: forms.PROLOGUE] and (not found or all(map(forms.is_removed, found))):
        found = [message]
    yield from found


def _named(pairs: object) -> Iterator[str]:
    for pair in pairs if isinstance(pairs, list) else ():
        name, value = pair if isinstance(pair, list) and len(pair) == PAIR else (None, None)
        if name == forms.RESPONSE and isinstance(value, str):
            yield value
