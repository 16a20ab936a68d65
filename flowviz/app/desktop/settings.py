"""Settings that persist between starts."""

from contextlib import suppress
from pathlib import Path

from PyQt6.QtCore import QSettings

from flowviz.files import PRIVATE


def settings() -> QSettings:
    """Return the settings of the user, a readable file on every system. Its values may be damaged."""
    stored = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "flowviz", "flowviz")
    _make_private(Path(stored.fileName()))
    return stored


def stored_flag(key: str, *, default: bool) -> bool:
    """Return a setting that is on or off, or the default if it is missing or damaged. Qt reads it back as text."""
    return {"true": True, "false": False}.get(str(settings().value(key)).lower(), default)


def _make_private(path: Path) -> None:
    """Deny others access to the settings, which name files of the user; Qt creates them readable for everybody."""
    with suppress(OSError):  # settings that cannot be written are not remembered
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(PRIVATE)
        path.chmod(PRIVATE)
