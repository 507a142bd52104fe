"""Programs in a mount namespace of their own, where devices and small disks can be made without harm."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest


def in_mount_namespace(
    script: str, *arguments: str | Path, **options: Any
) -> "subprocess.CompletedProcess[str]":
    """Runs a script of bash; $1, $2, ... are the arguments. Skips the test where that is not permitted."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        pytest.skip("no mount namespace can be made here")
    words = ["unshare", "-m", "bash", "-euc", script, "bash", *map(str, arguments)]
    done: subprocess.CompletedProcess[str] = subprocess.run(
        words, capture_output=True, text=True, timeout=120, check=False, **options
    )
    return done
