#!/usr/bin/env python3
"""Compares two results documents. Only starts concur/commands/compare.py."""

import interpreter

if __name__ == "__main__":
    interpreter.start("compare", ["numpy", "scipy"])
