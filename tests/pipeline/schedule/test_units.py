"""Ready files for schedulers: byte for byte, and with hostile names read by what really reads each of them.

The readers: ``systemd-analyze`` and ``kubectl`` if they are installed, ``/bin/sh`` and ``bash``, PyYAML and the
schemas of Kubernetes, an XML parser, Jinja2 and Python. Rules of a reader that is not here (cron, the kubelet, a C
program on Windows) are written out below from its manual.

Run as a program, this file writes the golden files anew: ``.venv/bin/python tests/pipeline/schedule/test_units.py``.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any, get_args
from xml.etree.ElementTree import Element

import jinja2
import kubernetes_validate
import pytest
import yaml
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.errors import UsageProblem
from pipeline.schedule import from_job, quoting, units
from pipeline.schedule.units import ScheduleFile, Target

GOLDEN = Path(__file__).with_name("golden")
TARGETS: tuple[Target, ...] = get_args(Target)
REFERENCES = (
    "env:CONTACTPRO_GRAPH_SECRET",
    "file:/etc/contactpro/graph.pem",
    "keyring:contactpro/mail",
    "env:CONTACTPRO_NOTIFY",
)
IMAGE = "registry.example.com/contactpro-sync:1.0"
PLACES = {
    "job": PurePosixPath("/srv/contactpro/nightly.toml"),
    "runs": PurePosixPath("/srv/contactpro/runs"),
    "program": PurePosixPath("/opt/contactpro-sync/bin/contactpro-sync"),
}
ON_WINDOWS = {
    "job": PureWindowsPath(r"C:\Contact Pro\nightly.toml"),
    "runs": PureWindowsPath(r"C:\Contact Pro\runs"),
    "program": PureWindowsPath(r"C:\Program Files\contactpro-sync\contactpro-sync.exe"),
}
VARIABLE = re.compile(r'%[^%\\/:"]+%')
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"

HOSTILE = [
    "plain",
    "two  words ",
    "it's",
    'say "hello"',
    "100% sure",
    "%n %% %h",
    "%PATH",
    "$HOME ${HOME} $(id) $$ $$(A) $",
    "`id`",
    "a; rm -rf #b",
    "a & b | c > d < e",
    "{{ job }} {% x %} {# y #} {",
    "a=b,c:d",
    "-n",
    "*?[a-z]!",
    "~root",
    "<a>&amp;]]>--",
    "Jörgs Aufträge",
    "夜間ジョブ 🌙",
    "e\u0301 a\u00a0b",
]
WITH_BACKSLASH = [r"back\slash", "ends with \\", r"\n \x41 \\"]
NO_NAMES = ["line\nbreak", "tab\t", "nul\0", "bell\x07", "\x85", "para\u2029graph", "\udcff", "\uffff"]

linux = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")


def made(target: Target, **changes: object) -> dict[str, ScheduleFile]:
    """Build the files of a target by their endings."""
    places = ON_WINDOWS if target == "windows" else PLACES
    found = units.units(target, **{**places, "references": REFERENCES, "image": IMAGE, **changes})
    return {unit.name.partition(".")[2]: unit for unit in found}


def hostile(name: str) -> dict[str, PurePosixPath]:
    """Return the three paths, each with a name in it."""
    folder = PurePosixPath("/srv") / name
    return {"job": folder / f"{name}.toml", "runs": folder / name, "program": folder / "bin" / name}


def texts(places: dict[str, PurePosixPath]) -> list[str]:
    """Return the words of the command that is to be started."""
    return [str(places["program"]), "run", str(places["job"]), "--runs", str(places["runs"])]


# The text


@pytest.mark.parametrize("target", TARGETS)
def test_files_are_the_golden_ones(target: Target) -> None:
    """Every file is byte for byte the one that a person has looked at."""
    found = made(target, user="contactpro").values()
    folder = GOLDEN / target
    assert {path.name for path in folder.iterdir()} == {unit.name for unit in found} | {"install.txt"}
    for unit in found:
        assert (folder / unit.name).read_bytes() == unit.text.encode()
    assert (folder / "install.txt").read_text("utf-8") == commands(found)


def commands(found: Sequence[ScheduleFile]) -> str:
    """Show the install command of each file."""
    return "".join(f"{unit.name}:\n{unit.install}\n" for unit in found)


@pytest.mark.parametrize("target", TARGETS)
def test_without_secrets_nothing_is_said_of_them(target: Target) -> None:
    """A job that refers to no secret gets no file for them, and no word about them."""
    found = made(target, references=())
    assert "env" not in found
    assert not re.search("secret|keyring", "".join(unit.text for unit in found.values()), re.IGNORECASE)


@pytest.mark.parametrize("target", TARGETS)
def test_every_file_says_what_the_exit_codes_mean(target: Target) -> None:
    """Who finds the file knows which exit codes are good ones, and whose clock counts."""
    main = next(iter(made(target).values())).text
    assert "or with 3 (rows were rejected, see rejects.csv" in main
    assert "4 stopped by a guard" in main
    whose = {"kubernetes": "the cluster", "airflow": "Airflow"}.get(target, "this machine")
    assert f"The time is that of {whose}" in main.replace("&#39;", "'")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("at", "hour", "minute"), [("00:00", 0, 0), ("23:59", 23, 59), ("09:05", 9, 5)])
def test_time_of_day(target: Target, at: str, hour: int, minute: int) -> None:
    """The time is in each file in the form of its scheduler."""
    found = made(target, at=at)
    written = {
        "cron": ("cron", f"\n{minute} {hour} * * * "),
        "systemd": ("timer", f"\nOnCalendar=*-*-* {at}:00\n"),
        "windows": ("xml", f"T{at}:00</StartBoundary>"),
        "kubernetes": ("yaml", f'schedule: "{minute} {hour} * * *"'),
        "airflow": ("py", f'schedule="{minute} {hour} * * *"'),
    }
    ending, text = written[target]
    assert text in found[ending].text


@pytest.mark.parametrize(
    "at", ["", "2:30", "24:00", "12:60", "02:30:00", "noon", "02.30", " 02:30", "٠٢:٣٠", "02:30\n"]
)
def test_no_time_of_day(at: str) -> None:
    """What is not a time of day is refused, with an example."""
    with pytest.raises(UsageProblem, match="is not a time of day") as refused:
        made("cron", at=at)
    assert refused.value.advice == "Write hours and minutes, for example 04:15."


def test_relative_paths_are_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler starts elsewhere: relative paths are those of the folder in which the command was given."""
    monkeypatch.chdir(tmp_path)
    line = made("cron", job=Path("nightly.toml"), runs=Path("deep/../runs"), program=Path("bin/contactpro-sync"))[
        "cron"
    ]
    started = f"{tmp_path}/bin/contactpro-sync run {tmp_path}/nightly.toml --runs {tmp_path}/runs"
    assert f"said=$({started} 2>&1)" in line.text


@linux
def test_links_are_kept(tmp_path: Path) -> None:
    """An installation that is renewed by changing a link goes on being started by that link."""
    (tmp_path / "version-1").mkdir()
    (tmp_path / "current").symlink_to("version-1")
    program = tmp_path / "current" / "contactpro-sync"
    assert f"$({program} run " in made("cron", program=program)["cron"].text


# Names


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", NO_NAMES)
def test_names_that_are_no_text(target: Target, name: str) -> None:
    """A path with a line break, a control character or bytes that are not text is refused everywhere."""
    for place, path in hostile(name).items():
        with pytest.raises(UsageProblem, match="has a character that no scheduler can be given") as refused:
            made(target, **{place: path})
        assert refused.value.advice == "Rename it, or move it elsewhere."
    with pytest.raises(UsageProblem, match="has a character that no scheduler can be given"):
        made(target, references=[f"file:/etc/{name}"])


@pytest.mark.parametrize("reference", ["env:", "env:MY-TOKEN", "env:1ST", "env:a b", "env:Ä", "env:X=1"])
def test_names_that_are_no_variables(reference: str) -> None:
    """A variable that some scheduler cannot set is refused."""
    with pytest.raises(UsageProblem, match="is no name of a variable that every scheduler can set"):
        made("systemd", references=[reference])


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("nightly", "nightly"),
        ("nightly-2", "nightly-2"),
        ("Nightly", "nightly-ab6b5a4d"),
        ("jörg's job", "jorg-s-job-59b942a3"),
        ("夜", "a519542a"),
        ("a" * 36, "a" * 36),
        ("a" * 37, f"{'a' * 27}-21ec055b"),
    ],
)
def test_labels(title: str, label: str) -> None:
    """A job's label is its name if that is valid everywhere; else a digest distinguishes it from others."""
    assert quoting.label(title, 36) == label


@given(st.text(min_size=1))
def test_labels_are_names_everywhere(title: str) -> None:
    """Whatever a job is called, its label is a DNS label, and another name has another label."""
    title = title.encode("utf-8", "ignore").decode()
    label = quoting.label(title, 36)
    assert re.fullmatch("[a-z0-9]([-a-z0-9]{0,34}[a-z0-9])?", label)
    assert quoting.label(f"{title}x", 36) != label


# cron: the rule for "%" and "\" is that of crontab(5), in two dialects; the rest is read by the shell itself


def cron_reads(text: str, *, vixie: bool) -> str:
    """Return the command that cron hands to the shell: the first bare % ends it, an escaped one is a %."""
    (line,) = (line for line in text.splitlines() if line and not line.startswith("#"))
    fields = line.split(" ", 5)
    assert fields[:5] == ["15", "4", "*", "*", "*"]
    command = fields[5].encode()[:999].decode()
    pattern = r"\\([%\\])" if vixie else r"\\(%)"
    bare = re.compile(r"(?:\\.|[^\\%])*%", re.DOTALL).match(command)
    return re.sub(pattern, r"\1", bare.group()[:-1] if bare else command)


def fake_program(place: Path, code: int = 0) -> None:
    """Write a program that prints its arguments, one a line, and ends with a code."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f'#!/bin/sh\nprintf \'%s\\n\' "$0" "$@" "umask $(umask)"\nexit {code}\n')
    place.chmod(0o755)


@linux
@pytest.mark.parametrize("vixie", [True, False])
@pytest.mark.parametrize("name", HOSTILE)
def test_cron_starts_what_was_named(name: str, vixie: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a dialect of the table
    """Both dialects of cron give the shell a line that starts the program with exactly these words."""
    folder = tmp_path / name
    places = {"job": folder / f"{name}.toml", "runs": folder / name, "program": folder / "bin" / name}
    fake_program(places["program"], code=4)
    command = cron_reads(made("cron", **places, references=())["cron"].text, vixie=vixie)
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False, cwd="/")
    assert (done.returncode, done.stderr) == (4, "")
    assert done.stdout.splitlines() == [*map(str, texts(places)), "umask 0077"]


@linux
@pytest.mark.parametrize(("code", "ends", "speaks"), [(0, 0, False), (3, 0, False), (4, 4, True), (1, 1, True)])
def test_cron_speaks_only_of_failures(code: int, ends: int, speaks: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a column of the table
    """Cron mails the output of a command, so a run that succeeded, or rejected rows, prints nothing."""
    program = tmp_path / "contactpro-sync"
    fake_program(program, code)
    command = cron_reads(made("cron", program=program, references=())["cron"].text, vixie=True)
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, bool(done.stdout), done.stderr) == (ends, speaks, "")


@linux
def test_cron_reads_the_secrets(tmp_path: Path) -> None:
    """The line takes the secrets from their file, installed by the printed command, and passes them to the program."""
    program = tmp_path / "contactpro-sync"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$CONTACTPRO_NOTIFY"\nexit 1\n')
    program.chmod(0o755)
    found = made("cron", program=program)
    secrets = found["env"].text.replace("CONTACTPRO_NOTIFY=", "CONTACTPRO_NOTIFY='a $b \"c\" %'")
    (tmp_path / found["env"].name).write_text(secrets)
    home = {"HOME": str(tmp_path), "PATH": os.defpath}
    subprocess.run(["/bin/sh", "-c", found["env"].install], cwd=tmp_path, env=home, check=True)
    command = cron_reads(found["cron"].text, vixie=True)
    done = subprocess.run(["/bin/sh", "-c", command], env=home, capture_output=True, text=True, check=False)
    assert done.stdout == 'a $b "c" %\n'
    assert (tmp_path / ".config/contactpro-sync" / found["env"].name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", WITH_BACKSLASH)
def test_cron_refuses_backslashes(name: str) -> None:
    """What becomes of a backslash depends on the cron, so none is given to it."""
    with pytest.raises(UsageProblem, match="what becomes of a backslash depends on whose cron it is"):
        made("cron", **hostile(name))


def test_cron_refuses_long_lines() -> None:
    """A line that cron of Debian would cut off is refused, counted in bytes."""
    with pytest.raises(UsageProblem, match=r"would have 1[0-9]{3} bytes, and cron reads 999"):
        made("cron", runs=PurePosixPath("/srv") / ("ä" * 400))


# systemd


def dumped(folder: Path, unit: ScheduleFile, *, change: Callable[[str], str] = lambda text: text) -> str:
    """Let systemd read a unit and return what it understood; a warning about the unit is an error."""
    path = folder / unit.name
    path.write_text(change(unit.text), encoding="utf-8")
    verify = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(path)]
    quiet = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert (quiet.returncode, quiet.stdout + quiet.stderr) == (0, "")
    loud = {**os.environ, "SYSTEMD_LOG_LEVEL": "debug", "SYSTEMD_LOG_TARGET": "console"}
    return subprocess.run(verify, capture_output=True, text=True, check=True, env=loud).stdout


def said(dump: str, key: str) -> str:
    """Return one line of what systemd understood."""
    (value,) = re.findall(rf"^\t+{key}: (.*)$", dump, re.MULTILINE)
    return value


@needs_systemd
def test_systemd_takes_both_units(tmp_path: Path) -> None:
    """Service and timer pass systemd-analyze verify, with the same content for it as for a person."""
    program = tmp_path / "contactpro-sync"
    fake_program(program)
    found = made("systemd", program=program, user="contactpro")
    service = dumped(tmp_path, found["service"], change=lambda text: text.replace("# LoadCredential", "LoadCredential"))
    wanted = {
        "Type": "oneshot",
        "UMask": "0077",
        "ProtectSystem": "strict",
        "PrivateTmp": "no" if tmp_path.is_relative_to("/tmp") else "yes",  # noqa: S108 - a place, not a file
        "TimeoutStartSec": "2h",
        "ReadWritePaths": "/srv/contactpro/runs",
        "EnvironmentFile": "/etc/contactpro-sync/contactpro-sync-nightly.env",
        "User": "contactpro",
    }
    assert {key: said(service, key) for key in wanted} == wanted
    assert "SuccessExitStatus=3\n" in found["service"].text
    assert "NoNewPrivileges=yes\n" in found["service"].text
    timer = dumped(tmp_path, found["timer"])
    assert (said(timer, "OnCalendar"), said(timer, "Persistent")) == ("*-*-* 04:15:00", "yes")


@needs_systemd
@pytest.mark.parametrize("name", [*HOSTILE, *WITH_BACKSLASH])
def test_systemd_reads_what_was_named(name: str, tmp_path: Path) -> None:
    """Systemd splits the command into exactly these words, and opens exactly this folder for writing."""
    paths = hostile(name)
    program = tmp_path / (re.sub(r"[\"'\\]", "", name) or "x")
    fake_program(program)
    service = dumped(tmp_path, made("systemd", **{**paths, "program": program}, references=())["service"])
    # It shows them quoted for a shell; $$ stays as it is until the program is started (man: systemd.service(5)).
    show = f"printf '%s\\n' {said(service, 'Command Line')}"
    started = subprocess.run(["/bin/sh", "-c", show], capture_output=True, text=True, check=True).stdout.splitlines()
    assert started[0] == str(program)
    assert [word.replace("$$", "$") for word in started[1:]] == ["run", str(paths["job"]), "--runs", str(paths["runs"])]
    assert all(word.count("$") % 2 == 0 for word in started[1:])
    assert said(service, "ReadWritePaths") == str(paths["runs"])
    assert said(service, "Description") == f"contactpro-sync: the job {quoting.systemd(name).replace('%%', '%')}"


@needs_systemd
@pytest.mark.parametrize("name", HOSTILE)
def test_systemd_would_load_the_credential(name: str, tmp_path: Path) -> None:
    """The line that a person may uncomment is one that systemd takes."""
    found = made("systemd", program=PurePosixPath("/bin/sh"), references=[f"file:/etc/{name}.key"])["service"]
    assert f"LoadCredential={quoting.label(name, 36)}:/etc/{name.replace('%', '%%')}.key\n" in found.text
    dumped(tmp_path, found, change=lambda text: text.replace("# LoadCredential", "LoadCredential"))


@pytest.mark.parametrize("name", [*WITH_BACKSLASH, "it's", 'a"b'])
def test_systemd_refuses_such_programs(name: str) -> None:
    """Systemd starts no program with quotes or a backslash in its path, so the file is not written."""
    with pytest.raises(UsageProblem, match="systemd starts no program with a quote or a backslash in its path"):
        made("systemd", program=hostile(name)["program"])


def test_systemd_service_has_a_user_or_says_so() -> None:
    """With an account the unit has no privilege left; without one a comment warns that it would be root."""
    assert "\nUser=contactpro\n" in made("systemd", user="contactpro")["service"].text
    assert "\nCapabilityBoundingSet=\n" in made("systemd", user="contactpro")["service"].text
    nobody = made("systemd")["service"].text
    assert "\n# User=contactpro\n" in nobody
    assert "\nUser=" not in nobody


def test_systemd_service_sees_its_files_in_tmp() -> None:
    """A job in /tmp would be hidden by a /tmp of the unit's own: a comment reports it, and it stays visible."""
    assert "\nPrivateTmp=yes\n" in made("systemd")["service"].text
    root = PurePosixPath("/")
    for place in (root / "tmp/x", root / "var/tmp/x"):
        assert "\nPrivateTmp=no\n" in made("systemd", runs=place)["service"].text
    assert "\nPrivateTmp=yes\n" in made("systemd", runs=root / "tmpfiles/x")["service"].text


# Windows


def c_program_reads(line: str) -> list[str]:
    r"""Split as CommandLineToArgvW does: before a quote two backslashes are one, and an odd one escapes it."""
    words, word, quoted, at = [], "", False, 0
    begun = False
    while at < len(line):
        run = re.compile(r"\\*").match(line, at)
        assert run
        count, at = len(run.group()), run.end()
        if at < len(line) and line[at] == '"':
            word, begun = word + "\\" * (count // 2), True
            if count % 2:
                word += '"'
            else:
                quoted = not quoted
            at += 1
            continue
        if count:
            word, begun = word + "\\" * count, True
            continue
        if line[at] in " \t" and not quoted:
            words, word, begun = words + [word] * begun, "", False
        else:
            word, begun = word + line[at], True
        at += 1
    return words + [word] * begun


def task(**changes: object) -> Element:
    """Read the task as the Task Scheduler does: as XML."""
    text = made("windows", **changes)["xml"].text
    assert text.isascii()
    assert text.startswith('<?xml version="1.0"?>\n')
    root: Element = fromstring(text, forbid_dtd=True)
    return root


def test_windows_task_is_the_schema_s() -> None:
    """The task has the settings of a job that runs alone at night, in the order that the schema wants."""
    root = task()
    assert root.tag == f"{TASK}Task"
    assert [each.tag.removeprefix(TASK) for each in root] == [
        "RegistrationInfo",
        "Triggers",
        "Principals",
        "Settings",
        "Actions",
    ]
    trigger = root.find(f"{TASK}Triggers/{TASK}CalendarTrigger")
    assert trigger is not None
    assert [each.tag.removeprefix(TASK) for each in trigger] == ["StartBoundary", "RandomDelay", "ScheduleByDay"]
    chosen = root.find(f"{TASK}Settings")
    assert chosen is not None
    assert {each.tag.removeprefix(TASK): each.text for each in chosen} == {
        "MultipleInstancesPolicy": "IgnoreNew",
        "DisallowStartIfOnBatteries": "false",
        "StopIfGoingOnBatteries": "false",
        "StartWhenAvailable": "true",
        "ExecutionTimeLimit": "PT2H",
        "Enabled": "true",
    }
    assert root.findtext(f".//{TASK}LogonType") == "Password"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_windows_task_survives_its_saving(encoding: str) -> None:
    """In whichever encoding an editor or a shell saves the file, it is the same XML."""
    job = PureWindowsPath("C:\\Aufträge\\夜.toml")
    saved = made("windows", job=job)["xml"].text.encode(encoding)
    assert c_program_reads(fromstring(saved).findtext(f".//{TASK}Arguments"))[1] == str(job)


@pytest.mark.parametrize("name", [name for name in (*HOSTILE, *WITH_BACKSLASH) if not VARIABLE.search(name)])
def test_windows_starts_what_was_named(name: str) -> None:
    """The task names the program as it is, and its arguments are taken apart into exactly these words."""
    folder = PureWindowsPath("C:\\") / name
    places: dict[str, PurePath] = {"job": folder / "n.toml", "runs": folder, "program": folder / "c.exe"}
    root = task(**places)
    assert root.findtext(f".//{TASK}Command") == str(places["program"])
    line = root.findtext(f".//{TASK}Arguments")
    assert line is not None
    assert c_program_reads(line) == ["run", str(places["job"]), "--runs", str(places["runs"])]


@pytest.mark.parametrize("place", ["job", "runs", "program"])
@pytest.mark.parametrize("name", ["%PATH%", "a%ProgramFiles(x86)%b", "50% and 60%"])
def test_windows_refuses_variables(place: str, name: str) -> None:
    """The Task Scheduler has no escape for %NAME%, so such a path is refused."""
    with pytest.raises(UsageProblem, match="would take what stands between % and % for a variable"):
        made("windows", **{place: PureWindowsPath("C:\\") / name})


# Kubernetes


def kubelet_reads(word: str) -> str:
    """Expand an argument as the kubelet does, with no variable of any name: $$ is $, $(NAME) stays."""
    return re.sub(r"\$\$", "$", word)


def resources(**changes: object) -> list[dict[str, Any]]:
    """Read the resources as YAML."""
    return list(yaml.safe_load_all(made("kubernetes", **changes)["yaml"].text))


def check(resource: dict[str, Any]) -> None:
    """Check a resource against the newest schema of Kubernetes; a key that it does not know is an error."""
    kubernetes_validate.validate(resource, kubernetes_validate.latest_version(), strict=True)


def test_kubernetes_resources_are_the_schema_s() -> None:
    """A claim and a CronJob, which runs alone, once, without privileges, and takes its secrets from a Secret."""
    claim, job = resources()
    check(claim)
    check(job)
    assert (claim["kind"], job["kind"]) == ("PersistentVolumeClaim", "CronJob")
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    assert job["spec"]["jobTemplate"]["spec"]["backoffLimit"] == 0
    assert job["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 7200
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["restartPolicy"] == "Never"
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["image"] == IMAGE
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    secret = {"name": "contactpro-sync-nightly", "key": "CONTACTPRO_NOTIFY"}
    assert {"name": "CONTACTPRO_NOTIFY", "valueFrom": {"secretKeyRef": secret}} in container["env"]
    mounted = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    assert mounted == {"job": "/etc/contactpro-sync", "runs": "/var/lib/contactpro-sync", "tmp": "/tmp"}  # noqa: S108 - of the pod
    assert {each["name"] for each in pod["volumes"]} == set(mounted)


def test_schema_refuses_a_wrong_key() -> None:
    """The schema would reject a key that Kubernetes does not know."""
    job = resources()[1]
    job["spec"]["concurencyPolicy"] = "Forbid"
    with pytest.raises(kubernetes_validate.ValidationError):
        check(job)


@pytest.mark.parametrize("name", [*HOSTILE, *WITH_BACKSLASH])
def test_kubernetes_reads_what_was_named(name: str) -> None:
    """The job file keeps its name in the pod, because the name of a job is the name of its state."""
    spec = resources(**hostile(name), image=f"registry.example.com/{name}")[1]["spec"]
    pod = spec["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["image"] == f"registry.example.com/{name}"
    wanted = ["run", f"/etc/contactpro-sync/{name}.toml", "--runs", "/var/lib/contactpro-sync"]
    assert [kubelet_reads(word) for word in container["args"]] == wanted
    assert [kubelet_reads(word) for word in container["command"]] == container["command"]
    assert not any("$(" in word.replace("$$", "") for word in [*container["args"], *container["command"]])
    assert pod["volumes"][0]["configMap"]["items"] == [{"key": "job.toml", "path": f"{name}.toml"}]


@linux
@pytest.mark.parametrize(("code", "ends"), [(0, 0), (3, 0), (4, 4), (5, 5)])
def test_pod_ends_as_the_job_does(code: int, ends: int, tmp_path: Path) -> None:
    """The container hands the words on as they are, and rejected rows are not a failure of the pod."""
    fake_program(tmp_path / "contactpro-sync", code)
    (container,) = resources()[1]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    environment = {"PATH": f"{tmp_path}:{os.defpath}"}
    words = [*container["command"], "run", "a b $HOME 'c' *", "--runs", "d"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (ends, "")
    assert done.stdout.splitlines()[1:] == ["run", "a b $HOME 'c' *", "--runs", "d", "umask 0077"]


@linux
@pytest.mark.parametrize("started", ["", "sleep 0.3"], ids=["once it waits", "before it knows its child"])
def test_pod_hands_the_end_on(started: str, tmp_path: Path) -> None:
    """SIGTERM reaches the program at whatever moment, which may tidy up; the pod waits and ends with its code."""
    program = tmp_path / "contactpro-sync"
    tidies = 'trap "echo tidy; exit 4" TERM\necho ready\nfor _ in $(seq 500); do sleep 0.02; done'
    program.write_text(f"#!/bin/sh\n{tidies}\n")
    program.chmod(0o755)
    (container,) = resources()[1]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    command = [word.replace(' "$@" &\n', f' "$@" &\n{started}\n') for word in container["command"]]
    environment = {"PATH": f"{tmp_path}:{os.defpath}"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as pod:
        assert pod.stdout is not None
        assert pod.stdout.readline() == "ready\n"
        pod.send_signal(signal.SIGTERM)
        assert (pod.communicate()[0], pod.returncode) == ("tidy\n", 4)


@linux
@needs_kubectl
@pytest.mark.parametrize("name", ["plain", "a=b,c 'd' $e"])
def test_kubectl_makes_the_configmap(name: str, tmp_path: Path) -> None:
    """The command that a person is given makes the ConfigMap of the job file, whatever its path is."""
    job = tmp_path / name / "nightly.toml"
    job.parent.mkdir()
    job.write_text("version = 1\n")
    make = made("kubernetes", job=job)["yaml"].install.partition(" | kubectl apply")[0]
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(["/bin/sh", "-c", make], env=environment, capture_output=True, check=True)
    made_of_it = yaml.safe_load(done.stdout)
    assert made_of_it["metadata"]["name"] == "contactpro-sync-nightly"
    assert made_of_it["data"] == {"job.toml": "version = 1\n"}


def test_kubernetes_without_an_image_says_that_one_is_assumed() -> None:
    """The manifest is ready without ``--image`` too; a comment beside the assumed image names what to do."""
    text = made("kubernetes", image=None)["yaml"].text
    job = list(yaml.safe_load_all(text))[1]
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "contactpro-sync:latest"
    assert "# Assumed: name your own image" in text
    assert "Assumed" not in made("kubernetes")["yaml"].text


@pytest.mark.parametrize("name", ["nightly", "a--b", "-->"])
def test_what_is_printed_is_a_file_as_well(name: str) -> None:
    """How to put the files in place is in comments: one redirection gives what the scheduler reads."""
    job = PLACES["job"].with_name(f"{name}.toml")

    def printed(target: Target) -> str:
        return "\n".join(from_job.lines([*made(target, job=job).values()], "contactpro-sync schedule x -o DIR"))

    assert [each["kind"] for each in yaml.safe_load_all(printed("kubernetes"))] == ["PersistentVolumeClaim", "CronJob"]
    compile(printed("airflow"), "dag.py", "exec")
    assert fromstring(printed("windows")).tag == f"{TASK}Task"
    ours = [line for line in printed("cron").splitlines() if line and not line.startswith("#")]
    assert [line.split(" umask")[0] for line in ours] == ["15 4 * * *"]


@pytest.mark.parametrize("target", TARGETS)
def test_the_other_files_are_named_with_the_command_that_writes_them(target: Target) -> None:
    """One file is printed; what else belongs to it is reported in a comment of it."""
    units_made = [*made(target).values()]
    printed = "\n".join(from_job.lines(units_made, "contactpro-sync schedule x -o DIR"))
    assert all(unit.name in printed for unit in units_made)
    assert ("contactpro-sync schedule x" in printed) == (len(units_made) > 1)


@pytest.mark.parametrize("target", TARGETS)
def test_files_are_written_into_a_folder_and_none_is_replaced(target: Target, tmp_path: Path) -> None:
    """Each file is as in ``--json``; a second time nothing is written."""
    units_made = [*made(target).values()]
    written = from_job.write(units_made, tmp_path / "a" / "b")
    assert [path.read_text("utf-8") for path in written] == [unit.text for unit in units_made]
    with pytest.raises(UsageProblem, match="exists already"):
        from_job.write(units_made, tmp_path / "a" / "b")


@pytest.mark.parametrize(("at", "warned"), [("01:30", True), ("02:30", True), ("03:59", True), ("04:15", False)])
def test_an_hour_that_summer_time_takes_away_is_warned_of(at: str, *, warned: bool) -> None:
    """The default is outside these hours."""
    assert ("summer time" in made("cron", at=at)["cron"].text) is warned


# Airflow


AIRFLOW = """
import sys, types, json
told = []
class Recorder:
    def __init__(self, **named): told.append(named)
    def __enter__(self): return self
    def __exit__(self, *_): pass
def module(name, **names):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(names)
module("airflow", DAG=Recorder)
if sys.argv[2] == "2":
    module("airflow.operators"), module("airflow.operators.bash", BashOperator=Recorder)
else:
    module("airflow.providers"), module("airflow.providers.standard"), module("airflow.providers.standard.operators")
    module("airflow.providers.standard.operators.bash", BashOperator=Recorder)
exec(compile(open(sys.argv[1], encoding="utf-8").read(), sys.argv[1], "exec"), {})
print(json.dumps(told, default=str))
"""


def dag(folder: Path, unit: ScheduleFile, version: str = "3") -> list[dict[str, Any]]:
    """Run a DAG file in a Python of its own, with a fake Airflow, and return the arguments of DAG and operator."""
    path = folder / unit.name
    path.write_text(unit.text, encoding="utf-8")
    run = [sys.executable, "-I", "-W", "error", "-c", AIRFLOW, str(path), version]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("version", ["2", "3"])
def test_airflow_takes_the_dag(version: str, tmp_path: Path) -> None:
    """The file runs with the BashOperator of Airflow 2 or 3: one DAG that catches up with nothing, one task."""
    about, operator = dag(tmp_path, made("airflow")["py"], version)
    assert about == {
        "dag_id": "contactpro-sync-nightly",
        "description": "contactpro-sync: the job nightly",
        "schedule": "15 4 * * *",
        "start_date": "2026-01-01 00:00:00",
        "catchup": False,
        "max_active_runs": 1,
        "tags": ["contactpro-sync"],
    }
    command = operator.pop("bash_command")
    assert operator == {"task_id": "run", "retries": 0, "execution_timeout": "2:00:00"}
    assert not command.endswith((".sh", ".bash"))


@linux
@pytest.mark.parametrize("name", [*HOSTILE, *WITH_BACKSLASH])
def test_airflow_starts_what_was_named(name: str, tmp_path: Path) -> None:
    """Python, then Jinja, then bash read the command, and start the program with exactly these words."""
    folder = tmp_path / name
    places = {"job": folder / f"{name}.toml", "runs": folder / name, "program": folder / "bin" / name}
    fake_program(places["program"])
    template = dag(tmp_path, made("airflow", **places)["py"])[1]["bash_command"]
    command = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(template).render()  # noqa: S701 - as Airflow's
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd="/")  # noqa: S607 - whichever bash there is
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [*map(str, texts(places)), "umask 0077"]


@linux
@pytest.mark.parametrize(("code", "ends"), [(0, 0), (3, 0), (4, 4), (1, 1)])
def test_airflow_task_ends_as_the_job_does(code: int, ends: int, tmp_path: Path) -> None:
    """Rejected rows are not a failure of the task; everything else that is not 0 is one."""
    program = tmp_path / "contactpro-sync"
    fake_program(program, code)
    command = dag(tmp_path, made("airflow", program=program)["py"])[1]["bash_command"]
    assert subprocess.run(["bash", "-c", command], capture_output=True, check=False).returncode == ends  # noqa: S607 - whichever bash there is


# Laws

NAMES = st.text(
    st.characters(exclude_categories=["Cc", "Cn", "Cs", "Zl", "Zp"], exclude_characters="/\\"),
    min_size=1,
    max_size=100,
).filter(lambda name: name not in {".", ".."})


@settings(max_examples=200)
@given(NAMES)
def test_every_name_comes_back(name: str) -> None:
    """Whatever a name is, each format that took it gives back the name itself."""
    assert yaml.safe_load(quoting.yaml(name)) == name
    assert kubelet_reads(yaml.safe_load(quoting.kubernetes(name))) == name
    assert shlex.split(jinja2.Environment().from_string(quoting.jinja(quoting.shell(name))).render()) == [name]  # noqa: S701 - as Airflow's
    for vixie in (True, False):
        line = f"15 4 * * * {quoting.cron(f'echo {quoting.shell(name)}')}"
        assert shlex.split(cron_reads(line, vixie=vixie)) == ["echo", name]
    if not VARIABLE.search(name):
        assert c_program_reads(quoting.windows([name, "x"])) == [name, "x"]


def regenerate() -> None:
    """Write the golden files anew."""
    for target in TARGETS:
        folder = GOLDEN / target
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        found = made(target, user="contactpro").values()
        for unit in found:
            (folder / unit.name).write_bytes(unit.text.encode())
        (folder / "install.txt").write_text(commands(found), encoding="utf-8")


if __name__ == "__main__":
    regenerate()
