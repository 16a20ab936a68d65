"""Conditional flow matching: regression of a velocity field on the velocities of straight paths."""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows.chain import Chain
from flowviz.flows.objective import Objective
from flowviz.flows.velocity_field import VelocityField
from flowviz.records import BASE_DISTRIBUTION


class FlowMatching(Objective):
    """E|v(x_t, t) - (x_1 - x_0)|²,  x_t = (1 - t)·x_0 + t·x_1: x_0 from the base, x_1 from the target, t from [0, 1].

    The minimum is the field along which the base flows to the target. If x_0 and x_1 are independent, it averages over
    all paths through a point, so its own paths bend. A transport plan pairs near points, whose paths hardly cross: the
    paths become nearly straight, and the loss less noisy.
    References: Lipman et al. 2023, "Flow matching for generative modeling", https://arxiv.org/abs/2210.02747; Tong et
    al. 2024, "Improving and generalizing flow-based generative models with minibatch optimal transport",
    https://arxiv.org/abs/2302.00482.
    """

    columns = 5  # x_0, x_1 and t
    is_nll = False

    def prepared(self, points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
        steps, batch, _ = points.shape
        start = BASE_DISTRIBUTION.sample(steps * batch, int(rng.integers(2**63))).reshape(points.shape)
        if self.spec.pairing == "transport":
            start = np.take_along_axis(start, transport_plan(start, points)[..., np.newaxis], axis=1)
        return np.concatenate([start, points, spread_times(steps, batch, rng)[..., np.newaxis]], axis=2)

    def loss(
        self, chain: Chain, parameters: tf.Tensor, statistics: tf.Tensor, batch: tf.Tensor, pace: Any
    ) -> tuple[tf.Tensor, tf.Tensor]:
        start, end, time = tf.split(tf.transpose(batch), [2, 2, 1])
        weights = chain.numbers(parameters, statistics)[0]
        velocity = VelocityField(self.spec)(weights, start + time * (end - start), time[0])
        return tf.reduce_mean(tf.reduce_sum((velocity - (end - start)) ** 2, axis=0)), statistics


def spread_times(steps: int, batch: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return random times (steps, batch) from [0, 1): those of a step are in `batch` equal intervals, one in each."""
    return ((np.arange(batch) + rng.random((steps, batch), np.float32)) / batch).astype(np.float32)


def transport_plan(start: NDArray[np.float32], end: NDArray[np.float32]) -> NDArray[np.intp]:
    """Pair points of each row: return for each end the number (..., n) of its start, given both (..., n, 2).

    Both are cut into √n vertical strips of equally many points, and those of corresponding strips are paired in the
    order of their height. This approximates the optimal plan in O(n·log n).
    """
    pairs = np.empty(start.shape[:-1], np.intp)
    np.put_along_axis(pairs, _in_strips(end), _in_strips(start), axis=-1)
    return pairs


def _in_strips(points: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the numbers (..., n) of points (..., n, 2), from strip to strip, and upward in each."""
    count = points.shape[-2]
    across = np.argsort(points[..., 0], axis=-1)
    strip = np.arange(count) * max(round(np.sqrt(count)), 1) // count
    order = np.empty_like(across)
    for number in range(strip[-1] + 1):
        own = across[..., strip == number]
        upward = np.argsort(np.take_along_axis(points[..., 1], own, axis=-1), axis=-1)
        order[..., strip == number] = np.take_along_axis(own, upward, axis=-1)
    return order
