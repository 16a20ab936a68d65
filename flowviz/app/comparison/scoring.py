"""Scores of entrants whose training was stopped."""

from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.comparison.entrants import Compared, ComparedState, runs_of
from flowviz.app.comparison.runner import ComparisonRunner
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import Project
from flowviz.training import Turn


class EntrantScoring(QObject):
    """Computes missing results in the background. They need not be saved, because checkpoints determine them."""

    scored = pyqtSignal()

    def __init__(self, compared: ComparedState, runner: ComparisonRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._compared, self._runner = compared, runner
        self._scoring: dict[str, Project] = {}  # whose results are being computed
        runner.scored.connect(self._take)
        compared.changed.connect(self._on_changed)

    def begin_anew(self) -> None:
        """Forget which results are being computed, because these computations are abandoned."""
        self._scoring = {}

    def _on_changed(self, old: Compared, new: Compared) -> None:
        if new.runs and new.state == TrainingState.IDLE and (old.state, old.runs) != (new.state, new.runs):
            self._score()

    def _score(self) -> None:
        comparison = self._compared.comparison
        missing = {name: comparison[name] for name in comparison.unscored}
        if any(project is not self._scoring.get(name) for name, project in missing.items()):
            self._scoring = missing
            self._runner.score(comparison)

    def _take(self, turn: Turn) -> None:
        run = self._compared.value.run(turn.name)
        if run is not None and run.project is self._scoring.get(turn.name):
            scored = next(each for each in runs_of(turn.comparison) if each.name == turn.name)
            self._compared.update(replace(scored, built=run.built, asked=run.asked))
            self.scored.emit()
