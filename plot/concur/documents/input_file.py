"""Reads text that other programs wrote, whatever its encoding; an error is one line.

An input is opened once, because it may be a pipe: `summary.py <(zcat results.json.gz)`.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from pathlib import Path

GZIP = b"\x1f\x8b"
# By their first bytes, with the program that unpacks them.
PACKED = {
    b"\x28\xb5\x2f\xfd": "zstd -d",
    b"\xfd7zXZ\x00": "xz -d",
    b"BZh": "bzip2 -d",
    b"PK\x03\x04": "unzip",
}
CHUNK = 1 << 20
# A document of a full run has some tens of megabytes. A device or a prepared archive may have no end.
SIZE_MOST = 1 << 30
# What no terminal and no SVG may get, and halves of characters, which cannot be written at all.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
BLANKS = str.maketrans("\t\n\r", "   ")
REPLACEMENT = "\ufffd"


class DocumentError(Exception):
    """A document is wrong; the text is one line that says what to do."""


class NoResults(DocumentError):
    """A file that stands among results, but is none itself: it is passed over if there are others."""

    def __init__(self, path: Path, what: str, advice: str = "give the results document of a run") -> None:
        super().__init__(f"{path}: {what}: {advice}")
        self.path, self.what = path, what


def read(path: Path) -> str:
    data = _unpacked(path, _bytes(path))
    if not data.strip():
        raise NoResults(path, "empty", "the run wrote no results (its filter matched nothing?); run it again")
    # UTF-8, or UTF-16 and UTF-32 with or without a mark of the byte order.
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        # JSON with a host name, say, in another encoding.
        text = data.decode(encoding, errors="replace")
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        raise DocumentError(f"{path}: not a text file: give the JSON results document of a run")
    return text


def _bytes(path: Path) -> bytes:
    chunks = []
    size = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                chunks.append(chunk)
                size += len(chunk)
                if size > SIZE_MOST:
                    raise DocumentError(f"{path}: more than {SIZE_MOST >> 30} GiB: no results document")
    except FileNotFoundError:
        raise DocumentError(f"{path}: no such file: give the results document of a run") from None
    except IsADirectoryError:
        raise NoResults(path, "cannot be read, because it is a folder") from None
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror}") from None
    return b"".join(chunks)


def _unpacked(path: Path, data: bytes) -> bytes:
    for magic, program in PACKED.items():
        if data.startswith(magic):
            raise DocumentError(f"{path}: it is packed: unpack it first ({program})")
    if not data.startswith(GZIP):
        return data
    found = bytearray()
    try:
        with gzip.open(io.BytesIO(data)) as file:
            while chunk := file.read(CHUNK):
                found += chunk
                if len(found) > SIZE_MOST:
                    raise DocumentError(f"{path}: more than {SIZE_MOST >> 30} GiB: no results document")
    except (OSError, EOFError, zlib.error):
        raise DocumentError(f"{path}: damaged gzip file: copy it again") from None
    return bytes(found)


def printable(value: object) -> object:
    """The same JSON value, with texts of one line and without unprintable characters."""
    if isinstance(value, str):
        return UNPRINTABLE.sub(REPLACEMENT, value.translate(BLANKS))
    if isinstance(value, list):
        return [printable(each) for each in value]
    if isinstance(value, dict):
        return {str(printable(key)): printable(each) for key, each in value.items()}
    return value
