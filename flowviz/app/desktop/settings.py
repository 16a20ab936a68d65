"""What the program remembers of a person from one start to the next."""

from contextlib import suppress
from pathlib import Path

from PyQt6.QtCore import QSettings

from flowviz.files import PRIVATE


def settings() -> QSettings:
    """The settings of the person: a file that can be read, on every system. What is in it may be damaged."""
    form, scope = QSettings.Format.IniFormat, QSettings.Scope.UserScope
    found = QSettings(form, scope, "flowviz", "flowviz")
    _make_private(Path(found.fileName()))
    return found


def _make_private(path: Path) -> None:
    """It names the files of a person. Qt would let everybody read a new one; it leaves an old one as it is."""
    with suppress(OSError):  # where it cannot be written, nothing is remembered
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(PRIVATE)
        path.chmod(PRIVATE)
