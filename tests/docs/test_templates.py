"""The generator as a whole: templates, pages, and what it does about stale blocks and errors."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from blocks import command, pages, templates
from blocks.pages import BlockError
from blocks.templates import Renderer

RATIO = '{% set one = ratio("quick", "echo/thread_per_task/connections:100/work_us:0", "epoll", "cpu") %}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "figures"
    made.mkdir()
    (made / "good.md").write_text(
        RATIO + "{% do require(one.low > 1, 'it costs') %}\nIt costs {{ one.times }}.\n"
    )
    (made / "claim.md").write_text(RATIO + "{% do require(one.high < 1, 'threads are free') %}\n")
    (made / "case.md").write_text('{{ ratio("quick", "echo/goroutine/connections:1", "epoll", "cpu") }}\n')
    (made / "name.md").write_text("{{ ration() }}\n")
    (made / "call.md").write_text("{{ sets() }}\n")
    (made / "syntax.md").write_text("\n{% if %}\n")
    return made


def page_of(folder: Path, *names: str) -> Path:
    page = folder / "page.md"
    page.write_text("".join(f"<!-- figures:{name} -->\n<!-- end of figures -->\n" for name in names))
    return page


@pytest.fixture
def generate(documents: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Calls the generator for one page."""

    def call(page: Path, *options: str) -> int:
        monkeypatch.setattr(pages, "pages", lambda: [page])
        monkeypatch.setattr(templates, "TEMPLATES", folder)
        return command.main(["--only", "figures", "--documents", str(documents), *options])

    return call


def test_the_published_blocks_are_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    code = command.main(["--check", "--only", "figures"])
    assert code == 0, "".join(capsys.readouterr())


def test_a_template_is_rendered(documents: Path, folder: Path) -> None:
    text = Renderer.of(documents, folder).render("good")
    assert re.match(r"It costs 1\.[56]\d", text) and text.strip().endswith(" times.")


@pytest.mark.parametrize(
    "name, message",
    [
        ("claim", "figures/claim.md: this claim does not hold any more: threads are free"),
        ("case", "figures/case.md: quick: echo/goroutine/connections:1: the document has no such case"),
        ("name", "figures/name.md: 'ration' is undefined"),
        ("call", "figures/call.md: .*missing 1 required positional argument: 'document'"),
        ("syntax", "figures/syntax.md:2: "),
        ("absent", "figures/absent.md: there is no such template"),
    ],
)
def test_an_error_is_one_line_that_names_the_template(
    documents: Path, folder: Path, name: str, message: str
) -> None:
    with pytest.raises(BlockError, match=message) as raised:
        Renderer.of(documents, folder).render(name)
    assert "\n" not in str(raised.value)


def test_a_stale_block_fails_the_check_until_it_is_written(
    generate: object, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(generate)
    page = page_of(folder, "good")
    before = page.read_text()
    assert generate(page, "--check") == 1
    assert "figures:good: stale" in capsys.readouterr().out
    assert page.read_text() == before
    assert generate(page) == 0
    assert "It costs" in page.read_text()
    assert generate(page, "--check") == 0
    page.write_text(page.read_text().replace("It costs", "It costs about"))
    assert generate(page, "--check") == 1


def test_nothing_is_written_if_a_block_cannot_be_made(
    generate: object, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(generate)
    page = page_of(folder, "good", "case", "claim")
    before = page.read_text()
    assert generate(page) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[1] for line in lines] == [" figures/case.md", " figures/claim.md"]
    assert page.read_text() == before
