"""What the connectors over HTTP share: retries, page guards, addresses, downloads."""
