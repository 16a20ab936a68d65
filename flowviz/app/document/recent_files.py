"""The recently opened and saved projects."""

import json
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.desktop.settings import settings

MAX_FILES = 15
KEY = "recentFiles"


class RecentFiles(QObject):
    """Paths of recent projects, kept in the settings of the user, latest first."""

    changed = pyqtSignal()  # by this window; other windows share the settings

    def __init__(self) -> None:
        super().__init__()
        self._settings = settings()

    def paths(self) -> list[Path]:
        """Return the paths; none if the settings are damaged."""
        try:
            names = json.loads(self._settings.value(KEY, "[]", str))
        except (ValueError, TypeError):
            return []
        return [Path(name) for name in names if isinstance(name, str)][:MAX_FILES] if isinstance(names, list) else []

    def add(self, path: Path) -> None:
        """Put a path first."""
        path = path.absolute()
        self._store([path, *(other for other in self.paths() if other != path)])

    def remove(self, path: Path) -> None:
        """Remove a path."""
        self._store([other for other in self.paths() if other != path])

    def clear(self) -> None:
        """Remove all paths."""
        self._store([])

    def _store(self, paths: list[Path]) -> None:
        self._settings.setValue(KEY, json.dumps([str(path) for path in paths[:MAX_FILES]]))
        self._settings.sync()  # for other windows
        self.changed.emit()
