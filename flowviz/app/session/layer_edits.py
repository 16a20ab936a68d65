"""The edits of the layers of the flow that is shown, in step with trainings and with its integrator."""

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.editing.layer_editor import INCLUDED, ONLY_SHOWN
from flowviz.app.session.integration import Integration
from flowviz.app.session.previous import PreviousTraining
from flowviz.app.session.training_presenter import TrainingPresenter
from flowviz.app.session.undo import UndoHistory
from flowviz.app.state.edits import EditsState
from flowviz.app.state.request import Request, RequestState
from flowviz.app.training.runner import TrainingRunner
from flowviz.app.training.status import TrainingStatus
from flowviz.projects import Project
from flowviz.projects.variant import Variant
from flowviz.specs.edits import Edits

UNTRAINED = "Train a flow first, or build one by hand: untrained layers do nothing."
DROPPED = "The edits belonged to the former steps of the integrator. Undo brings them back."
STARTS = "Layers can be edited as soon as the training has begun."
REPLACED = "The edits belonged to the previous flow. Train ▸ Return to the Previous Training brings both back."


class LayerEdits(QObject):
    """Keeps the edits with the flow that they belong to, and says when layers can be edited.

    Edits change only what is shown. A training includes those that it started from.
    """

    problem_changed = pyqtSignal(str)  # why the layers cannot be edited, or nothing
    trained_changed = pyqtSignal(object)  # Edits that the training in progress includes; None if there is no training

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
        edits.changed.connect(self._on_changed)
        presenter.began.connect(self._begin)
        previous.returning.connect(self._return_to)
        for changed in (presenter.changed, presenter.state_changed):
            changed.connect(self._update_problem)

    @property
    def problem(self) -> str:
        """Return why the layers cannot be edited now, in a sentence, or an empty text."""
        run = self._runner.run
        if run is not None and not run.is_shown:
            return STARTS
        return "" if self._presenter.trained else UNTRAINED

    @property
    def trained(self) -> Edits | None:
        """Return the edits that the training in progress includes, or None if none is shown."""
        run = self._runner.run
        return run.start.edits if run is not None and run.is_shown else None

    def glimpse(self, edits: Edits | None) -> None:
        """Show other edits of the layers for a while, or the requested ones again if they are None."""
        self._integration.show_glimpse(edits)

    def set_dragging(self, dragging: bool) -> None:
        """Set whether a bend is being dragged, so that more edits will follow."""
        self._integration.set_dragging(dragging)

    def prepare(self) -> None:
        """Load what the first edit needs."""
        self._integration.prepare()

    def follow(self, old: Request, new: Request) -> None:
        """Reset edits of the steps of an integrator when it gets others; undo brings both back."""
        project = self._presenter.project
        if project is None or not self._edits.value or self._undo.is_restoring:
            return
        before, after = (project.flow.with_integrator_of(each.plan.flow) for each in (old, new))
        if before.integrator_steps != after.integrator_steps:
            self._undo.amend(self._edits.reset_all)
            self._status.show_message(DROPPED)

    def _on_changed(self, old: Edits, new: Edits) -> None:
        self._integration.request_edits(new)
        if new and not old and self.trained == Edits():
            self._status.show_message(ONLY_SHOWN)

    def _return_to(self, project: Project) -> None:
        """Request the edits of a flow that is about to be shown again."""
        self._integration.expect(Variant(self._request.value.plan.flow, project.edits))
        self._undo.begin_edits(project.edits)

    def _update_problem(self) -> None:
        self.problem_changed.emit(self.problem)
        self.trained_changed.emit(self.trained)

    def _begin(self) -> None:
        """Show the edits that a training includes: those that it started from, or none if it starts over.

        If it continues without any, those that were made since it ended stay visible.
        """
        run, had_edits = self._runner.run, bool(self._edits.value)
        assert run is not None
        flow, message = run.start.flow, REPLACED
        if run.start.edits:
            has_same_steps = flow.with_integrator_of(self._request.plan.flow).integrator_steps == flow.integrator_steps
            self._edits.set(run.start.edits if has_same_steps else Edits())
            message = INCLUDED
        elif run.project.checkpoint is None:
            self._undo.begin_edits(Edits())
        else:
            message = ONLY_SHOWN
        if run.start.edits or had_edits:
            self._status.show_message(message)
