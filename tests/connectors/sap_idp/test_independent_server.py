"""The SCIM connector against a service that others wrote (scim2-server, after RFC 7643 and 7644).

Our own test server knows SAP's ways; this one knows only the standard: it turns pages by index, ignores a cursor, has
its own order and its own errors. What both agree about is not a habit of our test server.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
import pytest
from scim2_models import ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.service import ScimService
from scim2_server.testserver.application import BearerTokenApplication
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)

from connectors.base import ChoiceNeeded, SourceMissing, SourceRefused
from connectors.sap_idp.paging import Paging
from connectors.sap_idp.source import ScimCredential
from tests.connectors.sap_idp.scim_reading import EMAIL, read, source
from tests.servers.scim_world import GROUP, USER

TOKEN = ScimCredential("token", token=lambda: "invented-token")
LETTERS = [
    "Anna.Berg@Example.com",
    "anna.berg@example.com",
    "jörg@example.com",
    "ÅSA@example.com",
    "o'neil@example.com",
]
EMAILS = [*LETTERS, *(f"User.{number}@Example.com" for number in range(225))]


class Quiet(WSGIRequestHandler):
    """Print no line a request."""

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@dataclass(frozen=True)
class Service:
    """The address of the server and the id of each user by the email."""

    url: str
    ids: dict[str, str]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """Serve 230 users; Agents has two of them and the group Night, which has a third; two groups are called Twice."""
    provider = ScimProvider.from_discovery(
        load_default_schemas().values(),
        load_default_resource_types().values(),
        config=load_default_service_provider_config(),
    )
    app = BearerTokenApplication(
        InMemoryStorage(),
        provider,
        service=ScimService(provider, secret="x" * 32),
        bearer_tokens=["invented-token"],
    )
    with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/v2"
            with httpx.Client(base_url=url, headers={"Authorization": "Bearer invented-token"}) as client:
                yield Service(url, filled(client))
        finally:
            server.shutdown()
            thread.join()


def filled(client: httpx.Client) -> dict[str, str]:
    """Create the users and groups of the service, as its own administrator would."""

    def create(path: str, schema: str, **resource: object) -> str:
        answer = client.post(path, json={"schemas": [schema], **resource})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def group(name: str, *members: str) -> str:
        return create("/Groups", GROUP, displayName=name, members=[{"value": member} for member in members])

    ids = {
        email: create(
            "/Users",
            USER,
            userName=f"user{number}",
            emails=[{"value": email, "primary": True}, {"value": f"other{number}@example.com"}],
            active=number != 1,
        )
        for number, email in enumerate(EMAILS)
    }
    group("Agents", ids[EMAILS[0]], ids[EMAILS[1]], group("Night", ids[EMAILS[2]]))
    group("Twice"), group("Twice")
    return ids


@pytest.mark.parametrize("paging", ["cursor", "index"])
def test_all_users_are_read_over_several_pages(service: Service, paging: Paging) -> None:
    """230 users are three pages; a service that ignores the cursor is read by index, and no letter is changed."""
    extract = read(service.url, "userName", EMAIL, "active", credential=TOKEN, paging=paging)
    found = {row[EMAIL]: row for row in extract.frame.to_pylist()}
    assert extract.complete
    assert extract.frame.num_rows == 230
    assert {email: row["id"] for email, row in found.items()} == service.ids
    assert found[EMAILS[1]] == {"id": service.ids[EMAILS[1]], "userName": "user1", EMAIL: EMAILS[1], "active": "false"}


def test_a_group_has_the_members_of_its_groups(service: Service) -> None:
    """Agents has its own two people and the one of Night."""
    extract = read(service.url, EMAIL, credential=TOKEN, group="Agents")
    assert sorted(extract.frame.column(EMAIL).to_pylist()) == sorted(EMAILS[:3])


def test_a_filter_of_scim_is_that_of_the_service(service: Service) -> None:
    """The service decides who is asked for."""
    extract = read(service.url, EMAIL, credential=TOKEN, filter='userName eq "user7"')
    assert extract.frame.column(EMAIL).to_pylist() == [EMAILS[7]]


def test_what_the_service_refuses_is_one_sentence(service: Service) -> None:
    """A wrong token, an unknown group, a name of two groups and a filter that is none are errors with their reasons."""
    with pytest.raises(SourceRefused, match=r"does not accept the credential \(401"):
        read(service.url, EMAIL, credential=ScimCredential("token", token=lambda: "another-token"))
    with pytest.raises(SourceMissing, match="Nowhere"):
        read(service.url, EMAIL, credential=TOKEN, group="Nowhere")
    with pytest.raises(ChoiceNeeded, match="Twice"):
        read(service.url, EMAIL, credential=TOKEN, group="Twice")
    with pytest.raises(SourceRefused, match="filter"):
        read(service.url, EMAIL, credential=TOKEN, filter="userName equals user7")


def test_the_check_before_a_run_succeeds(service: Service) -> None:
    """Doctor's checks find the sign-in, the users and the group."""
    checks = source(service.url, EMAIL, credential=TOKEN, group="Agents").examine()
    assert {check.status for check in checks} == {"ok"}
    assert {"sign-in", "users", "group"} <= {check.name for check in checks}
