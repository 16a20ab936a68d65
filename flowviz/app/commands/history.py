"""Undo histories: recording edits, merging them, and restoring what they changed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QGuiApplication, QUndoCommand, QUndoStack

from flowviz.app.commands.edit_titles import CONTINUOUS, title_of
from flowviz.app.threads.delay import delayed

MAX_EDITS = 100
BURST_MS = 1000  # changes of the same kind with shorter pauses are one edit, such as typing or zooming

Choices = Mapping[str, Any]  # by name; the title of an edit is that of the first one that changed


class UndoHistory(QObject):
    """Records edits of the user's choices, and undoes and redoes them.

    A subclass decides which choices are recorded and how they are restored. An edit restores only the choices that it
    changed. The others may have changed without being recorded, such as the colors that another page shares.

    Attributes:
        stack: The edits.
        is_paused: Whether changes are ignored, for example while choices are being restored. `resume` ends it.
    """

    def __init__(self, parent: QObject) -> None:
        """Create a history whose subclass calls `clear` once its choices can be read."""
        super().__init__(parent)
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(MAX_EDITS)
        self.is_paused = False
        self._choices: Choices = {}
        self._burst = delayed(self, self._on_burst_ended, BURST_MS)

    def choices(self) -> Choices:
        """Return the current choices."""
        raise NotImplementedError

    def apply(self, choices: Choices) -> Choices:
        """Show other choices, and return what this has destroyed, as choices that the opposite restores."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Record pending changes, and return whether the choices can be restored now."""
        return True

    def undo(self) -> None:
        """Undo the last edit."""
        if self.is_ready():
            self.stack.undo()

    def redo(self) -> None:
        """Redo the edit that was undone last."""
        if self.is_ready():
            self.stack.redo()

    def clear(self) -> None:
        """Forget all edits."""
        self.stack.clear()
        self.end_burst()
        self._choices = self.choices()

    def end_burst(self) -> None:
        """Record the next change as a separate edit."""
        self._burst.stop()

    def record(self, **destroyed: Any) -> None:
        """Record what has changed, as a separate edit if it has destroyed something that its undo restores as well."""
        before, after = self._choices, self.choices()
        if self.is_paused or after == before:
            return
        title, continues = title_of(before, after), self._burst.isActive() and not any(destroyed.values())
        with self.paused():  # because a stack redoes what is pushed
            self.stack.push(Edit(self, title, {**before, **destroyed}, after, continues=continues))
        self._burst.start()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Record no changes."""
        self.is_paused = True
        try:
            yield
        finally:
            self.resume()

    def resume(self) -> None:
        """Record changes again."""
        self.is_paused = False
        self._choices = self.choices()

    def restore(self, wanted: Choices, others: Choices) -> Choices:
        """Restore the choices that differ from others, and return the others with what this has destroyed."""
        if self.is_paused:
            return others  # steps are only counted
        changed = {name: value for name, value in wanted.items() if name not in others or value != others[name]}
        with self.paused():
            destroyed = self.apply({**self.choices(), **changed})
        self.end_burst()
        return {**others, **destroyed}

    def amend(self, change: Callable[[], object]) -> None:
        """Make a change that is undone together with the latest edit."""
        with self.paused():
            change()
        latest = self.stack.command(self.stack.index() - 1)
        if isinstance(latest, Edit):
            latest.after = self._choices

    def reset(self, name: str, change: Callable[[], object]) -> None:
        """Make a change that cannot be undone, forget how the choice changed, and drop edits that changed only that."""
        with self.paused():
            change()
        if name not in self._choices:
            return
        stack = self.stack
        edits = [edit for number in range(stack.count()) if isinstance(edit := stack.command(number), Edit)]
        for edit in edits:
            edit.forget(name)
        index = sum(not edit.isObsolete() for edit in edits[: stack.index()])
        with self.paused():
            for number in (0, stack.count(), index):  # Qt drops obsolete edits on its way
                stack.setIndex(number)
        self.end_burst()

    def _on_burst_ended(self) -> None:
        if QGuiApplication.mouseButtons():  # a drag may pause
            self._burst.start()


class Edit(QUndoCommand):
    """Change of the choices, which may be merged into the edit before it."""

    def __init__(self, history: UndoHistory, title: str, before: Choices, after: Choices, *, continues: bool) -> None:
        super().__init__(title.replace("&", "&&"))
        self._history, self._continues = history, continues
        self.before, self.after = before, after

    def undo(self) -> None:
        """Restore the choices before the edit."""
        self.after = self._history.restore(self.before, self.after)

    def redo(self) -> None:
        """Restore the choices after the edit."""
        self.before = self._history.restore(self.after, self.before)

    def forget(self, name: str) -> None:
        """Keep a choice as it was after the edit."""
        self.before = {**self.before, name: self.after[name]}
        self.setObsolete(self.before == self.after)

    def id(self) -> int:
        """Return the same number for edits that may be merged."""
        return 1 if self.text() in CONTINUOUS else -1

    def mergeWith(self, other: QUndoCommand | None) -> bool:
        if not isinstance(other, Edit) or not other._continues or other.text() != self.text():
            return False
        self.after = other.after
        self.setObsolete(self.before == self.after)
        return True
