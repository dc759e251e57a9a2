"""Where the pages of ledgers stand; what pages with forms share is in core.pages."""

from core.pages import (
    chips,
    filters_of,
    fresh_token,
    status_of,
    submitted,
    token_of,
    version_of,
    workbook,
)

LEDGERS = {"label": "台账", "url": "/ledgers/"}
SITES = {"label": "监管对象", "url": "/ledgers/sites/"}
UPLOADS = {"label": "表格导入", "url": "/ledgers/uploads/"}

__all__ = [
    "LEDGERS",
    "SITES",
    "UPLOADS",
    "chips",
    "filters_of",
    "fresh_token",
    "status_of",
    "submitted",
    "token_of",
    "version_of",
    "workbook",
]
