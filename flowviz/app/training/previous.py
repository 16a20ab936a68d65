"""The training before the present one: the way back to it, and its losses for comparison."""

from functools import partial

from PyQt6.QtCore import QObject

from flowviz.app.state.edits import EditsState
from flowviz.app.state.state import State
from flowviz.app.training.runner import TrainingRunner
from flowviz.app.training.status import TrainingStatus
from flowviz.app.training.trained_project import TrainedProject
from flowviz.app.training.training_presenter import TrainingPresenter
from flowviz.app.training.undo import ProjectUndo
from flowviz.records import FLOW_UNITS, History


class PreviousTraining(QObject):
    """Keeps the trained flow that a new training replaces.

    Its losses stay visible in the loss plot while the present training learns the same target.

    Attributes:
        is_offered: Whether one can return to the previous training: there is one, and no comparison is shown.
    """

    def __init__(
        self,
        presenter: TrainingPresenter,
        runner: TrainingRunner,
        status: TrainingStatus,
        undo: ProjectUndo,
        edits: EditsState,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._presenter, self._runner, self._status, self._undo = presenter, runner, status, undo
        self._edits = edits
        self._kept: TrainedProject | None = None
        self._shown: TrainedProject | None = None  # whose losses the plot shows
        self.is_offered = State(False, self)
        presenter.changed.connect(self.update)

    def keep(self) -> None:
        """Keep the trained flow, which a new training is about to replace, unless it has hardly begun."""
        trained = self._presenter.trained
        if trained is not None and (
            len(trained.project.history.step) or trained.project.edits or trained.project.flow.is_recorded
        ):
            self._kept = trained

    def forget(self) -> None:
        """Forget the training, because another project is shown."""
        self._kept = None
        self.update()

    def swap(self) -> None:
        """Show the previous training again, and keep the present one instead."""
        if self._kept is None:
            return
        back, present = self._kept, self._presenter.trained
        self._runner.abandon()
        self._presenter.leave(back.project)
        self._undo.reset("edits", partial(self._edits.set, back.project.edits))
        self._presenter.show_project(back.project, back.built)
        self._presenter.trained = back  # with the scores of its integrators, and known as saved if it was
        self._kept = present
        self._presenter.changed.emit()

    def update(self) -> None:
        """Offer to return to the previous training, and show its losses if it learned the target of the present one."""
        kept = self._kept if self._presenter.entrant is None else None
        self.is_offered.set(kept is not None)
        present = self._runner.job.run or self._presenter.trained
        shown = kept if kept and present and kept.project.target == present.project.target else None
        if shown is not self._shown:
            self._shown = shown
            history, units = (shown.project.history, shown.units) if shown else (History(), FLOW_UNITS)
            self._status.metrics.loss_plot.show_previous(history.in_units(units))
