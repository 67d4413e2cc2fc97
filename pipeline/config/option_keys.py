"""The options of the command line that a job file has keys for; light, because ``--help`` imports it."""

OPTION_KEYS = {
    "tenant": ("tenant", "name"),
    "region": ("tenant", "region"),
    "sheet": ("roster", "sheet"),
    "encoding": ("roster", "encoding"),
    "password": ("roster", "password"),
    "mapping": ("roster", "mapping"),
    "directory": ("directory", "path"),
    "email_attribute": ("directory", "email_attribute"),
    "layout": ("output", "layout"),
    "rows_per_file": ("output", "rows_per_file"),
    "on_reject": ("policy", "on_reject"),
    "on_case_mismatch": ("policy", "on_case_mismatch"),
}
"""The options that a job file has keys for, and their tables and keys."""
