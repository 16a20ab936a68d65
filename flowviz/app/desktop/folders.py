"""The folders of the user."""

from pathlib import Path

from PyQt6.QtCore import QStandardPaths


def user_folder(location: QStandardPaths.StandardLocation) -> Path:
    """Return a standard folder of the user, or the home folder if it does not exist."""
    folder = QStandardPaths.writableLocation(location)
    return Path(folder) if folder and Path(folder).is_dir() else Path.home()
