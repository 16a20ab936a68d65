"""An observable value."""

import sys
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Generic, TypeVar, cast

from PyQt6.QtCore import QObject, pyqtSignal

Value = TypeVar("Value")
Part = TypeVar("Part")


class State(QObject, Generic[Value]):
    """Observable, frozen value that is replaced as a whole.

    This is a plain `QObject` rather than an evented model such as those of psygnal: because the value is immutable and
    compared with `==`, undo, the dirty flag and saving can store it without a copy, and listeners see all fields change
    at once.
    """

    changed = pyqtSignal(object, object)  # old value, new value; never equal

    def __init__(self, value: Value, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self._changes = deque[tuple[Value, Value]]()  # that have not been announced to all listeners
        self._observers: list[tuple[Callable[[Value], Any], Callable[[Any], object]]] = []

    @property
    def value(self) -> Value:
        """Return the current value."""
        return self._value

    def set(self, value: Value) -> None:
        """Replace the value, and emit `changed` if it differs.

        A listener may change the value again: `value` changes at once, but all listeners are notified of the first
        change before the second.
        """
        old, self._value = self._value, value
        if value == old:
            return
        self._changes.append((old, value))
        if len(self._changes) > 1:
            return
        while self._changes:
            self._notify(*self._changes[0])
            self._changes.popleft()

    def change(self, **changes: Any) -> None:
        """Replace some fields of the value, which must be a dataclass."""
        self.set(replace(cast("Any", self._value), **changes))

    def _notify(self, old: Value, new: Value) -> None:
        """Tell the observers, then whoever is connected. As with slots, the error of one does not stop the others."""
        for part, show in tuple(self._observers):
            try:
                if (now := part(new)) != part(old):
                    show(now)
            except Exception:
                sys.excepthook(*sys.exc_info())
        self.changed.emit(old, new)

    def watch(self, part: Callable[[Value], Part], show: Callable[[Part], object]) -> None:
        """Call `show` with a part of the value, now and each time that this part changes."""
        self.observe(part, show)
        show(part(self._value))

    def observe(self, part: Callable[[Value], Part], show: Callable[[Part], object]) -> None:
        """Call `show` with a part of the value each time that this part changes.

        Observers are called one after the other, before all slots of `changed`: a slot for each of them would hand the
        interpreter to another thread and back, which takes longer than most of them.
        """
        self._observers.append((part, show))
