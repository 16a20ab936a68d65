"""Differences between the test NLLs of flows, measured on the same points where that is possible."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.records.trial import Trial

DIFFERENCE, DIFFERENCE_ERROR = "test_nll_difference", "test_nll_difference_se"  # figures of a run


@dataclass(frozen=True)
class PairedDifference:
    """The test NLL of a flow minus that of the best one, in nats.

    Attributes:
        mean: Mean over the test points, and over the runs of each flow.
        standard_error: Standard error of the mean over the test points. It excludes the spread over trainings.
    """

    mean: float
    standard_error: float

    @property
    def is_tie(self) -> bool:
        """Return whether the flow cannot be distinguished from the best one: it is within one standard error."""
        return self.mean <= self.standard_error


def differences(flows: Sequence[Sequence[Trial]], targets: Sequence[object]) -> list[PairedDifference | None]:
    """Return the difference of the test NLL of each flow from that of the best one on the same target.

    The best flow is the one with the lowest mean test NLL over its runs. A difference is None if the flow has not been
    tested, if no other one has, or if some points have no density in one of its runs.

    Args:
        flows: The runs of each flow.
        targets: The target that each flow learns.
    """
    found = list[PairedDifference | None]()
    for runs, target in zip(flows, targets, strict=True):
        best = best_runs([others for others, learned in zip(flows, targets, strict=True) if learned == target])
        tested = _tested(runs)
        found.append(difference(tested, best) if tested and best else None)
    return found


def best_runs(flows: Sequence[Sequence[Trial]]) -> list[Trial]:
    """Return the tested runs of the flow with the lowest mean test NLL. Empty if fewer than two flows were tested.

    Args:
        flows: The runs of each flow, which all learn the same target.
    """
    tested = [found for runs in flows if (found := _tested(runs))]
    return min(tested, key=_mean) if len(tested) > 1 else []


def is_tested(trial: Trial) -> bool:
    """Return whether a run has a test NLL that can be compared, because it has ended with finite results."""
    is_known = trial.figures.get("test_nll") is not None and trial.figures.get("standard_error") is not None
    return is_known and trial.finite and trial.ending != "training"


def difference(runs: Sequence[Trial], best: Sequence[Trial]) -> PairedDifference:
    """Return the difference of the mean test NLL between the tested runs of two flows.

    The difference is paired if the NLL of each test point is known. Files of older versions lack these NLLs, and their
    runs were tested on different points, so that the variances of both flows are added.

    Args:
        runs: The tested runs of a flow.
        best: The tested runs of the best flow.
    """
    mean = _mean(runs) - _mean(best)
    if [*runs] == [*best]:
        return PairedDifference(0.0, 0.0)
    nlls = _nlls(runs), _nlls(best)
    if nlls[0] is None or nlls[1] is None or nlls[0].shape != nlls[1].shape:
        variances = [sum(_error(trial) ** 2 for trial in group) / len(group) ** 2 for group in (runs, best)]
        return PairedDifference(mean, float(np.sqrt(sum(variances))))
    between = nlls[0] - nlls[1]
    return PairedDifference(mean, float(between.std(ddof=1) / np.sqrt(len(between))))


def _tested(runs: Sequence[Trial]) -> list[Trial]:
    """Return the tested runs of a flow, or an empty list if some points have no density in one of its runs."""
    is_folded = any(trial.figures.get("without_density") for trial in runs)
    return [] if is_folded else [trial for trial in runs if is_tested(trial)]


def _nlls(runs: Sequence[Trial]) -> NDArray[np.float64] | None:
    """Return the NLL of each test point (n,), averaged over runs. None if it is unknown for a run."""
    known = [trial.test_nlls for trial in runs if trial.test_nlls is not None]
    if len(known) < len(runs) or len({nlls.shape for nlls in known}) > 1:
        return None
    return np.asarray(np.mean(np.stack(known), axis=0, dtype=np.float64))


def _mean(runs: Sequence[Trial]) -> float:
    return float(np.mean([trial.figures["test_nll"] for trial in runs]))


def _error(trial: Trial) -> float:
    error = trial.figures["standard_error"]
    assert error is not None
    return error
