"""Everything around the certificates: tenant URLs, metadata check, support ticket, assertion check."""
