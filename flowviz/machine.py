"""What can be said of this machine, and done for it, without loading anything large."""

import ctypes
import os
import platform
from importlib.metadata import PackageNotFoundError, version

import flowviz

DISTRIBUTION = "flowviz-desktop"  # name of the installed package; on PyPI, flowviz is somebody else's
INSTALL = 'Install flowviz again: run "pip install --force-reinstall ." in the folder of its source code.'
PACKAGES = ("tensorflow", "tensorflow-probability", "numpy", "PyQt6", "PyQt6-Qt6")

Described = dict[str, str | int | bool | list[str]]


def described() -> Described:
    """Versions, the platform, and how many cores it has."""
    return {
        "flowviz": flowviz.__version__,
        "python": platform.python_version(),
        **{package.lower().replace("-", "_"): package_version(package) for package in PACKAGES},
        "platform": platform.platform(),
        "cores": os.cpu_count() or 1,
    }


def told(described: Described) -> str:
    """It in lines, for a person."""
    return "\n".join(
        f"{name.replace('_', ' '):<24}{', '.join(value) if isinstance(value, list) else value}"
        for name, value in described.items()
    )


def return_memory() -> None:
    """Give the system what the C library keeps of memory that was freed, where it is glibc, which keeps much."""
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)


def package_version(package: str) -> str:
    """Return the version of an installed package, or "not found"."""
    try:
        return version(package)
    except PackageNotFoundError:  # it is missing, or has another name, as builds for some machines do
        return "not found"
