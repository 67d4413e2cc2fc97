"""Connectors: one module or package per kind of source, found by ``registry``."""
