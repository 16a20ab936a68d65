"""The laws of stages, measured at points. Extensions are checked against them, and so are all families in the tests.

The function of a law returns the largest error, which for a correct stage is 0 except for rounding.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.errors import SpecError, clause_of
from flowviz.flows.bumps import BUMPS, edit_arrays
from flowviz.flows.stage import Stage, Tensors
from flowviz.records.deviation import Deviation
from flowviz.specs import recipes
from flowviz.specs.edits import BENT, BENT_CURVES, Bump, Edits, LayerEdit

Evaluate = Callable[[Tensors, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]
Measure = Callable[[Stage, Tensors, tf.Tensor], float]

POINTS = 64
FEW = 8
DRAWS = 3  # number of random draws of a stage's numbers
SCALE = 0.3  # standard deviation of the noise that is added to the initial numbers
OTHER_NUMBERS = 1, 2, 3, 4, 97  # positions of stages to try in their names: even and odd, first and last
LIMITS = {"float32": 5e-3, "float64": 1e-6}
START_LIMIT = 1e-3
NEIGHBOR_LIMIT = 1e-4  # a search may end sooner or later for other points
BEND = 1e-3  # smallest change that a bend must cause, in flow units


@dataclass(frozen=True)
class Law:
    """A law of stages.

    Attributes:
        title: The law, as a phrase.
        breach: What is wrong with a stage that breaks it; the error completes the sentence.
        measure: Returns the largest error of a stage with these numbers at points (n, 2).
        limits: The largest allowed error for each data type.
        draws: Number of random draws of the stage's numbers with which it is measured, besides the initial numbers.
    """

    title: str
    breach: str
    measure: Measure
    limits: Mapping[str, float] = field(default_factory=LIMITS.copy)
    draws: int = DRAWS


def inverse_error(stage: Stage, numbers: Tensors, points: tf.Tensor) -> float:
    """Return the largest error of the inverse of moved points: absolute, or relative for coordinates above 1.

    Points at which the stage folds the plane over are left out.
    """
    kept, image = unfolded(stage, numbers, points)
    return largest(tf.abs(stage.inverse(numbers, image) - kept) / tf.maximum(tf.abs(kept), 1))


def log_det_error(inverse: bool, stage: Stage, numbers: Tensors, points: tf.Tensor) -> float:
    """Return how much log-dets differ from automatic differentiation, for the forward map or for the inverse."""
    evaluate: Evaluate = stage.inverse_and_log_det if inverse else stage.forward_and_log_det
    kept = unfolded(stage, numbers, points)[inverse] if inverse or stage.can_fold else points
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(kept)
        image, log_det = evaluate(numbers, kept)
        coordinates = tf.unstack(image, axis=1)  # those of a point do not depend on other points
    if log_det.shape != kept.shape[:1] or image.shape != kept.shape:
        raise SpecError(f"it returns points {image.shape} and log-dets {log_det.shape} for points {kept.shape}")
    rows = [tape.gradient(each, kept, unconnected_gradients="zero") for each in coordinates]
    with np.errstate(divide="ignore"):
        jacobian = np.stack(rows, axis=1).astype(np.float64)
        return largest(log_det - np.log(np.abs(np.linalg.det(jacobian))))


def name_error(stage: Stage, numbers: Tensors, points: tf.Tensor) -> float:
    """Return how much the results of a stage change with its name and the seed of the flow.

    They must not change: all stages of a class share one graph, as do flows that differ only in the seed.
    """
    other = stage.spec.model_copy(update={"seed": stage.spec.seed + 1})
    names = {name for name in stage.spec.stage_names() if name.partition("_")[2] == stage.kind}
    names |= {f"{number:02d}_{stage.kind}" for number in OTHER_NUMBERS}
    few = points[:FEW]

    def results(one: Stage) -> NDArray[np.float64]:
        found = *one.forward_and_log_det(numbers, few), *one.inverse_and_log_det(numbers, few)
        return np.concatenate([np.ravel(each) for each in found])

    usual = results(stage)
    return max(largest(results(type(stage)(name, other)) - usual) for name in sorted(names))


def neighbor_error(stage: Stage, numbers: Tensors, points: tf.Tensor) -> float:
    """Return how much results at a point change if other points are evaluated with it: relative if they exceed 1.

    They must not change: otherwise, the density of a point would depend on the other points.
    """
    kept, image = unfolded(stage, numbers, points)

    def results(count: int) -> NDArray[np.float64]:
        found = *stage.forward_and_log_det(numbers, kept[:count]), *stage.inverse_and_log_det(numbers, image[:count])
        return np.concatenate([np.ravel(each[:FEW]) for each in found])

    alone, together = results(FEW), results(len(kept))
    return largest((together - alone) / np.maximum(np.abs(alone), 1))


def start_error(stage: Stage, numbers: Tensors, points: tf.Tensor) -> float:
    """Return how far a stage with its initial numbers is from the identity, or from a swap of the axes if it mixes."""
    image, log_det = stage.forward_and_log_det(numbers, points)
    expected = points[:, ::-1] if stage.kind in {recipes.PERMUTE, recipes.LINEAR_MIXING} else points
    return max(largest(image - expected), largest(log_det))


def bend_error(stage: Stage, numbers: Tensors, points: tf.Tensor) -> float:
    """Return by how much too little a bend changes the map of the stage, or 0 if every bend changes it enough."""
    plain = {name: number for name, number in numbers.items() if name != BUMPS}
    kept = stage.forward(plain, points)
    bent = [stage.forward({**plain, BUMPS: row}, points) for row in _bumps(stage.kind, points.dtype)]
    return max((max(0.0, BEND - largest(each - kept)) for each in bent), default=0.0)


INVERSE = Law(
    "the inverse undoes the forward map",
    "inverse_and_log_det does not undo forward_and_log_det, and points come back off by up to",
    inverse_error,
)
FORWARD_LOG_DET = Law(
    "log-dets match the Jacobian",
    "the log-det of forward_and_log_det differs from that of its Jacobian by up to",
    partial(log_det_error, False),
)
INVERSE_LOG_DET = Law(
    "log-dets of the inverse match its Jacobian",
    "the log-det of inverse_and_log_det differs from that of its Jacobian by up to",
    partial(log_det_error, True),
)
NEIGHBORS = Law(
    "points do not depend on each other",
    "the code mixes the points that are evaluated together, such as by a mean over all of them (use numbers of the "
    "stage instead), which changes results by up to",
    neighbor_error,
    {"float32": LIMITS["float32"], "float64": NEIGHBOR_LIMIT},
    draws=1,
)
NAME = Law(
    "stages do not depend on their names",
    "the code depends on the stage's name or the flow's seed, although all stages of a class share a graph (use "
    "different numbers or constants instead), which changes results by up to",
    name_error,
    draws=1,
)
START = Law(
    "the flow starts as the identity",
    "the initial numbers give a map that differs from the identity by up to",
    start_error,
    {"float32": START_LIMIT, "float64": START_LIMIT},
    draws=0,
)
BENDS = Law(
    "curves can be bent",
    "a bend of its curve has too little effect, because the stage does not use the bumps among its numbers; it lacks",
    bend_error,
    draws=1,
)
LAWS = INVERSE, FORWARD_LOG_DET, INVERSE_LOG_DET, NEIGHBORS, NAME, START, BENDS


def unfolded(stage: Stage, numbers: Tensors, points: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the points (n, 2) at which a stage does not fold the plane over, and their images (n, 2)."""
    if not stage.can_fold:
        return points, stage.forward(numbers, points)
    image, _, folds = stage.forward_log_det_and_fold(numbers, points)
    return tf.boolean_mask(points, ~folds), tf.boolean_mask(image, ~folds)


def largest(errors: tf.Tensor | NDArray[np.float64]) -> float:
    """Return the largest absolute value, infinity if any value is not finite, or 0 if there are no values."""
    found = np.abs(np.asarray(errors, np.float64))
    return float(found.max(initial=0)) if np.isfinite(found).all() else float("inf")


def stage_deviations(stages: Iterable[Stage]) -> Iterator[Deviation]:
    """Yield the deviation of the worst of some stages from each law in each precision.

    All stages of a class share their code, so one stage per class is measured, except for the law of the start, which
    depends on the initial numbers of each. The law of bends is left out if no curve can be bent.
    """
    every = tuple(stages)
    examples = tuple({type(stage): stage for stage in reversed(every)}.values())
    bent = tuple(stage for stage in examples if BENT_CURVES.get(stage.kind))
    own = {START.title: every, BENDS.title: bent}
    for law in LAWS:
        for precision in law.limits if own.get(law.title, examples) else ():
            found = [_deviation(law, stage, precision) for stage in own.get(law.title, examples)]
            yield max(found, key=lambda each: each.error)


def check_stages(stages: Iterable[Stage], family: str) -> None:
    """Check that the stages of a family from an extension obey all laws.

    Args:
        stages: The stages.
        family: Name of the family, for the message.

    Raises:
        SpecError: If a stage breaks a law. The message names the stage and the largest error.
    """
    broken = [each for each in stage_deviations(stages) if not each.holds]
    if broken:
        worst = max((each for each in broken if each.law == broken[0].law), key=lambda each: each.error / each.limit)
        raise SpecError(f"The flow {family} is not valid: {worst.problem} (in {worst.precision}).")


def measured(
    law: str, precision: str, limit: float, measure: Callable[[], float], breach: str, place: str = ""
) -> Deviation:
    """Return the deviation from a law. If `measure` raises an exception, the error is infinite.

    Args:
        law: The law, as a clause.
        precision: The data type of the numbers.
        limit: The largest allowed error.
        measure: Returns the largest error.
        breach: The problem if the error is too large, as a clause that the error completes.
        place: The place of the problem, such as "at stage 01_real_nvp, ".
    """
    try:
        error = measure()
    except Exception as raised:  # whatever the code of a user raises
        problem = f"{place}its code fails: {type(raised).__name__}: {clause_of(raised)}"
        return Deviation(law, precision, float("inf"), limit, problem)
    return Deviation(law, precision, error, limit, "" if error <= limit else f"{place}{breach} {error:.3g}")


def _deviation(law: Law, stage: Stage, precision: str) -> Deviation:
    dtype, rng = tf.as_dtype(precision), np.random.default_rng(0)

    def measure() -> float:
        points = tf.constant(rng.normal(size=(POINTS, 2)), dtype)
        return max(law.measure(stage, numbers, points) for numbers in _numbers(law, stage, dtype, rng))

    place = f"at stage {stage.name}, "
    return measured(law.title, precision, law.limits[precision], measure, law.breach, place)


def random_parameter(start: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return random numbers near the initial values of a parameter.

    The noise is smaller for large matrices, whose products sum over many inputs, so that wide networks do not overflow.
    """
    shape = np.shape(start)
    return start + rng.normal(scale=SCALE / np.sqrt(max(shape)) if len(shape) > 1 else SCALE, size=shape)


def random_statistic(start: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return random numbers near the initial values of a statistic. Positive ones, such as variances, stay positive."""
    return np.where(
        start, start * rng.uniform(0.5, 1.5, np.shape(start)), rng.normal(scale=SCALE, size=np.shape(start))
    )


def _numbers(law: Law, stage: Stage, dtype: tf.DType, rng: np.random.Generator) -> Iterator[Tensors]:
    """Yield the numbers of a stage: the initial ones, these with bent curves, and random ones near them."""

    def tensors(parameters: Mapping[str, Any], statistics: Mapping[str, Any]) -> Tensors:
        return {
            name: tf.constant(number, dtype) for name, number in {**parameters, **statistics, **stage.constants}.items()
        }

    parameters, statistics = stage.initial_parameters(rng), stage.initial_statistics()
    initial = tensors(parameters, statistics)
    yield initial
    if law.draws and (bumps := _bumps(stage.kind, dtype)):
        yield {**initial, BUMPS: tf.concat(bumps, 0)}
    for _ in range(law.draws):
        yield tensors(
            {name: random_parameter(number, rng) for name, number in parameters.items()},
            {name: random_statistic(number, rng) for name, number in statistics.items()},
        )


def _bumps(kind: str, dtype: tf.DType) -> list[tf.Tensor]:
    """Return one bump (1, 6) for each curve of a kind of stages that can be bent."""
    found = []
    for curve in BENT_CURVES.get(kind, ()):
        sizes = BENT[curve]
        bump = Bump(curve=curve, center=(0.3,) * sizes.centers[-1], height=(0.4,) * sizes.heights)
        found.append(tf.constant(edit_arrays(Edits(layers={1: LayerEdit(bumps=(bump,))}), 1)[1][0], dtype))
    return found
