"""The commands for single sign-on: ``sso urls``, ``sso metadata``, ``sso ticket``, ``sso assertion``."""

from datetime import UTC, datetime
from pathlib import Path

import typer

from pipeline.cli import options, output
from pipeline.cli.output import saying_what_is_wrong

sso = typer.Typer(
    help="Single sign-on beside the certificates: addresses, metadata, support ticket, check of a sign-in.",
    no_args_is_help=True,
)


@sso.command("urls", epilog="Example: contactpro-sync sso urls --tenant ACME --region eu")
def urls(
    job: options.Job = None,
    tenant: options.Tenant = None,
    region: options.RegionName = None,
    markdown: options.Markdown = False,
    as_json: options.AsJson = False,
) -> None:
    """List a tenant's metadata address, the Issuer of its certificates, and the address of each application."""
    with saying_what_is_wrong("sso urls", as_json=as_json):
        from pipeline.sso import settings, urls

        found = urls.build_urls(settings.read_settings(job, tenant, region).known_tenant("urls"))
        output.answer(found.document, found.markdown if markdown else found.lines, as_json=as_json)


@sso.command(
    "metadata",
    epilog="Example: contactpro-sync sso metadata --tenant ACME --region eu --file contact-pro.xml --file entra.xml",
)
def metadata(
    job: options.Job = None,
    tenant: options.Tenant = None,
    region: options.RegionName = None,
    file: options.MetadataFiles = None,
    idp: options.Provider = None,
    attribute: options.Attribute = None,
    allow_host: options.AllowHost = None,
    as_json: options.AsJson = False,
) -> None:
    """Check that the metadata of tenant and provider are consistent: Issuer, endpoints, certificates, attribute."""
    with saying_what_is_wrong("sso metadata", as_json=as_json):
        from pipeline.sso import metadata_check, settings

        sources = metadata_check.MetadataSources(tuple(file or ()), idp, tuple(allow_host or ()))
        given = settings.read_settings(job, tenant, region, attribute)
        found = metadata_check.check_metadata(given, sources, datetime.now(UTC))
        output.show(found, as_json=as_json)
        raise typer.Exit(found.end.code)


@sso.command(
    "ticket",
    epilog="Example: contactpro-sync sso ticket --tenant ACME --region eu --attribute email "
    "--metadata-url https://acme.accounts.ondemand.com/saml2/metadata -o ticket.eml",
)
def ticket(
    job: options.Job = None,
    tenant: options.Tenant = None,
    region: options.RegionName = None,
    attribute: options.Attribute = None,
    metadata_url: options.MetadataUrl = None,
    metadata_file: options.MetadataFile = None,
    draft: options.Draft = None,
    to: options.Recipient = None,
    as_json: options.AsJson = False,
) -> None:
    """Write the support ticket for Sinch to set up single sign-on, as text and as a draft for a mail program."""
    with saying_what_is_wrong("sso ticket", as_json=as_json):
        from pipeline.sso import settings
        from pipeline.sso import ticket as support

        given = settings.read_settings(job, tenant, region, attribute)
        made = support.build_ticket(given, metadata_url, metadata_file, datetime.now(UTC))
        made = support.save(made, draft, to)
        output.show(made, as_json=as_json)
        output.warnings([] if as_json else made.warnings)


@sso.command("assertion", epilog="Example: contactpro-sync sso assertion sign-in.har --run runs/nightly/latest")
def assertion(
    capture: options.Capture,
    run: options.ProofRun = None,
    attribute: options.Attribute = None,
    metadata: options.Metadata = None,
    save: options.Save = None,
    runs: options.Runs = Path("runs"),
    as_json: options.AsJson = False,
) -> None:
    """Check that a captured sign-in carries the Subject of a user, byte for byte; nothing is sent, nothing is kept."""
    with saying_what_is_wrong("sso assertion", as_json=as_json):
        from pipeline.sso.sign_in import assertion
        from pipeline.sso.sign_in.assertion_report import AssertionReport

        checked = assertion.check(capture, runs, run, attribute, metadata)
        report = AssertionReport(checked)
        if save is not None:
            report.save(save)
        output.show(report, as_json=as_json)
        raise typer.Exit(checked.exit_code.code)
