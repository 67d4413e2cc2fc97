"""Sentences about headers that fit no field, or more than one: what was found, what is needed, what may be meant.

A private address is never the one of the sign-in, so its column is named as what it is and never proposed.
"""

from collections.abc import Iterable, Sequence

from mappings.headers import known_key, nearest, read_header, visible
from mappings.model import FieldRule, HeadersAmbiguous, HeadersUnknown, SourceMapping

SHOWN_HEADERS, SHOWN_EXAMPLES = 20, 6


def is_private(mapping: SourceMapping, header: str) -> bool:
    """Return True if a header is that of private addresses."""
    known = {known_key(name) for name in mapping.private_headers}
    return not known.isdisjoint(read_header(header).names)


def no_column(mapping: SourceMapping, rule: FieldRule, headers: Sequence[str]) -> HeadersUnknown:
    """Return the refusal of a list without a column for a field that is needed."""
    private = [header for header in headers if rule.field == "email" and is_private(mapping, header)]
    others = [header for header in headers if header not in private]
    return HeadersUnknown(
        f'No column fits the field {rule.field}, which the mapping "{mapping.name}" needs.'
        f"{_of_private(private)}{_close_header(others, rule.examples)} {headers_found(headers)} "
        f"Known for {rule.field}: {_list(rule.examples)}.",
        advice="Add a column Email with the addresses of the identity provider." if private else "",
    )


def two_headers(headers: Sequence[str], places: Iterable[int], field: str) -> HeadersAmbiguous:
    """Return the refusal of a list in which several columns fit one field."""
    both = " and ".join(f"{visible(headers[place])} (column {place + 1})" for place in places)
    advice = ", or name the right one with email_attribute" if field == "email" else ""
    return HeadersAmbiguous(f"{both} fit the one field {field}. Rename or remove all but one{advice}.")


def headers_found(headers: Sequence[str]) -> str:
    """Return the sentence that names the headers of a list."""
    named = [header for header in headers if header.strip()]
    if not named:
        return "No headers were found."
    more = f" and {len(named) - SHOWN_HEADERS} more" if len(named) > SHOWN_HEADERS else ""
    return f"Headers found: {', '.join(visible(header) for header in named[:SHOWN_HEADERS])}{more}."


def headers_needed(mapping: SourceMapping) -> str:
    """Name the headers without which a mapping is not considered."""
    if mapping.signature:
        return " and ".join(f'"{sign}"' for sign in mapping.signature)
    required = [rule for rule in mapping.fields.values() if rule.required]
    return " and ".join(f"{rule.field} ({_list(rule.examples)})" for rule in required) or "any known header"


def _list(names: Sequence[str]) -> str:
    more = " …" if len(names) > SHOWN_EXAMPLES else ""
    return ", ".join(f'"{name}"' for name in names[:SHOWN_EXAMPLES]) + more


def _of_private(headers: Sequence[str]) -> str:
    """Return a sentence about the first column of private addresses; it starts with a space."""
    if not headers:
        return ""
    return f" The column {visible(headers[0])} was not read: a private address is never the one of the sign-in."


def _close_header(headers: Sequence[str], names: Sequence[str]) -> str:
    """Return a sentence about a header that looks like a misspelled name; it starts with a space."""
    for header in headers:
        if near := nearest(header, names, cutoff=0.75):
            return f' Is {visible(header)} meant to be "{near}"?'
    return ""
