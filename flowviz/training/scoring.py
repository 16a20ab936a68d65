"""The points on which a flow is validated and tested, and its score there."""

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from flowviz import targets
from flowviz.records import Measured, Score, ScoreGiven
from flowviz.specs import TrainingSpec
from flowviz.targets import AdaptiveHistogram, Draws, Target

if TYPE_CHECKING:  # an adaptive histogram is scored without TensorFlow
    from flowviz.flows.flow import ShownFlow

    Scored: TypeAlias = ShownFlow | AdaptiveHistogram

SCORING_POINTS = 10_000  # for validation, and as many again for the test of a density
TEST_STREAM = 4  # stream of seed 0; trainings use the first three streams of their seeds, and pictures the fourth


def generators(spec: TrainingSpec) -> list[np.random.Generator]:
    """Return the independent random generators for training and validation points."""
    return np.random.default_rng(spec.seed).spawn(2)


def validation_points(target: Target, spec: TrainingSpec) -> Draws:
    """Return the validation points, which are the same when training resumes."""
    return target.drawn("validation", SCORING_POINTS, generators(spec)[1])


def points_of_test(target: Target) -> Draws:
    """Return the test points of a target, or none if it has too few.

    They are the same for all trainings, whatever their seeds, so that differences between flows are not caused by
    different points. For a table, they are all of its test points.
    """
    count = max(SCORING_POINTS, target.training_points or 0)
    return target.drawn("test", count, np.random.default_rng(0).spawn(TEST_STREAM + 1)[TEST_STREAM])


def nlls_of(flow: "Scored", drawn: Draws) -> NDArray[np.float64]:
    """Return the NLL (n,) in nats of points. It is NaN where a flow that folds the plane over has no inverse."""
    return -flow.log_prob(drawn.points, drawn.values).astype(np.float64)


def score_of(flow: "Scored", target: Target, spec: TrainingSpec, step: int) -> Score:
    """Return the score of a flow, or of an adaptive histogram, on the validation points.

    Args:
        flow: The flow, with the weights of a step of its training, or the histogram.
        target: The target.
        spec: The training, whose seed determines the points.
        step: The step.
    """
    drawn = validation_points(target, spec)
    nlls = nlls_of(flow, drawn)
    folded = float(flow.folds_at(drawn.points, -nlls).mean())
    validation = Measured.of(nlls, "validation", can_fold=flow.can_fold)
    units = targets.target_units(target, "data")
    return Score(step, validation, entropy=target.entropy, folded=folded, data_units=units)


def _given(target: Target, drawn: Draws, nlls: NDArray[np.float64]) -> tuple[ScoreGiven, ...]:
    """Return the score near each value of the condition of a target; none if it has no condition."""
    if target.condition is None or drawn.values is None:
        return ()
    values = target.condition.values
    nearest = np.abs(drawn.values[:, np.newaxis] - values).argmin(axis=1)
    means = [Measured.of(nlls[nearest == index], "test").mean for index in range(len(values))]
    return tuple(
        ScoreGiven(target.condition.label(value), mean, target.given(value).entropy)
        for value, mean in zip(values, means, strict=True)
    )


def tested(flow: "Scored", target: Target, score: Score) -> tuple[Score, NDArray[np.float32] | None]:
    """Return the score of a flow with its measurement on the test points, and the NLL of each test point (n,).

    The NLLs are None if the target has no test points, or if some of them have no density.
    """
    drawn = points_of_test(target)
    if not len(drawn.points):
        return score, None
    nlls = nlls_of(flow, drawn)
    test = Measured.of(nlls, "test", can_fold=flow.can_fold)
    score = replace(
        score, test=test, given=_given(target, drawn, nlls), folded=float(flow.folds_at(drawn.points, -nlls).mean())
    )
    return score, None if test.mean is None else nlls.astype(np.float32)
