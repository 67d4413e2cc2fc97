"""Notices: when there is one, what it contains and never contains, and what arrives at real servers on this machine."""

import json
import logging
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from copy import deepcopy
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import ClassVar, Literal

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from pipeline.notify import notice, send
from pipeline.notify.notice import Notice
from pipeline.reports.summary import summary
from pipeline.result import RunResult
from tests.servers.loopback import Answer, Fault, LoopbackServer, Request

SECRET = "s3cret-t0ken"  # noqa: S105 - planted, to be looked for
HELLO = Notice("contactpro-sync nightly on host7: ok (exit code 0)", "The run did what it was asked to do.\nRows: none")
REJECTED = {
    "command": "run",
    "outcome": "rejected",
    "exit_code": 3,
    "run": "runs/nightly/20260131T073000Z-7f3a",
    "tenant": "acme",
    "region": "eu",
    "issuer": "cc-acme.auth.eu-central-1.amazoncognito.com",
    "counts": {
        "read": 100,
        "accepted": 97,
        "rejected": 3,
        "dropped": 0,
        "create": 90,
        "change": 0,
        "case_change": 2,
        "unchanged": 5,
        "delete": 0,
        "gone": 1,
    },
    "issues": {"EMAIL-CASE": 2, "EMAIL-SYNTAX": 1},
    "files": [{"path": "out/acme/certificates-001.txt", "rows": 92, "sha256": "0" * 64}],
    "mappings": {"roster": "spreadsheet"},
    "notes": ["A hidden sheet was left alone."],
    "message": "",
    "next": "Correct 3 rows in rejects.csv and run again.",
}
STOPS = (1, 2, 4, 5, 6, 8)


class Hook(LoopbackServer):
    """A receiver of webhooks; what a path answers is reported beforehand."""

    answers: ClassVar[dict[str, Answer]] = {"/no": Answer(403), "/broken": Answer(500)}

    def answer(self, request: Request) -> Answer:
        """Accept everything by default."""
        return self.answers.get(request.path, Answer(200, b"thank you"))


class Mailbox:
    """Keeps the mails that a server took; refuses those for nobody@."""

    def __init__(self) -> None:
        """Begin empty."""
        self.mails: list[Message] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's
        """Accept a mail, unless it is for nobody@."""
        if any(each.startswith("nobody@") for each in envelope.rcpt_tos):
            return "550 there is nobody here"
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 taken"


class MailServer(Controller):
    """A mail server of aiosmtpd on a free port."""

    def _trigger_server(self) -> None:
        """Learn which port it was given, then greet as the base class does."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def hook() -> Iterator[Hook]:
    """Return a receiver of webhooks."""
    with Hook() as server:
        yield server


@pytest.fixture
def dead() -> str:
    """Return host and port without a server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def host(server: Hook) -> str:
    """Return host and port of a server."""
    return server.origin.removeprefix("http://")


# When


@pytest.mark.parametrize(
    ("on", "told"),
    [
        ("failure", {(code, changes) for code in STOPS for changes in (0, 5)}),
        ("guard", {(4, 0), (4, 5)}),
        ("change", {(code, changes) for code in STOPS for changes in (0, 5)} | {(code, 5) for code in (0, 3, 7, 10)}),
        ("always", {(code, changes) for code in (0, 1, 2, 3, 4, 5, 6, 7, 8, 10) for changes in (0, 5)}),
    ],
)
def test_when_somebody_is_told(on: Literal["failure", "guard", "change", "always"], told: set[tuple[int, int]]) -> None:
    """Rejected rows and pending changes are not failures; every other code but success is one."""
    runs = [(code, changes) for code in (0, 1, 2, 3, 4, 5, 6, 7, 8, 10) for changes in (0, 5)]
    assert {run for run in runs if notice.wanted(on, *run)} == told


def test_unforeseen_code_is_a_failure() -> None:
    """An unknown code is reported as a defect."""
    assert notice.wanted("failure", 99, 0)
    assert notice.notice({**REJECTED, "exit_code": 99}, "nightly", "host7").title.endswith("failed (exit code 99)")


# What


def test_what_a_notice_says() -> None:
    """A notice has the outcome, the counts, the issues by code, the files, the folder and what to do."""
    assert notice.notice(REJECTED, "nightly", "host7") == Notice(
        "contactpro-sync nightly on host7: rejected (exit code 3)",
        "Rows were rejected.\n"
        "Rows: 100 read, 97 accepted, 3 rejected, 0 dropped\n"
        "Changes: 90 create, 2 case change, 1 gone, 5 unchanged\n"
        "EMAIL-CASE: 2 (upper and lower case differ from the directory)\n"
        "EMAIL-SYNTAX: 1 (not an email address)\n"
        "out/acme/certificates-001.txt: 92 rows\n"
        "Folder of the run: 20260131T073000Z-7f3a\n"
        "Next: Import the files in System Configurator. Correct the rows that rejects.csv lists and run again.",
        "warning",
    )


@pytest.mark.parametrize(
    ("code", "counts", "line", "opening", "step"),
    [
        (
            0,
            {"sent": 90, "already": 2, "deleted": 1},
            "90 sent, 2 already, 0 failed, 1 deleted, 0 left",
            "The run did what it was",
            "",
        ),
        (
            3,
            {"sent": 80, "already": 2, "failed": 7, "deleted": 1, "left": 3},
            "80 sent, 2 already, 7 failed, 1 deleted, 3 left",
            "Not every person was delivered.",
            "Next: Look at the delivery's file of people in the folder of the run, then deliver again.",
        ),
        (
            5,
            {"read": 0, "create": 0},
            "0 sent, 0 already, 0 failed, 0 deleted, 0 left",
            "The run is done, and its delivery stopped.",
            "Next: Examine the job: contactpro-sync doctor JOB.toml. Then deliver again.",
        ),
    ],
)
def test_a_notice_counts_who_was_sent_and_who_failed(
    code: int, counts: dict[str, int], line: str, opening: str, step: str
) -> None:
    """The counts of a delivery have a line; the first sentence and the next step are those of the delivery."""
    own = {**REJECTED["counts"], "accepted": 100, "rejected": 0}
    summary = {**REJECTED, "exit_code": code, "counts": own, "delivery": {"exit_code": code, "counts": counts}}
    lines = notice.notice(summary, "nightly", "host7").body.splitlines()
    assert lines[0].startswith(opening)
    assert f"Delivery: {line}" in lines
    assert (lines[-1] if step else "") == step


def test_a_notice_of_rejected_rows_and_a_failed_delivery_names_both() -> None:
    """The rows are to be corrected and the delivery is to be repeated."""
    counts = {"sent": 80, "already": 0, "failed": 1, "deleted": 0, "left": 0}
    body = notice.notice({**REJECTED, "delivery": {"exit_code": 3, "counts": counts}}, "nightly", "host7").body
    assert body.splitlines()[0] == "Rows were rejected."
    assert body.splitlines()[-1] == (
        "Next: Look at the delivery's file of people in the folder of the run, then deliver again. "
        "Correct the rows that rejects.csv lists and run again."
    )


@pytest.mark.parametrize(
    ("code", "name", "body"),
    [
        (0, "ok", "The run did what it was asked to do."),
        (
            4,
            "guarded",
            """A guard stopped the run: no import file was written.
Next: Look at its numbers; approve its plan, or not.""",
        ),
        (
            5,
            "source",
            """A source could not be read whole: no import file was written.
Next: Examine the job: contactpro-sync doctor JOB.toml""",
        ),
        (8, "state", "The job's state is damaged, or of a newer version.\nNext: Restore it from a backup."),
    ],
)
def test_notice_of_a_run_that_read_nothing(code: int, name: str, body: str) -> None:
    """A run that has no folder, counts or files still has its outcome and what to do."""
    nothing = {
        "exit_code": code,
        "run": None,
        "counts": dict.fromkeys(REJECTED["counts"], 0),
        "issues": {},
        "files": [],
    }
    assert notice.notice(nothing, "nightly", "host7") == Notice(
        f"contactpro-sync nightly on host7: {name} (exit code {code})", body, "failure" if code else "success"
    )


def test_notice_of_a_guard_has_its_numbers_and_the_command_that_approves() -> None:
    """What stopped the run is in the notice, and the line to paste; a line that may have an address is not."""
    approving = f"contactpro-sync approve runs/nightly/20260131T073000Z-7f3a --hash {'ab' * 32}"
    stopped = REJECTED | {
        "exit_code": 4,
        "message": "The run was stopped:\n  - 40 to create, and budgets.create.max allows 25\n"
        "  - nobody of the site 'Desk of ida@example.com' is listed\nNo import file was written.",
        "next": f"Look at it: contactpro-sync show runs/nightly/X. If it is right: {approving}, and run again.",
    }
    body = notice.notice(stopped, "nightly", "host7").body
    assert "  - 40 to create, and budgets.create.max allows 25" in body
    assert f"If the plan is right: {approving}" in body
    assert "ida" not in body


def planted(value: object, word: str) -> object:
    """Put a word into every text of a document, its keys included."""
    if isinstance(value, str):
        return f"{value} {word}"
    if isinstance(value, list):
        return [planted(each, word) for each in value]
    if isinstance(value, dict):
        return {f"{key} {word}" if key.isupper() else key: planted(each, word) for key, each in value.items()}
    return value


@pytest.mark.parametrize("word", ["anna.berg@example.com", "Anna Berg", "/home/anna.berg@example.com/x"])
def test_nothing_personal_leaves_the_house(word: str) -> None:
    """Whatever text of a summary holds a name or an address, the notice does not."""
    document = planted(deepcopy(REJECTED), word)
    assert json.dumps(document).lower().count("anna") == 14
    said = notice.notice(document, "nightly", "host7")
    assert "anna" not in f"{said.title}{said.body}".lower()
    assert "@" not in f"{said.title}{said.body}"
    assert said.body.startswith("Rows were rejected.\nRows: 100 read")


def test_notice_of_a_real_run_has_no_address(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """Of a real run with bad rows the notice has the counts, and no character of a person."""
    rows = "Login,Email\nanna,anna.berg@example.com\nben,ben.cole@example\ncleo,cleo dahl@example.com\n"
    told = summary(ran(tmp_path, rows))
    assert "ben.cole@example" in (tmp_path / "agents.csv").read_text()
    said = notice.notice(told, "nightly", "host7")
    assert said.title == "contactpro-sync nightly on host7: rejected (exit code 3)"
    assert "Rows: 3 read, 1 accepted, 2 rejected, 0 dropped" in said.body
    assert f"Folder of the run: {Path(told['run']).name}" in said.body
    assert "@" not in said.body
    assert not {"anna", "ben", "cleo"} & set(said.body.lower().replace(".", " ").split())


# To whom


def test_json_notice_arrives(hook: Hook) -> None:
    """A notice to apprise's json:// arrives complete, at the path and with the sign-in of the address."""
    assert send.send([f"json://anna:{SECRET}@{host(hook)}/hooks/{SECRET}"], HELLO) == []
    (request,) = hook.requests
    assert (request.method, request.target) == ("POST", f"/hooks/{SECRET}")
    assert request.headers["authorization"].startswith("Basic ")
    document = json.loads(request.body)
    assert (document["title"], document["message"], document["type"]) == (HELLO.title, HELLO.body, "success")


@pytest.mark.parametrize(("code", "kind"), [(0, "success"), (3, "warning"), (4, "failure"), (5, "failure")])
def test_a_service_is_told_how_grave_it_is(code: int, kind: str, hook: Hook) -> None:
    """A stop arrives as a failure, so that a channel may colour it and a pager may ring."""
    said = notice.notice({**REJECTED, "exit_code": code}, "nightly", "host7")
    assert send.send([f"json://{host(hook)}/hooks"], said) == []
    assert json.loads(hook.requests[-1].body)["type"] == kind


def test_plain_webhook_gets_json(hook: Hook) -> None:
    """A webhook that apprise does not know gets title and message, at exactly the path and query of its address."""
    assert send.send([f"{hook.url}/a%2Fb/{SECRET}?key=x%26y&z"], HELLO) == []
    (request,) = hook.requests
    assert (request.method, request.target) == ("POST", f"/a%2Fb/{SECRET}?key=x%26y&z")
    assert json.loads(request.body) == {"title": HELLO.title, "message": HELLO.body}


def test_mail_arrives() -> None:
    """A notice to mailto:// arrives as a mail with the title as its subject and every line of the body."""
    box = Mailbox()
    server = MailServer(box, hostname="127.0.0.1", port=0, server_hostname="mail.example.com")
    server.start()
    try:
        url = f"mailto://127.0.0.1:{server.port}?smtp=127.0.0.1&from=job@example.com&format=text&to="
        assert send.send([f"{url}ops@example.com"], HELLO) == []
        assert send.send([f"{url}nobody@example.com"], HELLO) == [
            "Notice 1 of 1: mailto refused it, or could not be reached."
        ]
    finally:
        server.stop()
    (mail,) = box.mails
    assert mail["Subject"] == HELLO.title
    assert "ops@example.com" in mail["To"]
    content = mail.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content.decode().splitlines() == HELLO.body.splitlines()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (f"json://{{hook}}/no?x={SECRET}", "json refused it, or could not be reached."),
        (f"json://u:{SECRET}@{{hook}}/broken", "json refused it, or could not be reached."),
        (f"json://{{dead}}/{SECRET}", "json refused it, or could not be reached."),
        (f"jsons://{{dead}}/{SECRET}", "jsons refused it, or could not be reached."),
        (f"form://{{dead}}/{SECRET}", "form refused it, or could not be reached."),
        (
            f"mailto://u:{SECRET}@{{dead}}?smtp=127.0.0.1&to=a@example.com&from=b@example.com",
            "mailto refused it, or could not be reached.",
        ),
        (f"http://{{hook}}/no?{SECRET}", "the webhook did not take it: it answered 403."),
        (f"http://{{dead}}/{SECRET}", "the webhook did not take it: it could not be reached (ConnectError)."),
        (f"https://{{dead}}/{SECRET}", "the webhook did not take it: it could not be reached (ConnectError)."),
        (f"https://:{SECRET}@/x", "apprise knows no such service, or misses something in the address."),
        (f"http://webhook.example.com/{SECRET}", "apprise knows no such service, or misses something in the address."),
        (f"http://[{SECRET}", "apprise knows no such service, or misses something in the address."),
        (f"{SECRET}://x", "apprise knows no such service, or misses something in the address."),
        (SECRET, "apprise knows no such service, or misses something in the address."),
        ("mailto://", "apprise knows no such service, or misses something in the address."),
        ("", "apprise knows no such service, or misses something in the address."),
        (f"https://127.0.0.1:port/{SECRET}", "something is wrong with the address, or with the service."),
    ],
)
def test_what_could_not_be_sent(
    hook: Hook, dead: str, address: str, sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever is wrong with an address or its server: one sentence, with the kind of service and no more of it."""
    url = address.format(hook=host(hook), dead=dead)
    assert send.send([url], HELLO) == [f"Notice 1 of 1: {sentence}"]
    assert capfd.readouterr() == ("", "")


def test_one_bad_address_does_not_stop_the_others(hook: Hook, dead: str) -> None:
    """Every address is tried, and a sentence names the failed one by its place."""
    urls = [f"json://{dead}/x", f"json://{host(hook)}/1", "nonsense", f"{hook.url}/2"]
    assert send.send(urls, HELLO) == [
        "Notice 1 of 4: json refused it, or could not be reached.",
        "Notice 3 of 4: apprise knows no such service, or misses something in the address.",
    ]
    assert {request.target for request in hook.requests} == {"/1", "/2"}


def test_nobody_to_tell() -> None:
    """Without an address there is no notice, and nothing is imported for it."""
    assert send.send([], HELLO) == []


def test_redirects_are_not_followed_with_a_notice(hook: Hook) -> None:
    """A notice goes to its address: a redirect is not followed."""
    hook.answers = {"/on": Answer(302, headers={"Location": "/ok"}), "/same": Answer(308, headers={"Location": "/ok"})}
    assert send.send([f"json://{host(hook)}/on", f"{hook.url}/on"], HELLO) == [
        "Notice 1 of 2: json refused it, or could not be reached.",
        "Notice 2 of 2: the webhook did not take it: it leads elsewhere, where nothing was sent.",
    ]
    assert [request.target for request in hook.requests] == ["/on", "/on"]
    assert send.send([f"{hook.url}/same"], HELLO) == []
    assert [(request.method, request.target) for request in hook.requests[2:]] == [("POST", "/same"), ("POST", "/ok")]


@pytest.mark.parametrize("scheme", ["json", "http"])
def test_a_silent_server_keeps_nobody_waiting(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that does not answer is given up; silence in the logs lasts until its thread has ended."""
    monkeypatch.setattr(send, "PATIENCE", 0.3)
    with Hook() as hook:
        hook.faults.append(Fault("slow", seconds=30))
        assert send.send([f"{scheme}://{host(hook)}/{SECRET}"], HELLO) == [
            "Notice 1 of 1: no answer within 0.3 seconds."
        ]
        inside, level = send._SILENCE._inside, logging.root.manager.disable
    settled()
    assert (inside, level) == (1, logging.CRITICAL)
    assert (send._SILENCE._inside, logging.root.manager.disable) == (0, logging.NOTSET)


def settled() -> None:
    """Wait for the threads that were left behind."""
    for thread in threading.enumerate():
        if thread.name == "notices":
            thread.join(30)


# Silence


NOISY = ("", "apprise", "urllib3", "urllib3.connectionpool", "requests", "httpx", "httpcore", "httpcore.connection")


def everything(hook: Hook, dead: str) -> list[str]:
    """Return addresses with a secret in each, good ones and bad ones."""
    return [
        f"json://u:{SECRET}@{host(hook)}/{SECRET}",
        f"json://{host(hook)}/no/{SECRET}?-key={SECRET}",
        f"json://{dead}/{SECRET}",
        f"{hook.url}/{SECRET}",
        f"http://{dead}/{SECRET}",
        f"mailto://u:{SECRET}@{dead}?smtp=127.0.0.1&to=a@example.com",
        f"{SECRET}://x",
    ]


def test_no_address_reaches_a_log(
    hook: Hook, dead: str, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    """At the lowest level of every logger nothing is logged or warned of while sending; afterwards all is as before."""
    for name in NOISY:
        caplog.set_level(1, logger=name)
    before = list(warnings.filters)
    assert len(send.send(everything(hook, dead), HELLO)) == 4
    assert send.ping(f"{hook.url}/{SECRET}") is None
    assert caplog.records == []
    assert list(recwarn) == []
    logging.getLogger("apprise").info("heard again")
    assert [record.message for record in caplog.records] == ["heard again"]
    assert list(warnings.filters) == before


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_libraries_would_log_addresses(hook: Hook, caplog: pytest.LogCaptureFixture) -> None:
    """Without the silence the secret would be in the log: by apprise, by urllib3 and by httpx."""
    caplog.set_level(1)
    for name in NOISY:
        caplog.set_level(1, logger=name)
    send._deliver(f"json://{host(hook)}/{SECRET}", HELLO)
    send._ask("GET", f"{hook.url}/{SECRET}")
    assert {record.name.partition(".")[0] for record in caplog.records if SECRET in record.getMessage()} == {
        "apprise",
        "urllib3",
        "httpx",
    }


def test_silence_of_several_ends_with_the_last() -> None:
    """Two that send at the same time do not make each other heard, nor keep the logs silent for ever."""
    silence = send._Silence()
    with silence:
        with silence:
            assert logging.root.manager.disable == logging.CRITICAL
        assert logging.root.manager.disable == logging.CRITICAL
    assert logging.root.manager.disable == logging.NOTSET


# The signal of life


def test_signal_of_life_is_one_get(hook: Hook) -> None:
    """The switch gets one GET at exactly its address."""
    assert send.ping(f"{hook.url}/{SECRET}?rid=1") is None
    assert [(request.method, request.target, request.body) for request in hook.requests] == [
        ("GET", f"/{SECRET}?rid=1", b"")
    ]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (f"{{hook}}/no?{SECRET}", "The signal of life to 127.0.0.1 was not given: it answered 403."),
        (f"{{hook}}/circle?{SECRET}", "The signal of life to 127.0.0.1 was not given: it leads in a circle."),
        (
            f"{{hook}}/away?{SECRET}",
            "The signal of life to 127.0.0.1 was not given: it leads elsewhere, where nothing was sent.",
        ),
        (
            f"http://u:{SECRET}@{{dead}}/{SECRET}",
            "The signal of life to 127.0.0.1 was not given: it could not be reached (ConnectError).",
        ),
        (
            f"http://ping.example.com/{SECRET}",
            "The signal of life was not given: its address must begin with https:// and name a host.",
        ),
        (
            f"http://127.0.0.1.example.com/{SECRET}",
            "The signal of life was not given: its address must begin with https:// and name a host.",
        ),
        (SECRET, "The signal of life was not given: its address must begin with https:// and name a host."),
        ("https://", "The signal of life was not given: its address must begin with https:// and name a host."),
        ("http://[::1", "The signal of life was not given: its address must begin with https:// and name a host."),
        (
            f"https://127.0.0.1:port/{SECRET}",
            "The signal of life to 127.0.0.1 was not given: something is wrong with the address, or with the service.",
        ),
    ],
)
def test_signal_of_life_that_fails(hook: Hook, dead: str, address: str, sentence: str) -> None:
    """A signal that was not given is one sentence with the host; nothing is asked of another host."""
    with Hook() as other:
        hook.answers = {
            "/no": Answer(403),
            "/circle": Answer(302, headers={"Location": f"/circle?{SECRET}"}),
            "/away": Answer(302, headers={"Location": f"{other.url}/{SECRET}"}),
        }
        assert send.ping(address.format(hook=hook.url, dead=dead)) == sentence
        assert other.requests == []


def test_signal_of_life_is_followed_within_its_host(hook: Hook) -> None:
    """A switch may move its path."""
    hook.answers = {"/old": Answer(301, headers={"Location": "/new"})}
    assert send.ping(f"{hook.url}/old") is None
    assert [request.target for request in hook.requests] == ["/old", "/new"]


def test_signal_of_life_that_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A switch that does not answer is given up."""
    monkeypatch.setattr(send, "PATIENCE", 0.3)
    with Hook() as hook:
        hook.faults.append(Fault("slow", seconds=30))
        said = send.ping(f"{hook.url}/{SECRET}")
    settled()
    assert said in {
        "The signal of life to 127.0.0.1 was not given: no answer within 0.3 seconds.",
        "The signal of life to 127.0.0.1 was not given: it could not be reached (ReadTimeout).",
    }


def test_network_libraries_wait_until_something_is_sent() -> None:
    """The module itself imports neither apprise nor httpx: a run without notices does not wait for them."""
    program = "import sys, pipeline.notify.send; sys.exit(bool({'apprise', 'httpx', 'requests'} & set(sys.modules)))"
    project = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=project, check=False)
    assert done.returncode == 0
