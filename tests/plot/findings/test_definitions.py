"""The findings of the tree, and what is wrong with others."""

import pytest

from concur.findings.definitions import FindingsError, load, parse_case
from entries import TRUE, write
from programs import ROOT


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


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "true"', 'id = ""', "'id' is missing"),
        ('assertion = "ratio"', 'assertion = "guess"', "unknown assertion 'guess'; there are: ratio"),
        ("above = 0.5", "", "give 'above', 'below' or both"),
        ("above = 0.5", 'metric = "speed"\nabove = 1', "unknown metric 'speed'; there are: wall"),
        ("above = 0.5", 'above = "1"', "'above' must be a number"),
        ("above = 0.5", "above = 1\nbeside = 2", "unknown key 'beside'; there are: "),
        ("above = 0.5", "above = 1\niterations = 0", "'iterations' must be from 1 to"),
        (
            "echo/poll/connections:10",
            "echo/poll/connections",
            "'connections' is not an argument: write name:number",
        ),
        ("echo/poll/connections:10", "echo", "is not a case: write workload/model/argument:number/"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path, old, new, said):
    path = write(tmp_path / "f.toml", TRUE.replace(old, new, 1))
    if old.startswith("echo/poll/connections:10") and new == "echo":
        path.write_text(TRUE.replace("echo/poll/connections:10/payload:64/requests:20000/work_us:0", "echo"))
    with pytest.raises(FindingsError) as error:
        load(path)
    assert said in str(error.value) and "\n" not in str(error.value)


def test_a_file_that_is_none(tmp_path):
    for text, said in (("", "holds no [[finding]]"), ("[[", "f.toml: "), (TRUE + TRUE, "is defined twice")):
        with pytest.raises(FindingsError, match="") as error:
            load(write(tmp_path / "f.toml", text))
        assert said in str(error.value)
    with pytest.raises(FindingsError, match="no such file"):
        load(tmp_path / "none.toml")


def test_a_case_is_read_by_its_parts():
    case = parse_case("primes/thread_pool/workers:2/tasks:16")
    assert (case.arguments, case.model_arguments) == ((("tasks", 16),), (("workers", 2),))
    assert case.name == "primes/thread_pool/workers:2/tasks:16"
    assert case == parse_case("primes/thread_pool/tasks:16/workers:2")
