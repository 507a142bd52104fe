"""Reads JSON files and checks the types of their fields. An error is one line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from concur.documents import input_file, own_files
from concur.documents.input_file import DocumentError, NoResults

__all__ = ["INTEGER_MOST", "DocumentError", "FieldError", "NoResults", "get", "get_or", "parse", "run_of"]

# A string of JSON, or one of the numbers that JSON does not have, as C++ streams write them.
NON_FINITE = re.compile(r'"(?:[^"\\]|\\.)*"|[-+]?\b(?:nan|inf)(?:inity)?\b(?:\(\w*\))?', re.IGNORECASE)
# The other forms in which Google Benchmark writes results.
TABLES = {
    re.compile(r"^name,iterations,", re.MULTILINE): "CSV",
    re.compile(r"^Benchmark +Time +CPU", re.MULTILINE): "the table of the console",
}
# What may stand for an unprintable character in JSON.
SUSPECT = re.compile(r"\\u(?:00[01]|007[fF]|00[89]|[dD][89a-fA-F])|[\x7f-\x9f]|\\[bfnrt]")
# Of std::uint64_t.
INTEGER_MOST = 2**64 - 1


class FieldError(Exception):
    """A field is missing or of the wrong type; the text says which."""


def get(holder: Any, key: str, kind: type | tuple[type, ...]) -> Any:
    if not isinstance(holder, dict) or key not in holder:
        raise FieldError(f"'{key}' is missing")
    value = holder[key]
    # In Python `true` is an integer, in this format it is not.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise FieldError(f"'{key}' has the wrong type")
    if isinstance(value, int) and abs(value) > INTEGER_MOST:
        raise FieldError(f"'{key}' is too large")
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
    text = input_file.read(path).lstrip("\ufeff")
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


def _parsed(path: Path, text: str) -> tuple[Any, list[str]]:
    """The document, and the numbers in it that are not finite."""
    non_finite: list[str] = []
    try:
        data = _decode(text, non_finite)
        # A walk through a large document takes long, and hardly one has such characters.
        return input_file.printable(data) if SUSPECT.search(text) else data, non_finite
    except json.JSONDecodeError as error:
        # A complete document ends with a closing brace.
        if text.lstrip().startswith("{") and not text.rstrip().endswith("}"):
            raise DocumentError(f"{path}: truncated at line {error.lineno}: copy or run it again") from None
        where = f"line {error.lineno}, column {error.colno}"
        raise DocumentError(f"{path}: malformed JSON at {where} ({error.msg}): run it again") from None
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"{path}: malformed JSON ({error}): run it again") from None


def parse(path: Path) -> Any:
    """Opens the file once. Raises NoResults for those that concur wrote for other purposes.

    Numbers that are not finite are no JSON, but Google Benchmark writes them. concur does not.
    """
    if what := own_files.by_name(path):
        raise NoResults(path, what)
    data, non_finite = _parsed(path, _text(path))
    if what := own_files.by_content(data):
        raise NoResults(path, what)
    if non_finite and run_of(data) is not None:
        raise DocumentError(f"{path}: malformed JSON ({non_finite[0]} is no JSON number): run it again")
    return data
