"""Imports: quick for an answer, silent, and in one direction."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
import pytest

import kg.snapshot.cache

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(kg.__file__).parent
HEAVY = {
    *("httpx", "numpy", "owlrl", "pandas", "polars", "pyld"),
    *("pyshacl", "rapidfuzz", "rdflib", "resvg_py", "rich", "shacl", "yaml"),
}
#: What only a process that serves pages needs.
SERVING = {"anyio", "jinja2", "starlette", "uvicorn"}

#: Each part of kg and the step it stands on, from what needs nothing to the command. A part
#: imports earlier steps only, or its own; one that is not listed here fails the tests below until
#: it is given its place. What is imported for annotations alone does not count.
STEPS = [
    {"budget", "english", "errors", "files", "lexical", "progress", "http_client"},
    {"dates", "formats", "namespaces", "resources", "sources"},
    {"labels", "results", "snapshot"},
    {"sparql", "tables"},
    {"evidence", "reasoning", "sssom"},
    {"dataset", "entity", "explanation", "federation", "plots", "reconciliation", "terms"},
    {"queries", "validation"},
    {"caveats", "export", "pipeline"},
    {"check", "diff"},
    {"imports", "wikidata"},
    {"build"},
    {"perspectives"},
    {"edit"},
    {"graph"},
    {"web"},
    {"cli"},
]
#: Imported by one function alone, which cannot do without rdflib and owlrl, or numpy and polars.
HEAVY_ITSELF = {"reasoning/owlrl_engine.py"} | {
    path.relative_to(PACKAGE).as_posix()
    for folder in ("reasoning/columns", "tables")
    for path in (PACKAGE / folder).glob("*.py")
}


def loaded_by(code: str) -> set[str]:
    """Return the top-level packages that a fresh Python has loaded after running some code."""
    report = "import json, sys; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def parts() -> list[Path]:
    """Return the modules of all parts; the front, which names what they offer, is none."""
    return [path for path in modules() if part(path) not in {"__init__", "__main__"}]


def part(path: Path) -> str:
    """Return the part of kg that a module belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Return the parts of kg that a module imports, at its top or inside a function."""
    return {name.split(".")[1] for name in _imported(ast.parse(path.read_text("utf-8")))}


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    names = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module == "kg":
        names = [f"kg.{alias.name}" for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module:
        names = [node.module]
    yield from (name for name in names if name.startswith("kg."))
    for child in ast.iter_child_nodes(node):
        yield from _imported(child)


def test_a_query_loads_click_and_pyoxigraph_only(shipped_snapshot):
    assert shipped_snapshot

    loaded = loaded_by("import kg.cli\nkg.cli._run(['query', 'ASK {}'])")

    standard = set(sys.stdlib_module_names) | {"__main__", "__mp_main__", "cython_runtime"}
    others = {name for name in loaded if name not in standard and not name.startswith("_")}
    assert others == {"click", "kg", "pyoxigraph"}


def test_importing_a_module_loads_nothing_heavy():
    light = [p for p in modules() if p.relative_to(PACKAGE).as_posix() not in HEAVY_ITSELF]
    light.sort(key=lambda path: part(path) == "web")
    code = f"""
import importlib, json, sys
for name in {[_name(path) for path in light]}:
    importlib.import_module(name)
    print(json.dumps([name, sorted({{m.split('.')[0] for m in sys.modules}})]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name: set(packages) for name, packages in map(json.loads, done.stdout.splitlines())}

    assert loaded.keys() == {_name(path) for path in light}
    # The first that is named is the one that loads it.
    assert not {
        name: heavy
        for name, packages in loaded.items()
        if (heavy := packages & (HEAVY if name.startswith("kg.web") else HEAVY | SERVING))
    }


def _name(path: Path) -> str:
    """Return the name by which a module is imported."""
    name = ".".join(("kg", *path.relative_to(PACKAGE).with_suffix("").parts))
    return name.removesuffix(".__init__")


@pytest.mark.parametrize("caches", [None, "", "/somewhere", "/some/where/", "~/caches", "caches"])
def test_the_cache_is_where_platformdirs_says(monkeypatch, caches):
    monkeypatch.delenv("KG_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    if caches is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", caches)

    expected = Path(platformdirs.user_cache_dir("relations-kg", appauthor=False))
    assert kg.snapshot.cache.folder() == expected / "snapshots"


def test_importing_kg_opens_no_file_and_no_socket():
    code = """
import sys
import importlib, click, pyoxigraph, platformdirs, json, hashlib, datetime, re, difflib
seen = []
def hook(event, args):
    if event.startswith("socket."):
        seen.append((event, args))
    if event == "open":
        path = str(args[0])
        if not path.endswith((".py", ".pyc", ".so")) and "__pycache__" not in path:
            seen.append((event, path))
sys.addaudithook(hook)
import kg, kg.graph, kg.cli
from kg.cli import check, export, query, show
print(seen)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


@pytest.mark.parametrize("path", parts(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_one_way(path):
    own = part(path)
    steps = {name: number for number, names in enumerate(STEPS) for name in names}

    assert own in steps, "give the part its place in STEPS"
    later = {name for name in imports(path) if steps[name] > steps[own]}
    assert not later, f"{own} imports {', '.join(sorted(later))}, which stand on it"


def test_every_step_is_of_parts_that_exist():
    assert set().union(*STEPS) == {part(path) for path in parts()}


def test_no_part_imports_itself_in_a_circle():
    edges: dict[str, set[str]] = {part(path): set() for path in parts()}
    for path in parts():
        edges[part(path)] |= imports(path) - {part(path)}

    while free := {name for name, needs in edges.items() if not needs & edges.keys()}:
        for name in free:
            del edges[name]

    assert not edges
