"""Where the data files are."""

from pathlib import Path


def resource(name: str) -> Path:
    """A file of `resources/`: beside the package's modules in a wheel, beside the package in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "resources" / name
    return installed if installed.exists() else package.parent / "resources" / name
