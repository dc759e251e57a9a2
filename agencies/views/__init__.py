"""Views of agencies, one module a noun."""
