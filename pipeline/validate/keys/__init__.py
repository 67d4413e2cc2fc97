"""What is wrong with the keys of a person: Login and ExternalId."""
