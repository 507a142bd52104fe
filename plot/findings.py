#!/usr/bin/env python3
"""Does this machine confirm what concur has found? Only starts concur/commands/findings.py."""

import interpreter

if __name__ == "__main__":
    interpreter.start("findings", ["numpy", "scipy"])
