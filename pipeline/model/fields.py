"""The canonical fields: how each column is called inside the pipeline, whatever its source calls it."""

IDENTITY = ("external_id", "login")
"""The columns by which System Configurator finds a user; a row with neither creates a new user."""

EMAIL = "email"
TENANT, REGION, ISSUER = "tenant", "region", "issuer"
SUBJECT = "subject"

PERSON = (TENANT, *IDENTITY)
"""The columns that identify a person."""

CERTIFICATE = (*PERSON, SUBJECT, ISSUER)
"""The columns that identify a person and make the certificate: those that are compared with the baseline."""

SINCE = "since"
"""The column beside ``CERTIFICATE``: the run that delivered it, "" if no run is known."""

EXTENSION = "extension"
EXTENSION_COLUMNS = (*PERSON, EXTENSION)
"""The columns of every table of extension numbers."""

NOT_KEPT = "(not kept)"
"""In place of a password, or of a row that may have one in any cell."""

NOT_FOUND = -1
"""The position that stands for "no entry" in an ``int64`` array of positions."""

NO_COUNTS = dict.fromkeys(
    ("read", "accepted", "rejected", "dropped", "create", "change", "case_change", "unchanged", "delete", "gone"), 0
)
"""The counts of the summary (design §7), all zero."""

NO_DELIVERY = dict.fromkeys(("sent", "already", "failed", "deleted", "left"), 0)
"""The counts of a delivery (design §10), all zero."""
