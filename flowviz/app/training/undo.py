"""The undo history of target, flow, training, view, and edits of layers."""

from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.commands.history import Choices, UndoHistory
from flowviz.app.state.edits import EditsState
from flowviz.app.state.request import RequestState
from flowviz.app.state.view import View, ViewState
from flowviz.specs.edits import Edits

VIEW_FIELDS = "color_by", "palette", "marks", "beside", "common_scale"
SEEN_FIELDS = "direction", "overview", "fitted"
ZOOM_FIELDS = "center", "half_extent"  # chosen by the user unless the view follows the cloud


class ProjectUndo(UndoHistory):
    """Records edits of the request, of the view without navigation, and of the layers.

    Navigation between stages and moments is not recorded. Neither are a selection that is cleared because another flow
    has other particles, and colors and marks that are chosen on the page of a comparison. Opening a project forgets
    all edits.
    """

    view_restored = pyqtSignal()

    def __init__(self, request: RequestState, view: ViewState, edits: EditsState, parent: QObject) -> None:
        super().__init__(parent)
        self._request, self._view, self._edits = request, view, edits
        request.changed.connect(lambda: self.record())
        view.changed.connect(self._on_view_changed)
        edits.changed.connect(lambda: self.record())
        self.clear()

    def choices(self) -> Choices:
        """Return the current choices."""
        seen = self._view.seen
        zoom = () if seen.fitted else ZOOM_FIELDS
        return {
            "request": self._request.value,
            **{name: getattr(seen, name) for name in SEEN_FIELDS},
            **{name: getattr(seen.view, name) for name in (*VIEW_FIELDS, *zoom)},
            "selection": self._view.value.selection,
            "edits": self._edits.value,
        }

    def apply(self, choices: Choices) -> Choices:
        """Show other choices, at the current stage and moment."""
        self._request.set(choices["request"])
        self._edits.set(choices["edits"])
        view = _restored(self._view.value, choices)
        if view != self._view.value:
            self._view.set(view)
            self.view_restored.emit()
        return {}

    def begin_edits(self, edits: Edits) -> None:
        """Set the edits of another flow, and forget those of the previous one, which may not fit it."""
        with self.paused():
            self._edits.set(edits)
        self.forget("edits")

    def _on_view_changed(self, old: View, new: View) -> None:
        is_same_flow = (old.last_stage, old.particles) == (new.last_stage, new.particles)
        if is_same_flow and self.stack.isActive():
            self.record()
        else:  # other changes are announced separately
            announced = {name: self._choices[name] for name in ("request", "edits")}
            self._choices = {**self.choices(), **announced}


def _restored(view: View, choices: Choices) -> View:
    """Return a view with other choices, at its current stage and moment."""
    spec = {name: choices[name] for name in (*VIEW_FIELDS, *ZOOM_FIELDS) if name in choices}
    seen = {name: choices[name] for name in SEEN_FIELDS}
    selection = choices["selection"]
    fits = selection is not None and len(selection.chosen) == view.particles
    shown = view.seen.model_copy(update={**seen, "view": view.seen.view.model_copy(update=spec)})
    return replace(view, seen=shown, selection=selection if fits else None)
