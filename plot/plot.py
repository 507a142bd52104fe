#!/usr/bin/env python3
"""Draws the charts of a results document. Only starts concur/commands/plot.py."""

import interpreter

if __name__ == "__main__":
    interpreter.start("plot", interpreter.CHARTS)
