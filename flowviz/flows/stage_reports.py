"""Reports of the stages of a flow, with its present numbers and edits."""

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows.bumps import BUMPS
from flowviz.flows.evaluator import Evaluator
from flowviz.flows.flat import of_stage
from flowviz.flows.reporting import DEFAULT_SPANS, compared, disabled
from flowviz.flows.stage import Stage
from flowviz.records import StageReport, Trace
from flowviz.records.weights import Shapes, unflatten
from flowviz.specs.edits import Bump, Edits, LayerEdit


class StageReports:
    """Describes the stages of a flow after the base."""

    def __init__(self, evaluator: Evaluator, *shapes: Shapes) -> None:
        """Create reports; `shapes` are those of the parameters and of the statistics."""
        self._evaluator, self._shapes = evaluator, shapes

    def of(self, recipe: Stage, stage: int, trace: Trace | None) -> StageReport:
        """Describe a stage with a number, over the range of the particles of a trace; see `Flow.report`."""
        edit = self._evaluator.edits.of(stage)
        found = self._learned(recipe, stage, trace, edit.bumps)
        if edit.bumps:
            found = compared(found, self._learned(recipe, stage, trace))
        return disabled(found) if edit.disabled else found

    def _learned(self, recipe: Stage, stage: int, trace: Trace | None, bumps: tuple[Bump, ...] = ()) -> StageReport:
        """Describe a stage with bumps, as if it were not disabled."""
        edits = Edits(layers={stage: LayerEdit(bumps=bumps)})
        flat = self._evaluator.numbers(tf.float64, edits)

        def forward(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
            images, log_dets = self._evaluator.at_once("forward_at", points, stage, tf.float64, edits)
            return images, log_dets

        numbers = dict[str, NDArray[np.float64]]()
        for vector, shapes in zip(flat, self._shapes, strict=False):
            numbers |= of_stage(unflatten(vector.numpy(), shapes), recipe.numbers_name)
        if edits:
            numbers[BUMPS] = flat[4][stage - 1].numpy()
        if trace is None:
            return recipe.report(numbers, DEFAULT_SPANS, forward)
        before = stage if recipe.curves_over_output else stage - 1
        return recipe.report_at(numbers, trace.positions[before].astype(np.float64), forward)
