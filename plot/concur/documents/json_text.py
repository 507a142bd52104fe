"""Reads JSON files and checks the types of their fields. An error is one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class DocumentError(Exception):
    """A document is wrong; the text is one line that says what to do."""


class FieldError(Exception):
    """A field is missing or of the wrong type; the text says which."""


def get(holder: Any, key: str, kind: type | tuple[type, ...]) -> Any:
    if not isinstance(holder, dict) or key not in holder:
        raise FieldError(f"'{key}' is missing")
    value = holder[key]
    # In Python `true` is an integer, in this format it is not.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise FieldError(f"'{key}' has the wrong type")
    return value


def get_or(holder: Any, key: str, kind: type | tuple[type, ...], missing: Any) -> Any:
    """A field that older documents do not have."""
    return get(holder, key, kind) if isinstance(holder, dict) and key in holder else missing


def _reject_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def parse(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DocumentError(f"{path}: no such file: give the results document of a run") from None
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DocumentError(f"{path}: not a text file: give the JSON results document of a run") from None
    if not text.strip():
        raise DocumentError(f"{path}: empty: the run wrote no results; run it again")
    try:
        return json.loads(text, parse_constant=_reject_constant)
    except json.JSONDecodeError as error:
        # A complete document ends with a closing brace.
        if text.lstrip().startswith("{") and not text.rstrip().endswith("}"):
            raise DocumentError(f"{path}: truncated at line {error.lineno}: copy or run it again") from None
        where = f"line {error.lineno}, column {error.colno}"
        raise DocumentError(f"{path}: malformed JSON at {where} ({error.msg}): run it again") from None
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"{path}: malformed JSON ({error}): run it again") from None
