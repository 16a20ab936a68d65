"""A value that changes over time, and tells its listeners."""

from collections import deque
from typing import Generic, TypeVar

from PyQt6.QtCore import QObject, pyqtSignal

Value = TypeVar("Value")


class State(QObject, Generic[Value]):
    """A frozen value that is replaced as a whole; `changed` carries the old and the new one.

    A plain `QObject` rather than an evented model, such as psygnal's: the value is immutable and compared with `==`,
    so undo, the dirty flag and saving keep it as it is, and listeners see every field change at the same time.
    """

    changed = pyqtSignal(object, object)  # the old value and the new one, which differ

    def __init__(self, value: Value, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self._changes = deque[tuple[Value, Value]]()  # not announced yet

    @property
    def value(self) -> Value:
        """The present value."""
        return self._value

    def set(self, value: Value) -> None:
        """Replace the value, and announce the change if there is one.

        A listener may change the value again: every listener hears of the first change before the second.
        """
        old, self._value = self._value, value
        if value == old:
            return
        self._changes.append((old, value))
        if len(self._changes) > 1:
            return
        while self._changes:
            self.changed.emit(*self._changes[0])
            self._changes.popleft()
