"""Other variants of the displayed flow."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from flowviz.app.state.view import View, ViewState
from flowviz.app.viewer.flow_queries import FlowQueries
from flowviz.app.viewer.moment_browser import MomentBrowser
from flowviz.app.viewer.scene_model import SceneModel
from flowviz.app.viewer.subject import Move, Subject
from flowviz.projects.variant import Variant
from flowviz.records import Moment, Score, Snapshot, Timeline
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.targets import Target

FEW = 10  # particles, for which nothing takes long but loading and tracing


class Reintegration:
    """Computes, scores and shows other variants of the displayed flow: positions first, because they are quick.

    Attributes:
        variant: The variant whose particles the moments have.
        wanted: The variant to be displayed in place of it. None if it is the same.
        is_ready: Whether TensorFlow is loaded.
    """

    def __init__(self, view: ViewState, moments: MomentBrowser, scenes: SceneModel, queries: FlowQueries) -> None:
        self._view, self._moments, self._scenes, self._queries = view, moments, scenes, queries
        self.variant = Variant(FlowSpec())
        self.wanted: Variant | None = None
        self.is_ready = False
        queries.flow_queried.connect(self._on_flow_queried)

    def _on_flow_queried(self) -> None:
        self.is_ready = True

    def begin(self, variant: Variant) -> None:
        """Display a variant of another flow."""
        self.variant, self.wanted = variant, None

    @property
    def shown(self) -> Variant:
        """Return the variant whose particles are displayed."""
        return self._scenes.subject.variant

    @property
    def is_replaced(self) -> bool:
        """Return whether another variant than that of the moments is to be displayed."""
        return self.wanted is not None and self.wanted != self.variant

    @property
    def is_partial(self) -> bool:
        """Return whether the displayed particles have been moved as far as the picture shows them, at most."""
        return self.is_replaced and not self._scenes.generated.has_densities

    @property
    def moment(self) -> Moment:
        """Return the current moment of the training."""
        return self._moments.current

    def prepare(self, variant: Variant) -> None:
        """Load TensorFlow, and trace what the edits of a variant need."""
        weights = self._moments.timeline.moments[-1].weights
        self._queries.prepare(Subject.of(variant, weights), self._particles[:FEW])

    def locate(self, variant: Variant, on_result: Callable[[Snapshot], object]) -> None:
        """Compute the positions of the particles of the current moment for a variant, from the first edited stage on.

        Those of a flow that follows a velocity field end with the stage that is shown: each step takes longer than a
        whole flow of another kind. `compute` moves them through the other stages, but at the latest moment alone.
        """
        target = self._scenes.target if self._moments.is_live else None
        self._queries.positions(variant, self._move_to(variant), self._moments.current, target, on_result)

    def compute(self, variant: Variant, on_result: Callable[[Snapshot], object]) -> None:
        """Compute the particles of the latest moment, with their log-determinants."""
        latest = self._moments.timeline.moments[-1]
        self._queries.integrated(variant, self._particles, latest, self._scenes.target, on_result)

    def score(
        self, variant: Variant, target: Target, training: TrainingSpec, on_result: Callable[[Score], object]
    ) -> None:
        """Compute the score of a variant at the latest moment."""
        latest = self._moments.timeline.moments[-1]
        self._queries.scored(Subject.of(variant, latest.weights), latest.step, target, training, on_result)

    def _move_to(self, variant: Variant) -> Move:
        """Return the motion from the present variant to another one, as far as the picture shows it."""
        moment, view = self._moments.current, self._view.value
        if not isinstance(moment, Snapshot) or variant.flow != self.variant.flow:
            return Move(self._scenes.generated)
        first = self.variant.edits.first_other_than(variant.edits) or 1
        last = last_shown(view)
        is_whole = last == view.last_stage or not self._moments.is_live or not variant.flow.recipe.is_continuous
        return Move(moment.trace, first, None if is_whole else max(first, last))

    @property
    def _particles(self) -> NDArray[np.float32]:
        """Return the particles (n, 2) of the base, which a training may change."""
        latest = self._moments.timeline.moments[-1]
        trace = latest.trace if isinstance(latest, Snapshot) else self._scenes.generated
        particles: NDArray[np.float32] = trace.positions[0]
        return particles

    def restore(self, variant: Variant, timeline: Timeline) -> None:
        """Show a variant again, whose moments are known."""
        self.variant = variant
        self._moments.restore(variant, timeline)

    def show(self, variant: Variant, snapshot: Snapshot) -> None:
        """Show another variant, which moves the particles of the latest snapshot, and those of earlier moments."""
        self.variant = variant
        self._moments.change_variant(variant)
        self._moments.take_snapshot(snapshot)
        if not self._moments.is_live:
            self._moments.show_again()


def last_shown(view: View) -> int:
    """Return the number of the last stage on which the picture depends: which particles leak is known at the end."""
    depends_on_all = view.seen.overview or view.seen.view.color_by == "leaked"
    return view.last_stage if depends_on_all else view.stage
