"""The undo history of a comparison: its entrants, their targets, trainings and edits, and the view."""

from PyQt6.QtCore import QObject

from flowviz.app.commands.history import Choices
from flowviz.app.state.request import RequestState
from flowviz.app.state.view import View, ViewState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.training.training_state import TrainingState
from flowviz.app.training.undo import ViewUndo
from flowviz.app.workspace.compared import ComparedState
from flowviz.app.workspace.controller import ComparisonController
from flowviz.app.workspace.restoring import lost


class ComparisonUndo(ViewUndo):
    """Records edits of a comparison, and undoes and redoes them.

    An entrant that was removed, or that started over because it was edited, returns with its training. Undoing another
    target keeps the weights, as for a flow on its own. Showing another comparison forgets all edits.
    """

    def __init__(
        self,
        compared: ComparedState,
        request: RequestState,
        builder: TargetBuilder,
        view: ViewState,
        controller: ComparisonController,
        parent: QObject,
    ) -> None:
        super().__init__(view, parent)
        self._compared, self._request = compared, request
        self._builder, self._controller = builder, controller
        self._before = compared.value  # when choices were last compared, as they are when another entrant is selected
        for changed in (compared.changed, request.changed, builder.built_changed):
            changed.connect(lambda: self._record())
        self.clear()

    def choices(self) -> Choices:
        """Return the current choices.

        They are the entrants as they are requested; the contents of the target page if they are not a target, such as
        an empty text; whether the limits by counting are shown; whether a running training follows the target; and the
        view. The choices before an edit also have the trained entrants, by style, that the edit removed or replaced.
        """
        compared, request = self._compared.value, self._request.value
        return {
            "entrants": tuple(run.requested for run in compared.runs),
            "page": request.pages.of(request.kind) if self._builder.problem else None,
            "limits": compared.limits is not None,
            "follows": request.follows,
            **super().choices(),
            "trained": {},
        }

    def is_ready(self) -> bool:
        """Record pending edits of an entrant, and return whether no training is just ending."""
        self._controller.editing.apply()
        return self._compared.value.state != TrainingState.STOPPING

    def apply(self, choices: Choices) -> Choices:
        """Show other choices, and return the trained entrants that this removes or replaces."""
        runs = self._compared.value.runs
        self._request.change(follows=choices["follows"])
        if choices["trained"] or choices["entrants"] != self.choices()["entrants"]:
            self._controller.restore(choices["entrants"], choices["trained"])
        else:
            self._controller.editing.show_selected()
        self._controller.set_limits(choices["limits"])
        if choices["page"] is not None:
            self._request.show_page(choices["page"])
        super().apply(choices)
        return {"trained": lost(runs, self._compared.value.runs)}

    def _on_view_changed(self, old: View, new: View) -> None:
        if not self._awaits_target():
            super()._on_view_changed(old, new)

    def _record(self) -> None:
        """Record what has changed while a comparison is shown."""
        if not self.stack.isActive():
            self._choices, self._before = self.choices(), self._compared.value
        elif not self._awaits_target():
            old, self._before = self._before, self._compared.value
            if self.choices() != self._choices:
                self.record(trained=lost(old.runs, self._before.runs))

    def _awaits_target(self) -> bool:
        """Return whether the requested target is being built, so that the entrants do not have it yet."""
        run = self._compared.value.selected_run
        return run is not None and not self._builder.problem and self._request.plan.target != run.target
