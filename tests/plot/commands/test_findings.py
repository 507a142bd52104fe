"""The findings of the tree, and the program that measures and judges them."""

import json
import stat
import sys
from pathlib import Path

import pytest

import synthetic
from concur.commands.findings import make_suite
from concur.findings import definitions
from concur.findings.definitions import FindingsError, load, parse_case

ROOT = Path(__file__).resolve().parents[3]
ENTRY = """
[[finding]]
id = "{id}"
says = "Poll is much {word} than epoll."
assertion = "ratio"
of = "echo/poll/connections:10/payload:64/requests:20000"
to = "echo/epoll/connections:10/payload:64/requests:20000"
{limit}
why = "Because."
link = "docs/models.md"
"""


def write(path, *entries):
    path.write_text("".join(entries))
    return path


TRUE = ENTRY.format(id="true", word="slower", limit="above = 0.5")
FALSE = ENTRY.format(id="false", word="faster", limit="below = 0.5")


def test_those_of_the_tree_are_sound():
    findings = load(ROOT / "results/findings.toml")
    assert len(findings) >= 15
    anchors = {
        "#" + line[3:].strip().lower().replace(" ", "-").replace("(", "").replace(")", "").replace(",", "")
        for line in (ROOT / "docs/models.md").read_text().splitlines()
        if line.startswith("## ")
    }
    for finding in findings:
        assert finding.says.endswith("."), finding.id
        assert finding.link.removeprefix("docs/models.md") in anchors, finding.link


def test_a_suite_holds_each_case_once_and_neighbours_together():
    suite = make_suite(list(load(ROOT / "results/findings.toml")), 9)
    points = [(case["workload"], tuple(case["sizes"].items())) for case in suite["cases"]]
    assert len(points) == len(set(points))
    for case in suite["cases"]:
        series = [json.dumps(one, sort_keys=True) for one in case["models"]]
        assert len(series) == len(set(series))
    primes = next(case for case in suite["cases"] if case["workload"] == "primes")
    assert {"model": "serial"} in primes["models"] and len(primes["models"]) >= 5
    assert suite["rounds"] == 9 and len(suite["controls"]) >= 2


def test_system_calls_are_counted_in_every_round_where_a_finding_asks_for_them(tmp_path):
    other = FALSE.replace("connections:10/", "connections:1/")
    calls = TRUE.replace("above = 0.5", 'metric = "system_calls_per_unit"\nabove = 0.5')
    suite = make_suite(list(load(write(tmp_path / "f.toml", calls, other))), 9)
    counted = {case["sizes"]["connections"]: case.get("count_rounds") for case in suite["cases"]}
    assert counted == {10: 9, 1: None} and "count_rounds" not in suite


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "true"', 'id = ""', "'id' is missing"),
        ('assertion = "ratio"', 'assertion = "guess"', "unknown assertion 'guess'; there are: ratio"),
        ("above = 0.5", "", "give 'above', 'below' or both"),
        ("above = 0.5", 'metric = "speed"\nabove = 1', "unknown metric 'speed'; there are: wall"),
        ("above = 0.5", 'above = "1"', "'above' must be a number"),
        ("above = 0.5", "above = 1\nbeside = 2", "unknown key 'beside'; there are: "),
        ("above = 0.5", "above = 1\niterations = 0", "'iterations' go from 1 to"),
        (
            "echo/poll/connections:10",
            "echo/poll/connections",
            "'connections' is not a size: write name:number",
        ),
        ("echo/poll/connections:10", "echo", "is not a case: write workload/model/size:number/"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path, old, new, said):
    path = write(tmp_path / "f.toml", TRUE.replace(old, new, 1))
    if old.startswith("echo/poll/connections:10") and new == "echo":
        path.write_text(TRUE.replace("echo/poll/connections:10/payload:64/requests:20000", "echo"))
    with pytest.raises(FindingsError) as error:
        load(path)
    assert said in str(error.value) and "\n" not in str(error.value)


def test_a_file_that_is_none(tmp_path):
    for text, said in (("", "holds no [[finding]]"), ("[[", "f.toml: "), (TRUE + TRUE, "stands there twice")):
        with pytest.raises(FindingsError, match="") as error:
            load(write(tmp_path / "f.toml", text))
        assert said in str(error.value)
    with pytest.raises(FindingsError, match="no such file"):
        load(tmp_path / "none.toml")


def test_a_case_is_read_by_its_parts():
    case = parse_case("primes/thread_pool/workers:2/tasks:16")
    assert (case.sizes, case.model_sizes) == ((("tasks", 16),), (("workers", 2),))
    assert case.name == "primes/thread_pool/workers:2/tasks:16"
    assert case == definitions.parse_case("primes/thread_pool/tasks:16/workers:2")


RUNNER = """#!{python}
# Stands for suite_runner: the next document of those beside it becomes the output.
import shutil, sys
from pathlib import Path
folder = Path({folder!r})
calls = len(list(folder.glob("suite-*")))
shutil.copy(sys.argv[1], folder / f"suite-{{calls}}.json")
shutil.copy(folder / f"document-{{calls}}.json", sys.argv[sys.argv.index("--output") + 1])
sys.exit({code})
"""


@pytest.fixture(scope="module")
def documents():
    """As it is, and with an epoll that takes three times as long: 'false' is refuted by the first alone."""
    models = {name: synthetic.MODELS[name] for name in ("poll", "epoll")}
    as_it_is = synthetic.document(rounds=7, models=models, only=("echo",))
    # Its controls are far off, on purpose, which would disturb every round.
    as_it_is["benchmarks"] = [entry for entry in as_it_is["benchmarks"] if not entry["concur"]["control"]]
    slow = json.loads(json.dumps(as_it_is))
    for entry in slow["benchmarks"]:
        if entry["concur"]["model"] == "epoll":
            entry["real_time"] *= 3
    return {"as it is": as_it_is, "slow epoll": slow}


@pytest.fixture
def run_findings(tmp_path, run, documents):
    def start(findings, *names, code=0, more=()):
        for number, name in enumerate(names):
            (tmp_path / f"document-{number}.json").write_text(json.dumps(documents[name]))
        runner = tmp_path / "suite_runner"
        runner.write_text(RUNNER.format(python=sys.executable, folder=str(tmp_path), code=code))
        runner.chmod(runner.stat().st_mode | stat.S_IXUSR)
        file = write(tmp_path / "f.toml", *findings)
        return run(
            "findings.py", "run", "--findings", file, "--runner", runner, "-o", tmp_path / "out.json", *more
        )

    return start


def verdicts(tmp_path):
    return {
        f["id"]: f["verdict"] for f in json.loads((tmp_path / "out-verdicts.json").read_text())["findings"]
    }


def test_confirmed(run_findings, tmp_path):
    done = run_findings([TRUE], "as it is")
    assert done.returncode == 0, done.stderr
    assert verdicts(tmp_path) == {"true": "confirmed"}
    assert "1 confirmed" in done.stdout
    assert "**confirmed**" in (tmp_path / "out-verdicts.md").read_text()
    suite = json.loads((tmp_path / "suite-0.json").read_text())
    assert [one["model"] for one in suite["cases"][0]["models"]] == ["poll", "epoll"]


def test_refuted_twice_is_the_one_failure(run_findings, tmp_path):
    done = run_findings([TRUE, FALSE], "as it is", "as it is")
    assert done.returncode == 1, done.stderr
    assert verdicts(tmp_path) == {"true": "confirmed", "false": "refuted"}
    assert "measured once more: false" in done.stdout


def test_refuted_once_is_inconclusive(run_findings, tmp_path):
    done = run_findings([FALSE], "as it is", "slow epoll")
    assert done.returncode == 0, done.stderr
    assert verdicts(tmp_path) == {"false": "inconclusive"}
    assert "refuted at first, confirmed when measured again" in done.stdout


def test_only_some_of_them(run_findings, tmp_path):
    assert run_findings([TRUE, FALSE], "as it is", more=("--only", "true")).returncode == 0
    assert verdicts(tmp_path) == {"true": "confirmed"}
    done = run_findings([TRUE], "as it is", more=("--only", "tru"))
    assert done.returncode == 2
    assert "no finding is called tru; there are: true" in done.stderr


def test_a_runner_that_fails_or_is_not_there(run_findings, tmp_path, run):
    done = run_findings([TRUE], "as it is", code=2)
    assert (done.returncode, done.stdout) == (2, "")
    assert "suite_runner ended with exit code 2" in done.stderr
    done = run("findings.py", "run", "--runner", tmp_path / "none", "-o", tmp_path / "out.json")
    assert done.returncode == 2
    assert "No such file" in done.stderr and done.stderr.count("\n") == 1


def test_a_run_with_cases_that_are_not_well_is_judged(run_findings, tmp_path):
    assert run_findings([TRUE], "as it is", code=1).returncode == 0


def test_judging_what_is_there(run, tmp_path, documents):
    results = tmp_path / "r.json"
    results.write_text(json.dumps(documents["as it is"]))
    file = write(tmp_path / "f.toml", TRUE, FALSE)
    done = run("findings.py", "judge", "--findings", file, results)
    assert done.returncode == 1
    assert "1 refuted, 1 confirmed" in done.stdout
    assert not (tmp_path / "r-verdicts.md").exists()
