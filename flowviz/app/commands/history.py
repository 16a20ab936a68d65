"""The interface of an undo history."""

from typing import Protocol

from PyQt6.QtGui import QUndoStack


class History(Protocol):
    """An undo history, such as `UndoHistory`."""

    @property
    def stack(self) -> QUndoStack: ...
    def undo(self) -> None: ...
    def redo(self) -> None: ...
