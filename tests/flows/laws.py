"""Laws that hold for every flow, with and without edits."""

import numpy as np
import pytest
import tensorflow as tf

from flowviz.flows import Flow
from tests.flows.families import stages_of


def check_inverses(flow: Flow, points: tf.Tensor) -> None:
    """Check that the inverse of each stage undoes the stage, with the opposite log-determinant."""
    for stage, numbers in stages_of(flow):
        image, log_det = stage.forward_and_log_det(numbers, points)
        back, inverse_log_det = stage.inverse_and_log_det(numbers, image)
        assert log_det.shape == inverse_log_det.shape == (len(points),)
        np.testing.assert_allclose(back, points, atol=1e-12, err_msg=stage.name)
        np.testing.assert_allclose(inverse_log_det, -log_det, atol=1e-11, err_msg=stage.name)


def check_gradient(flow: Flow, directions: int, points: int = 40) -> None:
    """Check the gradient of a training step against differences of its loss along random directions."""
    rng, batch = np.random.default_rng(5), tf.constant(np.random.default_rng(1).normal(size=(points, 2)))

    def nll(parameters: tf.Tensor) -> tf.Tensor:
        return -tf.reduce_mean(flow.chain.training_log_prob(parameters, flow.statistics, batch)[0])

    at = tf.constant(flow.parameters)
    with tf.GradientTape() as tape:
        tape.watch(at)
        loss = nll(at)
    gradient = tape.gradient(loss, at).numpy()
    for _ in range(directions):
        direction = rng.normal(size=at.shape)
        direction *= 1e-6 / np.linalg.norm(direction)
        difference = float(nll(at + direction) - nll(at - direction)) / 2
        assert difference == pytest.approx(float(gradient @ direction), rel=1e-4, abs=1e-12)


def mass(flow: Flow, cells: int) -> float:
    """Return the integral of the density over a square grid with a number of cells on each side."""
    reach = 1.3 * np.abs(flow.sample(20_000)).max()
    side = np.linspace(-reach, reach, cells)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    return float(np.exp(flow.log_prob(grid)).sum() * (side[1] - side[0]) ** 2)
