"""What SAML says on paper: metadata, certificates, captured sign-ins. Read as untrusted, judged by letters."""
