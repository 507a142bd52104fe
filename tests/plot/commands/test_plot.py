"""Which charts the program writes, and what it says."""

import json

import foreign_documents
from concur.commands import options, plot
from concur.drawing import output


BOTH = ("--format", "png", "--format", "svg")


def test_same_document_same_bytes(run, tiny_file, tmp_path):
    for folder in ("one", "two"):
        done = run("plot", tiny_file, "-o", tmp_path / folder, "--only", "compare_mandelbrot", *BOTH)
        assert done.returncode == 0, done.stderr
    for suffix in ("png", "svg"):
        one, two = (tmp_path / folder / f"compare_mandelbrot.{suffix}" for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
    assert b"dc:date" not in one.read_bytes()


def test_only_one_chart_and_one_format(run, tiny_file, tmp_path):
    done = run("plot", tiny_file, "-o", tmp_path, "--only", "scaling_timers", "--format", "svg")
    assert done.stdout.splitlines() == [str(tmp_path / "scaling_timers.svg")]
    run("plot", tiny_file, "-o", tmp_path, "--only", "compare", "--format", "svg")
    names = {"compare_timers.svg", "compare_mandelbrot.svg"}
    assert {path.name for path in tmp_path.glob("compare*")} == names
    # No index of some of the charts in the folder.
    assert {path.suffix for path in tmp_path.iterdir()} == {".svg"}


def test_pictures_and_one_index_without_further_options(run, tiny_file, tmp_path, monkeypatch):
    monkeypatch.setattr(output, "render", lambda figure, suffix: b"a picture")
    done = run("plot", tiny_file, "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    assert {path.suffix for path in tmp_path.iterdir()} == {".png", ".html"}
    page = (tmp_path / "index.html").read_text()
    for picture in tmp_path.glob("*.png"):
        assert f'<img src="{picture.name}" alt="' in page
    # The reasons stand on the page as on the terminal.
    reasons = [line.removeprefix("no ") for line in done.stdout.splitlines() if line.startswith("no ")]
    assert reasons and all(line.split(": ", 1)[1] in page for line in reasons)
    assert done.stdout.splitlines()[-1] == str(tmp_path / "index.html")


def test_every_kind_that_help_names_is_drawn():
    assert list(plot.CHARTS) == list(options.KINDS)


def test_a_character_that_the_font_lacks_is_no_reason_to_warn(run, tmp_path):
    made = foreign_documents.document(host_name="日本")
    for entry in made["benchmarks"]:
        entry["name"] = entry["run_name"] = entry["name"].replace("BM_", "測定_")
    path = tmp_path / "made.json"
    path.write_text(json.dumps(made))
    done = run("plot", path, "-o", tmp_path, "--only", "overview", "--format", "svg")
    assert (done.returncode, done.stderr) == (0, "") and (tmp_path / "overview.svg").exists()
