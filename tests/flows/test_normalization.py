"""Batch normalization with running averages: invertible at every moment, its gradient through the batch's share."""

import numpy as np
import tensorflow as tf

from flowviz.flows import build_flow
from flowviz.flows.normalization import RunningBatchNormalization
from flowviz.specs import FlowSpec


def normalization(momentum: float = 0.9) -> RunningBatchNormalization:
    zeros, ones = tf.zeros(2, tf.float64), tf.ones(2, tf.float64)
    return RunningBatchNormalization(zeros, ones, zeros, zeros, momentum)


def batch(rows: int = 500) -> tf.Tensor:
    return tf.constant(np.random.default_rng(0).normal([3, -1], [0.2, 5], (rows, 2)))


def test_the_averages_move_by_the_share_of_the_batch() -> None:
    adapted = normalization(momentum=0.9).adapted(batch())
    np.testing.assert_allclose(adapted.mean, 0.1 * np.mean(batch(), axis=0))
    np.testing.assert_allclose(adapted.variance, 0.9 + 0.1 * np.var(batch(), axis=0))


def test_after_many_batches_the_data_come_out_standardized() -> None:
    bijector = normalization(momentum=0.5)
    for _ in range(60):
        bijector = bijector.adapted(batch())
    latent = bijector.inverse(batch()).numpy()
    np.testing.assert_allclose(latent.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(latent.std(axis=0), 1, atol=2e-3)


def test_the_gradient_flows_through_the_share_of_the_batch_alone() -> None:
    """d(new mean)/d(point) = (1 - momentum) / n."""
    points = batch(10)
    with tf.GradientTape() as tape:
        tape.watch(points)
        mean = tf.reduce_sum(normalization(momentum=0.9).adapted(points).mean)
    np.testing.assert_allclose(tape.gradient(mean, points), 0.1 / 10)


def test_a_flow_adapts_each_normalization_to_what_reaches_it() -> None:
    flow = build_flow(FlowSpec(), dtype="float64")
    bijectors = flow.bijectors(flow.parameters, flow.statistics)
    adapted, statistics = flow.adapted(bijectors, batch())
    assert statistics.shape == flow.statistics.shape
    y = batch()
    for before, after in zip(reversed(bijectors), reversed(adapted), strict=True):
        if isinstance(before, RunningBatchNormalization):
            np.testing.assert_allclose(after.mean, before.adapted(y).mean)
        y = after.inverse(y)
    flow.statistics.assign(statistics)
    again = flow.bijectors(flow.parameters, flow.statistics)
    for one, other in zip(adapted, again, strict=True):
        if isinstance(one, RunningBatchNormalization):
            np.testing.assert_array_equal(one.mean, other.mean)
            np.testing.assert_array_equal(one.variance, other.variance)


def test_a_pace_of_zero_keeps_the_averages() -> None:
    for pace, share in ((0.0, 0.0), (0.5, 0.05)):
        adapted = normalization(momentum=0.9).adapted(batch(), pace)
        np.testing.assert_allclose(adapted.mean, share * np.mean(batch(), axis=0), atol=1e-15)
