"""ledgers' views, one module a noun."""
