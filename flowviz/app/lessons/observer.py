"""The observer: reads what lessons can observe from the state of the window."""

from collections.abc import Callable, Mapping
from typing import Any

from PyQt6.QtCore import QObject, QTimer, pyqtBoundSignal, pyqtSignal

Read = Callable[[], Mapping[str, Any]]


class Observer(QObject):
    """Collects observations from sources, and announces changes of any of them together."""

    changed = pyqtSignal()  # soon after a source has changed

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sources: list[Read] = []
        self._happened: dict[str, bool] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.changed)

    def add(self, read: Read, *signals: pyqtBoundSignal) -> None:
        """Add a source.

        Args:
            read: Returns its observations by name; None for what is unknown.
            signals: Emitted when one of them may have changed.
        """
        self._sources.append(read)
        for signal in signals:
            signal.connect(self._notice)

    def add_event(self, name: str, *signals: pyqtBoundSignal) -> None:
        """Add an observation that is true from when one of the signals is emitted until `begin`."""
        self._happened[name] = False
        for signal in signals:
            signal.connect(lambda *_: self._note(name))

    def begin(self) -> Mapping[str, Any]:
        """Forget the events so far, and return all observations."""
        self._happened = dict.fromkeys(self._happened, False)
        return self.read()

    def read(self) -> Mapping[str, Any]:
        """Return all observations by name."""
        found = dict[str, Any](self._happened)
        for read in self._sources:
            found.update(read())
        return found

    def _notice(self, *_: object) -> None:
        self._timer.start(0)

    def _note(self, name: str) -> None:
        self._happened[name] = True
        self._notice()
