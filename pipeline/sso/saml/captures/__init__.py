"""The forms in which a sign-in may be captured: HAR, SAML-tracer, form post, base64, XML."""
