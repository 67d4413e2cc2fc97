"""Directory statistics: letter case of emails, email against UPN, guests, name patterns."""
