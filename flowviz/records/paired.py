"""Differences between the test NLLs of flows, measured on the same points where that is possible."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from operator import attrgetter

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


@dataclass(frozen=True, eq=False)
class Tested:
    """The runs of a flow that have been tested, and their mean.

    Attributes:
        runs: The runs.
        mean: Mean test NLL, over the runs.
        standard_error: Standard error of the mean if the runs were tested on different points.
        nlls: NLL of each test point (n,), averaged over the runs. None if it is unknown for a run.
    """

    runs: tuple[Trial, ...]
    mean: float
    standard_error: float
    nlls: NDArray[np.float64] | None

    @classmethod
    def of(cls, runs: Sequence[Trial]) -> "Tested | None":
        """Return the tested runs of a flow.

        None if there are none, or if some points have no density in one of the runs: the others would look better.
        """
        tested = [trial for trial in runs if _is_tested(trial)]
        if not tested or any(trial.figures.get("without_density") for trial in runs):
            return None
        means, errors = (np.array([trial.figures[name] for trial in tested]) for name in ("test_nll", "standard_error"))
        return cls(tuple(tested), float(means.mean()), float(np.hypot.reduce(errors)) / len(errors), _nlls(tested))

    def minus(self, best: "Tested") -> PairedDifference:
        """Return the difference of the mean test NLL from that of the best flow.

        The difference is paired if the NLL of each test point is known. Files of older versions lack these NLLs, and
        their runs were tested on different points, so that the variances of both flows are added.
        """
        if self.runs == best.runs:
            return PairedDifference(0.0, 0.0)
        mean = self.mean - best.mean
        if self.nlls is None or best.nlls is None or self.nlls.shape != best.nlls.shape:
            return PairedDifference(mean, float(np.hypot(self.standard_error, best.standard_error)))
        between = self.nlls - best.nlls
        return PairedDifference(mean, float(between.std(ddof=1) / np.sqrt(len(between))))


def differences(flows: Sequence[Sequence[Trial]], targets: Sequence[Hashable]) -> list[PairedDifference | None]:
    """Return the difference of the test NLL of each flow from that of the best one on the same target.

    A difference is None if the flow has not been tested, if no other one has, or if some points have no density in one
    of its runs.

    Args:
        flows: The runs of each flow.
        targets: The target that each flow learns.
    """
    best, tested = best_flows(flows, targets), map(Tested.of, flows)
    return [
        found.minus(best[target]) if found and target in best else None
        for found, target in zip(tested, targets, strict=True)
    ]


def best_flows(flows: Sequence[Sequence[Trial]], targets: Sequence[Hashable]) -> dict[Hashable, Tested]:
    """Return the flow with the lowest mean test NLL for each target on which at least two flows have been tested.

    Args:
        flows: The runs of each flow.
        targets: The target that each flow learns.
    """
    tested = dict[Hashable, list[Tested]]()
    for runs, target in zip(flows, targets, strict=True):
        if (found := Tested.of(runs)) is not None:
            tested.setdefault(target, []).append(found)
    return {target: min(found, key=attrgetter("mean")) for target, found in tested.items() if len(found) > 1}


def _is_tested(trial: Trial) -> bool:
    """Return whether a run has a test NLL that can be compared, because it has ended with finite results."""
    is_known = trial.figures.get("test_nll") is not None and trial.figures.get("standard_error") is not None
    return is_known and trial.finite and trial.ending != "training"


def _nlls(runs: Sequence[Trial]) -> NDArray[np.float64] | None:
    """Return the NLL of each test point (n,), averaged over runs. None if it is unknown for a run."""
    known = [trial.test_nlls for trial in runs if trial.test_nlls is not None]
    if len(known) < len(runs) or len({nlls.shape for nlls in known}) > 1:
        return None
    return np.asarray(np.mean(known, axis=0, dtype=np.float64))
