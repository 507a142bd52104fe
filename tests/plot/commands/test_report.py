"""report.py: where it writes, what it refuses, and what happens without Jinja2."""

import copy
import json

import pytest

import html_page
import synthetic
from programs import start


def test_it_writes_beside_the_document(run, tiny, tmp_path):
    path = tmp_path / "X.json"
    path.write_text(json.dumps(tiny))
    done = run("report", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{tmp_path / 'X.html'}\n"
    page = html_page.read((tmp_path / "X.html").read_text())
    assert "X.json" in [link.attributes["href"] for link in page.first("footer").all("a")]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["X.html", "X.json"]


def test_another_output_and_an_old_document(run, tiny_file, tmp_path):
    output = tmp_path / "report.html"
    assert run("report", tiny_file, "-o", output, "--against", tiny_file).returncode == 0
    page = html_page.read(output.read_text())
    assert page.first("h2", id="comparison").text == f"Comparison with {tiny_file.name}"


def test_several_documents_make_one_page(run, tiny, tiny_file, tmp_path):
    path = tmp_path / "second.json"
    path.write_text(json.dumps(synthetic.again(tiny)))
    assert run("report", tiny_file, path, "-o", tmp_path / "x.html").returncode == 0
    page = html_page.read((tmp_path / "x.html").read_text())
    assert "2 sets" in page.first("header").text
    assert "second.json" in [link.attributes["href"] for link in page.first("footer").all("a")]


def one_line(done, text):
    assert done.returncode == 1 and done.stdout == ""
    assert text in done.stderr and done.stderr.count("\n") == 1 and done.stderr.startswith("report.py: ")


def test_what_it_refuses(run, tiny, tiny_file, tmp_path):
    output = tmp_path / "report.html"
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    one_line(run("report", bad, "-o", output), "truncated")
    one_line(run("report", tiny_file, "-o", output, "--against", bad), f"{bad}: truncated")
    one_line(run("report", tmp_path / "none.json", "-o", output), "no such file")
    one_line(run("report", tiny_file, "-o", output, "--findings", tmp_path / "none.toml"), "no such file")
    other = copy.deepcopy(tiny)
    other["context"]["concur"]["machine"]["cpu"] = "another"
    bad.write_text(json.dumps(other))
    one_line(run("report", tiny_file, bad, "-o", output), "another cpu")
    assert not output.exists()


def test_an_output_that_cannot_be_written(run, tiny_file, tmp_path):
    one_line(run("report", tiny_file, "-o", tmp_path / "none/x.html"), "cannot be written: No such file")
    assert run("report").returncode == 2


@pytest.fixture
def without_jinja2(tmp_path):
    """No interpreter can import it."""
    (tmp_path / "jinja2.py").write_text("raise ImportError('broken')")
    return {"PYTHONPATH": str(tmp_path)}


def test_without_jinja2_one_line_says_how_to_get_it(tiny_file, without_jinja2, tmp_path):
    output = tmp_path / "report.html"
    done = start("report.py", tiny_file, "-o", output, **without_jinja2)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("report.py: no report: ") and done.stderr.count("\n") == 1
    assert "'apt install python3-jinja2'" in done.stderr
    assert not output.exists()
    # All others do not need it.
    assert start("summary.py", tiny_file, **without_jinja2).returncode == 0
