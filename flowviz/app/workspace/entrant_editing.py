"""Editing of the selected entrant in the usual panels."""

from collections.abc import Callable

from PyQt6.QtCore import QObject

from flowviz.app.desktop.existing import existing
from flowviz.app.state.request import RequestState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.threads.delay import delayed
from flowviz.app.training.trained_project import same_weights
from flowviz.app.workspace.compared import Compared, ComparedState
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.projects import Plan
from flowviz.projects.variant import Variant
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.comparison import budget_words

DELAY_MS = 500  # after the latest edit, because a number is typed digit by digit, and each edit starts over


class EntrantEditing(QObject):
    """Shows the selected entrant in the panels while there are several panes, and applies what the user changes."""

    def __init__(
        self,
        compared: ComparedState,
        request: RequestState,
        builder: TargetBuilder,
        parent: QObject,
        *,
        attend: Callable[[EntrantRun], object],
        change_entrant: Callable[[EntrantRun, Plan], object],
        set_budget: Callable[[TrainingSpec], object],
        choose_target: Callable[[BuiltTarget], object],
    ) -> None:
        """Create a controller.

        Args:
            compared: The entrants.
            request: What is requested of the selected one.
            builder: Builds the requested target.
            parent: The owner.
            attend: Shows an entrant in the cloud and in the panels.
            change_entrant: Gives an entrant the flow and the training of a plan.
            set_budget: Gives all entrants the budget of a training.
            choose_target: Lets entrants learn another target than the one they were asked to learn.
        """
        super().__init__(parent)
        self._compared, self._request, self._builder = compared, request, builder
        self._attend, self._change_entrant = attend, change_entrant
        self._set_budget, self._choose_target = set_budget, choose_target
        self._edited = ""  # key of the entrant that is being edited
        self._timer = delayed(self, self.apply, DELAY_MS)
        request.edited.connect(self._on_edited)
        builder.built_changed.connect(self._on_built)
        compared.changed.connect(self._on_compared_changed)

    def apply(self) -> None:
        """Apply the latest edits now."""
        self._timer.stop()
        run, self._edited = self._compared.value.keyed(self._edited), ""
        if run is None:
            return
        plan = self._request.plan
        if budget_words(plan.training) != budget_words(run.project.training):
            self._set_budget(plan.training)
            run = existing(self._compared.value.keyed(run.key))  # with this budget
        requested, project = run.requested, run.project
        if plan.training == project.training.with_budget(plan.training) and _has_weights(run, plan.flow):
            self._compared.update(run.having_variant(Variant(plan.flow, requested.edits)))
        elif plan.flow != requested.plan.flow or plan.training != project.training.with_budget(plan.training):
            self._change_entrant(run, plan)

    def discard(self) -> None:
        """Forget edits that have not been applied."""
        self._timer.stop()
        self._edited = ""

    def show_selected(self) -> None:
        """Show the selected entrant as it is requested."""
        self.discard()
        self._show(existing(self._compared.value.selected_run))

    def _on_edited(self) -> None:
        if not self._compared.value.is_shown:
            return
        self._edited = self._compared.value.selected_key
        self._timer.start()

    def _on_compared_changed(self, old: Compared, new: Compared) -> None:
        if not (old.is_shown and new.is_shown):
            return
        if self._edited and self._edited != new.selected_key:
            self.apply()
        if self._edited:
            return
        before, run = existing(old.selected_run), existing(self._compared.value.selected_run)
        is_replanned = self._builder.pending is None and before.requested.plan != run.requested.plan
        if before.key != run.key or is_replanned:
            self._show(run)
        else:
            self._attend(run)

    def _show(self, run: EntrantRun) -> None:
        self._attend(run)
        if run.requested.plan != self._request.plan or self._builder.problem:
            self._builder.expect(run.asked or run.built)
            self._request.show_plan(run.requested.plan)

    def _on_built(self, built: BuiltTarget | None) -> None:
        run = self._compared.value.selected_run if self._compared.value.is_shown else None
        if built is not None and run is not None and built.spec != run.target:
            self._choose_target(built)


def _has_weights(run: EntrantRun, flow: FlowSpec) -> bool:
    """Return whether a flow is that of a trained entrant with another integrator."""
    return run.is_begun and flow != run.requested.plan.flow and same_weights(flow, run.project.flow)
