"""duties' commands."""
