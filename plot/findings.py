#!/usr/bin/env python3
"""Does this machine confirm the findings of concur? Only starts concur/commands/findings.py."""

import interpreter

if __name__ == "__main__":
    interpreter.start("findings", ["numpy", "scipy"])
