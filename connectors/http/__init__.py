"""Shared parts of the connectors over HTTP: retries, page guards, addresses, downloads."""
