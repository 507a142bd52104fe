"""What JSON does not have is read where Google Benchmark writes it, and other forms of results are named."""

import json

import pytest

import foreign_documents
from concur.documents import results
from concur.documents.json_text import DocumentError


@pytest.mark.parametrize("word", ["NaN", "nan", "-nan", "inf", "-inf", "Infinity", "-Infinity", "-nan(ind)"])
def test_numbers_that_json_does_not_have(tmp_path, word):
    path = tmp_path / "made.json"
    entry = {**foreign_documents.entry("BM_nan", 1.0), "label": "nan, inf", "counter": "WORD"}
    made = {"context": foreign_documents.context(), "benchmarks": [entry]}
    path.write_text(json.dumps(made).replace('"WORD"', word))
    (sample,) = results.load(path).samples
    assert (sample.model, sample.real_ns) == ("BM_nan", 1.0)


@pytest.mark.parametrize(
    "text, words",
    [
        (
            "2024-05-04T10:00:00+00:00\nRun on (8 X 3600 MHz CPU s)\nname,iterations,real_time\n",
            "this is CSV",
        ),
        ("Benchmark          Time             CPU   Iterations\n", "this is the table of the console"),
        ("", "empty: the run wrote no results"),
        ('{"context": {}, "benchmarks": [', "truncated"),
        ('{"context": {"a": what}}', "malformed JSON at line 1"),
    ],
)
def test_other_forms_are_named(tmp_path, text, words):
    path = tmp_path / "made.json"
    path.write_text(text)
    with pytest.raises(DocumentError, match=words):
        results.load(path)


def test_a_mark_of_the_byte_order_does_no_harm(tmp_path):
    path = tmp_path / "made.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(foreign_documents.document()).encode())
    assert results.load(path).is_foreign
