"""Figures with their intervals, ratios, comparisons, and what disturbed them."""
