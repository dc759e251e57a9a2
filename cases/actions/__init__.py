"""The doors of cases: one function per mutation."""
