"""The undo history of target, flow, training, view, and edits of layers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication, QUndoCommand, QUndoStack

from flowviz.app.session.undo_titles import CONTINUOUS, title_of
from flowviz.app.state.edits import EditsState
from flowviz.app.state.pages import named_fields
from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.view import View, ViewState
from flowviz.records import Selection
from flowviz.specs import Seen, ViewSpec
from flowviz.specs.edits import Edits

MAX_EDITS = 100
BURST_MS = 1000  # changes of the same kind with shorter pauses are one edit, such as typing or zooming
VIEW_FIELDS = "color_by", "palette", "marks", "beside", "common_scale"
ZOOM_FIELDS = "center", "half_extent"  # chosen by the user unless the view follows the cloud


@dataclass(frozen=True)
class Choices:
    """Everything that can be undone: the request, the view without navigation, and the edits of layers."""

    request: Request
    seen: Seen
    selection: Selection | None
    edits: Edits


class Burst(QTimer):
    """Time in which changes of the same kind are one edit."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.setSingleShot(True)
        self.setInterval(BURST_MS)
        self.timeout.connect(self._on_ended)

    def _on_ended(self) -> None:
        if QGuiApplication.mouseButtons():  # a drag may pause
            self.start()


class UndoHistory(QObject):
    """Records edits of the choices, and undoes and redoes them.

    Navigation between stages and moments is not recorded. Neither is a selection that is cleared because another flow
    has other particles. Opening a project forgets all edits.
    """

    view_restored = pyqtSignal()

    def __init__(self, request: RequestState, view: ViewState, edits: EditsState, parent: QObject) -> None:
        super().__init__(parent)
        self._request, self._view, self._edits = request, view, edits
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(MAX_EDITS)
        self._is_restoring = False
        self._burst = Burst(self)
        self._choices = self.choices()
        request.changed.connect(self._record)
        view.changed.connect(self._on_view_changed)
        edits.changed.connect(self._record)

    @property
    def is_restoring(self) -> bool:
        """Return whether earlier choices are being restored."""
        return self._is_restoring

    def choices(self) -> Choices:
        """Return the current choices."""
        return Choices(self._request.value, _choices_in(self._view.seen), self._view.value.selection, self._edits.value)

    def undo(self) -> None:
        """Undo the last edit."""
        self.stack.undo()

    def redo(self) -> None:
        """Redo the edit that was undone last."""
        self.stack.redo()

    def clear(self) -> None:
        """Forget all edits."""
        self.stack.clear()
        self._start_from(self.choices())

    def end_burst(self) -> None:
        """Record the next change as a separate edit."""
        self._burst.stop()

    def amend(self, change: Callable[[], object]) -> None:
        """Make a change that is undone together with the latest edit."""
        self._is_restoring = True
        try:
            change()
        finally:
            self._is_restoring = False
        self._choices = self.choices()
        latest = self.stack.command(self.stack.index() - 1)
        if isinstance(latest, Edit):
            latest.end_with(self._choices)

    def begin_edits(self, edits: Edits) -> None:
        """Set the edits of another flow, and forget those of the previous one, which may not fit it."""
        self._is_restoring = True
        try:
            self._edits.set(edits)
            self._forget_other_edits()
        finally:
            self._is_restoring = False
            self._start_from(self.choices())

    def _forget_other_edits(self) -> None:
        """Replace the edits of layers in the history by the present ones, and drop steps that changed nothing else."""
        edits, stack = self._edits.value, self.stack
        steps = [step for i in range(stack.count()) if isinstance(step := stack.command(i), Edit)]
        if not any(each.edits != edits for step in steps for each in step.choices):
            return
        kept = [step.with_choices(lambda each: replace(each, edits=edits)) for step in steps]
        index = len(list(filter(None, kept[: stack.index()])))
        stack.clear()
        for step in filter(None, kept):
            stack.push(step)
        while stack.index() > index:
            stack.undo()

    def restore(self, choices: Choices) -> None:
        """Restore earlier choices."""
        if self._is_restoring:
            return  # steps are only counted
        self._is_restoring = True
        try:
            self._request.set(choices.request)
            self._edits.set(choices.edits)
            current = self.choices()
            if (current.seen, current.selection) != (choices.seen, choices.selection):
                self._view.set(_restored(self._view.value, choices))
                self.view_restored.emit()
        finally:
            self._is_restoring = False
            self._start_from(self.choices())

    def _on_view_changed(self, old: View, new: View) -> None:
        if (old.last_stage, old.particles) != (new.last_stage, new.particles):
            after = self.choices()  # the program shows another flow; a change of the request is announced separately
            self._choices = replace(self._choices, seen=after.seen, selection=after.selection)
        else:
            self._record()

    def _record(self) -> None:
        before, after = self._choices, self.choices()
        if self._is_restoring or after == before:
            return
        self._choices = after
        title = title_of(_fields(before, after), _fields(after, after))
        self.stack.push(Edit(self, title, before, after, continues=self._burst.isActive()))
        self._burst.start()

    def _start_from(self, choices: Choices) -> None:
        self._burst.stop()
        self._choices = choices


class Edit(QUndoCommand):
    """Change of the choices, which may be merged into the edit before it."""

    def __init__(self, history: Any, title: str, before: Any, after: Any, *, continues: bool) -> None:
        """Create an edit that has been made. `history` restores choices, such as `UndoHistory`."""
        super().__init__(title.replace("&", "&&"))
        self._history, self._before, self._after = history, before, after
        self._continues = continues
        self._is_done = True  # QUndoStack.push calls redo, but the edit was made before

    def undo(self) -> None:
        """Restore the choices before the edit."""
        self._is_done = False
        self._after = self._restored(self._before, self._after)

    def redo(self) -> None:
        """Restore the choices after the edit."""
        if not self._is_done:
            self._is_done = True
            self._before = self._restored(self._after, self._before)

    def _restored(self, wanted: Any, others: Any) -> Any:
        """Restore choices, and return those that the opposite restores."""
        self._history.restore(wanted)
        return others

    @property
    def choices(self) -> tuple[Any, Any]:
        """Return the choices before and after the edit."""
        return self._before, self._after

    def with_choices(self, change: Callable[[Any], Any]) -> "Edit | None":
        """Return this edit with other choices before and after it, or None if it would change nothing."""
        before, after = map(change, self.choices)
        title = self.text().replace("&&", "&")
        return None if before == after else Edit(self._history, title, before, after, continues=False)

    def end_with(self, choices: Choices) -> None:
        """Set the choices after the edit."""
        self._after = choices

    def id(self) -> int:
        """Return the same number for edits that may be merged."""
        return 1 if self.text() in CONTINUOUS else -1

    def mergeWith(self, other: QUndoCommand | None) -> bool:
        if not isinstance(other, Edit) or not other._continues or other.text() != self.text():
            return False
        self._after = other._after
        self.setObsolete(self._before == self._after)
        return True


def _choices_in(seen: Seen) -> Seen:
    """Return the parts of the view that are choices, and defaults for the rest."""
    names = VIEW_FIELDS if seen.fitted else (*VIEW_FIELDS, *ZOOM_FIELDS)
    view = ViewSpec(**{name: getattr(seen.view, name) for name in names})
    return Seen(view=view, direction=seen.direction, fitted=seen.fitted, overview=seen.overview)


def _restored(view: View, choices: Choices) -> View:
    """Return a view with earlier choices, at its current stage and moment."""
    seen, selection = choices.seen, choices.selection
    names = VIEW_FIELDS if seen.fitted else (*VIEW_FIELDS, *ZOOM_FIELDS)
    spec = view.seen.view.model_copy(update={name: getattr(seen.view, name) for name in names})
    changes = {"view": spec, "direction": seen.direction, "fitted": seen.fitted, "overview": seen.overview}
    fits = selection is not None and len(selection.chosen) == view.particles
    return replace(view, seen=view.seen.model_copy(update=changes), selection=selection if fits else None)


def _fields(choices: Choices, shown: Choices) -> dict[str, Any]:
    """Return all choices by name, the most specific ones first, with the fields of the page that `shown` shows."""
    request, seen = choices.request, choices.seen
    return {
        **named_fields(request.pages.of(shown.request.kind)),
        "kind": request.kind,
        **dict(request.plan.flow),
        **dict(request.plan.training),
        "follows": request.follows,
        **dict(seen),
        **dict(seen.view),
        "selection": choices.selection,
        "edits": choices.edits,
    }
