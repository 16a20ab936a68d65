"""The undo history of a comparison: its entrants, their targets and trainings, and the view of their clouds."""

from dataclasses import replace

from PyQt6.QtCore import QObject

from flowviz.app.commands.history import Choices, UndoHistory
from flowviz.app.state.request import RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.training.training_state import TrainingState
from flowviz.app.training.undo import VIEW_FIELDS
from flowviz.app.workspace.controller import ComparisonController
from flowviz.app.workspace.entrants import Compared, ComparedState
from flowviz.app.workspace.restoring import lost
from flowviz.app.workspace.shared_view import SharedViewState


class ComparisonUndo(UndoHistory):
    """Records edits of a comparison, and undoes and redoes them.

    An entrant that was removed, or that started over because it was edited, returns with its training. Undoing another
    target keeps the weights, as in the normal view. Showing another comparison forgets all edits.
    """

    def __init__(
        self,
        compared: ComparedState,
        request: RequestState,
        builder: TargetBuilder,
        view: ViewState,
        shared: SharedViewState,
        controller: ComparisonController,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._compared, self._request, self._view, self._shared = compared, request, view, shared
        self._builder, self._controller = builder, controller
        compared.changed.connect(lambda old: self._record(old))
        for changed in (request.changed, builder.built_changed, view.changed, shared.changed):
            changed.connect(lambda: self._record(self._compared.value))
        self.clear()

    def choices(self) -> Choices:
        """Return the current choices.

        They are the entrants as they are requested, the contents of the target page while they are no target, such as
        an empty text, whether the limits by counting are shown, whether a running training follows the target, and the
        view without navigation. The trained entrants that an edit has removed or replaced, by style, are added to the
        choices before the edit.
        """
        compared, request, shared = self._compared.value, self._request.value, self._shared.value
        return {
            "entrants": tuple(run.requested for run in compared.runs),
            "page": request.pages.of(request.kind) if self._builder.problem else None,
            "limits": compared.limits is not None,
            "follows": request.follows,
            **{name: getattr(self._view.seen.view, name) for name in VIEW_FIELDS},
            "fitted": shared.frame is None,
            "center": shared.frame,
            "selection": shared.selection,
            "trained": {},
        }

    def is_ready(self) -> bool:
        """Record pending edits of an entrant, and return whether no training is just ending."""
        self._controller.editing.apply()
        return self._compared.value.state != TrainingState.STOPPING

    def apply(self, choices: Choices) -> Choices:
        """Show other choices, and return the trained entrants that are removed or replaced by this."""
        runs = self._compared.value.runs
        self._request.set_follows(choices["follows"])
        if choices["trained"] or choices["entrants"] != self.choices()["entrants"]:
            self._controller.restore(choices["entrants"], choices["trained"])
        else:
            self._controller.editing.show_selected()
        self._controller.set_limits(choices["limits"])
        if choices["page"] is not None:
            self._request.show_page(choices["page"])
        self._view.update_view(**{name: choices[name] for name in VIEW_FIELDS})
        self._shared.set(replace(self._shared.value, frame=choices["center"], selection=choices["selection"]))
        return {"trained": lost(runs, self._compared.value.runs)}

    def _record(self, old: Compared) -> None:
        """Record what has changed while the page is shown; `old` has the entrants before the change."""
        if not self.stack.isActive():
            self._choices = self.choices()
        elif not self._awaits_target():
            self.record(trained=lost(old.runs, self._compared.value.runs))

    def _awaits_target(self) -> bool:
        """Return whether the requested target is being built, so that the entrants do not have it yet."""
        run = self._compared.value.selected_run
        return run is not None and not self._builder.problem and self._request.plan.target != run.target
