"""One document, for other tools."""

import json


def test_an_export_has_one_median_per_case(run, runs, tmp_path):
    out = tmp_path / "x.github-action.json"
    done = run("export", runs["failing"], "-o", out)
    assert done.returncode == 0, done.stderr
    entries = json.loads(out.read_text())
    names = [entry["name"] for entry in entries]
    assert len(names) == len(set(names))
    assert all(set(entry) == {"name", "unit", "value", "range", "extra"} for entry in entries)
    assert all(entry["value"] > 0 for entry in entries), "a case that failed takes no time"
    assert not any(name.startswith("mandelbrot/poll") for name in names)
    ratios = [entry for entry in entries if entry["unit"] == "ratio"]
    assert ratios and all(entry["name"].endswith("÷ serial") for entry in ratios)
    assert run("export", runs["old"], "-o", tmp_path / "no" / "x.json").returncode == 1


def test_names_of_cases_have_numbers_for_symbols(run, runs, tmp_path):
    out = tmp_path / "x.json"
    assert run("export", runs["served"], "-o", out).returncode == 0
    names = {entry["name"] for entry in json.loads(out.read_text())}
    assert "echo/thread_pool/workers:100/connections:100/payload:64/requests:20000/work_us:0" in names
