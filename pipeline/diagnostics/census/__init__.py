"""Directory statistics: case of emails, email against UPN, guests, name patterns."""
