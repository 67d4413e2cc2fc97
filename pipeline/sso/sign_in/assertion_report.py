"""Show the check of a captured sign-in: as lines for a terminal, as a JSON document, and saved in a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pipeline.model.errors import UsageProblem
from pipeline.sso.saml.attribute_names import compare_name
from pipeline.sso.sign_in.assertion import AssertionCheck
from pipeline.sso.wording import plain, quoted
from pipeline.state import files

IN_METADATA = {None: "", True: ", listed in the metadata", False: ", NOT listed in the metadata"}
VERIFIED = {None: "not verified", True: "verified", False: "NOT valid"}


@dataclass(frozen=True, slots=True)
class AssertionReport:
    """The report of one check."""

    check: AssertionCheck

    def document(self) -> dict[str, Any]:
        """Build the JSON document (design §7)."""
        sign_in, found = self.check.sign_in, self.check.verdict
        name_match = compare_name(self.check.attribute, sign_in.names)
        return {
            "command": "sso assertion",
            "outcome": self.check.exit_code.name,
            "exit_code": self.check.exit_code.code,
            "found": sign_in.place,
            "issuer": sign_in.issuer,
            "audience": next(iter(sign_in.audiences), None),
            "audiences": list(sign_in.audiences),
            "destination": sign_in.destination,
            "name_id": sign_in.name_id,
            "name_id_format": sign_in.name_id_format,
            "valid": {"not_before": sign_in.not_before, "not_on_or_after": sign_in.not_on_or_after},
            "attributes": [msgspec.to_builtins(each) for each in sign_in.attributes],
            "attribute": {
                "name": self.check.attribute,
                "present": name_match.verdict == "exact",
                "near": list(name_match.near),
            },
            "values": list(sign_in.values(self.check.attribute)),
            "subject": found.subject,
            "verdict": found.verdict,
            "holders": [msgspec.to_builtins(each) for each in found.holders],
            "nearest": found.nearest or None,
            "carriers": list(found.carriers),
            "compared": self.check.compared,
            "issuer_agrees": self.check.issuer_agrees,
            "signature": {
                "response": sign_in.signature.response,
                "assertion": sign_in.signature.assertion,
                "certificates": list(sign_in.signature.fingerprints),
                "in_metadata": self.check.signature.in_metadata,
                "verified": self.check.signature.verified is True,
            },
            "notes": list(self.check.notes),
            "message": found.message,
            "next": found.advice,
        }

    def lines(self) -> Iterator[str]:
        """Build the lines for a person; values are shown unmasked, because this sign-in was asked for."""
        sign_in = self.check.sign_in
        yield sign_in.place
        yield f"  issuer       {plain(sign_in.issuer)}"
        yield f"  audience     {plain(', '.join(sign_in.audiences) or None)}"
        yield f"  sent to      {plain(sign_in.destination)}"
        yield f"  NameID       {quoted(sign_in.name_id)}"
        yield f"  valid        from {plain(sign_in.not_before)} to before {plain(sign_in.not_on_or_after)}"
        yield f"  signature    {_signature(self.check)}"
        yield ""
        for each in sign_in.attributes:
            mark = "*" if each.name == self.check.attribute else " "
            friendly = f" ({plain(each.friendly_name)})" if each.friendly_name else ""
            yield f"{mark} {plain(each.name)}{friendly}"
            yield from (f"               {quoted(value)}" for value in each.values)
        yield ""
        yield from (f"note: {note}" for note in self.check.notes)
        yield f"{self.check.verdict.verdict}: {self.check.verdict.message}"
        yield f"\nnext: {self.check.verdict.advice}"
        yield f"Finished: {self.check.exit_code.name} (exit code {self.check.exit_code.code})"

    def save(self, path: Path) -> None:
        """Write the document to a new private file (0600).

        Raises:
            UsageProblem: the file exists already, or cannot be written.
        """
        text = msgspec.json.format(msgspec.json.encode(self.document()), indent=2)
        try:
            files.write_new(path, [text, b"\n"])
        except FileExistsError:
            raise UsageProblem(
                f"{path}: there is a file already.", advice="Give --save with the name of a new file."
            ) from None
        except OSError as error:
            reason = error.strerror or error
            raise UsageProblem(
                f"{path}: cannot be written ({reason}).", advice="Give --save with a file in another folder."
            ) from None


def _signature(check: AssertionCheck) -> str:
    found = check.sign_in.signature
    places = [name for name in ("response", "assertion") if getattr(found, name)]
    if not places:
        return "none"
    fingerprints = ", ".join(found.fingerprints) or "none that can be read"
    state = f"{VERIFIED[check.signature.verified]}; certificate SHA-256 {fingerprints}"
    return f"of the {' and the '.join(places)}, {state}{IN_METADATA[check.signature.in_metadata]}"
