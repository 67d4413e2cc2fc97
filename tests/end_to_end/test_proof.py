"""``sso assertion`` as people use it: plan or run, capture a sign-in, and hear whether it would work."""

import base64
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sample_data import make_sign_in
from tests.job_texts import job_text
from tests.pipeline.sso.saml.responses import (
    ANNA,
    EMAIL,
    HOST,
    POOL,
    RELAY_STATE,
    SERVICE,
    SIGNATURE_VALUE,
    assertion,
    attribute,
    deflated,
    encoded,
    form,
    har,
    page,
    params,
    response,
    sent,
    shown,
    signature,
)

SAMPLES = Path(__file__).parents[2] / "sample_data"
PEOPLE = f"Login,Email\naberg,{ANNA}\nblind,Bo.Lind@contoso-example.com\n"
JOB = job_text(
    '[baseline]\nkind = "state"\n',
    '[policy]\nsubject_case = "{case}"\n',
    tenant="ACME",
    more='saml_attribute = "{name}"\n',
)


@pytest.fixture(scope="module")
def done_once(tmp_path_factory: pytest.TempPathFactory, sync: Callable[..., Any]) -> Path:
    """Plan two people as a list and write their files, once for all tests of this module."""
    folder = tmp_path_factory.mktemp("team")
    (folder / "agents.csv").write_text(PEOPLE)
    assert sync(folder, "run", "agents.csv", "--tenant", "ACME", "--region", "eu").code == 0
    return folder


@pytest.fixture
def team(done_once: Path, tmp_path: Path) -> Path:
    """Return a folder of its own in which two people were planned as a list, and their files written."""
    return Path(shutil.copytree(done_once, tmp_path / "team"))


@pytest.fixture(scope="module")
def small_team(tmp_path_factory: pytest.TempPathFactory, sync: Callable[..., Any]) -> Path:
    """Do the run of the README, once."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(SAMPLES, folder / "sample_data")
    directory = ("--directory", "sample_data/exportUsers.csv")
    sync(folder, "run", "sample_data/small-team.csv", "--tenant", "ACME", "--region", "eu", *directory)
    return folder


def job(folder: Path, name: str = EMAIL, case: str = "exact", people: str = PEOPLE) -> Path:
    """Write a job whose list names the attribute."""
    (folder / "agents.csv").write_text(people)
    (folder / "nightly.toml").write_text(JOB.format(name=name, case=case))
    return folder


def capture(folder: Path, data: str | bytes) -> Path:
    """Write a capture."""
    path = folder / "capture"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize("name", ["sign-in.har", "saml-response.txt"])
@pytest.mark.parametrize("options", [[], ["--run", "runs/small-team/latest"], ["--attribute", EMAIL]])
def test_the_sample_is_a_match(small_team: Path, sync: Callable[..., Any], name: str, options: list[str]) -> None:
    """The sign-in of the samples meets a Subject of the list of the README; the document is the contract's."""
    done = sync(small_team, "sso", "assertion", f"sample_data/sso/{name}", *options, "--json")

    assert done.code == 0
    expected = {
        "outcome": "ok",
        "exit_code": 0,
        "issuer": "https://sts.contoso-example.com/0b9c0f6a-1111-4222-8333-5d0c2c7a9e01/",
        "audience": POOL,
        "name_id": "Aoife.Walsh@contoso-example.com",
        "attribute": {"name": EMAIL, "present": True, "near": []},
        "values": ["Aoife.Walsh@contoso-example.com"],
        "subject": "Aoife.Walsh@contoso-example.com",
        "verdict": "match",
        "issuer_agrees": True,
        "destination": SERVICE,
    }
    assert {key: done.document[key] for key in expected} == expected
    assert len(done.document["attributes"]) == 9
    assert done.document["signature"]["verified"] is False


def test_the_samples_are_what_their_maker_writes() -> None:
    """The files beside the maker are its own, byte for byte."""
    for name, text in make_sign_in.samples().items():
        assert (SAMPLES / "sso" / name).read_bytes() == text.encode()


@pytest.mark.parametrize(
    ("inside", "options", "expected"),
    [
        (assertion(), [], {"verdict": "match", "subject": ANNA, "values": [ANNA]}),
        (assertion(ANNA.upper()), [], {"verdict": "case", "subject": ANNA, "values": [ANNA.upper()]}),
        (
            assertion("Ann.Berg@contoso-example.com"),
            [],
            {"verdict": "unknown", "subject": None, "nearest": ANNA, "values": ["Ann.Berg@contoso-example.com"]},
        ),
        (
            assertion(),
            ["--attribute", EMAIL.title()],
            {
                "verdict": "absent",
                "subject": None,
                "values": [],
                "attribute": {"name": EMAIL.title(), "present": False, "near": [EMAIL]},
                "carriers": [EMAIL, "NameID"],
            },
        ),
        (assertion(attributes=attribute(EMAIL, ANNA, ANNA)), [], {"verdict": "unknown", "values": [ANNA, ANNA]}),
        (assertion(attributes=attribute("mail", ANNA)), ["--attribute", "mail"], {"verdict": "match"}),
    ],
    ids=["match", "case", "unknown", "absent", "several", "another attribute"],
)
def test_each_verdict_has_its_exit_code(
    team: Path, sync: Callable[..., Any], inside: str, options: list[str], expected: dict[str, Any]
) -> None:
    """Only a match ends with 0; everything else is a difference and ends with 7, and names what to do."""
    done = sync(team, "sso", "assertion", capture(team, form(response(inside))), *options, "--json")
    assert {key: done.document[key] for key in expected} == expected
    assert done.code == done.document["exit_code"] == (0 if expected["verdict"] == "match" else 7)
    assert done.document["outcome"] == ("ok" if expected["verdict"] == "match" else "differs")
    assert done.document["next"]


def test_a_person_reads_it_in_order(team: Path, sync: Callable[..., Any]) -> None:
    """The place, the parties, the verdict with the characters that differ, the next step, the exit code."""
    xml = response(assertion(attributes=attribute(EMAIL, ANNA.lower()) + attribute("team", "A\u009b", friendly="Team")))
    done = sync(team, "sso", "assertion", capture(team, xml))
    assert done.code == 7
    lines = done.stdout.splitlines()
    assert lines[0] == str(team / "capture")
    assert lines[1:7] == [
        "  issuer       https://idp.example.com/",
        f"  audience     {POOL}",
        f"  sent to      {SERVICE}",
        f"  NameID       {ANNA!r}",
        "  valid        from 2026-01-30T07:00:00Z to before 2026-01-30T08:00:00Z",
        "  signature    none",
    ]
    assert lines[8:12] == [f"* {EMAIL}", f"               {ANNA.lower()!r}", "  team (Team)", "               'A\\x9b'"]
    assert [line[:14] for line in lines[13:16]] == ["note: No attri", "note: Signatur", "note: NameID '"]
    assert "is [A]nna.[B]erg@contoso-example.com, and the attribute" in lines[16]
    assert lines[16].startswith("case: Upper and lower case differ: the Subject of login 'aberg' (delivered by agents")
    assert lines[18].startswith(f"next: Write {ANNA.lower()!r} in agents.csv, run again and import the new file")
    assert lines[19] == "Finished: differs (exit code 7)"


def test_the_job_names_the_attribute(tmp_path: Path, sync: Callable[..., Any]) -> None:
    """With --run the attribute is the job's; a plan is enough; --attribute outranks it."""
    job(tmp_path, name="mail")
    sync(tmp_path, "plan", "nightly.toml")
    xml = response(assertion(attributes=attribute(EMAIL, "x@example.com") + attribute("mail", ANNA)))
    latest = ("--run", "runs/nightly/latest")

    done = sync(tmp_path, "sso", "assertion", capture(tmp_path, xml), *latest, "--json")
    assert (done.code, done.document["attribute"]["name"]) == (0, "mail")
    assert not any("attribute was named" in note for note in done.document["notes"])
    assert done.document["holders"][0]["origin"].startswith("planned by nightly in ")

    done = sync(tmp_path, "sso", "assertion", capture(tmp_path, xml), *latest, "--attribute", EMAIL, "--json")
    assert (done.code, done.document["verdict"]) == (7, "unknown")


def test_what_was_handed_over_is_remembered(tmp_path: Path, sync: Callable[..., Any]) -> None:
    """A later run that changes nothing has an empty plan, and the person is known all the same; so is the region."""
    job(tmp_path)
    sync(tmp_path, "run", "nightly.toml")
    sync(tmp_path, "run", "nightly.toml")
    path = capture(tmp_path, form(response()))
    for options in ([], ["--run", "runs/nightly/latest"]):
        done = sync(tmp_path, "sso", "assertion", path, *options, "--json")
        assert (done.code, done.document["compared"]) == (0, 2)
        assert done.document["holders"][0]["origin"].startswith("delivered by nightly in ")
        assert done.document["issuer_agrees"] is True


def test_a_run_folder_that_was_sent_to_somebody(team: Path, sync: Callable[..., Any]) -> None:
    """It knows whose it is, wherever it is and whatever it is called there."""
    (run,) = (each for each in (team / "runs" / "agents").iterdir() if each.is_dir())
    shutil.copytree(run, team / "received")
    done = sync(team, "sso", "assertion", capture(team, form(response())), "--run", "received", "--json")
    assert (done.code, done.document["holders"][0]["origin"]) == (0, "delivered by agents in received")


def test_who_is_deleted_has_no_subject(tmp_path: Path, sync: Callable[..., Any]) -> None:
    """A plan that deletes a person does not make them sign in; until it is carried out they still can."""
    job(tmp_path)
    sync(tmp_path, "run", "nightly.toml")
    job(tmp_path, people=f"Login,Email\naberg,{ANNA}\n")
    with (tmp_path / "nightly.toml").open("a") as file:
        file.write('delete = "certificate"\n[budgets]\ndelete = { max = 9 }\n[guards]\nmax_shrink_percent = 90\n')
    path = capture(tmp_path, form(response(assertion("Bo.Lind@contoso-example.com"))))
    sync(tmp_path, "plan", "nightly.toml")
    done = sync(tmp_path, "sso", "assertion", path, "--json")
    assert done.document["holders"][0]["origin"].startswith("delivered by nightly")
    assert sync(tmp_path, "run", "nightly.toml").code == 0
    assert sync(tmp_path, "sso", "assertion", path, "--json").document["verdict"] == "unknown"


def test_lower_case_on_purpose(tmp_path: Path, sync: Callable[..., Any]) -> None:
    """If the job writes Subjects in lower case, a difference of case is reported to be the job's own choice."""
    job(tmp_path, case="lower")
    sync(tmp_path, "plan", "nightly.toml")
    done = sync(tmp_path, "sso", "assertion", capture(tmp_path, response()), "--json")
    assert (done.code, done.document["verdict"], done.document["subject"]) == (7, "case", ANNA.lower())
    assert 'set subject_case = "exact"' in done.document["next"]


@pytest.mark.parametrize(
    ("audience", "destination", "agrees"),
    [
        (POOL, SERVICE, {"issuer_agrees": True}),
        (POOL, "https://sso.example.com/acs", {"issuer_agrees": True}),
    ],
    ids=["host and region", "region only"],
)
def test_the_issuer_is_compared_too(
    team: Path, sync: Callable[..., Any], audience: str, destination: str, agrees: dict[str, bool | None]
) -> None:
    """A sign-in names the tenant's host and region, or only the region if the pool has a host of its own."""
    xml = response(assertion(audience=audience, recipient=destination), destination=destination)
    done = sync(team, "sso", "assertion", capture(team, xml), "--json")
    assert (done.code, done.document["verdict"]) == (0, "match")
    assert agrees.items() <= done.document.items()
    assert "But" not in done.document["message"]


@pytest.mark.parametrize(
    ("audience", "destination", "said"),
    [
        (
            "urn:amazon:cognito:sp:us-west-2_Ab",
            "https://sso.example.com/acs",
            f"But it was sent to a user pool in us-west-2, and the Issuer beside this Subject is {HOST}.",
        ),
        (
            POOL,
            SERVICE.replace("acme", "other"),
            "But it was sent to cc-other.auth.eu-central-1.amazoncognito.com for a user pool in eu-central-1, and",
        ),
    ],
    ids=["another region", "another tenant"],
)
def test_another_tenant_or_region_is_said(
    team: Path, sync: Callable[..., Any], audience: str, destination: str, said: str
) -> None:
    """A match for another tenant or region would not sign in: the verdict and the next step name the difference."""
    xml = response(assertion(audience=audience, recipient=destination), destination=destination)
    done = sync(team, "sso", "assertion", capture(team, xml), "--json")
    assert (done.code, done.document["verdict"], done.document["issuer_agrees"]) == (7, "elsewhere", False)
    assert said in done.document["message"]
    assert done.document["next"].startswith("Compare tenant and region of the job")


def test_what_a_terminal_could_obey_is_not_printed(team: Path, sync: Callable[..., Any]) -> None:
    """Names, addresses and values come from strangers: what is not printable is shown by its code point."""
    host = "https://\u009b2J.amazoncognito.com/"
    inside = assertion(
        ANNA.upper(),
        audience="urn:amazon:cognito:sp:\u202e_A",
        recipient=host,
        attributes=attribute("\u009b", "\u202e") + attribute(EMAIL, ANNA.upper(), friendly="\u009b"),
        name_id="\u009b",
    )
    done = sync(team, "sso", "assertion", capture(team, response(inside, destination=host)))
    assert done.code == 7
    assert done.stdout.replace("\n", "").isprintable()
    assert "one is wrong" in done.stdout


@pytest.mark.parametrize(
    ("certificate", "told", "line"),
    [
        (make_sign_in.CERTIFICATE, {"in_metadata": True}, ", listed in the metadata"),
        (None, {"in_metadata": None}, "none"),
        ("another", {"in_metadata": False}, ", NOT listed in the metadata"),
    ],
)
def test_the_certificate_is_looked_for_in_the_metadata(
    team: Path,
    sync: Callable[..., Any],
    other_certificate: str,
    certificate: str | None,
    told: dict[str, bool | None],
    line: str,
) -> None:
    """A signature by another certificate than the metadata's is reported; the signature is not verified."""
    inside = "" if certificate is None else signature(other_certificate if certificate == "another" else certificate)
    (team / "idp.xml").write_text(
        '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"><IDPSSODescriptor><KeyDescriptor use="signing">'
        '<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>'
        f"{make_sign_in.CERTIFICATE}</X509Certificate></X509Data></KeyInfo></KeyDescriptor></IDPSSODescriptor>"
        "</EntityDescriptor>"
    )
    path = capture(team, response(assertion(signature=inside)))
    document = sync(team, "sso", "assertion", path, "--metadata", "idp.xml", "--json").document
    assert document["verdict"] == "match"
    assert told.items() <= document["signature"].items()
    assert any("send the present one" in note for note in document["notes"]) == (certificate == "another")
    said = sync(team, "sso", "assertion", path, "--metadata", "idp.xml").stdout
    (shown_line,) = [each for each in said.splitlines() if each.startswith("  signature")]
    assert shown_line.endswith(line)


@pytest.fixture
def other_certificate() -> str:
    """Build a certificate that no metadata knows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "idp.example.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    made = made.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2046, 1, 1, tzinfo=UTC))
    return base64.b64encode(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)).decode()


def test_the_signature_of_the_sample_is_verified(small_team: Path, sync: Callable[..., Any]) -> None:
    """With the metadata of the provider the capture is known to be unedited; one changed character is found."""
    metadata = ("--metadata", "sample_data/sso/entra.xml")
    done = sync(small_team, "sso", "assertion", "sample_data/sso/sign-in.har", *metadata, "--json")
    assert (done.code, done.document["signature"]["verified"]) == (0, True)
    edited = make_sign_in.response().replace("Aoife.Walsh@", "aoife.Walsh@")
    path = capture(small_team, form(edited.encode()))
    document = sync(small_team, "sso", "assertion", path, *metadata, "--json").document
    assert (document["verdict"], document["signature"]["verified"]) == ("case", False)
    assert any(note.startswith("Signature: not valid; this capture was edited") for note in document["notes"])


def test_an_address_that_passed_to_a_colleague_is_no_match(tmp_path: Path, sync: Callable[..., Any]) -> None:
    """Two jobs gave one Subject to two logins: both are named, and it is a difference."""
    for name, login in (("north", "ines"), ("south", "omar")):
        (tmp_path / f"{name}.csv").write_text(f"Login,Email\n{login},service@contoso-example.com\n")
        sync(tmp_path, "run", f"{name}.csv", "--tenant", "ACME", "--region", "eu")
    path = capture(tmp_path, form(response(assertion("service@contoso-example.com"))))
    done = sync(tmp_path, "sso", "assertion", path, "--json")
    assert (done.code, done.document["verdict"]) == (7, "unknown")
    assert [each["login"] for each in done.document["holders"]] == ["ines", "omar"]
    assert done.document["next"].startswith(
        "In System Configurator delete this certificate from each user but the one to"
    )


def test_a_sign_in_to_another_application_proves_nothing(team: Path, sync: Callable[..., Any]) -> None:
    """The same email in a sign-in to another service ends with 7, and the next step is the right capture."""
    there = "https://crm.contoso-example.com/acs"
    xml = response(assertion(audience="crm", recipient=there), destination=there)
    done = sync(team, "sso", "assertion", capture(team, xml), "--json")
    assert (done.code, done.document["verdict"], done.document["subject"]) == (7, "elsewhere", ANNA)
    assert "was sent to crm.contoso-example.com" in done.document["message"]
    assert done.document["next"].startswith("Capture a sign-in to the Launchpad of your tenant")


def test_nothing_is_kept_unless_asked(team: Path, sync: Callable[..., Any]) -> None:
    """No file appears; with --save the document does, for its owner only, and never over another."""
    path = capture(team, form(response()))
    before = {each: each.read_bytes() for each in team.rglob("*") if each.is_file()}
    sync(team, "sso", "assertion", path)
    assert {each: each.read_bytes() for each in team.rglob("*") if each.is_file()} == before

    done = sync(team, "sso", "assertion", path, "--save", "proof.json", "--json", umask=0)
    assert json.loads((team / "proof.json").read_bytes()) == done.document
    assert (team / "proof.json").stat().st_mode & 0o777 == 0o600

    again = sync(team, "sso", "assertion", path, "--save", "proof.json", "--json")
    assert (again.code, again.document["message"]) == (2, "proof.json: there is a file already.")
    nowhere = sync(team, "sso", "assertion", path, "--save", "none/proof.json", "--json")
    assert (nowhere.code, nowhere.document["outcome"]) == (2, "usage")
    assert "none/proof.json: cannot be written" in nowhere.document["message"]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_secrets_are_not_told(team: Path, sync: Callable[..., Any], options: list[str]) -> None:
    """RelayState, the value of the signature, cookies and passwords in a recording are never shown or saved."""
    xml = response(assertion(signature=signature(make_sign_in.CERTIFICATE)))
    login = sent("https://idp.example.com/login?ctx=hunter1", text="passwd=hunter2&login=anna")
    login["request"]["headers"] = [{"name": "Cookie", "value": "hunter3"}]
    recorded = har(login, shown(page(xml)), sent(params=params(xml), text=form(xml)))
    done = sync(team, "sso", "assertion", capture(team, recorded), *options, "--save", "proof.json")
    assert done.code == 0
    everything = done.stdout + done.stderr + (team / "proof.json").read_text()
    for secret in (RELAY_STATE, SIGNATURE_VALUE, "hunter", make_sign_in.CERTIFICATE[:40]):
        assert secret not in everything


def test_several_sign_ins_in_one_recording(team: Path, sync: Callable[..., Any]) -> None:
    """The last one for Cognito is judged, and the notes report it."""
    first, second = response(assertion("Old@contoso-example.com")), response()
    for_others = response(assertion("x", audience="y", recipient="z"), destination="https://sp.example.com/acs")
    recorded = har(sent(params=params(first)), sent(params=params(second)), sent(params=params(for_others)))
    done = sync(team, "sso", "assertion", capture(team, recorded), "--json")
    assert (done.code, done.document["verdict"]) == (0, "match")
    assert "There are 3 different SAML responses in it; this is the last of those for Amazon Cognito" in str(
        done.document["notes"]
    )


BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
FAILED = '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/></samlp:Status>'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (BOMB, "contains a DTD or entities"),
        (encoded(OUTSIDE), "contains a DTD or entities"),
        (deflated(b"<a>" + b" " * 50_000_000 + b"</a>"), "unpacks to more than"),
        (b"<a>" * 17_000_000, "more than 8,000,000 bytes"),
        (b"<a>" * 200_000 + b"</a>" * 200_000, "SAML"),
        ("<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'/>".encode("utf-16"), "is SAML metadata"),
        ('{"log": {"entries": "none"}}', "is JSON, but not a HAR file"),
        (har(), "has no SAMLResponse"),
        (form(b"\x00\x01\x02"), "neither of XML nor of deflated XML"),
        (form(response(assertion() * 2)), "contains 2 assertions"),
        (form(response("<EncryptedAssertion/>")), "encrypted"),
        (form(response("", status=FAILED)), "status Responder"),
        (b"", "it is empty"),
    ],
    ids=[
        *("bomb", "external entity", "deflate bomb", "50 MB", "deep", "metadata", "JSON", "nobody signed in"),
        *("garbage", "two assertions", "encrypted", "refused by the provider", "empty"),
    ],
)
def test_what_cannot_be_read_ends_with_5(team: Path, sync: Callable[..., Any], data: str | bytes, said: str) -> None:
    """One document that names what it is and what to capture instead, and the exit code of a source."""
    done = sync(team, "sso", "assertion", capture(team, data), "--json")
    assert (done.code, done.document["exit_code"], done.document["outcome"]) == (5, 5, "source")
    assert said in done.document["message"]
    assert done.document["next"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["none.har"], 5, "none.har: cannot be read (No such file or directory)"),
        (["runs"], 5, "cannot be read (Is a directory)"),
        ([], 2, "Missing argument 'FILE'"),
        (["capture", "--run", "runs/none"], 2, "runs/none is not a run folder."),
        (["capture", "--attribute", " "], 2, "--attribute needs a name."),
        (["capture", "--metadata", "none.xml"], 5, "none.xml: cannot be read"),
        (["capture", "--metadata", "capture"], 5, "is not XML"),
        (["capture", "--no-such"], 2, "No such option"),
    ],
)
def test_mistakes_of_the_command_line(
    team: Path, sync: Callable[..., Any], arguments: list[str], code: int, said: str
) -> None:
    """A missing file is a source, everything else is a usage; both report what is wrong."""
    capture(team, form(response()))
    done = sync(team, "sso", "assertion", *arguments)
    assert done.code == code
    assert said in done.stderr
    assert done.stdout == ""


def test_there_is_nothing_to_compare_with(tmp_path: Path, sync: Callable[..., Any]) -> None:
    """Before the first plan no one has a Subject: the sign-in is shown, and what to do is reported."""
    done = sync(tmp_path, "sso", "assertion", capture(tmp_path, form(response())), "--json")
    assert (done.code, done.document["verdict"], done.document["compared"]) == (7, "unknown", 0)
    assert "Plan first" in done.document["next"]
    assert done.document["values"] == [ANNA]


def test_a_job_that_is_gone_is_said_to_be(tmp_path: Path, sync: Callable[..., Any]) -> None:
    """If the job of a run cannot be asked any more, a usual attribute is taken, and both are reported."""
    job(tmp_path, name="mail")
    sync(tmp_path, "plan", "nightly.toml")
    (tmp_path / "nightly.toml").unlink()
    path = capture(tmp_path, response())
    done = sync(tmp_path, "sso", "assertion", path, "--run", "runs/nightly/latest", "--json")
    assert (done.code, done.document["attribute"]["name"]) == (0, EMAIL)
    assert "cannot be read for its saml_attribute" in done.document["notes"][0]
    assert "is the usual one that was sent" in done.document["notes"][1]


def test_a_damaged_memory_is_not_believed(tmp_path: Path, sync: Callable[..., Any]) -> None:
    """A state that cannot be read ends with 8, as everywhere."""
    job(tmp_path)
    sync(tmp_path, "run", "nightly.toml")
    (tmp_path / "runs" / "nightly" / "state.db").write_bytes(b"not a state" * 100)
    done = sync(tmp_path, "sso", "assertion", capture(tmp_path, response()), "--json")
    assert (done.code, done.document["outcome"]) == (8, "state")


def test_the_newest_plan_of_a_job_counts(tmp_path: Path, sync: Callable[..., Any]) -> None:
    """A check has no plan, a run that was killed no manifest: neither hides the newest complete plan."""
    job(tmp_path, people="Login,Email\nold,Old.Berg@contoso-example.com\n")
    sync(tmp_path, "plan", "nightly.toml")
    job(tmp_path)
    sync(tmp_path, "plan", "nightly.toml")
    sync(tmp_path, "check", "nightly.toml")
    killed = tmp_path / "runs" / "nightly" / "29990101T000000Z-0000"
    killed.mkdir()
    (killed / "plan.json").write_text("{")
    (tmp_path / "runs" / "elsewhere").mkdir()
    (tmp_path / "runs" / "a-file").touch()
    done = sync(tmp_path, "sso", "assertion", capture(tmp_path, response()), "--json")
    assert (done.code, done.document["compared"]) == (0, 2)


def test_a_match_of_somebody_who_is_gone_is_noted(tmp_path: Path, sync: Callable[..., Any]) -> None:
    """A certificate that only a person has who left the list still matches, with a note and what to do."""
    sync(job(tmp_path), "run", "nightly.toml")
    sync(job(tmp_path, people="Login,Email\nblind,Bo.Lind@contoso-example.com\n"), "run", "nightly.toml")
    (tmp_path / "sign-in.txt").write_text(encoded(response()))
    done = sync(tmp_path, "sso", "assertion", "sign-in.txt", "--json")
    assert (done.code, done.document["verdict"]) == (0, "match")
    assert "The newest list does not have this user any more" in done.document["message"]
    assert "remove the certificate in System Configurator" in done.document["next"]
