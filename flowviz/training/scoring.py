"""The points on which a flow is validated and tested, and its score there."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from flowviz.flows import Flow
from flowviz.records import Score
from flowviz.specs import TrainingSpec
from flowviz.targets import Target

SCORING_POINTS = 10_000  # for validation, and as many again for the test of a density


def generators(spec: TrainingSpec) -> list[np.random.Generator]:
    """Return the independent random generators for training, validation and test points."""
    return np.random.default_rng(spec.seed).spawn(3)


def validation_points(target: Target, spec: TrainingSpec) -> NDArray[np.float32]:
    """Return the validation points (n, 2), which are the same when training resumes."""
    return target.validation(SCORING_POINTS, generators(spec)[1])


def known_nlls(flow: Flow, points: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the NLL in nats of each of the points (n, 2) at which the flow can be undone, all if it never folds."""
    nlls = -flow.log_prob(points).astype(np.float64)
    return nlls[~np.isnan(nlls)] if flow.can_fold else nlls


def mean_nll(flow: Flow, points: NDArray[np.float32]) -> float:
    """Return the mean NLL of points (n, 2) in nats, or NaN if the flow cannot be undone at half of them."""
    nlls = known_nlls(flow, points)
    return float(nlls.mean()) if 2 * len(nlls) > len(points) else np.nan


def score_of(flow: Flow, target: Target, spec: TrainingSpec, step: int, validation_nll: float | None = None) -> Score:
    """Return the score of a flow.

    Args:
        flow: The flow, with the weights of a step of its training.
        target: The target.
        spec: The training, whose seed determines the points.
        step: The step.
        validation_nll: The NLL of the validation points in nats, if it is known.
    """
    if validation_nll is None:
        validation_nll = mean_nll(flow, validation_points(target, spec))
    known = validation_nll if np.isfinite(validation_nll) else None
    score = Score(step, known, test_nll=None, standard_error=None, entropy=target.entropy)
    count = max(SCORING_POINTS, target.training_points or 0)  # of data, use all test points
    points = target.test(count, generators(spec)[2])
    if points is None:
        return score
    nlls = known_nlls(flow, points)
    score = replace(score, folded=1 - len(nlls) / len(points))
    # Few points are known if the plane is folded over, and float32 overflows if one is far out.
    if len(nlls) < 2 or 2 * len(nlls) <= len(points) or not np.isfinite(nlls).all():
        return score
    return replace(score, test_nll=float(nlls.mean()), standard_error=float(nlls.std(ddof=1) / np.sqrt(len(nlls))))
