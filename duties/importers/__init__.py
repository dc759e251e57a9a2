"""Workbooks that feed this room."""
