"""Importers: workbooks judged row by row into receipts. Loading this package registers every kind."""

from ledgers.importers import patrol, runs, sites

__all__ = ["patrol", "runs", "sites"]
