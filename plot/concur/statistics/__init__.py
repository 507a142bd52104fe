"""Estimates with intervals, ratios, comparisons of two runs, and disturbances."""
