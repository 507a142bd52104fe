"""The kinds of charts: each module has a function draw(document, output)."""
