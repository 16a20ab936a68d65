"""Judge density estimators of any library against targets whose truth is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowviz.arguments import checked
from flowviz.errors import ArgumentError
from flowviz.judging.checks import findings_of
from flowviz.judging.evidence import UNKNOWN, Evidence, array_of, called, scored
from flowviz.library.distribution import sample as sample_of
from flowviz.projects import Project
from flowviz.records.judgment import Judgment
from flowviz.specs import TargetSpec
from flowviz.targets import build_target, spec_units, target_units, untrained_in_parts

Array = NDArray[np.float64]
Function = Callable[..., Any]

POINTS = 20_000
SHOWN = 2_000  # points in the figure


@checked
def judge(
    target: TargetSpec | Project,
    log_prob: Function | ArrayLike | None = None,
    sample: Function | ArrayLike | None = None,
    *,
    forward: Function | None = None,
    inverse: Function | None = None,
    points: ArrayLike | None = None,
    samples_log_prob: ArrayLike | None = None,
    n: int = POINTS,
    seed: int = 0,
) -> Judgment:
    """Judge whether a density estimator is consistent, and how well it fits a target whose truth is known.

    Functions receive float64 arrays in the units of the data, and return arrays or tensors of any library. Densities
    are per area in these units. Checks that lack an input are reported as not checked. About 1% of the reports on
    perfect estimators are false alarms.

    Args:
        target: The target, or a project, whose flow is judged against its own target; this loads TensorFlow.
        log_prob: Maps points (n, 2) to log-densities (n,) in nats; or the log-densities of `points`.
        sample: Maps a number to that many samples (n, 2); or samples.
        forward: Maps points (n, 2) of the base to those of the target (n, 2), or to a pair: these, and log|det J| (n,).
        inverse: Maps points (n, 2) of the target to the base, or to a pair: these, and log|det J| (n,) of the inverse.
        points: Points (n, 2) of the target, on which the estimator was not trained. By default, they are drawn.
        samples_log_prob: Log-densities (m,) of the estimator at its samples, if `log_prob` is not a function.
        n: Number of points and samples to draw.
        seed: The same seed gives the same points.

    Returns:
        The report: `print(judgment.text())`, `judgment.is_consistent` or `judgment["mass"].numbers`.

    Raises:
        ArgumentError: If a function fails, or an array has the wrong shape.
        TargetError: If the target cannot be built.
    """
    if isinstance(target, Project):
        log_prob, sample, forward, inverse = _functions(target, seed)
        target = target.target
    built, density = build_target(target), log_prob if callable(log_prob) else None
    units = target_units(built, "data")
    if points is None:
        if density is None and log_prob is not None:
            raise ArgumentError("log_prob contains the log-densities of points. Give these points, too.")
        points = units.values(np.concatenate(list(untrained_in_parts(built, max(n, 1), np.random.default_rng(seed)))))
    samples = np.empty((0, 2)) if sample is None else called("sample", sample, n) if callable(sample) else sample
    ours, theirs = _points(points, "points"), _points(samples, "samples")

    def own(given: Any, name: str, places: Array) -> Array:
        return scored(density, places) if given is None or density else array_of(given, name, len(places))

    def true(places: Array) -> Array:
        found = built.log_prob(units.points(places))
        return UNKNOWN if found is None else np.asarray(units.log_density(found))

    evidence = Evidence(
        ours,
        theirs,
        units.nll(built.entropy),
        density,
        forward,
        inverse,
        own(log_prob, "log_prob", ours),
        own(samples_log_prob, "samples_log_prob", theirs),
        true(ours),
        true(theirs),
    )
    return Judgment(target.title, tuple(findings_of(evidence)), ours[:SHOWN], theirs[:SHOWN], evidence.coverage)


def _functions(project: Project, seed: int) -> tuple[Function, Function, Function, Function]:
    """Return log_prob, sample, forward and inverse of the flow of a project, in data units."""
    flow, units = project.build_flow("float64"), spec_units(project.target, "data")
    return (
        lambda points: units.log_density(flow.log_prob(units.points(points))),
        lambda n: sample_of(project, n, seed),
        lambda latents: (units.values(flow.forward(latents)), flow.trace(latents).log_det[-1] + units.log_det),
        lambda points: flow.inverse(units.points(points)),
    )


def _points(points: Any, name: str) -> Array:
    """Return points (n, 2) as an array. Raises `ArgumentError` if it has another shape, or some are not finite."""
    found = array_of(points, name, None, 2)
    if not np.isfinite(found).all():
        raise ArgumentError(f"Some of the {name} are NaN or infinite.")
    return found
