"""The same work as ``plain_script.py`` for those who know polars: expressions over columns, one join, no row loop.

Run as ``python benchmarks/polars_script.py ROSTER DIRECTORY OUT``. It must be no more general than the plain script, so
that its time is fair: it knows the columns and the faults of ``world.py``.
"""

import json
import sys
from pathlib import Path

import polars as pl

ISSUERS = {"eu": "eu-central-1", "na": "us-west-2", "au": "ap-southeast-2", "af": "af-south-1"}
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
EMAIL = rf"^{ATOM}(\.{ATOM})*@([A-Za-z0-9]+(-[A-Za-z0-9]+)*\.)+[A-Za-z]{{2,}}$"
INVISIBLE = r"[\x{feff}\x{200b}-\x{200d}\x{2060}]"
SPACE = r"[ \x{a0}\x{1680}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]"


def main() -> None:
    """Read both files, judge every row, write what is accepted and what is not."""
    roster, directory, out = map(Path, sys.argv[1:4])
    rows = texts(roster).rename({"Employee ID": "ExternalId"}).with_row_index("row").collect()
    entries = texts(directory).select("mail", "userType", "accountEnabled").filter(pl.col("mail") != "")
    entries = entries.with_columns(folded=pl.col("mail").str.to_lowercase()).collect()
    if entries["folded"].is_duplicated().any():
        raise SystemExit(f"{directory}: two entries differ only by case, which this script does not know")

    rows = rows.with_columns(folded=pl.col("Email").str.to_lowercase(), tenant=pl.col("Tenant").str.to_lowercase())
    rows = rows.join(entries, on="folded", how="left", maintain_order="left").with_columns(fault=email_fault())
    exact = pl.col("fault") == ""
    found = pl.col("fault").is_in(["", "EMAIL-CASE"])
    rows = rows.with_columns(
        exact=exact,
        first=pl.col("row") == pl.col("row").min().over("tenant", "Email"),
        disabled=found & (pl.col("accountEnabled") == "False"),
        guest=found & (pl.col("userType") == "Guest"),
        bad_login=(pl.col("Login") != "") & ~pl.col("Login").str.contains(r"^[\p{L}\p{N}\p{M}_.-]+$"),
        no_region=~pl.col("Region").is_in(list(ISSUERS)),
        no_key=(pl.col("Login").str.strip_chars() == "") & (pl.col("ExternalId").str.strip_chars() == ""),
    )
    rows = rows.with_columns(**twins())
    rows = rows.with_columns(id_twin=again("ExternalId"), login_twin=again("Login", lower=True))
    marks = {
        "ID-MISSING": pl.col("no_key"),
        "LOGIN-CHARACTERS": pl.col("bad_login"),
        "REGION-UNKNOWN": pl.col("no_region"),
        "ACCOUNT-DISABLED": pl.col("disabled"),
        "EMAIL-TWIN": pl.col("twin"),
        "EMAIL-CASE-TWIN": pl.col("case_twin"),
        "ID-TWIN": pl.col("id_twin"),
        "LOGIN-TWIN": pl.col("login_twin"),
    }
    bad = pl.any_horizontal(pl.col("fault") != "", *marks.values())
    rows = rows.with_columns(bad=bad)
    write(rows, out, marks)
    counts = rows.select(mark.sum().alias(code) for code, mark in marks.items()).row(0, named=True)
    counts |= dict(rows.filter(pl.col("fault") != "").group_by("fault").len().iter_rows())
    counts |= {"ACCOUNT-GUEST": rows["guest"].sum()}
    rejected = int(rows["bad"].sum())
    issues = {code: count for code, count in counts.items() if count}
    sys.stdout.write(json.dumps({"rejected": rejected, "issues": issues}) + "\n")


def texts(path: Path) -> pl.LazyFrame:
    """Read a CSV file; every cell is text."""
    return pl.scan_csv(path, infer_schema=False).with_columns(pl.all().fill_null(""))


def email_fault() -> pl.Expr:
    """Find the one thing that is wrong with each email; "" for nothing."""
    email = pl.col("Email")
    whole = email.str.contains(EMAIL) & (email.str.len_bytes() <= 254) & (email.str.find("@", literal=True) <= 64)
    return (
        pl.when(email.str.strip_chars() == "")
        .then(pl.lit("EMAIL-MISSING"))
        .when(email.str.contains(SPACE))
        .then(pl.lit("EMAIL-SPACE"))
        .when(email.str.contains(INVISIBLE))
        .then(pl.lit("EMAIL-INVISIBLE"))
        .when(~whole)
        .then(pl.lit("EMAIL-SYNTAX"))
        .when(pl.col("mail").is_null())
        .then(pl.lit("EMAIL-UNKNOWN"))
        .when(pl.col("mail") != email)
        .then(pl.lit("EMAIL-CASE"))
        .otherwise(pl.lit(""))
    )


def twins() -> dict[str, pl.Expr]:
    """Mark repeated emails of one tenant, and those that differ only by case from one that the directory confirms."""
    named = pl.col("Email") != ""
    twin = named & ~pl.col("first")
    several = pl.col("Email").n_unique().over("tenant", "folded") > 1
    known = (pl.col("exact") & pl.col("first")).sum().over("tenant", "folded")
    stands = pl.col("exact") & pl.col("first") & (known == 1)
    return {"twin": twin, "case_twin": named & several & ~stands & ~twin}


def again(column: str, *, lower: bool = False) -> pl.Expr:
    """Mark repeated keys among the rows whose email is not repeated."""
    key = pl.col(column).str.to_lowercase() if lower else pl.col(column)
    counted = (pl.col(column) != "") & ~pl.col("twin") & ~pl.col("case_twin")
    return counted & (counted.sum().over("tenant", key) > 1)


def write(rows: pl.DataFrame, out: Path, marks: dict[str, pl.Expr]) -> None:
    """Write one import file a tenant (UTF-8 with BOM, tabs, CRLF), and the rejected rows with their codes."""
    good = rows.filter(~pl.col("bad"))
    region = pl.col("Region").replace_strict(ISSUERS, default="")
    issuer = pl.format("cc-{}.auth.{}.amazoncognito.com", "tenant", region)
    good = good.select(
        "tenant", "Login", "ExternalId", pl.col("Email").alias("CertificateSubject"), issuer.alias("CertificateIssuer")
    )
    for (tenant,), part in good.partition_by("tenant", as_dict=True, include_key=False).items():
        part.write_csv(
            out / f"certificates-{tenant}.txt",
            include_bom=True,
            separator="\t",
            line_terminator="\r\n",
            quote_style="never",
        )
    codes = [pl.when(mark).then(pl.lit(code)) for code, mark in marks.items()]
    fault = pl.when(pl.col("fault") != "").then("fault")
    rejects = rows.filter("bad").with_columns(code=pl.concat_str(fault, *codes, separator=" ", ignore_nulls=True))
    header = ["ExternalId", "Login", "First name", "Last name", "Email", "Tenant", "Region", "Team", "code"]
    rejects.select(header).write_csv(out / "rejects.csv", include_bom=True)


if __name__ == "__main__":
    main()
