"""The edits of the layers of the flow that is shown, in step with trainings and with its integrator."""

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.session.integration import Integration
from flowviz.app.session.previous import PreviousTraining
from flowviz.app.session.training_presenter import TrainingPresenter
from flowviz.app.session.training_runner import TrainingRunner
from flowviz.app.session.undo import UndoHistory
from flowviz.app.state.edits import EditsState
from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.variant import Variant
from flowviz.app.training.status import TrainingStatus
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import Project
from flowviz.specs.edits import Edits

UNTRAINED = "Train a flow first, or build one by hand: untrained layers do nothing."
DROPPED = "The edits belonged to the former steps of the integrator. Undo brings them back."
RUNS = "Stop the training to edit the layers."


class LayerEdits(QObject):
    """Keeps the edits with the flow that they belong to, and says when layers can be edited."""

    problem_changed = pyqtSignal(str)  # why the layers cannot be edited, or nothing

    def __init__(
        self,
        edits: EditsState,
        request: RequestState,
        presenter: TrainingPresenter,
        runner: TrainingRunner,
        integration: Integration,
        previous: PreviousTraining,
        undo: UndoHistory,
        status: TrainingStatus,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._edits, self._request, self._presenter, self._runner = edits, request, presenter, runner
        self._integration, self._undo, self._status = integration, undo, status
        edits.changed.connect(lambda _, new: integration.request_edits(new))
        presenter.began.connect(self._keep_those_of_run)
        previous.returning.connect(self._return_to)
        for changed in (presenter.changed, presenter.state_changed):
            changed.connect(self._update_problem)

    @property
    def problem(self) -> str:
        """Return why the layers cannot be edited now, in a sentence, or an empty text.

        The training moves the particles itself, and its snapshots would replace edited ones: it has to end first.
        """
        if self._presenter.trained is None:
            return UNTRAINED
        return "" if self._presenter.state == TrainingState.IDLE else RUNS

    def glimpse(self, edits: Edits | None) -> None:
        """Show other edits of the layers for a while, or the requested ones again if they are None."""
        self._integration.show_glimpse(edits)

    def set_dragging(self, dragging: bool) -> None:
        """Set whether a bend is being dragged, so that more edits will follow."""
        self._integration.set_dragging(dragging)

    def follow(self, old: Request, new: Request) -> None:
        """Reset edits of the steps of an integrator when it gets others; undo brings both back."""
        project = self._presenter.project
        has_other_steps = old.plan.flow.integrator_steps != new.plan.flow.integrator_steps
        if not has_other_steps or not self._edits.value or self._undo.is_restoring:
            return
        if project is not None and project.flow.recipe.is_continuous:
            self._undo.amend(self._edits.reset_all)
            self._status.show_message(DROPPED)

    def _return_to(self, project: Project) -> None:
        """Request the edits of a flow that is about to be shown again."""
        self._integration.expect(Variant(self._request.value.plan.flow, project.edits))
        self._edits.set(project.edits)

    def _update_problem(self) -> None:
        self.problem_changed.emit(self.problem)

    def _keep_those_of_run(self) -> None:
        """Show the edits that the training began with: none if it started over. Undo brings others back."""
        if self._runner.run is not None:
            self._edits.set(self._runner.run.project.edits)
