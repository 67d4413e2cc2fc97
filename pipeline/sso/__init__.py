"""Single sign-on beside the certificates: tenant URLs, metadata check, support ticket, check of a captured sign-in."""
