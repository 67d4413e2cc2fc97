"""Read SAML documents from outside: metadata, certificates and captured sign-ins. No content is trusted."""
