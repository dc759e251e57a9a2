"""Addresses of sheets, entries, special reports and their REST; part of ledgers.urls."""

from django.urls import path

from ledgers import api
from ledgers.views import entries, filing, grid, papers, sheets, special

urlpatterns = [
    path("ledgers/", sheets.index, name="home"),
    path("ledgers/sheets/open/", sheets.open_now, name="sheet_open"),
    path("ledgers/sheets/blank/", papers.blank, name="sheet_blank"),
    path("ledgers/sheets/<key:pk>/", sheets.show, name="sheet"),
    path("ledgers/sheets/<key:pk>/print/", papers.printed, name="sheet_print"),
    path("ledgers/sheets/<key:pk>/form.xlsx", papers.workbook, name="sheet_xlsx"),
    path("ledgers/sheets/<key:pk>/zero/", sheets.zero, name="sheet_zero"),
    path("ledgers/sheets/<key:pk>/comment/", sheets.comment, name="sheet_comment"),
    path("ledgers/sheets/<key:pk>/scan/", sheets.scan, name="sheet_scan"),
    path("ledgers/sheets/<key:pk>/do/<slug:name>/", sheets.move, name="sheet_move"),
    path("ledgers/entries/", entries.index, name="entries"),
    path("ledgers/entries/export.xlsx", entries.export, name="entries_export"),
    path("ledgers/entries/new/", filing.new, name="entry_new"),
    path("ledgers/entries/sites/", filing.sites, name="entry_sites"),
    path("ledgers/entries/<key:pk>/", entries.show, name="entry"),
    path("ledgers/entries/<key:pk>/receipt/", filing.receipt, name="entry_receipt"),
    path("ledgers/entries/<key:pk>/correct/", entries.correct_entry, name="entry_correct"),
    path("ledgers/entries/<key:pk>/withdraw/", entries.withdraw_entry, name="entry_withdraw"),
    path("ledgers/grid/", grid.grid, name="grid"),
    path("ledgers/grid/save/", grid.save, name="grid_save"),
    path("ledgers/parse-point/", filing.parse_point, name="parse_point"),
    path("ledgers/special/", special.special, name="special"),
    path("ledgers/special/<key:pk>/", special.sent, name="special_sent"),
    path("api/ledgers/entries/", api.entries, name="api_entries"),
    path("api/ledgers/entries/<key:pk>/", api.entry, name="api_entry"),
]
