"""Check the keys of a person: Login and ExternalId."""
