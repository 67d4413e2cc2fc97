"""The Issuers of an export: which tenants and AWS regions they name, and which of them are misspelled.

The pattern is Sinch's (facts: contact-pro, step 2): ``cc-<tenant>.auth.<aws region>.amazoncognito.com``, in lower case.
"""

import re
from collections import Counter

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels import columns

COGNITO = "amazoncognito.com"
"""What every Issuer of Contact Pro ends with; any other Issuer belongs to another way of signing in."""

_TENANT, _REGION = r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?", r"[a-z]+(?:-[a-z]+)+-[0-9]+"
_HOST = rf"cc-(?P<tenant>{_TENANT})\.auth\.(?P<region>{_REGION})\.amazoncognito\.com"
_RIGHT = re.compile(_HOST)
_NEARLY = re.compile(rf"\s*(?:https?://)?{_HOST}\.?/?\s*", re.IGNORECASE)


class Misspelled(msgspec.Struct, frozen=True):
    """An Issuer that means Contact Pro's login service and is not spelled as its Issuers are."""

    issuer: str
    count: int
    detail: str


class Issuers(msgspec.Struct, frozen=True):
    """How many certificates name which tenant and which AWS region, the most frequent first.

    ``regions`` are those of well spelled Issuers; ``tenants`` are those of all whose tenant can be read. ``foreign``
    counts the certificates of other issuers. ``homes`` are the regions that each tenant is most often named with: a
    tenant has one region, so a rarer one is a mistake and proves nothing.
    """

    tenants: dict[str, int]
    regions: dict[str, int]
    misspelled: tuple[Misspelled, ...]
    foreign: int
    homes: tuple[str, ...]


def of_contact_pro(texts: pa.StringArray) -> pa.BooleanArray:
    """Mark the Issuers that mean a login service of Contact Pro, well spelled or not; also several in one cell."""
    return pc.match_substring(texts, COGNITO, ignore_case=True)


def issuers(texts: pa.StringArray) -> Issuers:
    """Read every Issuer of an export; an empty text is none."""
    counted = pc.value_counts(columns.flat(texts))
    found = sorted(zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True))
    tenants: Counter[str] = Counter()
    places: Counter[tuple[str, str]] = Counter()
    misspelled = []
    foreign = 0
    for text, count in found:
        if right := _RIGHT.fullmatch(text):
            tenants[right["tenant"]] += count
            places[right["tenant"], right["region"]] += count
        elif COGNITO in text.lower():
            nearly = _NEARLY.fullmatch(text)
            if nearly:
                tenants[nearly["tenant"].lower()] += count
            misspelled.append(Misspelled(text, count, _difference(text, nearly)))
        elif text:
            foreign += count
    regions: Counter[str] = Counter()
    most: dict[str, int] = {}
    for (tenant, region), count in places.most_common():
        regions[region] += count
        most.setdefault(tenant, count)
    homes = dict.fromkeys(region for (tenant, region), count in places.most_common() if count == most[tenant])
    return Issuers(dict(tenants.most_common()), dict(regions.most_common()), tuple(misspelled), foreign, tuple(homes))


def _difference(text: str, nearly: re.Match[str] | None) -> str:
    if nearly is None:
        return "it does not have the form cc-<tenant>.auth.<region>.amazoncognito.com"
    bare = text.strip()
    differences = {
        "spaces around it": bare != text,
        "a scheme": "://" in bare,
        "a slash at its end": bare.endswith("/"),
        "a dot at its end": bare.rstrip("/").endswith("."),
        "capital letters": bare != bare.lower(),
    }
    return f"it has {' and '.join(words for words, is_so in differences.items() if is_so)}"
