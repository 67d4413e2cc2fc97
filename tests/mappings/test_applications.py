"""The products of Contact Pro, as Sinch's manual lists them."""

from pathlib import Path

import pytest

from mappings.applications import load_applications
from mappings.load import load_source_mapping
from mappings.model import MappingError


def test_the_products() -> None:
    """Nine in the order of the manual, seven of them with single sign-on, character for character."""
    assert [(each.name, each.sso, each.url) for each in load_applications()] == [
        ("System Configurator", True, "https://cc-<tenant>.cc.sinch.com/scweb/sc/aws.jsp"),
        (
            "Communication Panel, standalone",
            True,
            "https://cc-<tenant>.cc.sinch.com/ecf/latest/communicationpanel/index.jsp",
        ),
        (
            "Communication Panel embedded in C4C",
            True,
            "https://cc-<tenant>.cc.sinch.com/ecf/latest/communicationpanel/embedded.jsp",
        ),
        ("Dashboard", True, "https://cc-<tenant>.cc.sinch.com/SupervisorDashboard/index.jsp"),
        ("Data Protection Officer (DPO)", True, "https://cc-<tenant>.cc.sinch.com/ecf/2102/dporeport/index.jsp"),
        (
            "Visitor Chat Configurator",
            True,
            "https://cc-<tenant>.cc.sinch.com/ecf/latest/VisitorConfigurator/index.jsp",
        ),
        ("Launchpad", True, "https://cc-<tenant>.cc.sinch.com/launchpad"),
        ("Online Monitoring", False, None),
        ("SAP BusinessObjects", False, None),
    ]


SOUND = '[[applications]]\nname = "A"\nsso = true\nurl = "https://cc-<tenant>.example.com/a"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", 'FILE: "applications" must be one or more tables, each headed [[applications]].'),
        ("x = 1\n" + SOUND, 'FILE: unknown key "x".'),
        (SOUND + 'ulr = "x"', 'FILE: unknown key "applications.1.ulr". Did you mean "url"?'),
        (SOUND.replace("true", "false"), 'FILE: "applications.1.url" must be there where sso is true, and only there.'),
        (SOUND.replace("sso = true\n", ""), 'FILE: "applications.1.sso" is missing.'),
        (
            '[[applications]]\nname = "A"\nsso = true\n',
            'FILE: "applications.1.url" must be there where sso is true, and only there.',
        ),
        (SOUND.replace("<tenant>", "x"), 'FILE: "applications.1.url" must begin with https:// and name <tenant> once.'),
        (SOUND.replace("https", "http"), 'FILE: "applications.1.url" must begin with https:// and name <tenant> once.'),
        (SOUND + SOUND, 'FILE: "applications.2.name" is "A", which is there twice.'),
    ],
)
def test_an_unsound_table_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    """The sentence names the file, and the product by its number."""
    path = tmp_path / "applications.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        load_applications(path)
    assert str(caught.value).replace(str(path), "FILE") == sentence


@pytest.mark.parametrize(
    ("mapping", "hosts"),
    [
        ("azure_ad", {"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"}),
        ("sap_idp", {"*.accounts.ondemand.com", "*.accounts.cloud.sap", "*.accounts.sapcloud.cn"}),
        ("spreadsheet", set()),
    ],
)
def test_where_metadata_is_published(mapping: str, hosts: set[str]) -> None:
    """An identity provider has its hosts, those of national clouds too; a list of people has none."""
    found = set(load_source_mapping(mapping).metadata_hosts)
    assert found >= hosts
    assert bool(found) == bool(hosts)
