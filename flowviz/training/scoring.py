"""The points on which a flow is validated and tested, and its score there."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Score
from flowviz.specs import TrainingSpec
from flowviz.targets import AdaptiveHistogram, Target

if TYPE_CHECKING:  # an adaptive histogram is scored without TensorFlow
    from flowviz.flows import Flow

SCORING_POINTS = 10_000  # for validation, and as many again for the test of a density


def generators(spec: TrainingSpec) -> list[np.random.Generator]:
    """Return the independent random generators for training, validation and test points."""
    return np.random.default_rng(spec.seed).spawn(3)


def validation_points(target: Target, spec: TrainingSpec) -> NDArray[np.float32]:
    """Return the validation points (n, 2), which are the same when training resumes."""
    return target.validation(SCORING_POINTS, generators(spec)[1])


def nlls_of(flow: "Flow | AdaptiveHistogram", points: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the NLL (n,) in nats of points (n, 2), NaN where a flow that folds the plane over cannot be undone."""
    return -flow.log_prob(points).astype(np.float64)


def known(flow: "Flow | AdaptiveHistogram", nlls: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the NLLs in nats of the points at which the flow can be undone, all if it never folds; none if few can."""
    found = nlls[~np.isnan(nlls)] if flow.can_fold else nlls
    return found if 2 * len(found) > len(nlls) else found[:0]


def mean_nll(flow: "Flow | AdaptiveHistogram", points: NDArray[np.float32]) -> float:
    """Return the mean NLL of points (n, 2) in nats, or NaN if the flow cannot be undone at half of them."""
    nlls = known(flow, nlls_of(flow, points))
    return float(nlls.mean()) if len(nlls) else np.nan


def score_of(
    flow: "Flow | AdaptiveHistogram", target: Target, spec: TrainingSpec, step: int, validation_nll: float | None = None
) -> Score:
    """Return the score of a flow, or of an adaptive histogram, on points that it was not fitted to.

    Args:
        flow: The flow, with the weights of a step of its training, or the histogram.
        target: The target.
        spec: The training, whose seed determines the points.
        step: The step.
        validation_nll: The NLL of the validation points in nats, if it is known.
    """
    if validation_nll is None:
        validation_nll = mean_nll(flow, validation_points(target, spec))
    finite = validation_nll if np.isfinite(validation_nll) else None
    score = Score(step, finite, test_nll=None, standard_error=None, entropy=target.entropy)
    count = max(SCORING_POINTS, target.training_points or 0)  # of data, use all test points
    points = target.test(count, generators(spec)[2])
    if points is None:
        return score
    every = nlls_of(flow, points)
    nlls, score = known(flow, every), replace(score, folded=float(flow.folds_at(points, -every).mean()))
    if len(nlls) < 2 or not np.isfinite(nlls).all():  # some point is so far out that float32 overflows
        return score
    return replace(score, test_nll=float(nlls.mean()), standard_error=float(nlls.std(ddof=1) / np.sqrt(len(nlls))))
