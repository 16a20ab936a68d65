"""Conditional flow matching: regression of a velocity field on the velocities of straight paths."""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows.bumps import added_to_each
from flowviz.flows.chain import Chain
from flowviz.flows.network import GIVEN
from flowviz.flows.objective import Objective
from flowviz.flows.strips import in_strips
from flowviz.flows.velocity_field import VelocityField
from flowviz.records import base_of


class FlowMatching(Objective):
    """E|v(x_t, t) - (x_1 - x_0)|²,  x_t = (1 - t)·x_0 + t·x_1: x_0 from the base, x_1 from the target, t from [0, 1].

    The minimum is the field along which the base flows to the target. If x_0 and x_1 are independent, it averages over
    all paths through a point, so its own paths bend. A transport plan pairs near points, whose paths hardly cross: the
    paths become nearly straight, and the loss less noisy. The bumps of an edited step are part of the field at its
    times.
    References: Lipman et al. 2023, "Flow matching for generative modeling", https://arxiv.org/abs/2210.02747; Tong et
    al. 2024, "Improving and generalizing flow-based generative models with minibatch optimal transport",
    https://arxiv.org/abs/2302.00482.
    """

    columns = 5  # x_0, x_1 and t
    is_nll = False
    explosion = 10.0  # squared flow units; for comparison, a field that is 0 everywhere has a loss of about 4
    validation_share = 0.2

    def prepared(self, points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
        steps, batch, columns = points.shape
        start = base_of(self.spec).sample(steps * batch, int(rng.integers(2**63)))
        pairs = self._paired(start, points.reshape(-1, columns), rng).reshape(steps, batch, 2 + columns)
        times = spread_times(steps, batch, rng)[..., np.newaxis]
        return np.concatenate([pairs[..., :4], times, pairs[..., 4:]], axis=2)

    def loss(
        self,
        chain: Chain,
        parameters: tf.Tensor,
        statistics: tf.Tensor,
        batch: tf.Tensor,
        pace: Any,
        *lattice: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        start, end, time, given = tf.split(tf.transpose(batch), [2, 2, 1, -1])
        weights = {**chain.numbers(parameters, statistics)[0], GIVEN: given}
        places = start + time * (end - start)
        velocity = VelocityField(self.spec)(weights, places, time[0])
        if chain.bumps is not None:
            steps = len(chain.stages)
            step = tf.minimum(tf.cast(time[0] * steps, tf.int32), steps - 1)
            velocity += added_to_each(tf.gather(chain.bumps, step), places)
        return tf.reduce_mean(tf.reduce_sum((velocity - (end - start)) ** 2, axis=0)), statistics

    def _paired(
        self, start: NDArray[np.float32], end: NDArray[np.float32], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return pairs (n, 2 + columns) of points (n, 2) of the base and rows of the target, in random order."""
        condition = self.spec.condition
        if self.spec.pairing == "independent" or (condition and not condition.classes):
            return np.hstack([start, end])
        # Each class has pairs of its own: else its particles would not begin all over the base.
        classes = end[:, 2:] @ np.arange(1, end.shape[1] - 1)  # 0 for those whose class is left out
        pairs = [_transported(start[classes == each], end[classes == each]) for each in np.unique(classes)]
        return np.concatenate(pairs)[rng.permutation(len(start))]


def _transported(start: NDArray[np.float32], end: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.hstack([start[paired_order(start)], end[paired_order(end)]])


def paired_order(points: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the order (n,) of points (n, 2) in which those of two sets are paired, in √n strips.

    This approximates the plan that transports one set to the other with the least squared distance, in O(n·log n). The
    more points are paired together, the fewer paths cross: pairs of a chunk of steps teach more than those of a single
    batch.
    """
    return in_strips(points, round(np.sqrt(len(points))))


def spread_times(steps: int, batch: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return random times (steps, batch) from [0, 1): those of a step are in `batch` equal intervals, one in each."""
    return ((np.arange(batch) + rng.random((steps, batch), np.float32)) / batch).astype(np.float32)
