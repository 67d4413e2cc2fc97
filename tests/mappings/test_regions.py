"""From what people call a location to its region."""

import pytest

from mappings.load import load_regions
from mappings.model import UnknownName
from mappings.regions import find_region


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("eu", "eu"),
        (" EU ", "eu"),
        ("Europe", "eu"),
        ("Frankfurt", "eu"),
        ("eu-central-1", "eu"),
        ("EU_CENTRAL_1", "eu"),
        ("NA", "na"),
        ("north america", "na"),
        ("U.S.", "na"),
        ("Amerique du Nord", "na"),
        ("us-west-2", "na"),
        ("Sydney", "au"),
        ("Cape Town", "af"),
        ("Africa (Cape Town)", "af"),
    ],
)
def test_a_region_is_found(text: str, key: str) -> None:
    """Key, title, AWS region and alias all lead to it, whatever case, accent or separator."""
    assert find_region(load_regions(), text).key == key


@pytest.mark.parametrize("text", ["EMEA", "APAC", "Americas", "N/A", "n.a.", "", "-", "none"])
def test_what_could_mean_two_regions_or_none_is_refused(text: str) -> None:
    """A name of more than one region, and a word for nothing, are never guessed."""
    with pytest.raises(UnknownName):
        find_region(load_regions(), text)


def test_a_slip_is_answered_with_the_nearest_name() -> None:
    """The sentence asks for the nearest name and lists the regions."""
    with pytest.raises(UnknownName) as caught:
        find_region(load_regions()[:2], "eu-centrl-1")
    assert str(caught.value) == (
        'There is no region "eu-centrl-1". Did you mean "eu-central-1"? Known are: eu (Europe, eu-central-1), '
        "na (North America, us-west-2)."
    )
