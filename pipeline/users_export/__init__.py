"""A users export of System Configurator, understood: its columns, certificates and issuers."""
