"""One door per mutation of ledgers; each module one noun (ARCHITECTURE.md, "Doors between the rooms")."""
