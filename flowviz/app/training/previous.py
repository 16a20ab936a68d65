"""The training before the present one: the way back to it, and its losses for comparison."""

from functools import partial

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.state.edits import EditsState
from flowviz.app.training.runner import TrainingRunner
from flowviz.app.training.status import TrainingStatus
from flowviz.app.training.trained_project import TrainedProject
from flowviz.app.training.training_presenter import TrainingPresenter
from flowviz.app.training.undo import ProjectUndo
from flowviz.records import FLOW_UNITS, History
from flowviz.specs import TargetSpec


class PreviousTraining(QObject):
    """Keeps the trained flow that a new training replaces.

    Its losses stay visible in the loss plot while the present training learns the same target.
    """

    changed = pyqtSignal(bool)  # whether there is a previous training

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
        presenter.changed.connect(self.update)

    def set_offered(self, offered: bool) -> None:
        """Set whether to offer a return to the previous training, and to show its losses."""
        self.changed.emit(offered and self._kept is not None)
        self.update()

    def keep(self) -> None:
        """Keep the trained flow, which a new training is about to replace, unless it has hardly begun."""
        trained = self._presenter.trained
        if trained is not None and (
            len(trained.project.history.step) or trained.project.edits or trained.project.flow.is_recorded
        ):
            self._set(trained)

    def forget(self) -> None:
        """Forget the training, because another project is shown."""
        self._set(None)
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
        self._set(present)
        self._presenter.changed.emit()

    def update(self) -> None:
        """Show the losses of the previous training if it learned the target of the present one, or else none."""
        kept = self._kept
        shown = kept if kept is not None and kept.project.target == self._target() else None
        if shown is not self._shown:
            self._shown = shown
            history, units = (shown.project.history, shown.units) if shown else (History(), FLOW_UNITS)
            self._status.metrics.loss_plot.show_previous(history.in_units(units))

    def _set(self, kept: TrainedProject | None) -> None:
        self._kept = kept
        self.changed.emit(kept is not None)

    def _target(self) -> TargetSpec | None:
        """Return the target of the present training. None if there is none, or while a comparison is shown."""
        if self._presenter.entrant is not None:
            return None
        run, trained = self._runner.job.run, self._presenter.trained
        return run.project.target if run else trained.project.target if trained else None
