"""Packages that import a name when it is first used."""

import subprocess
import sys
from importlib import import_module

import pytest

PACKAGES = ["", ".projects", ".rendering", ".specs", ".targets", ".training"]


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
