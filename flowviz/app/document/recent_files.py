"""The projects that were opened or saved last."""

import json
from pathlib import Path

from flowviz.app.desktop.settings import settings

MOST = 15
KEY = "recentFiles"


class RecentFiles:
    """Their paths, the latest first, in the settings of the person."""

    def __init__(self) -> None:
        self._settings = settings()

    def paths(self) -> list[Path]:
        """All of them; none where the settings are damaged."""
        try:
            names = json.loads(self._settings.value(KEY, "[]", str))
        except (ValueError, TypeError):
            return []
        return [Path(name) for name in names if isinstance(name, str)][:MOST] if isinstance(names, list) else []

    def add(self, path: Path) -> None:
        """This one is the latest."""
        path = path.absolute()
        self._keep([path, *(other for other in self.paths() if other != path)])

    def remove(self, path: Path) -> None:
        """This one is gone."""
        self._keep([other for other in self.paths() if other != path])

    def clear(self) -> None:
        """Forget them all."""
        self._keep([])

    def _keep(self, paths: list[Path]) -> None:
        self._settings.setValue(KEY, json.dumps([str(path) for path in paths[:MOST]]))
        self._settings.sync()  # another window may ask
