"""Information about this machine and the installation, without loading any large library."""

import ctypes
import os
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import flowviz

DISTRIBUTION = "flowviz-desktop"  # name of the installed package; the name flowviz is taken on PyPI
INSTALL = 'Install flowviz again: run "pip install --force-reinstall ." in the folder of its source code.'
PACKAGES = ("tensorflow", "tensorflow-probability", "numpy", "PyQt6", "PyQt6-Qt6")

SystemInfo = dict[str, str | float | bool | list[str]]


def system_info() -> SystemInfo:
    """Return the versions of flowviz, Python and the main packages, the platform, and the number of cores."""
    return {
        "flowviz": flowviz.__version__,
        "python": platform.python_version(),
        **{package.lower().replace("-", "_"): package_version(package) for package in PACKAGES},
        "platform": platform.platform(),
        "cores": os.cpu_count() or 1,
    }


def format_info(info: SystemInfo) -> str:
    """Return information about a machine or a project as lines of text for the user."""
    return "\n".join(
        f"{name.replace('_', ' '):<24}{', '.join(value) if isinstance(value, list) else value}"
        for name, value in info.items()
    )


def return_memory() -> None:
    """Return freed memory to the operating system if the C library is glibc, which otherwise retains a lot of it."""
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)


@cache  # the start of the window asks twice, and reading the metadata of a package takes about a millisecond
def package_version(package: str) -> str:
    """Return the version of an installed package, or "not found"."""
    try:
        return version(package)
    except PackageNotFoundError:  # the package is missing, or has another name, as builds for some platforms do
        return "not found"
