"""The list of recent projects."""

import json
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.desktop.settings import settings

MOST = 15
KEY = "recentFiles"


class RecentFiles:
    """The projects opened or saved last, kept in the user's settings."""

    def __init__(self) -> None:
        super().__init__()
        self._settings = settings()

    def paths(self) -> list[Path]:
        """Return the paths, the latest first; none where the settings are damaged."""
        try:
            names = json.loads(self._settings.value(KEY, "[]", str))
        except (ValueError, TypeError):
            return []
        return [Path(name) for name in names if isinstance(name, str)][:MOST] if isinstance(names, list) else []

    def add(self, path: Path) -> None:
        """Put a path at the top of the list."""
        path = path.absolute()
        self._store([path, *(other for other in self.paths() if other != path)])

    def remove(self, path: Path) -> None:
        """Remove a path from the list."""
        self._store([other for other in self.paths() if other != path])

    def clear(self) -> None:
        """Remove all paths."""
        self._store([])

    def _store(self, paths: list[Path]) -> None:
        self._settings.setValue(KEY, json.dumps([str(path) for path in paths[:MOST]]))
        self._settings.sync()  # so that other windows see it
