"""The script ./run, in a tree of its own whose programs only say what they were asked to do."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60

# Each program notes its name and its arguments. `waiting`, a file beside the log, names the program that
# waits in two processes until a signal comes.
PROGRAM = """#!/bin/bash
name=$(basename "$0")
# What setup.sh asks of cmake before it builds.
[ "$name ${1-}" != "cmake --version" ] || { echo "cmake version 3.25.1"; exit 0; }
echo "$name $*" >>"{log}"
if [ "$(cat "{waiting}" 2>/dev/null)" = "$name" ]; then
    sleep 1000 &
    trap 'kill %1; wait; echo "$name ended" >>"{log}"; exit 143' TERM
    echo "$$ $!" >"{pipe}"
    wait
fi
{body}
"""
RUNNER = """
previous= output=
for word in "$@"; do
    case $previous in -o | --output | --resume) output=$word ;; esac
    case $word in --output=* | --resume=*) output=${word#*=} ;; -o?*) output=${word#-o} ;; esac
    previous=$word
done
echo '{"a document": 1}' >"$output"
exit "$(cat "$(dirname "$0")/code" 2>/dev/null || echo 0)"
"""
PLOT = 'mkdir -p "${@: -1}"'


class Tree:
    def __init__(self, folder: Path) -> None:
        self.root = folder / "tree"
        self.log = folder / "log"
        self.waiting = folder / "waiting"
        self.pipe = folder / "pipe"
        self.elsewhere = folder / "elsewhere"
        self.elsewhere.mkdir()
        os.mkfifo(self.pipe)
        (self.root / "cmake").mkdir(parents=True)
        shutil.copy(ROOT / "run", self.root)
        shutil.copy(ROOT / "cmake/setup.sh", self.root / "cmake")
        self.bin = folder / "bin"
        for path, body in [
            (self.bin / "cmake", ""),
            (self.bin / "dpkg-query", "echo installed"),
            (self.root / "build/release/bench/suite_runner", RUNNER),
            (self.root / "plot/plot.py", PLOT),
            (self.root / "plot/report.py", ""),
            (self.root / "plot/summary.py", ""),
            (self.root / "plot/findings.py", ""),
        ]:
            self.program(path, body)
        (self.root / "plot/interpreter.py").write_text("")
        self.local = self.root / "results/local"

    def program(self, path: Path, body: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            PROGRAM.replace("{log}", str(self.log))
            .replace("{waiting}", str(self.waiting))
            .replace("{pipe}", str(self.pipe))
            .replace("{body}", body)
        )
        path.chmod(0o755)

    def start(self, *arguments: str | Path) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [str(self.root / "run"), *map(str, arguments)],
            cwd=self.elsewhere,
            env=os.environ | {"PATH": f"{self.bin}:{os.environ['PATH']}", "TMPDIR": str(self.elsewhere)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments)
        out, err = process.communicate(timeout=PATIENCE_S)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def called(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def measured(self) -> bool:
        return any(line.startswith("suite_runner") for line in self.called())


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


@pytest.mark.parametrize(
    ("words", "document", "charts"),
    [
        (["-o", "x.json"], "x.json", "x"),
        (["-ox.json"], "x.json", "x"),
        (["--output", "x.json"], "x.json", "x"),
        (["--output=x.json"], "x.json", "x"),
        (["--output=mine"], "mine", "mine-charts"),
        (["--output=a.b"], "a.b", "a.b-charts"),
        (["--resume", "x.json"], "x.json", "x"),
        (["--resume=x.json"], "x.json", "x"),
    ],
)
def test_the_charts_lie_beside_the_document(tree: Tree, words: list[str], document: str, charts: str) -> None:
    done = tree.run("quick", *words)
    assert done.returncode == 0, done.stderr
    assert (tree.elsewhere / document).is_file() and (tree.elsewhere / charts).is_dir()
    assert f"summary.py {document}" in tree.called()


def test_a_clash_of_names_is_found_before_measuring(tree: Tree) -> None:
    (tree.elsewhere / "x").write_text("precious")
    done = tree.run("quick", "--output", "x.json")
    assert done.returncode == 2 and "the charts go into the folder x, but that is a file" in done.stderr
    assert not tree.measured() and (tree.elsewhere / "x").read_text() == "precious"


def test_two_runs_in_the_same_second_have_two_names(tree: Tree) -> None:
    runs = [tree.start("quick") for _ in range(3)]
    for run in runs:
        run.communicate(timeout=PATIENCE_S)
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert len([path for path in tree.local.iterdir() if path.suffix == ".json"]) == 3
    assert len([path for path in tree.local.iterdir() if path.is_dir()]) == 3


def test_a_run_that_is_refused_leaves_no_file(tree: Tree) -> None:
    tree.program(tree.root / "build/release/bench/suite_runner", "exit 2")
    assert tree.run("quick", "--model", "none").returncode == 2
    assert list(tree.local.iterdir()) == []


@pytest.mark.parametrize("code", [0, 1])
def test_what_was_measured_is_drawn(tree: Tree, code: int) -> None:
    (tree.root / "build/release/bench/code").write_text(str(code))
    assert tree.run("quick", "-o", "x.json").returncode == code
    assert (tree.elsewhere / "x").is_dir()


def test_a_device_has_no_charts(tree: Tree) -> None:
    done = tree.run("quick", "-o", "/dev/null")
    assert done.returncode == 0, done.stderr
    assert tree.measured() and not any(line.startswith(("plot.py", "summary.py")) for line in tree.called())


@pytest.mark.parametrize("program", ["cmake", "suite_runner", "plot.py", "summary.py"])
@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_signal_to_the_script_alone_ends_all_of_it(
    tree: Tree, program: str, how: signal.Signals, code: int
) -> None:
    tree.waiting.write_text(program)
    process = tree.start("quick", "-o", "x.json")
    with tree.pipe.open() as pipe:
        members = pipe.readline().split()
    process.send_signal(how)
    _, said = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, said) == (code, "")
    assert tree.called()[-1] == f"{program} ended", "it was waited for, and nothing came after it"
    assert not any(Path(f"/proc/{member}").exists() for member in members)
    assert [path.name for path in tree.elsewhere.iterdir() if path.name.startswith("tmp.")] == []


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_descriptors(tree: Tree, closed: str) -> None:
    run = tree.root / "run"
    tree.root.joinpath("run-closed").write_text(f'#!/bin/bash\nexec "{run}" "$@" {closed}\n')
    tree.root.joinpath("run-closed").chmod(0o755)
    run.rename(tree.root / "run-open")
    tree.root.joinpath("run-closed").rename(run)
    run.write_text(run.read_text().replace(str(run), str(tree.root / "run-open")))
    assert tree.run("quick", "-o", "x.json").returncode == 0
    assert (tree.elsewhere / "x.json").read_text() == '{"a document": 1}\n'


def test_findings_take_the_place_of_the_script(tree: Tree) -> None:
    tree.waiting.write_text("findings.py")
    process = tree.start("findings", "--only", "x")
    with tree.pipe.open() as pipe:
        members = pipe.readline().split()
    assert members[0] == str(process.pid)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 143


def test_without_sudo_the_advice_has_none(tree: Tree) -> None:
    if shutil.which("sudo"):
        pytest.skip("there is sudo here")
    tree.program(tree.bin / "id", "echo 1000")
    tree.program(tree.bin / "dpkg-query", "exit 1")
    tree.program(tree.bin / "apt-get", "")
    done = tree.run("quick")
    assert done.returncode == 2
    assert "there is no sudo; call as root: apt-get install" in done.stderr
