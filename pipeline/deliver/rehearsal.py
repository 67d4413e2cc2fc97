"""Rehearsal of a delivery (``--dry-run``): read, and list the requests that would be sent, secrets hidden."""

from typing import Any

from connectors.contact_pro_rci.client import RciClient
from connectors.contact_pro_rci.names import PropertyNames
from connectors.contact_pro_rci.reading import RciUser
from pipeline.deliver.tasks import Task
from pipeline.deliver.users import Users
from pipeline.model.fields import NO_DELIVERY

HIDDEN = {"Authorization": "Basic (hidden)", "x-api-key": "(hidden)"}


def requests(
    client: RciClient, names: PropertyNames, users: Users, todo: list[Task], own: frozenset[str]
) -> tuple[tuple[dict[str, Any], ...], dict[str, int]]:
    """Return the requests that would be sent, and how many people they reach (``left``); nothing is sent or written.

    Only certificates of ``own`` Issuers would be removed.

    Raises:
        SourceError: the certificates of a person cannot be read.
    """
    listed: list[dict[str, Any]] = []
    counts = dict(NO_DELIVERY)
    for task in todo:
        user = users.find(task)
        if not isinstance(user, RciUser):
            counts["failed"] += task.wanted is not None
            continue
        found = client.certificates(user.id, names)
        place = f"{client.connection.url.rstrip('/')}/rci/users/{user.id}/certificates"
        if task.wanted is not None and not any((each.subject, each.issuer) == task.wanted for each in found):
            counts["left"] += 1
            listed.append({"method": "POST", "url": place, "headers": HIDDEN, "body": names.body(*task.wanted)})
        else:
            counts["already"] += task.wanted is not None
        gone = [each for each in found if (each.subject, each.issuer) in task.replaced and each.issuer in own]
        listed += [{"method": "DELETE", "url": f"{place}/{each.id}", "headers": HIDDEN, "body": None} for each in gone]
    return tuple(listed), counts
