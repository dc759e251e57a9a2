"""How many rows a scale has; 1x is a county's year of patrols, 10x a city's."""

SCALES = {"small": 1_000, "ci": 20_000, "1x": 100_000, "10x": 1_000_000}
SEED = 20260101
