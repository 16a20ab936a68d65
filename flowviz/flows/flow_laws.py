"""The laws of whole flows. `flowviz check` and the tests measure them, together with the laws of stages."""

from collections.abc import Callable, Iterator
from functools import cache, partial

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows.build import family_of, unchecked_flow
from flowviz.flows.flow import Flow
from flowviz.flows.laws import (
    LIMITS,
    POINTS,
    largest,
    measured,
    random_parameter,
    random_statistic,
    stage_deviations,
)
from flowviz.judging.mass import integrated
from flowviz.records import Weights
from flowviz.records.deviation import Deviation
from flowviz.specs import FlowSpec

SAMPLES = 20_000
MASS_LIMIT = 2e-3
MISFIT_LIMIT = 2.3 / SAMPLES**0.5  # exceeded by one in 20,000 samples of the correct distribution
ANGLES = 0.3, 1.1, 1.9, 2.7  # of the lines onto which samples are projected, in radians
GRADIENT_LIMIT, GRADIENT_STEP, DIRECTIONS = 1e-3, 1e-6, 3


def flow_deviations(spec: FlowSpec) -> Iterator[Deviation]:
    """Yield the deviation of a flow from each law of its stages and of the whole flow.

    Raises:
        SpecError: If its stages cannot be imported or are incomplete.
    """
    yield from stage_deviations(family_of(spec).stages(spec))
    for precision, limit in LIMITS.items():
        law = "densities agree with the log-dets of the stages"
        breach = "the density disagrees with the log-dets of the stages, in nats by up to"
        yield measured(law, precision, limit, partial(_composed_error, spec, precision), breach)
    law, breach = "training follows the gradient of its loss", "the gradient is wrong, by a share of up to"
    yield measured(law, "float64", GRADIENT_LIMIT, partial(_training_error, spec), breach)
    found = cache(lambda: mass_and_misfit(random_flow(spec)))
    law, breach = "the density integrates to 1", "the integral of the density differs from 1 by"
    yield measured(law, "float32", MASS_LIMIT, lambda: abs(found()[0] - 1), breach)
    law, breach = "samples fit the density", "the shares of samples and of the density differ by up to"
    yield measured(law, "float32", MISFIT_LIMIT, lambda: found()[1], breach)


def random_flow(spec: FlowSpec, precision: str = "float32", seed: int = 0) -> Flow:
    """Build a flow with random weights near the initial ones."""
    rng, start = np.random.default_rng(seed), unchecked_flow(spec).weights()
    weights = Weights(
        {name: random_parameter(number, rng) for name, number in start.parameters.items()},
        {name: random_statistic(number, rng) for name, number in start.statistics.items()},
    )
    return unchecked_flow(spec, weights, precision)


def composed_error(flow: Flow, particles: NDArray[np.float64]) -> float:
    """Return how much log p(f(x)) differs from log p_base(x) - log|det J| at particles x (n, 2), in nats."""
    y, log_det = flow.chain.forward_and_log_det(flow.parameters, flow.statistics, tf.constant(particles, flow.dtype))
    return largest(flow.log_prob(y) - (flow.base.log_prob(particles) - log_det))


def gradient_error(loss: Callable[[tf.Tensor], tf.Tensor], at: tf.Tensor, directions: int = DIRECTIONS) -> float:
    """Return the largest relative error of the gradient of a loss at a vector, compared with finite differences.

    Args:
        loss: The loss as a function of a vector (m,).
        at: The vector (m,), float64.
        directions: Number of random directions along which the derivatives are compared.
    """
    rng, errors = np.random.default_rng(5), list[float]()
    with tf.GradientTape() as tape:
        tape.watch(at)
        found = loss(at)
    gradient = tape.gradient(found, at, unconnected_gradients="zero").numpy()
    for _ in range(directions):
        direction = rng.normal(size=at.shape)
        direction *= GRADIENT_STEP / np.linalg.norm(direction)
        difference = float(loss(at + direction) - loss(at - direction)) / 2
        errors.append((difference - gradient @ direction) / max(abs(difference), GRADIENT_STEP / 100))
    return largest(np.array(errors))


def mass_and_misfit(flow: Flow) -> tuple[float, float]:
    """Return the integral of the density of a flow, and how much samples differ from the density.

    The latter is the largest Kolmogorov–Smirnov distance between the two, projected onto lines.
    """
    samples = flow.sample(SAMPLES, seed=0).astype(np.float64)
    cells = integrated(flow.log_prob, samples)
    distances = list[float]()
    for direction in np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1):
        along = cells.centers @ direction
        order = np.argsort(along)
        below = (np.cumsum(cells.masses[order]) - cells.masses[order] / 2) / cells.masses.sum()
        shares = np.searchsorted(np.sort(samples @ direction), along[order]) / len(samples)
        distances.append(largest(shares - below))
    return float(cells.masses.sum()), max(distances)


def _composed_error(spec: FlowSpec, precision: str) -> float:
    flow = random_flow(spec, precision)
    return composed_error(flow, flow.particles(POINTS).astype(np.float64))


def _training_error(spec: FlowSpec) -> float:
    flow = random_flow(spec, "float64")
    rng = np.random.default_rng(0)
    [batch] = flow.objective.prepared(rng.normal(size=(1, POINTS, 2)).astype(np.float32), rng)

    def loss(parameters: tf.Tensor) -> tf.Tensor:
        prepared = tf.constant(batch, tf.float64)
        return flow.objective.loss(flow.chain, parameters, flow.statistics.read_value(), prepared, 1.0)[0]

    return gradient_error(loss, flow.parameters.read_value())
