"""The documents that the other tests rely on are valid ones."""

import copy
import json

import jsonschema
import pytest

import synthetic
from conftest import ROOT
from machine import LATER_MODELS, MODELS

SCHEMA = json.loads((ROOT / "results" / "schema.json").read_text())


def validate(document):
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_small_document_is_valid(small):
    validate(small)


def test_document_with_all_models_and_workloads_is_valid():
    validate(synthetic.document(rounds=1, models={**MODELS, **LATER_MODELS}))


def test_all_outcomes_occur(small):
    assert {entry["concur"]["outcome"] for entry in small["benchmarks"]} == {
        "ok",
        "skipped",
        "did_not_finish",
        "invalid",
    }


def test_the_validator_would_notice(small):
    broken = copy.deepcopy(small)
    broken["benchmarks"][0]["real_time"] = 0.0
    with pytest.raises(jsonschema.ValidationError):
        validate(broken)
