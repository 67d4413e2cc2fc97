"""The spelling of one email: syntax, invisible characters, spaces, look-alikes."""
