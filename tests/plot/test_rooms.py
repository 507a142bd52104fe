"""Imports between the rooms of the package go down only, and no modules import each other."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter

import pytest

from programs import PLOT

# What each room may import beside its own modules.
BELOW = {
    "documents": set(),
    "statistics": {"documents"},
    "answers": {"documents", "statistics"},
    "findings": {"documents", "statistics"},
    "drawing": {"documents", "statistics", "answers"},
    "charts": {"documents", "statistics", "answers", "drawing"},
    "report": {"documents", "statistics", "answers", "findings"},
    "commands": {"documents", "statistics", "answers", "findings", "drawing", "charts", "report"},
}
MODULES = sorted(path for path in (PLOT / "concur").rglob("*.py") if path.name != "__init__.py")


def name(path):
    return ".".join(path.relative_to(PLOT).with_suffix("").parts)


KNOWN = {name(path) for path in MODULES}


def imports(tree):
    """The modules of the package that this source imports, also inside functions."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "concur"}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "concur":
            # "from room import module" or "from room.module import name".
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= whole if node.module not in KNOWN else {node.module}
    return found


def forbidden(module, imported):
    """Those of the imported modules that lie above or beside this one's room."""
    room = module.split(".")[1]
    return {one for one in imported if one.split(".")[1] not in BELOW[room] | {room}}


def test_every_room_has_its_place():
    assert {module.split(".")[1] for module in KNOWN} == set(BELOW)
    TopologicalSorter(BELOW).prepare()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_go_down(path):
    imported = imports(ast.parse(path.read_text()))
    assert imported <= KNOWN
    assert forbidden(name(path), imported) == set()


def test_no_modules_import_each_other():
    TopologicalSorter({name(path): imports(ast.parse(path.read_text())) for path in MODULES}).prepare()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_stand_at_the_top(path):
    tree = ast.parse(path.read_text())
    at_top = {id(node) for node in tree.body}
    found = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert [node.lineno for node in found if id(node) not in at_top] == []


def test_what_is_forbidden_would_be_noticed():
    source = """
from concur.charts import overview
from concur.documents.cases import Case
def draw():
    import concur.commands.plot
"""
    imported = imports(ast.parse(source))
    assert imported == {"concur.charts.overview", "concur.documents.cases", "concur.commands.plot"}
    assert forbidden("concur.drawing.page", imported) == {"concur.charts.overview", "concur.commands.plot"}
    assert forbidden("concur.commands.plot", imported) == set()
    with pytest.raises(CycleError):
        TopologicalSorter({"a": {"b"}, "b": {"a"}}).prepare()
