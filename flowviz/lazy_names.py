"""Packages that import a name when it is first used, so that a program starts faster."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def lazy_names(package: str, **homes: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package that imports its public names on first use.

    A name must not be that of a module of the package. Type checkers need the imports as well, under `TYPE_CHECKING`.
    Reference: https://peps.python.org/pep-0562/

    Args:
        package: The name of the package.
        homes: The names in each module of the package, separated by spaces.
    """
    modules = {name: module for module, names in homes.items() for name in names.split()}

    def imported(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(f"{package}.{modules[name]}"), name)
        setattr(sys.modules[package], name, found)
        return found

    return imported
