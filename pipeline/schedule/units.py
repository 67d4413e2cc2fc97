"""Files that run a job every day: cron, systemd, Windows, Kubernetes, Airflow.

Nothing is installed and nothing is read: names go in, text comes out.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Literal

from pipeline.model.errors import UsageProblem
from pipeline.schedule import comment, quoting
from pipeline.schedule.render import render

Target = Literal["cron", "systemd", "windows", "kubernetes", "airflow"]

DEFAULT_TIME = "04:15"
"""Outside the hours that summer time takes away or repeats (01:00 to 03:59 by zone), and before the working day."""

HOURS = 2
"""A run that takes longer is ended; a directory of a million users is read in minutes (facts: microsoft-graph §1)."""

DELAY_MINUTES = 10
"""By so much at the most a start is put off at random, if the scheduler can."""

LONGEST_LABEL = 36
"""With "contactpro-sync-" before it 52 characters, which is how long the name of a CronJob may be."""

IMAGE = "contactpro-sync:latest"
"""The image for Kubernetes if none was named; a comment marks it as assumed."""

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_CLEARED = re.compile(r"/(var/)?tmp(/|$)")


@dataclass(frozen=True, slots=True)
class ScheduleFile:
    """A file's name, its text (to be saved as UTF-8), and the commands by which a person puts it in place."""

    name: str
    text: str
    install: str


@dataclass(frozen=True, slots=True)
class _SecretFile:
    """A secret that the job reads from ``path``, and a ``label`` for it."""

    path: str
    label: str


@dataclass(frozen=True, slots=True)
class ScheduleContext:
    """The values of every template: the job, when it is done, and which secrets it asks for.

    ``name`` is a label that is a name everywhere, ``title`` is the job's own name; ``about`` are lines for a comment.
    """

    name: str
    title: str
    job: PurePath
    runs: PurePath
    program: PurePath
    at: str
    hour: int
    minute: int
    about: tuple[str, ...]
    variables: tuple[str, ...]
    files: tuple[_SecretFile, ...]
    hours: int = HOURS
    delay: int = DELAY_MINUTES


def units(  # noqa: PLR0913 - the values of the templates; for_job passes most of them by name
    target: Target,
    job: PurePath,
    runs: PurePath,
    program: PurePath,
    at: str = DEFAULT_TIME,
    *,
    references: Sequence[str] = (),
    image: str | None = None,
    user: str | None = None,
    about: Sequence[str] = (),
) -> tuple[ScheduleFile, ...]:
    """Write the files by which ``program`` does ``job`` every day ``at`` HH:MM; the first of them is the main one.

    ``references`` are those of the job (``env:``, ``file:``, ``keyring:``); they are named, never resolved. ``image``
    is for Kubernetes, with the image's own program and runs on a volume. ``user`` is the account of the
    systemd unit; None leaves the choice to a comment. ``about`` are lines more for the comment of each file.

    Raises:
        UsageProblem: no such time of day, or a name that the target cannot carry.
    """
    for name in (*map(str, (job, runs, program)), *references, image or "", user or ""):
        quoting.text(name)
    context = _context(target, _absolute(job), _absolute(runs), _absolute(program), at, references, about)
    match target:
        case "cron":
            return _cron(context)
        case "systemd":
            return _systemd(context, user)
        case "windows":
            return _windows(context)
        case "kubernetes":
            return _kubernetes(context, image)
        case "airflow":
            return _airflow(context)


def _context(
    target: Target,
    job: PurePath,
    runs: PurePath,
    program: PurePath,
    at: str,
    references: Sequence[str],
    more: Sequence[str],
) -> ScheduleContext:
    time = _TIME.fullmatch(at)
    if time is None:
        raise UsageProblem(
            f"{at!r} is not a time of day.", advice=f"Write hours and minutes, for example {DEFAULT_TIME}."
        )
    parted = [reference.partition(":") for reference in dict.fromkeys(references)]
    variables = tuple(quoting.variable(name) for kind, _, name in parted if kind == "env")
    files = [name for kind, _, name in parted if kind == "file"]
    about = comment.lines(target, job.stem, at, parted)
    return ScheduleContext(
        name=f"contactpro-sync-{quoting.label(job.stem, LONGEST_LABEL)}",
        title=job.stem,
        job=job,
        runs=runs,
        program=program,
        at=at,
        hour=int(time[1]),
        minute=int(time[2]),
        about=(*about, *more),
        variables=variables,
        files=tuple(_SecretFile(path, quoting.label(PurePath(path).stem, LONGEST_LABEL)) for path in files),
    )


def _cron(context: ScheduleContext) -> tuple[ScheduleFile, ...]:
    name, folder = context.name, "$HOME/.config/contactpro-sync"
    words = [quoting.without_backslash(path) for path in (context.program, context.job, context.runs)]
    started = quoting.shell(words[0], "run", words[1], "--runs", words[2])
    secrets = f'set -a; . "{folder}/{name}.env"; set +a; ' if context.variables else ""
    failed = """{ code=$?; [ "$code" -eq 3 ] || { printf '%s\\n' "$said"; exit "$code"; }; }"""
    command = quoting.cron(f"umask 077; {secrets}said=$({started} 2>&1) || {failed}")
    text = render("cron.j2", asdict(context), command=command)
    line = ScheduleFile(f"{name}.cron", text, f"(crontab -l 2>/dev/null; cat {name}.cron) | crontab -")
    install = f'mkdir -p "{folder}" && install -m 0600 {name}.env "{folder}/"'
    return line, *_environment(context, "the line for cron", "A value stands in single quotes: NAME='value'", install)


def _systemd(context: ScheduleContext, user: str | None) -> tuple[ScheduleFile, ...]:
    name = context.name
    owner = f"-o {quoting.shell(user)} " if user else ""
    temporary = any(_CLEARED.match(str(path)) for path in (context.job, context.runs, context.program))
    service = ScheduleFile(
        f"{name}.service",
        render("systemd.service.j2", asdict(context), user=user, temporary=temporary),
        f"sudo install -d -m 0700 {owner}{quoting.shell(context.runs)}\n"
        f"sudo install -m 0644 {name}.service /etc/systemd/system/",
    )
    timer = ScheduleFile(
        f"{name}.timer",
        render("systemd.timer.j2", asdict(context)),
        f"sudo install -m 0644 {name}.timer /etc/systemd/system/\n"
        f"sudo systemctl daemon-reload && sudo systemctl enable --now {name}.timer",
    )
    install = f"sudo install -D -m 0600 {name}.env /etc/contactpro-sync/{name}.env"
    secrets = _environment(context, service.name, "A value stands in single quotes: NAME='value'", install)
    return service, *secrets, timer


def _windows(context: ScheduleContext) -> tuple[ScheduleFile, ...]:
    name = context.name
    quoting.windows([context.program])
    arguments = quoting.windows(["run", context.job, "--runs", context.runs])
    text = render("windows.xml.j2", asdict(context), arguments=arguments)
    # In ASCII and without a declared encoding the file is right however it is saved: schtasks wants the UTF-16 that it
    # writes itself, or plain bytes, and refuses a declared UTF-8 as well as the byte order mark of UTF-8.
    text = text.encode("ascii", "xmlcharrefreplace").decode()
    return (
        ScheduleFile(f"{name}.xml", text, rf'schtasks /Create /TN "{name}" /XML "{name}.xml" /RU DOMAIN\account /RP *'),
    )


def _kubernetes(context: ScheduleContext, image: str | None) -> tuple[ScheduleFile, ...]:
    name, own = context.name, image or IMAGE
    place = f"/etc/contactpro-sync/{context.job.name}"
    text = render("kubernetes.yaml.j2", asdict(context), image=own, assumed=not image, place=place)
    # By way of stdin, because kubectl splits a path at commas and equals signs.
    job_file = f"kubectl create configmap {name} --from-file=job.toml=/dev/stdin --dry-run=client -o yaml"
    install = f"{job_file} < {quoting.shell(context.job)} | kubectl apply -f -\nkubectl apply -f {name}.yaml"
    secret = f"kubectl create secret generic {name} --from-env-file={name}.env && rm {name}.env"
    quotes = "A value stands as it is, without quotes: NAME=value"
    return ScheduleFile(f"{name}.yaml", text, install), *_environment(context, "kubectl", quotes, secret)


def _airflow(context: ScheduleContext) -> tuple[ScheduleFile, ...]:
    started = quoting.jinja(quoting.shell(context.program, "run", context.job, "--runs", context.runs))
    command = f'umask 077; {started} || {{ code=$?; [ "$code" -eq 3 ] || exit "$code"; }}'
    text = render("airflow.py.j2", asdict(context), command=command)
    return (ScheduleFile(f"{context.name}.py", text, f'cp {context.name}.py "$AIRFLOW_HOME/dags/"'),)


def _environment(context: ScheduleContext, reader: str, quotes: str, install: str) -> tuple[ScheduleFile, ...]:
    """Write the file that a person fills with the secrets; none if the job asks for no variable."""
    if not context.variables:
        return ()
    return (
        ScheduleFile(
            f"{context.name}.env", render("environment.j2", asdict(context), reader=reader, quotes=quotes), install
        ),
    )


def _absolute(path: PurePath) -> PurePath:
    """Build a path absolute. Links are kept, because an installation is renewed by one, unless ``..`` follows them."""
    whole = path if path.is_absolute() else Path(path).absolute()
    return whole.resolve() if isinstance(whole, Path) and ".." in whole.parts else whole
