"""The import table: schemas imports nothing of ours; ingest, enrich and sinks only schemas; deploy all."""

import ast
from pathlib import Path

import pytest

TABLE = {
    "schemas": {"schemas"},
    "ingest": {"schemas", "ingest"},
    "enrich": {"schemas", "enrich"},
    "sinks": {"schemas", "sinks"},
    "deploy": {"schemas", "ingest", "enrich", "sinks", "deploy"},
}


def imported(source: str) -> set[str]:
    """The top-level names that a module imports, wherever in it, by name, relatively or through importlib."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." if node.level else (node.module or "").split(".")[0])
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and node.args:
            name = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                found.add(name.value.split(".")[0])
    return found


def test_the_walk_sees_every_way_to_import() -> None:
    assert imported("def f():\n    from sinks.store import Store\n    import deploy.cli") == {"sinks", "deploy"}
    assert imported("import importlib\nimportlib.import_module(f'enrich.stages.{x}')") == {"importlib", "enrich"}
    assert imported("from . import store") == {"."}


@pytest.mark.parametrize("room", TABLE)
def test_a_room_imports_only_what_it_may(room: str, root: Path, modules: list[Path]) -> None:
    forbidden = {*TABLE, "tests", "."} - TABLE[room]
    inside = [path for path in modules if path.parts[0] == room]
    assert inside
    wrong = {str(path): sorted(imported((root / path).read_text(encoding="utf-8")) & forbidden) for path in inside}
    assert {path: names for path, names in wrong.items() if names} == {}
