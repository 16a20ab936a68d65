"""One undo history for everything that the user chooses: target, flow, training and view."""

from dataclasses import dataclass, replace
from typing import Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication, QUndoCommand, QUndoStack

from flowviz.app.session.undo_titles import CONTINUOUS, title_of
from flowviz.app.state.pages import named_fields
from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.view import View, ViewState
from flowviz.records import Selection
from flowviz.specs import Seen, ViewSpec

MOST_EDITS = 100  # that can be undone
BURST_MS = 1000  # what continues after a shorter pause is one edit: typing, zooming, a slider
VIEW_FIELDS = "color_by", "palette", "marks", "beside"
PLACE_FIELDS = "center", "half_extent"  # chosen by the user only if the view does not follow the cloud


@dataclass(frozen=True)
class Choices:
    """Everything that can be undone: the request, and of the view what is not just navigation."""

    request: Request
    seen: Seen
    selection: Selection | None


class UndoHistory(QObject):
    """Records every choice, and restores earlier ones.

    Going to another stage or moment is no choice, and neither is what the program changes by itself: a project that is
    opened, or a selection that the next flow does not have.
    """

    view_restored = pyqtSignal()

    def __init__(self, request: RequestState, view: ViewState, parent: QObject) -> None:
        super().__init__(parent)
        self._request, self._view = request, view
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(MOST_EDITS)
        self._is_restoring = False
        self._burst = QTimer(self)
        self._burst.setSingleShot(True)
        self._burst.setInterval(BURST_MS)
        self._burst.timeout.connect(self._end_burst)
        self._choices = self.choices()
        request.changed.connect(self._take_change)
        view.changed.connect(self._take_view)

    def choices(self) -> Choices:
        """Return the present choices."""
        return Choices(self._request.value, _chosen_in(self._view.seen), self._view.value.selection)

    def clear(self) -> None:
        """Forget all edits."""
        self.stack.clear()
        self._start_with(self.choices())

    def end_burst(self) -> None:
        """Let the next change be an edit of its own."""
        self._burst.stop()

    def restore(self, choices: Choices) -> None:
        """Restore earlier choices."""
        self._is_restoring = True
        try:
            self._request.set(choices.request)
            now = self.choices()
            if (now.seen, now.selection) != (choices.seen, choices.selection):
                self._view.set(_restored(self._view.value, choices))
                self.view_restored.emit()
        finally:
            self._is_restoring = False
            self._start_with(self.choices())

    def _take_view(self, old: View, new: View) -> None:
        if (old.last_stage, old.particles) != (new.last_stage, new.particles):
            after = self.choices()  # another flow, which may lack the selection; the request may yet be announced
            self._choices = replace(self._choices, seen=after.seen, selection=after.selection)
        else:
            self._take_change()

    def _take_change(self) -> None:
        before, after = self._choices, self.choices()
        if self._is_restoring or after == before:
            return
        self._choices = after
        title = title_of(_fields(before, after), _fields(after, after))
        self.stack.push(Edit(self, title, before, after, continues=self._burst.isActive()))
        self._burst.start()

    def _end_burst(self) -> None:
        if QGuiApplication.mouseButtons():  # the mouse rests during a drag
            self._burst.start()

    def _start_with(self, choices: Choices) -> None:
        self._burst.stop()
        self._choices = choices


class Edit(QUndoCommand):
    """A change of the choices, which may continue the edit before it."""

    def __init__(self, history: UndoHistory, title: str, before: Choices, after: Choices, *, continues: bool) -> None:
        super().__init__(title.replace("&", "&&"))
        self._history, self._before, self._after = history, before, after
        self._continues = continues
        self._is_done = True  # when an edit is pushed, it has been done already

    def undo(self) -> None:
        """Restore the choices before the edit."""
        self._is_done = False
        self._history.restore(self._before)

    def redo(self) -> None:
        """Restore the choices after the edit."""
        if not self._is_done:
            self._is_done = True
            self._history.restore(self._after)

    def id(self) -> int:
        """Return the same number for edits that may be merged."""
        return 1 if self.text() in CONTINUOUS else -1

    def mergeWith(self, other: QUndoCommand | None) -> bool:
        if not isinstance(other, Edit) or not other._continues or other.text() != self.text():
            return False
        self._after = other._after
        self.setObsolete(self._before == self._after)
        return True


def _chosen_in(seen: Seen) -> Seen:
    """Return the fields that are choices: neither navigation nor what the window sets by itself."""
    names = VIEW_FIELDS if seen.fitted else (*VIEW_FIELDS, *PLACE_FIELDS)
    view = ViewSpec(**{name: getattr(seen.view, name) for name in names})
    return Seen(view=view, direction=seen.direction, fitted=seen.fitted, overview=seen.overview)


def _restored(view: View, choices: Choices) -> View:
    """Return a view with earlier choices, at the present stage and moment."""
    seen, selection = choices.seen, choices.selection
    names = VIEW_FIELDS if seen.fitted else (*VIEW_FIELDS, *PLACE_FIELDS)
    spec = view.seen.view.model_copy(update={name: getattr(seen.view, name) for name in names})
    changes = {"view": spec, "direction": seen.direction, "fitted": seen.fitted, "overview": seen.overview}
    fits = selection is not None and len(selection.chosen) == view.particles
    return replace(view, seen=view.seen.model_copy(update=changes), selection=selection if fits else None)


def _fields(choices: Choices, shown: Choices) -> dict[str, Any]:
    """Return all choices by name, with the fields of the page of `shown`; the most telling ones come first."""
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
    }
