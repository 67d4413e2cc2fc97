"""The command that proves a captured sign-in: ``sso assertion``."""

from pathlib import Path

import typer

from pipeline.cli import options, printing


def assertion(
    capture: options.Capture,
    run: options.ProofRun = None,
    attribute: options.AttributeName = None,
    metadata: options.Metadata = None,
    save: options.Save = None,
    runs: options.Runs = Path("runs"),
    as_json: options.AsJson = False,
) -> None:
    """Prove that a captured sign-in carries somebody's Subject, letter for letter; nothing is sent, nothing is kept."""
    with printing.saying_what_is_wrong("sso assertion", as_json=as_json):
        from pipeline import proof

        found = proof.prove(capture, runs, run, attribute, metadata)
        if save is not None:
            proof.save(found, save)
        printing.document(found.document()) if as_json else printing.text(found.lines())
        raise typer.Exit(found.end.code)
