"""Results documents: reads them, groups their samples into cases, and names things."""
