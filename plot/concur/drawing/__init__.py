"""The parts of charts: pages, panels, lines, ticks, colours and files."""
