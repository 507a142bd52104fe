"""Which charts the program writes, and what it says."""

from concur.commands import options, plot


def test_same_document_same_bytes(run, tiny_file, tmp_path):
    for folder in ("one", "two"):
        done = run("plot", tiny_file, "-o", tmp_path / folder, "--only", "bars_mandelbrot")
        assert done.returncode == 0, done.stderr
    for suffix in ("png", "svg"):
        one, two = (tmp_path / folder / f"bars_mandelbrot.{suffix}" for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
    assert b"dc:date" not in one.read_bytes()


def test_only_one_chart_and_one_format(run, tiny_file, tmp_path):
    done = run("plot", tiny_file, "-o", tmp_path, "--only", "scaling_timers", "--format", "svg")
    assert done.stdout.splitlines() == [str(tmp_path / "scaling_timers.svg")]
    run("plot", tiny_file, "-o", tmp_path, "--only", "bars", "--format", "svg")
    assert {path.name for path in tmp_path.glob("bars*")} == {"bars_timers.svg", "bars_mandelbrot.svg"}
    assert {path.suffix for path in tmp_path.iterdir()} == {".svg"}


def test_every_kind_that_help_names_is_drawn():
    assert list(plot.CHARTS) == list(options.KINDS)
