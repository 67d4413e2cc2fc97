"""Ask two databases for known vulnerabilities of every pinned package, and believe no empty answer.

pip-audit ends with 0 and "No known vulnerabilities found" also if a database knew none of the packages it was asked
for. So each database is first asked for a package that is known to be vulnerable, and afterwards every pin has to be
in its answer. Ends with 0 (none known), 1 (some are known) or 2 (no answer that can be believed).

    python .ci/audit.py requirements/*.txt
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

DATABASES = ("pypi", "osv")
KNOWN = "jinja2", "2.4.1"
"""A release of 2010 with four published vulnerabilities."""

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)

Pin = tuple[str, str]


class NoAnswerError(Exception):
    """A database gave no answer, or one that cannot be believed."""


def pins(text: str) -> set[Pin]:
    """Return name and version of every package that a lock file pins, for any platform."""
    return {(re.sub(r"[-_.]+", "-", each["name"]).lower(), each["version"]) for each in _PIN.finditer(text)}


def rounds(wanted: Iterable[Pin]) -> Iterator[set[Pin]]:
    """Yield the pins in as many sets as one name has versions; a list for pip names each package once."""
    left = set(wanted)
    while left:
        chosen = dict(sorted(left)).items()
        yield set(chosen)
        left -= set(chosen)


def ask(program: Path, database: str, wanted: set[Pin]) -> list[dict[str, Any]]:
    """Return what a database answers for each of these packages.

    Raises:
        NoAnswerError: pip-audit failed, or the answer leaves a package out.
    """
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "pins.txt"
        listed.write_text("".join(f"{name}=={version}\n" for name, version in sorted(wanted)), "utf-8")
        command = [program, "--vulnerability-service", database, "--requirement", listed, "--no-deps", "--disable-pip"]
        done = subprocess.run(
            [*command, "--format", "json", "--progress-spinner", "off"], capture_output=True, text=True, check=False
        )
    try:
        answer = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = done.stderr.strip().rpartition("\n")[2]
        raise NoAnswerError(f"{database}: pip-audit ended with {done.returncode}: {last}") from None
    answered = {(str(each["name"]), str(each.get("version"))) for each in answer if "skip_reason" not in each}
    missing = sorted(f"{name} {version}" for name, version in wanted - answered)
    if missing:
        raise NoAnswerError(f"{database}: no answer for {len(missing)} of {len(wanted)} packages: {', '.join(missing)}")
    return list(answer)


def audit(program: Path, wanted: set[Pin]) -> list[str]:
    """Return one line for each known vulnerability.

    Raises:
        NoAnswerError: a database does not answer, leaves a package out, or does not know a vulnerability of 2014.
    """
    found = set()
    for database in DATABASES:
        if not any(each["vulns"] for each in ask(program, database, {KNOWN})):
            raise NoAnswerError(f"{database}: knows no vulnerability of {' '.join(KNOWN)}, which has several")
        for part in rounds(wanted):
            for each in ask(program, database, part):
                for flaw in each["vulns"]:
                    fixed = ", ".join(flaw["fix_versions"]) or "no release yet"
                    found.add(f"{each['name']} {each['version']}: {flaw['id']}, fixed in {fixed}")
    return sorted(found)


def main(paths: list[Path], program: Path) -> int:
    """Print what is known of the packages of these lock files, and return the exit code."""
    wanted = set().union(*(pins(path.read_text("utf-8")) for path in paths))
    if not wanted:
        print("audit: no lock file pins a package; name them: python .ci/audit.py requirements/*.txt", file=sys.stderr)
        return 2
    try:
        found = audit(program, wanted)
    except NoAnswerError as error:
        print(f"audit: no answer that can be believed. {error}", file=sys.stderr)
        print("next: Run it again with a way to the databases; until then nothing is known.", file=sys.stderr)
        return 2
    print("".join(f"{line}\n" for line in found), end="")
    print(f"audit: {len(found)} known vulnerabilities in {len(wanted)} pinned packages ({', '.join(DATABASES)})")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main([Path(each) for each in sys.argv[1:]], Path(sys.executable).with_name("pip-audit")))
