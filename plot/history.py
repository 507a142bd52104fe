#!/usr/bin/env python3
"""Draws the results of one machine over time. Only starts concur/commands/history.py."""

import interpreter

if __name__ == "__main__":
    interpreter.start("history", interpreter.CHARTS)
