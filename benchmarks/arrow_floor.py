"""The floor that every computer with pyarrow has: read both files, find the emails, take the rows, write columns.

Run as ``python benchmarks/arrow_floor.py ROSTER DIRECTORY OUT``. It judges nothing, explains nothing, makes one file.
"""

import sys
from pathlib import Path

import pyarrow.compute as pc
from pyarrow import csv

ROSTER, DIRECTORY, OUT = map(Path, sys.argv[1:4])
COLUMNS = ["Login", "Employee ID", "Email", "Tenant"]

roster = csv.read_csv(
    ROSTER, convert_options=csv.ConvertOptions(column_types=dict.fromkeys(COLUMNS, "string"), include_columns=COLUMNS)
)
directory = csv.read_csv(DIRECTORY, convert_options=csv.ConvertOptions(include_columns=["mail"]))
found = pc.is_in(roster["Email"], value_set=directory["mail"].combine_chunks())
csv.write_csv(roster.filter(found), OUT / "rows.csv", csv.WriteOptions(delimiter="\t", quoting_style="none"))
