"""The first steps: a job file made for a list, and a workbook to fill in."""
