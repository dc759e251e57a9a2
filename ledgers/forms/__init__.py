"""ledgers' forms, one module a noun; they check shape by ledgers.columns and hold no rule of their own."""
