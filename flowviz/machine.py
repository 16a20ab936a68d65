"""What can be said of this machine without loading anything large."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version

import flowviz

PACKAGES = ("tensorflow", "tensorflow-probability", "numpy", "PyQt6", "PyQt6-Qt6")

Described = dict[str, str | int | bool | list[str]]


def described() -> Described:
    """Versions, the platform, and how many cores it has."""
    return {
        "flowviz": flowviz.__version__,
        "python": platform.python_version(),
        **{package.lower().replace("-", "_"): _version(package) for package in PACKAGES},
        "platform": platform.platform(),
        "cores": os.cpu_count() or 1,
    }


def told(described: Described) -> str:
    """It in lines, for a person."""
    return "\n".join(
        f"{name.replace('_', ' '):<24}{', '.join(value) if isinstance(value, list) else value}"
        for name, value in described.items()
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # it is missing, or has another name, as builds for some machines do
        return "not found"
