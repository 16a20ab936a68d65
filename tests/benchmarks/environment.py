"""The virtual environment that holds the peer library, apart from that of flowviz."""

import os
import subprocess
import sys
from pathlib import Path

PACKAGES = ("flowjax", "optax")


def default_environment() -> Path:
    """Where the environment is kept from one benchmark to the next: the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "flowviz-benchmarks" / "flowjax"


def peers_python(environment: Path) -> Path:
    """The Python of the environment, which is made where it, or a package in it, is missing."""
    python = environment / "bin" / "python"
    if not _complete(python):
        print(f"Installing {' and '.join(PACKAGES)} into {environment}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", environment], check=True, stdout=sys.stderr)
        subprocess.run([python, "-m", "pip", "install", *PACKAGES], check=True, stdout=sys.stderr)
    return python


def _complete(python: Path) -> bool:
    if not python.exists():
        return False
    check = f"from importlib.metadata import version; [version(name) for name in {PACKAGES!r}]"
    return subprocess.run([python, "-c", check], check=False, capture_output=True).returncode == 0
