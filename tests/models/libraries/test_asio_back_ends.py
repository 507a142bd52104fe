"""Asio is compiled twice in one program: over epoll, and over io_uring under another name. A name that has a
definition in both would be two functions, of which the linker keeps one."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest


def defined_names() -> "dict[str, set[str]]":
    """By object file of the library of models: the names that it defines for the linker."""
    build = Path(os.environ["CONCUR_BINARIES"]).parent
    (archive,) = build.rglob("libconcur_models.a")
    listing = subprocess.run(
        ["nm", "--defined-only", "--extern-only", "--demangle", archive],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names: dict[str, set[str]] = {}
    member = ""
    for line in listing.splitlines():
        if line.endswith(".o:"):
            member = line[:-1]
        elif line:
            names.setdefault(member, set()).add(line.split(maxsplit=2)[2])
    return names


def of_asio(names: "set[str]") -> "set[str]":
    """Those that come from the library, or have its objects in them."""
    return {name for name in names if re.search("asio", name, re.IGNORECASE)}


def test_no_name_has_a_definition_in_both() -> None:
    names = defined_names()
    if "asio_uring.cpp.o" not in names:
        pytest.skip("this build has no model asio_uring")
    uring = of_asio(names["asio_uring.cpp.o"])
    assert len(uring) > 100, "it was looked for in the wrong place"
    for member in ("asio.cpp.o", "asio_coroutine.cpp.o", "asio_pool.cpp.o"):
        assert not uring & names[member], member
