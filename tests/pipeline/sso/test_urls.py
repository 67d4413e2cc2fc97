"""Names of a tenant's single sign-on: addresses, Issuer, and their output."""

from pipeline.cli.terminal import fitted
from pipeline.sso.settings import read_settings
from pipeline.sso.urls import build_urls

EU = build_urls(read_settings(None, "ACME", "eu").known_tenant("urls"))
AF = build_urls(read_settings(None, "Acme", "Kapstadt").known_tenant("urls"))


def test_the_document() -> None:
    """Tenant in lower case but for the metadata's address, nine products, null if there is no single sign-on."""
    told = EU.document()
    assert (told["command"], told["outcome"], told["exit_code"], told["notes"]) == ("sso urls", "ok", 0, [])
    assert (told["tenant"], told["region"]) == ("acme", "eu")
    assert told["metadata_url"] == "https://login-eu-c1.cc.sinch.com/ACME/metadata"
    assert told["issuer"] == "cc-acme.auth.eu-central-1.amazoncognito.com"
    assert told["applications"][0] == {
        "name": "System Configurator",
        "sso": True,
        "url": "https://cc-acme.cc.sinch.com/scweb/sc/aws.jsp",
    }
    assert told["applications"][8] == {"name": "SAP BusinessObjects", "sso": False, "url": None}
    assert [each["sso"] for each in told["applications"]] == [True] * 7 + [False] * 2


def test_what_nobody_has_confirmed_is_said() -> None:
    """An unverified region is reported in the document, in the table and in Markdown."""
    (note,) = AF.document()["notes"]
    assert note.startswith("Region af (Africa) is not verified")
    assert list(AF.lines())[-1] == f"warning: {note}"
    assert list(AF.markdown())[-1] == f"**Warning:** {note}"


def test_the_table() -> None:
    """A person reads it in two columns."""
    assert list(fitted(EU.lines())) == [
        "tenant                               acme",
        "region                               eu (Europe, eu-central-1)",
        "SAML metadata                        https://login-eu-c1.cc.sinch.com/ACME/metadata",
        "certificate issuer                   cc-acme.auth.eu-central-1.amazoncognito.com",
        "",
        "System Configurator                  https://cc-acme.cc.sinch.com/scweb/sc/aws.jsp",
        "Communication Panel, standalone      https://cc-acme.cc.sinch.com/ecf/latest/communicationpanel/index.jsp",
        "Communication Panel embedded in C4C  https://cc-acme.cc.sinch.com/ecf/latest/communicationpanel/embedded.jsp",
        "Dashboard                            https://cc-acme.cc.sinch.com/SupervisorDashboard/index.jsp",
        "Data Protection Officer (DPO)        https://cc-acme.cc.sinch.com/ecf/2102/dporeport/index.jsp",
        "Visitor Chat Configurator            https://cc-acme.cc.sinch.com/ecf/latest/VisitorConfigurator/index.jsp",
        "Launchpad                            https://cc-acme.cc.sinch.com/launchpad",
        "Online Monitoring                    no single sign-on",
        "SAP BusinessObjects                  no single sign-on",
    ]


def test_markdown() -> None:
    """Two tables, each row with its two cells."""
    lines = list(EU.markdown())
    assert lines[0] == "# Single sign-on of tenant acme"
    assert "| certificate issuer | `cc-acme.auth.eu-central-1.amazoncognito.com` |" in lines
    assert "| Launchpad | <https://cc-acme.cc.sinch.com/launchpad> |" in lines
    assert lines[-1] == "| SAP BusinessObjects | no single sign-on |"
    assert {line.count("|") for line in lines if line.startswith("|")} == {3}
