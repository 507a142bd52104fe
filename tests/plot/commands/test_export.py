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
