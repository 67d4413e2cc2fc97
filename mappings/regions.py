"""Find the region of Contact Pro by a name of its location."""

from collections.abc import Iterable

from mappings.headers import normalise_header
from mappings.model import Region, UnknownName
from mappings.toml_table import did_you_mean


def find_region(regions: Iterable[Region], text: str) -> Region:
    """Return the region whose key, title, AWS region or alias the text is, whatever its case, accents and separators.

    Words are kept apart here, unlike in headers: ``N/A`` in a cell must not become ``na``, North America.

    Args:
        regions: The known regions, from ``load.load_regions``.
        text: The name in the job file, the command line or a cell.

    Raises:
        UnknownName: No region has that name.
    """
    names = {
        normalise_header(name): region
        for region in regions
        for name in (region.key, region.title, region.aws_region, *region.aliases)
    }
    found = names.get(normalise_header(text))
    if found is None:
        known = {region.key: region for region in names.values()}
        spelled = [name for region in known.values() for name in (region.key, region.aws_region, *region.aliases)]
        listed = ", ".join(f"{region.key} ({region.title}, {region.aws_region})" for region in known.values())
        raise UnknownName(f'There is no region "{text}".{did_you_mean(text, spelled)} Known are: {listed}.')
    return found
