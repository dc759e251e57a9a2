"""Benchmarks: ratios inside one run, each answer verified before its time counts (never tests)."""
