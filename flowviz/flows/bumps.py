"""Bumps of the curves of layers: edits as arrays, and what they add to curves, splines and velocities."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.specs.edits import MAX_SPLINE_RISE, Bump, Edits

BUMPS = "bumps"  # the name of the bumps (bumps, 6) among the numbers of a stage that is edited
COLUMNS = 6
MAX_ITERATIONS = 60  # of Newton's method; bisection alone would need about as many
TOLERANCE = 4  # units of rounding of the solution


def edit_arrays(edits: Edits, stages: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return edits as arrays.

    Args:
        edits: The edits.
        stages: Number of stages after the base.

    Returns:
        Which stages are disabled (stages,), 1 or 0, and the bumps of each stage (stages, bumps, 6), followed by zeros
        where it has fewer than others. A bump (c_1, c_2, h_1, h_2, k_1, k_2) is h · exp(-(k_1·(x_1 - c_1))² -
        (k_2·(x_2 - c_2))²).
    """
    most = max((len(edit.bumps) for edit in edits.layers.values()), default=0)
    disabled, bumps = np.zeros(stages), np.zeros((stages, most, COLUMNS))
    disabled[[stage - 1 for stage in edits.disabled]] = 1
    for stage, edit in edits.layers.items():
        for i, bump in enumerate(edit.bumps):
            bumps[stage - 1, i] = _row(bump)
    return disabled, bumps


def added(bumps: tf.Tensor, *x: tf.Tensor) -> tf.Tensor:
    """Return the sums (2, n) of bumps (bumps, 6) at the coordinates x, one (n,) or two of them."""
    return tf.transpose(bumps[:, 2:4]) @ _shapes(bumps, x)


def added_to_each(bumps: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """Return the sums (2, n) at points x (2, n), each of which has bumps of its own (n, bumps, 6)."""
    squares = [(bumps[..., 4 + i] * (x[i, :, tf.newaxis] - bumps[..., i])) ** 2 for i in range(2)]
    shapes = tf.exp(-tf.add_n(squares))
    return tf.stack([tf.reduce_sum(bumps[..., 2 + i] * shapes, axis=1) for i in range(2)])


def added_with_derivatives(bumps: tf.Tensor, x: tf.Tensor, directions: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the sums (2, n) of bumps at points x (2, n), and their derivatives along directions (directions, 2, n)."""
    shapes = _shapes(bumps, tf.unstack(x))
    slopes = [-2 * bumps[:, 4 + i, tf.newaxis] ** 2 * (x[i] - bumps[:, i, tf.newaxis]) for i in range(2)]
    heights = tf.transpose(bumps[:, 2:4])
    along = [heights @ (shapes * (slopes[0] * each[0] + slopes[1] * each[1])) for each in tf.unstack(directions)]
    return heights @ shapes, tf.stack(along)


def pushed(bumps: tf.Tensor, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Move points (n, 2) up or down by one bump after the other: v → v + h · exp(…).

    Returns:
        The points, and the log-slopes (n,) of the map of v.
    """

    def push(bump: Any, v: Any, log_slope: Any) -> tuple[Any, Any]:
        amplitude, shape, slope = _push(bump, x[:, 0], v)
        return v + amplitude * shape, log_slope + tf.math.log(slope)

    v, log_slope = _one_by_one(bumps, push, x[:, 1])
    return tf.stack([x[:, 0], v], axis=1), log_slope


def pulled(bumps: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Undo `pushed`: return the points (n, 2), and the log-slopes (n,) of the inverse map."""

    def pull(bump: Any, v: Any, log_slope: Any) -> tuple[Any, Any]:
        before = _before(bump, y[:, 0], v)
        return before, log_slope - tf.math.log(_push(bump, y[:, 0], before)[2])

    v, log_slope = _one_by_one(bumps[::-1], pull, y[:, 1])
    return tf.stack([y[:, 0], v], axis=1), log_slope


def _row(bump: Bump) -> list[float]:
    steepness = 1 / (np.sqrt(2) * bump.width)
    if bump.curve == "velocity":
        return [*bump.center, *bump.height, steepness, steepness]
    if bump.curve == "spline":
        height = float(np.clip(bump.height[0], -MAX_SPLINE_RISE * bump.width, MAX_SPLINE_RISE * bump.width))
        x, k = (bump.center[0], steepness) if len(bump.center) == 2 else (0.0, 0.0)
        return [x, bump.center[-1], height, 0, k, steepness]
    heights = [bump.height[0], 0.0] if bump.curve == "shift" else [0.0, bump.height[0]]
    return [bump.center[0], 0, *heights, steepness, 0]


def _shapes(bumps: tf.Tensor, x: Any) -> tf.Tensor:
    """Return the bumps without their heights (bumps, n), from 0 to 1."""
    squares = [(bumps[:, 4 + i, tf.newaxis] * (each - bumps[:, i, tf.newaxis])) ** 2 for i, each in enumerate(x)]
    return tf.exp(-tf.add_n(squares))


def _push(bump: tf.Tensor, x: tf.Tensor, v: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Return the amplitude a, the shape s and the slope of v + a·s, all (n,), of a bump (6,) at points (x, v)."""
    x_0, v_0, height, _, k_x, k_v = tf.unstack(bump)
    amplitude = height * tf.exp(-((k_x * (x - x_0)) ** 2))
    shape = tf.exp(-((k_v * (v - v_0)) ** 2))
    return amplitude, shape, 1 - 2 * k_v**2 * (v - v_0) * amplitude * shape


def _before(bump: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Return the v (n,) that a bump (6,) moves to y (n,), by Newton's method within bounds that narrow.

    The last step carries the gradient, which is that of the implicit function.
    """
    bump_, x_, y_ = map(tf.stop_gradient, (bump, x, y))
    amplitude = _push(bump_, x_, y_)[0]
    tolerance = TOLERANCE * np.finfo(y.dtype.as_numpy_dtype).eps * (tf.abs(y_) + tf.abs(amplitude))

    def improve(v: Any, low: Any, high: Any, _: Any) -> tuple[Any, ...]:
        _, shape, slope = _push(bump_, x_, v)
        excess = v + amplitude * shape - y_
        low, high = tf.where(excess < 0, v, low), tf.where(excess > 0, v, high)
        there = v - excess / slope
        is_inside = (low <= there) & (there <= high)
        return tf.where(is_inside, there, (low + high) / 2), low, high, tf.reduce_any(tf.abs(excess) > tolerance)

    start = y_, y_ - tf.nn.relu(amplitude), y_ + tf.nn.relu(-amplitude), tf.constant(True)
    v, *_ = tf.while_loop(
        lambda *state: state[-1], improve, start, parallel_iterations=1, maximum_iterations=MAX_ITERATIONS
    )
    v = tf.stop_gradient(v)
    amplitude, shape, slope = _push(bump, x, v)
    return v - (v + amplitude * shape - y) / slope


def _one_by_one(bumps: tf.Tensor, move: Callable[..., tuple[Any, Any]], v: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Move points v (n,) by one bump after the other, and add up the log-slopes (n,).

    XLA cannot compile the gradient of a loop over them. The number of bumps of a training is known, so they need none.
    """
    state = v, tf.zeros_like(v)
    if bumps.shape[0] is not None:
        for bump in tf.unstack(bumps):
            state = move(bump, *state)
        return state
    start, count = (tf.constant(0), *state), tf.shape(bumps)[0]
    _, *found = tf.while_loop(
        lambda i, *_: i < count, lambda i, *state: (i + 1, *move(bumps[i], *state)), start, parallel_iterations=1
    )
    return found[0], found[1]
