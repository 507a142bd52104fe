#!/usr/bin/env python3
"""Writes a results document for github-action-benchmark. Only starts concur/commands/export.py."""

import interpreter

if __name__ == "__main__":
    interpreter.start("export", ["numpy", "scipy"])
