"""Connector "contact_pro_export": a users export of System Configurator. ``connector.py`` declares it."""
