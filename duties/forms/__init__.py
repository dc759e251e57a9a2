"""Forms of duties: shape only; every rule stands in the actions."""
