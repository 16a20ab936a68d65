"""The checks of a density estimator against a target whose truth is known."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from flowviz.judging.evidence import Evidence
from flowviz.judging.maps import log_det, round_trip
from flowviz.judging.mass import is_inside
from flowviz.records.judgment import Finding, Verdict
from flowviz.records.score import CHANCE
from flowviz.specs.shares import percent

Array = NDArray[np.float64]
Result = tuple[Verdict, str, dict[str, float]]

ALPHA = 0.0025  # chance of a false alarm of each test: with four tests, about 1% for a report
HALVINGS = 6
CELLS = 2**HALVINGS  # that hold equally many points
FEWEST = 200  # minimum number of points or samples
MASS_TOLERANCE = 0.02
BLIND_TOLERANCE = 0.05  # of missing mass, if there are no samples that show where to look for it
TOO_ROUGH = 0.1  # error above which an integral is inconclusive
GROUPS, GROUP_SIZE = 101, 10  # odd number of cells of equal probability, and minimum of expected samples in each
ROUNDING = 1e-3  # nats by which a mean log-density may be off, even if it has no standard error
SAID = [2, 4]  # the regions whose coverage the report mentions
NEEDS: Mapping[str, str] = {
    "points": f"at least {FEWEST} points of the target",
    "samples": f"at least {FEWEST} samples",
    "log_prob": "the log-densities of points of the target",
    "samples_log_prob": "the log-densities of samples",
    "truth": "either log_prob as a function, or a target whose density is known",
    "entropy": "a target whose entropy is known",
    "density": "log_prob as a function",
    "forward": "the function forward",
    "inverse": "the function inverse",
}


def findings_of(given: Evidence) -> Iterator[Finding]:
    """Yield the findings of all checks, including those that lack something. Raises `ArgumentError`."""
    for name, (check, needs) in CHECKS.items():
        lacking = [NEEDS[need] for need in needs if not _has(given, need)]
        if lacking:
            yield Finding(name, "not checked", f"It needs {' and '.join(lacking)}.", {})
        else:
            yield Finding(name, *check(given))


def gap(given: Evidence) -> Result:
    """Compare the NLL of points of the target with its entropy, below which no true NLL is: see zuko issue 55."""
    found = given.log_prob
    assert given.entropy is not None
    if not np.isfinite(found).all():
        shares = {
            "nan": np.isnan(found).mean(),
            "zero": np.isneginf(found).mean(),
            "infinite": np.isposinf(found).mean(),
        }
        words = ", ".join(f"{percent(share, 2)} {name}" for name, share in shares.items() if share)
        sentence = f"The density is not positive and finite at all points of the target: {words}."
        is_above = _is_above(given)
        if is_above:
            sentence += " At the others, the likelihoods are above the truth."
        return "inconsistent" if is_above or shares["infinite"] else "poor fit", sentence, shares
    value, error = float(-found.mean() - given.entropy), float(found.std(ddof=1) / np.sqrt(len(found)))
    chance = CHANCE * error + ROUNDING
    verdict: Verdict = "poor fit" if value > chance else "good fit"
    sentence = f"The NLL is {abs(value):.4f} ± {error:.4f} nats {'below' if value < 0 else 'above'} the entropy"
    if value < -chance:
        verdict, sentence = "inconsistent", f"{sentence}: the likelihoods are above the truth"
    return verdict, f"{sentence}.", {"gap": value, "standard_error": error}


def _is_above(given: Evidence) -> bool:
    """Return whether likelihoods are above the truth even where some of them are unknown.

    On a part of the plane that has the share s of the target, E_t[log t − log q] ≥ log s for every density q.
    """
    finite = np.isfinite(given.log_prob)
    if len(given.truth) != len(finite) or finite.sum() < FEWEST:
        return False
    loss = (given.truth - given.log_prob)[finite]
    chance = CHANCE * float(loss.std(ddof=1)) / np.sqrt(len(loss)) + ROUNDING
    return bool(loss.mean() < np.log(finite.mean()) - chance)


def mass(given: Evidence) -> Result:
    """Integrate the density over the plane.

    Missing mass is no inconsistency if it may lie outside the box, or where the density is NaN.
    """
    cells, shells = given.cells, given.cells.shells
    total, error = float(cells.masses.sum()), float(cells.errors.sum())
    # Heavy tails: the mass of further shells, each twice as wide, as a geometric series.
    ratio = min(shells[-1] / max(shells[-2], 1e-300), 1.0)
    outside = float(shells[-1] * ratio / max(1 - ratio, 1e-3)) if shells[-1] > 1e-6 else 0.0
    unknown = float(np.isnan(np.concatenate([given.log_prob, given.samples_log_prob])).mean())
    lacking = 2 * (outside + unknown) + (MASS_TOLERANCE if len(given.samples) else BLIND_TOLERANCE)
    (left, bottom), (right, top) = cells.box[0], cells.box.sum(axis=0)
    sentence = f"The density integrates to {total:.4f} ± {error:.4f} for x from {left:.3g} to {right:.3g} and y from "
    sentence += f"{bottom:.3g} to {top:.3g}" + (f", and to about {outside:.1g} outside" if outside else "")
    numbers = {"mass": total, "error": error, "outside": outside, "unknown": unknown}
    if error > TOO_ROUGH:
        return "not checked", f"{sentence}, which is not precise enough.", numbers
    wrong = total - error > 1 + MASS_TOLERANCE or total + error < 1 - lacking
    return "inconsistent" if wrong else "consistent", f"{sentence}.", numbers


def own_density(given: Evidence) -> Result:
    """Test whether samples follow the density of the estimator itself."""
    from scipy.special import chdtrc

    if given.density is not None:
        if not given.cells.masses.sum() > 0:
            return "inconsistent", "The density is 0 or NaN wherever it was evaluated.", {}
        if _groups(given) < 2:
            return "not checked", "Too few of the samples lie where the density was integrated.", {}
    statistic, degrees = _bridged(given) if given.density is None else _counted(given)
    chance = float(chdtrc(degrees, statistic))
    words: tuple[Verdict, str] = ("consistent", "follow") if chance >= ALPHA else ("inconsistent", "do not follow")
    sentence = (
        f"The samples {words[1]} the density of the estimator: χ² is {statistic:.0f} for {degrees} degrees of freedom"
    )
    return words[0], f"{sentence} (p = {chance:.2g}).", {"chi_squared": statistic, "degrees": degrees, "p": chance}


def two_samples(given: Evidence) -> Result:
    """Compare samples with points of the target by χ² on cells that hold equally many of both together."""
    from scipy.stats import chi2_contingency  # imported here because it takes half a second

    counts = np.array([np.bincount(cells, minlength=CELLS) for cells in _equal_cells(given)])
    statistic, chance, degrees = map(float, chi2_contingency(counts, correction=False)[:3])
    moved = float(np.abs(np.diff(counts / counts.sum(axis=1, keepdims=True), axis=0)).sum() / 2)
    sentence = (
        f"χ² is {statistic:.0f} for {degrees:.0f} degrees of freedom (p = {chance:.2g}); the shares of the cells "
    )
    return (
        _fit(chance),
        f"{sentence}differ by {percent(moved, 1)} in total.",
        {"chi_squared": statistic, "p": chance, "moved": moved},
    )


def coverage(given: Evidence) -> Result:
    """Compare the shares of the target in highest-density regions of the estimator with those that it expects.

    Reference: Hermans et al. 2022, "A trust crisis in simulation-based inference?"
    """
    from scipy.stats import ks_2samp

    found = [each[~np.isnan(each)] for each in (given.log_prob, given.samples_log_prob)]
    if not given.coverage.size or min(map(len, found)) < FEWEST:
        return "not checked", "Too few of the densities are known and positive.", {}
    distance, chance = map(float, ks_2samp(*found, method="asymp"))
    shares = " and ".join(
        f"{percent(seen, 1)} are in the {percent(expected)} region" for expected, seen in given.coverage[:, SAID].T
    )
    sentence = f"Of the points, {shares} of highest density; largest difference {percent(distance, 1)}"
    return _fit(chance), f"{sentence} (p = {chance:.2g}).", {"largest_difference": distance, "p": chance}


CHECKS: Mapping[str, tuple[Callable[[Evidence], Result], tuple[str, ...]]] = {
    "gap": (gap, ("points", "log_prob", "entropy")),
    "mass": (mass, ("points", "density")),
    "samples and density": (own_density, ("samples", "samples_log_prob", "truth")),
    "samples and target": (two_samples, ("points", "samples")),
    "coverage": (coverage, ("points", "samples", "log_prob", "samples_log_prob")),
    "log-det": (log_det, ()),
    "inverse": (round_trip, ("forward", "inverse")),
}


def _has(given: Evidence, need: str) -> bool:
    if need == "truth":
        return given.density is not None or bool(len(given.truth) and len(given.log_prob))
    value = getattr(given, need)
    least = FEWEST if need in {"points", "samples"} else 1
    return value is not None and (not isinstance(value, np.ndarray) or len(value) >= least)


def _counted(given: Evidence) -> tuple[float, int]:
    """Return χ² of samples in cells of equal probability, which follow each other along a Morton curve.

    The density is normalized, so that its mass is judged only once. Errors of the integrals count as variance.
    """
    cells, inside = given.cells, given.samples[is_inside(given.samples, given.cells.box)]
    groups = _groups(given)
    places = (np.cumsum(cells.masses) - cells.masses / 2) / cells.masses.sum()  # from 0 to 1 along the curve
    group, scale = np.minimum(places * groups, groups - 1).astype(np.int64), len(inside) / cells.masses.sum()
    expected, errors = (scale * np.bincount(group, each, groups) for each in (cells.masses, cells.errors))
    observed = np.bincount(group[cells.of(inside)], minlength=groups)
    return float(((observed - expected) ** 2 / np.maximum(expected + errors**2, 1e-9)).sum()), groups - 1


def _groups(given: Evidence) -> int:
    """Return the number of cells of equal probability, each of which holds enough samples."""
    inside = is_inside(given.samples, given.cells.box).sum()
    return min(GROUPS, int(inside) // GROUP_SIZE // 2 * 2 - 1)


def _bridged(given: Evidence) -> tuple[float, int]:
    """Return χ² of weighted points and weighted samples in cells, for which only log-densities are needed.

    If samples follow the density q, and points the density t of the target, then in every cell A
    E_t[1_A q / (t + q)] = ∫_A t q / (t + q) = E_q[1_A t / (t + q)],
    with weights between 0 and 1. This is the identity of bridge sampling: Meng and Wong 1996, "Simulating ratios of
    normalizing constants via a simple identity". Where q is wrong by a factor, or the samples follow another density,
    the sides differ.
    """
    from scipy.special import expit

    logs = given.truth - given.log_prob, given.samples_log_prob - given.samples_truth
    difference, covariance = np.zeros(CELLS), ROUNDING**2 / CELLS * np.eye(CELLS)
    for sign, cell, log in zip((1, -1), _equal_cells(given), logs, strict=True):
        weight = np.nan_to_num(expit(-log))
        mean, square = (np.bincount(cell, weight**power, CELLS) / len(weight) for power in (1, 2))
        difference += sign * mean
        covariance += (np.diag(square) - np.outer(mean, mean)) / len(weight)
    return float(difference @ np.linalg.solve(covariance, difference)), CELLS


def _equal_cells(given: Evidence) -> list[NDArray[np.intp]]:
    """Return the numbers of the cells of the points (n,) and of the samples (m,), which hold equally many of both."""
    return np.split(equal_cells(np.concatenate([given.points, given.samples])), [len(given.points)])


def equal_cells(points: Array) -> NDArray[np.intp]:
    """Return the numbers (n,) of the cells, from 0 to 63, of points (n, 2): the leaves of a k-d tree.

    The cells hold equally many points, even if some points are equal. x and y are divided in turns.
    """
    cells = [np.arange(len(points))]
    for depth in range(HALVINGS):
        ordered = (each[np.argsort(points[each, depth % 2], kind="stable")] for each in cells)
        cells = [half for each in ordered for half in np.array_split(each, 2)]
    return np.repeat(np.arange(CELLS), [len(each) for each in cells])[np.argsort(np.concatenate(cells))]


def _fit(chance: float) -> Verdict:
    return "good fit" if chance >= ALPHA else "poor fit"
