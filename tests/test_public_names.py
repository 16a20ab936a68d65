"""The public names of packages, each of which is imported when it is first used."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import flowviz

PACKAGES = ["", ".adapters", ".projects", ".rendering", ".specs", ".targets", ".training"]


@pytest.mark.parametrize("package", PACKAGES)
def test_package_has_all_its_public_names(package: str) -> None:
    found = import_module(f"flowviz{package}")
    assert {name for name in found.__all__ if not hasattr(found, name)} == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_package_has_no_other_names(package: str) -> None:
    found = import_module(f"flowviz{package}")
    with pytest.raises(AttributeError, match=f"No flowviz{package} attribute nothing"):
        _ = found.nothing


def test_name_loads_only_its_module() -> None:
    code = (
        "import sys; from flowviz.targets import Target\n"
        "print(sorted(name for name in sys.modules if name.startswith('flowviz.targets.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['flowviz.targets.target']"


def test_only_the_program_calls_the_facade() -> None:
    """The import contract does not see what a module takes from `flowviz` itself, which has names of the library."""
    package = Path(flowviz.__file__).parent
    program = ("app", "cli", "self_test.py", "__main__.py")
    taken = {
        (str(path.relative_to(package)), node.attr)
        for path in package.rglob("*.py")
        if path.relative_to(package).parts[0] not in program
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "flowviz"
    }
    assert {(path, name) for path, name in taken if name in flowviz.__all__} == set()
    assert {name for _, name in taken} == {"__version__"}


def test_every_public_way_to_a_project_registers_how_notebooks_draw_it() -> None:
    code = (
        "from flowviz import {}, FlowSpec, TextSpec, TrainingSpec\n"
        "from flowviz.projects import Project\n"
        "project = Project.untrained(TextSpec(text='I'), FlowSpec(), TrainingSpec(steps=1))\n"
        "assert project._repr_png_().startswith(b'\\x89PNG')"
    )
    for name in ("Project", "load"):
        subprocess.run([sys.executable, "-c", code.format(name)], check=True)
