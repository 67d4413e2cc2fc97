"""Find the user of Contact Pro who is meant: by external id, else by login, byte for byte."""

from collections import defaultdict
from dataclasses import dataclass, field

from connectors.contact_pro_rci.reading import RciUser
from pipeline.deliver.tasks import Task


@dataclass(slots=True)
class Users:
    """The users of one reading."""

    by_login: dict[str, list[RciUser]] = field(default_factory=lambda: defaultdict(list))
    by_external_id: dict[str, list[RciUser]] = field(default_factory=lambda: defaultdict(list))

    def find(self, task: Task) -> RciUser | str:
        """Return the user, or the reason as one clause if there is none."""
        found = self.by_external_id.get(task.external_id, []) if task.external_id else []
        found = found or (self.by_login.get(task.login, []) if task.login else [])
        if not found:
            return ""
        if len(found) > 1:
            return f"ambiguous: {len(found)} users have this login or ExternalId"
        user = found[0]
        if task.external_id and user.external_id and user.external_id != task.external_id:
            return f"the user with this login has another ExternalId, {user.external_id!r}"
        return user


def indexed(people: list[RciUser]) -> Users:
    """Build the index of a reading."""
    users = Users()
    for each in people:
        users.by_login[each.login].append(each)
        users.by_external_id[each.external_id].append(each)
    return users
