"""Reads JSON files and checks the types of their fields. An error is one line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

# A string of JSON, or one of the numbers that JSON does not have, as C++ streams write them.
NON_FINITE = re.compile(r'"(?:[^"\\]|\\.)*"|[-+]?\b(?:nan|inf)(?:inity)?\b(?:\(\w*\))?', re.IGNORECASE)
# The other forms in which Google Benchmark writes results.
TABLES = {
    re.compile(r"^name,iterations,", re.MULTILINE): "CSV",
    re.compile(r"^Benchmark +Time +CPU", re.MULTILINE): "the table of the console",
}


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


def run_of(data: Any) -> dict[str, Any] | None:
    """The object context.concur. None: concur did not write this document."""
    context = data.get("context") if isinstance(data, dict) else None
    run = context.get("concur") if isinstance(context, dict) else None
    return run if isinstance(run, dict) else None


def _text(path: Path) -> str:
    try:
        # With the mark of the byte order that some editors and shells write.
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DocumentError(f"{path}: no such file: give the results document of a run") from None
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DocumentError(f"{path}: not a text file: give the JSON results document of a run") from None
    if not text.strip():
        raise DocumentError(
            f"{path}: empty: the run wrote no results (its filter matched nothing?); run it again"
        )
    if not text.lstrip().startswith("{"):
        for form, name in TABLES.items():
            if form.search(text):
                raise DocumentError(f"{path}: this is {name}: run it again with --benchmark_out_format=json")
    return text


def _standard(found: re.Match[str]) -> str:
    """The names that Python's parser knows: NaN, Infinity and -Infinity."""
    word = found[0]
    if word.startswith('"'):
        return word
    if "nan" in word.lower():
        return "NaN"
    return "-Infinity" if word.startswith("-") else "Infinity"


def _decode(text: str, non_finite: list[str]) -> Any:
    def constant(name: str) -> float:
        non_finite.append(name)
        return float(name)

    try:
        return json.loads(text, parse_constant=constant)
    except json.JSONDecodeError:
        readable = NON_FINITE.sub(_standard, text)
        if readable == text:
            raise
    non_finite.clear()
    return json.loads(readable, parse_constant=constant)


def parse(path: Path) -> Any:
    """Numbers that are not finite are no JSON, but Google Benchmark writes them. concur does not."""
    text = _text(path)
    non_finite: list[str] = []
    try:
        data = _decode(text, non_finite)
    except json.JSONDecodeError as error:
        # A complete document ends with a closing brace.
        if text.lstrip().startswith("{") and not text.rstrip().endswith("}"):
            raise DocumentError(f"{path}: truncated at line {error.lineno}: copy or run it again") from None
        where = f"line {error.lineno}, column {error.colno}"
        raise DocumentError(f"{path}: malformed JSON at {where} ({error.msg}): run it again") from None
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"{path}: malformed JSON ({error}): run it again") from None
    if non_finite and run_of(data) is not None:
        raise DocumentError(f"{path}: malformed JSON ({non_finite[0]} is no JSON number): run it again")
    return data
