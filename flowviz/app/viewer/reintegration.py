"""Other integrators for the displayed flow."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from flowviz.app.viewer.displays import Queries
from flowviz.app.viewer.moment_browser import MomentBrowser
from flowviz.app.viewer.scene_model import SceneModel
from flowviz.app.viewer.subject import Subject
from flowviz.records import Moment, Score, Snapshot
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.targets import Target


class Reintegration:
    """Computes, scores and shows the displayed flow with another integrator: positions first, because they are quick.

    Attributes:
        flow: The displayed flow.
    """

    def __init__(self, moments: MomentBrowser, scenes: SceneModel, queries: Queries) -> None:
        self._moments, self._scenes, self._queries = moments, scenes, queries
        self.flow = FlowSpec()

    @property
    def moment(self) -> Moment:
        """Return the current moment of the training."""
        return self._moments.current

    def locate(self, flow: FlowSpec, on_result: Callable[[Snapshot], object]) -> None:
        """Compute the positions of the particles of the current moment for a flow that differs in its integrator."""
        target = self._scenes.target if self._moments.is_live else None
        self._queries.positions(flow, self._particles, self._moments.current, target, on_result)

    def compute(self, flow: FlowSpec, on_result: Callable[[Snapshot], object]) -> None:
        """Compute the particles of the latest moment, with their log-determinants."""
        latest = self._moments.timeline.moments[-1]
        self._queries.integrated(flow, self._particles, latest, self._scenes.target, on_result)

    def score(self, target: Target, training: TrainingSpec, on_result: Callable[[Score], object]) -> None:
        """Compute the score of the latest moment."""
        latest = self._moments.timeline.moments[-1]
        self._queries.scored(Subject(self.flow, latest.weights), latest.step, target, training, on_result)

    @property
    def _particles(self) -> NDArray[np.float32]:
        """The particles (n, 2) of the base."""
        particles: NDArray[np.float32] = self._scenes.generated.positions[0]
        return particles

    def show(self, flow: FlowSpec, snapshot: Snapshot) -> None:
        """Use another integrator, which moves the particles of the latest snapshot, and those of earlier moments."""
        self.flow = flow
        self._moments.change_flow(flow)
        self._moments.take_snapshot(snapshot)
        if not self._moments.is_live:
            self._moments.show_again()
