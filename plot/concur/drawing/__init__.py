"""What charts are made of: sheets, panels, lines, ticks, colours, and the files they become."""
