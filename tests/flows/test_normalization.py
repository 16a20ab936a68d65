"""Batch normalization with running averages: invertible at every moment, its gradient through the batch's share."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from tensorflow_probability import bijectors as tfb

from flowviz.flows import build_flow
from flowviz.flows.normalization import BOX, ActNorm, BatchNormalization
from flowviz.specs import FlowSpec
from tests.flows.families import stages_of

START = {"mean": tf.zeros(2, tf.float64), "variance": tf.ones(2, tf.float64)}
PARAMETERS = {"beta": tf.zeros(2, tf.float64), "gamma": tf.zeros(2, tf.float64)}


def stage(momentum: float = 0.9, normalization: str = "running") -> BatchNormalization:
    spec = FlowSpec.model_validate({"batch_normalization_momentum": momentum, "normalization": normalization})
    return BatchNormalization("02_batch_normalization", spec)


def adapted(statistics: Any = START, momentum: float = 0.9, pace: float = 1.0) -> tuple[Any, Any]:
    return stage(momentum).adapt({**PARAMETERS, **statistics}, batch(), pace)


def batch(rows: int = 500) -> tf.Tensor:
    return tf.constant(np.random.default_rng(0).normal([3, -1], [0.2, 5], (rows, 2)))


def test_the_averages_move_by_the_share_of_the_batch() -> None:
    used, averages = adapted(momentum=0.9)
    np.testing.assert_allclose(averages["mean"], 0.1 * np.mean(batch(), axis=0))
    np.testing.assert_allclose(averages["variance"], 0.9 + 0.1 * np.var(batch(), axis=0))
    np.testing.assert_array_equal(used["mean"], averages["mean"])


def test_after_many_batches_the_data_come_out_standardized() -> None:
    averages = START
    for _ in range(60):
        used, averages = adapted(averages, momentum=0.5)
    latent = stage().inverse(used, batch()).numpy()
    np.testing.assert_allclose(latent.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(latent.std(axis=0), 1, atol=2e-3)


def test_the_gradient_flows_through_the_share_of_the_batch_alone() -> None:
    """d(new mean)/d(point) = (1 - momentum) / n."""
    points = batch(10)
    with tf.GradientTape() as tape:
        tape.watch(points)
        mean = tf.reduce_sum(stage(0.9).adapt({**PARAMETERS, **START}, points, 1.0)[1]["mean"])
    np.testing.assert_allclose(tape.gradient(mean, points), 0.1 / 10)


def test_a_pace_of_zero_keeps_the_averages() -> None:
    for pace, share in ((0.0, 0.0), (0.5, 0.05)):
        np.testing.assert_allclose(adapted(pace=pace)[1]["mean"], share * np.mean(batch(), axis=0), atol=1e-15)


def test_a_flow_adapts_each_normalization_to_what_reaches_it() -> None:
    flow = build_flow(FlowSpec(), dtype="float64")
    log_prob, statistics = flow.chain.training_log_prob(flow.parameters, flow.statistics, batch())
    flow.statistics.assign(statistics)
    y, share = batch(), 1 - FlowSpec().batch_normalization_momentum
    for stage, numbers in reversed(stages_of(flow)):
        if isinstance(stage, BatchNormalization):
            np.testing.assert_allclose(numbers["mean"], share * np.mean(y, axis=0))
        y = stage.inverse(numbers, y)
    np.testing.assert_allclose(log_prob, flow.log_prob(batch()), rtol=1e-12)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_minibatch_normalization_is_that_of_tfp() -> None:
    """Same loss, same averages: the training direction is by the batch, the drawing direction by the averages."""
    layer = tf_keras.layers.BatchNormalization(gamma_constraint=lambda x: tf.nn.relu(x) + 1e-6, dtype="float64")
    theirs = tfb.BatchNormalization(layer, training=True)
    theirs.inverse(batch())
    layer.gamma.assign([2.0, 0.5])
    layer.beta.assign([0.3, -1.0])
    layer.moving_mean.assign([0.5, 0.25])
    layer.moving_variance.assign([2.0, 3.0])
    averages = {"mean": tf.constant([0.5, 0.25], tf.float64), "variance": tf.constant([2.0, 3.0], tf.float64)}
    learned = {"gamma": tf.math.log(tf.constant([2.0, 0.5], tf.float64)), "beta": tf.constant([0.3, -1.0], tf.float64)}
    recipe = stage(momentum=0.99, normalization="minibatch")
    used, moved = recipe.adapt({**learned, **averages}, batch(), pace=0.5)
    latent, log_det = recipe.inverse_and_log_det(used, batch())
    np.testing.assert_allclose(latent, theirs.inverse(tf.identity(batch())), rtol=1e-6)
    np.testing.assert_allclose(
        log_det, np.full(500, theirs.inverse_log_det_jacobian(tf.identity(batch()), event_ndims=1))
    )
    np.testing.assert_allclose(moved["mean"], layer.moving_mean, rtol=1e-6)
    np.testing.assert_allclose(moved["variance"], layer.moving_variance, rtol=1e-5)
    drawn = recipe.forward({**learned, **moved}, batch())
    np.testing.assert_allclose(drawn, theirs.forward(tf.identity(batch())), rtol=1e-5)


def test_minibatch_normalization_warns_and_running_does_not() -> None:
    assert "running" in (FlowSpec(normalization="minibatch").warning or "")
    assert FlowSpec().warning is None


def test_actnorm_starts_where_the_data_come_out_standardized() -> None:
    flow = build_flow(FlowSpec(family="glow", layers=3), dtype="float64")
    flow.fit_start(batch())
    y = batch()
    for stage, numbers in reversed(stages_of(flow)):
        y = stage.inverse(numbers, y)
        if isinstance(stage, ActNorm):
            np.testing.assert_allclose(np.mean(y, axis=0), 0, atol=1e-9)
            np.testing.assert_allclose(np.std(y, axis=0), 1, atol=1e-9)


def test_box_starts_where_the_target_fills_a_square() -> None:
    spec = FlowSpec(family="spline", layers=3, width=4)
    assert spec.bijector_kinds()[-2:] == ("spline_coupling", "actnorm")
    assert spec.bijector_kinds().count("actnorm") == 1
    flow, points = build_flow(spec, dtype="float64"), batch()
    flow.fit_start(points)
    latent = flow.inverse(points)
    np.testing.assert_allclose([latent.min(axis=0), latent.max(axis=0)], [[-BOX, -BOX], [BOX, BOX]], atol=1e-9)


def test_points_all_on_a_line_leave_actnorm_finite() -> None:
    flow = build_flow(FlowSpec(family="glow", layers=2))
    flow.fit_start(np.stack([np.linspace(-1, 1, 50), np.zeros(50)], axis=1))
    assert np.isfinite(flow.parameters.numpy()).all()
