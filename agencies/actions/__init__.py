"""One door per mutation of agencies; each module one noun."""
