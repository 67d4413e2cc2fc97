"""Users exports of System Configurator: what their columns carry, what they say of certificates, what they teach."""
