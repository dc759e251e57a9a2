"""reports' views, one module a noun."""
