"""The observer: reads what lessons can observe from the state of the window."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from PyQt6.QtCore import QObject, pyqtBoundSignal, pyqtSignal

from flowviz.app.threads.delay import delayed

Read = Callable[[], Mapping[str, Any]]


class Observer(QObject):
    """Collects observations from sources, and announces changes of any of them together."""

    changed = pyqtSignal()  # soon after a source has changed

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sources: list[tuple[Read, Callable[[], bool]]] = []
        self._happened: dict[str, bool] = {}
        self._timer = delayed(self, self.changed)

    def add(self, read: Read, *signals: pyqtBoundSignal, is_shown: Callable[[], bool] = lambda: True) -> None:
        """Add a source.

        Args:
            read: Returns its observations by name; None for what is unknown.
            signals: Emitted when one of them may have changed, or `is_shown`.
            is_shown: Returns whether the window shows what is observed. Until then, `read` treats it as unknown.
        """
        self._sources.append((read, is_shown))
        for signal in signals:
            signal.connect(self._notice)

    def add_event(self, name: str, signal: pyqtBoundSignal, happens: Callable[..., bool] = lambda *_: True) -> None:
        """Add an observation that is true from when a signal is emitted until `begin`.

        Args:
            name: The name of the observation.
            signal: The signal.
            happens: Returns, for the arguments of the signal, whether it means the event.
        """
        self._happened[name] = False
        signal.connect(lambda *arguments: self._note(name) if happens(*arguments) else None)

    def begin(self) -> Mapping[str, Any]:
        """Forget the events so far, and return all observations, including those that are not yet shown."""
        self._happened = dict.fromkeys(self._happened, False)
        return self._with_events(read() for read, _ in self._sources)

    def read(self) -> Mapping[str, Any]:
        """Return all observations by name; None for what is not yet shown."""
        return self._with_events(read() if is_shown() else dict.fromkeys(read()) for read, is_shown in self._sources)

    def _with_events(self, parts: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
        return {name: value for part in (self._happened, *parts) for name, value in part.items()}

    def _notice(self, *_: object) -> None:
        self._timer.start()

    def _note(self, name: str) -> None:
        self._happened[name] = True
        self._notice()
