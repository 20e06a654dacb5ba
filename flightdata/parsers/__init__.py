"""Parsers of flight logs: one module or package per format, found through `registry`."""
