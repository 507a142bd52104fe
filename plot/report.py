#!/usr/bin/env python3
"""Writes the report of a results document. Only starts concur/commands/report.py."""

import interpreter

if __name__ == "__main__":
    interpreter.start("report", interpreter.REPORT, "no report: ")
