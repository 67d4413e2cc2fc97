"""The RCI server itself: users and their certificates, as the Restful Configuration Interface serves them.

As narrow as the real one is known to be (facts: contact-pro, RCI): bare arrays, ``offset`` and ``limit`` without a
total, properties that are returned when they are asked for as ``login=*``, ids with or without hyphens, and a POST that
answers the new id as text. What is unknown can be chosen: the names of a certificate's properties, how a POST answers,
and whether a Subject keeps its case.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from fnmatch import translate
from http import HTTPStatus
from time import time
from typing import Any, ClassVar, Literal

import msgspec

from tests.servers.loopback import Answer, Fault, LoopbackServer, Request
from tests.servers.rci_access import MODIFY, REMOVE, VIEW, VIEW_USERS, Access, Refused, Throttle
from tests.servers.rci_world import Certificate, Names, User, World, plain, user

ALWAYS = ("id", "firstName", "surname")
PROPERTIES = (*ALWAYS, "login", "externalId", "email", "phone", "settings")
Answers = Literal["text", "location", "empty", "no-content"]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What is not known of the real interface, or differs between versions.

    ``most`` is the longest page. With ``asked_only`` a list has only the properties that were asked for; those of
    ``keeps_back`` no list ever has. ``answers`` is how a POST answers: the id as text, a Location header, 201 with no
    body, or 204. With ``folds`` a Subject is kept in lower case; with ``refuses_duplicates`` a second certificate of
    the same Subject and Issuer is a 409.
    """

    most: int = 1000
    asked_only: bool = True
    keeps_back: frozenset[str] = frozenset()
    omits_empty: bool = False
    ignores_offset: bool = False
    hyphens: bool = False
    answers: Answers = "text"
    folds: bool = False
    refuses_duplicates: bool = False


class RciServer(LoopbackServer):
    """The interface over one world.

    Kinds of fault beside those of the floor: "insert-first" and "remove-first" (the list moves before the answer),
    "repeat-last" (a page begins with the last user of the one before), "huge" (an answer of ``count`` bytes),
    "kept-lower" (this certificate is kept in lower case), "served-status" (served, and answered with ``status``),
    "served-slow" (served, and answered ``seconds`` later). ``witness`` is called with each request before it is served.
    """

    kinds: ClassVar[frozenset[str]] = LoopbackServer.kinds | {
        "insert-first", "remove-first", "repeat-last", "huge", "kept-lower", "served-status",
        "served-slow",
    }  # fmt: skip
    base: ClassVar[str] = "/p"

    def __init__(
        self,
        world: World,
        access: Access | None = None,
        *,
        names: Names | None = None,
        behaviour: Behaviour | None = None,
        throttle: Throttle | None = None,
        clock_ahead: float = 0.0,
        port: int = 0,
    ) -> None:
        """Serve this world to the user with the credentials."""
        super().__init__(port)
        self.world, self.access, self.names = world, access or Access(), names or Names()
        self.behaviour, self.throttle, self.clock_ahead = behaviour or Behaviour(), throttle, clock_ahead
        self.witness: Callable[[Request], None] = lambda _: None

    def answer(self, request: Request) -> Answer:
        """Answer as the interface does."""
        self.witness(request)
        try:
            if self.throttle is not None:
                self.throttle.count()
            answer = self._answer(request)
        except Refused as no:
            answer = no.answer
        return replace(answer, headers={**answer.headers, "Date": formatdate(time() + self.clock_ahead, usegmt=True)})

    def misbehave(self, request: Request, fault: Fault) -> Answer:
        """Answer as the fault has it."""
        match fault.kind:
            case "insert-first":
                self.world.users.insert(0, user(900_000 + fault.hit))
            case "remove-first":
                del self.world.users[0]
            case "repeat-last":
                begin = int(request.query.get("offset", 0))
                request = replace(request, query={**request.query, "offset": str(max(begin - 1, 0))})
            case "huge":
                return Answer(200, b"[" + b" " * (fault.count - 2) + b"]", {"Content-Type": "application/json"})
            case "served-status":
                self.answer(request)
                return Answer(fault.status, b"The server is too slow.")
            case "served-slow":
                answer = self.answer(request)
                self.stopping.wait(fault.seconds)
                return answer
            case "kept-lower":
                body = msgspec.json.decode(request.body)
                body[self.names.subject] = body[self.names.subject].lower()
                request = replace(request, body=msgspec.json.encode(body))
            case _:
                return super().misbehave(request, fault)
        return self.answer(request)

    def steer(self, order: dict[str, Any]) -> object:
        """Add a user, remove one by login, or give one a certificate; answers the number of users."""
        if "add" in order:
            self.world.users.append(user(len(self.world.users), **order["add"]))
        if "remove" in order:
            self.world.users.remove(self.world.named(order["remove"]))
        if "certificate" in order:
            given = order["certificate"]
            self.world.add(self.world.named(given["login"]), given["subject"], given["issuer"])
        return {"users": len(self.world.users)}

    def _answer(self, request: Request) -> Answer:
        root = f"{self.base}/rci/users"
        if request.path != root and not request.path.startswith(f"{root}/"):
            raise Refused(404, f"There is nothing at {request.path}.")
        match [part for part in request.path.removeprefix(root).split("/") if part]:
            case []:
                self._admit(request, {"GET": VIEW_USERS})
                return self._users(request)
            case [identity]:
                self._admit(request, {"GET": VIEW_USERS})
                return Answer.json(self._shown(self._user(identity), PROPERTIES))
            case [identity, "certificates"]:
                self._admit(request, {"GET": VIEW, "POST": MODIFY})
                own = self.world.of_user(self._user(identity))
                return self._add(request, identity) if request.method == "POST" else self._list(own)
            case [identity, "certificates", certificate]:
                self._admit(request, {"GET": VIEW, "DELETE": REMOVE})
                own = self.world.of_user(self._user(identity))
                found = next((each for each in own if plain(each.id) == plain(certificate)), None)
                if found is None:
                    raise Refused(404, "There is no such certificate.")
                if request.method == "DELETE":
                    own.remove(found)
                    return Answer(204)
                return Answer.json(self._told(found))
        raise Refused(404, f"There is nothing at {request.path}.")

    def _admit(self, request: Request, rights: dict[str, str]) -> None:
        if request.method not in rights:
            self.access.admit(request, VIEW_USERS)
            raise Refused(405, "The method is not allowed here.")
        self.access.admit(request, rights[request.method])

    def _users(self, request: Request) -> Answer:
        query = dict(request.query)
        offset, limit = int(query.pop("offset", 0)), int(query.pop("limit", 100))
        if unknown := query.keys() - {*PROPERTIES, "sort"}:
            raise Refused(400, f"Unknown properties: {', '.join(sorted(unknown))}.")
        if offset < 0 or limit < 1:
            raise Refused(400, "offset and limit are numbers from 0 and from 1.")
        found: list[User] = self.world.users
        patterns = {name: text for name, text in query.items() if name != "sort" and text != "*"}
        for name, pattern in patterns.items():
            fits = re.compile(translate(pattern.replace("[", "[[]")), re.IGNORECASE)
            found = [each for each in found if fits.fullmatch(str(each.get(name, "")))]
        if "sort" in query:
            found = sorted(found, key=lambda each: str(each.get(query["sort"], "")).lower())
        begin = 0 if self.behaviour.ignores_offset else offset
        page = found[begin : begin + min(limit, self.behaviour.most)]
        wanted = (*ALWAYS, *(query.keys() - set(ALWAYS))) if self.behaviour.asked_only else PROPERTIES
        wanted = tuple(name for name in wanted if name not in self.behaviour.keeps_back)
        return Answer.json([self._shown(each, wanted) for each in page])

    def _shown(self, each: User, wanted: tuple[str, ...]) -> User:
        shown = {name: each.get(name, "") for name in wanted} | {"id": self._written(each["id"])}
        return {name: text for name, text in shown.items() if text} if self.behaviour.omits_empty else shown

    def _written(self, identity: str) -> str:
        if not self.behaviour.hyphens:
            return identity
        digits = plain(identity)
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def _user(self, identity: str) -> User:
        found = self.world.find(identity)
        if found is None:
            raise Refused(404, "There is no such user.")
        return found

    def _list(self, own: list[Certificate]) -> Answer:
        return Answer.json([self._told(each) for each in own])

    def _told(self, each: Certificate) -> dict[str, str]:
        names = self.names
        return {names.id: self._written(each.id), names.issuer: each.issuer, names.subject: each.subject}

    def _add(self, request: Request, identity: str) -> Answer:
        if not request.headers.get("content-type", "").startswith("application/json"):
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON.")
        try:
            body = msgspec.json.decode(request.body, type=dict[str, str])
        except msgspec.MsgspecError:
            raise Refused(400, "The body is not an object of texts.") from None
        if body.keys() != {self.names.subject, self.names.issuer}:
            raise Refused(400, f"A certificate has {self.names.subject} and {self.names.issuer}.")
        subject, issuer = body[self.names.subject], body[self.names.issuer]
        subject = subject.lower() if self.behaviour.folds else subject
        owner = self._user(identity)
        same = [each for each in self.world.of_user(owner) if (each.subject, each.issuer) == (subject, issuer)]
        if same and self.behaviour.refuses_duplicates:
            raise Refused(409, "The user has this certificate.")
        made = self.world.add(owner, subject, issuer)
        match self.behaviour.answers:
            case "text":
                return Answer(201, self._written(made.id).encode(), {"Content-Type": "text/html"})
            case "location":
                where = f"{self.url}/rci/users/{identity}/certificates/{self._written(made.id)}"
                return Answer(201, b"", {"Location": where})
            case "empty":
                return Answer(201)
            case "no-content":
                return Answer(204)
