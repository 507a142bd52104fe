#!/usr/bin/env python3
"""Prints a results document as a table. Only starts concur/commands/summary.py."""

import interpreter

if __name__ == "__main__":
    interpreter.start("summary", ["numpy", "scipy"])
