"""The undo history of target, flow, training, view, and edits of layers."""

from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.commands.history import Choices, UndoHistory
from flowviz.app.state.edits import EditsState
from flowviz.app.state.request import RequestState
from flowviz.app.state.view import View, ViewState
from flowviz.records import selection_among

VIEW_FIELDS = (
    "color_by", "column", "palette", "marks", "velocity", "beside", "common_scale", "grid_cells", "square"
)  # fmt: skip
SEEN_FIELDS = "direction", "overview", "fitted"
ZOOM_FIELDS = "center", "half_extent"  # chosen by the user unless the view follows the cloud


class ViewUndo(UndoHistory):
    """Records edits of the view, without navigation between stages and moments.

    A selection that is cleared because another flow has other particles is not recorded either.
    """

    view_restored = pyqtSignal()

    def __init__(self, view: ViewState, parent: QObject) -> None:
        super().__init__(parent)
        self._view = view
        view.changed.connect(self._on_view_changed)

    def choices(self) -> Choices:
        """Return the choices of the view."""
        seen = self._view.seen
        zoom = () if seen.fitted else ZOOM_FIELDS
        return {
            **{name: getattr(seen, name) for name in SEEN_FIELDS},
            **{name: getattr(seen.view, name) for name in (*VIEW_FIELDS, *zoom)},
            "selection": self._view.value.selection,
        }

    def apply(self, choices: Choices) -> Choices:
        """Show the view of other choices, at the current stage and moment."""
        view = _restored(self._view.value, choices)
        if view != self._view.value:
            self._view.set(view)
            self.view_restored.emit()
        return {}

    def _on_view_changed(self, old: View, new: View) -> None:
        is_same_flow = (old.last_stage, old.particles) == (new.last_stage, new.particles)
        if is_same_flow and self.stack.isActive():
            self.record()
        else:  # other changes are announced separately
            self._choices = {**self._choices, **ViewUndo.choices(self)}


class ProjectUndo(ViewUndo):
    """Records edits of the request, of the view, and of the layers. Opening a project forgets all edits."""

    def __init__(self, request: RequestState, view: ViewState, edits: EditsState, parent: QObject) -> None:
        super().__init__(view, parent)
        self._request, self._edits = request, edits
        for changed in (request.changed, edits.changed):
            changed.connect(lambda: self.record())
        self.clear()

    def choices(self) -> Choices:
        """Return the current choices."""
        return {"request": self._request.value, **super().choices(), "edits": self._edits.value}

    def apply(self, choices: Choices) -> Choices:
        """Show other choices, at the current stage and moment."""
        self._request.set(choices["request"])
        self._edits.set(choices["edits"])
        return super().apply(choices)


def _restored(view: View, choices: Choices) -> View:
    """Return a view with other choices, at its current stage and moment."""
    spec = {name: choices[name] for name in (*VIEW_FIELDS, *ZOOM_FIELDS) if name in choices}
    seen = {name: choices[name] for name in SEEN_FIELDS}
    selection = selection_among(view.particles, choices["selection"])
    shown = view.seen.model_copy(update={**seen, "view": view.seen.view.model_copy(update=spec)})
    return replace(view, seen=shown, selection=selection)
