"""Inlets of agencies."""
