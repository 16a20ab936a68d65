"""Ways through a flow that begin at any of its stages, as small graphs."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_probability import bijectors as tfb

from flowviz.flows.flat import Shapes, of_stage, size_of, unflatten
from flowviz.flows.stage import Stage, done, undone

BLOCK_BYTES = 16_384  # of one coordinate of the points that go through a network together: they stay in the cache


class Walk:
    """The bijectors of a flow, where the number of a stage is a tensor.

    So one graph serves all stages. It holds each kind of bijector once rather than each stage, and looks the numbers of
    the stage up in the flat vectors: it is traced five times as fast as a graph with every stage in it.
    `numbers` are the flat parameters and statistics; points are (n, 2); `stage` is a scalar, int32.
    """

    def __init__(self, stages: Sequence[Stage], *shapes: Shapes) -> None:
        """`shapes` of all parameters, and of all statistics, in the order of the stages."""
        self._last = len(stages)
        examples = {type(stage): stage for stage in stages}
        self._examples = list(examples.values())
        self._kinds = np.array([list(examples).index(type(stage)) for stage in stages], np.int32)
        self._shapes = [[of_stage(group, example.name) for group in shapes] for example in self._examples]
        sizes = np.array([[size_of(of_stage(group, stage.name)) for group in shapes] for stage in stages])
        self._offsets = (np.cumsum(sizes, axis=0) - sizes).astype(np.int32)

    def forward(self, parameters: tf.Tensor, statistics: tf.Tensor, particles: tf.Tensor) -> tf.Tensor:
        """Where particles of the base end."""

        def up(k: Any, x: Any) -> tuple[Any, ...]:
            answer = self._at(k + 1, (parameters, statistics), lambda bijector: (bijector.forward(x), _spread(x)))
            return k + 1, answer[0]

        return _while(lambda k, _: k < self._last, up, tf.constant(0), particles)[1]

    def trace(
        self, parameters: tf.Tensor, statistics: tf.Tensor, particles: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Particles of the base at every stage (stages, n, 2), the log-dets (stages, n), each round-trip error."""
        numbers, positions, log_dets = (parameters, statistics), *self._arrays(particles, tf.constant(0))
        errors = tf.TensorArray(particles.dtype, size=self._last + 1, element_shape=[]).write(0, 0)

        def up(k: Any, x: Any, positions: Any, log_dets: Any, errors: Any) -> tuple[Any, ...]:
            y, log_det, error = self._at(k + 1, numbers, lambda bijector: _there_and_back(bijector, x))
            return k + 1, y, positions.write(k + 1, y), log_dets.write(k + 1, log_det), errors.write(k + 1, error)

        start = tf.constant(0), particles, positions, log_dets, errors
        *_, positions, log_dets, errors = _while(lambda k, *_: k < self._last, up, *start)
        return positions.stack(), tf.cumsum(log_dets.stack()), errors.stack()

    def trace_through(
        self, parameters: tf.Tensor, statistics: tf.Tensor, points: tf.Tensor, stage: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Where points that are given at a stage are at every stage (stages, n, 2), and the log-dets (stages, n)."""
        numbers, positions, log_dets = (parameters, statistics), *self._arrays(points, stage)

        def down(k: Any, y: Any, positions: Any, log_dets: Any) -> tuple[Any, ...]:
            x, log_det = self._at(k, numbers, lambda bijector: undone(bijector, y, _spread(y)))
            return k - 1, x, positions.write(k - 1, x), log_dets.write(k, -log_det)

        def up(k: Any, x: Any, positions: Any, log_dets: Any) -> tuple[Any, ...]:
            y, log_det = self._at(k + 1, numbers, lambda bijector: done(bijector, x, _spread(x)))
            return k + 1, y, positions.write(k + 1, y), log_dets.write(k + 1, log_det)

        *_, positions, log_dets = _while(lambda k, *_: k > 0, down, stage, points, positions, log_dets)
        *_, positions, log_dets = _while(lambda k, *_: k < self._last, up, stage, points, positions, log_dets)
        return positions.stack(), tf.cumsum(log_dets.stack())

    def moved(
        self, parameters: tf.Tensor, statistics: tf.Tensor, points: tf.Tensor, stage: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Where the bijector of a stage, 1 or more, moves points (n, 2), and its log|det J| there (n,)."""
        numbers = parameters, statistics
        images, log_dets = self._at(stage, numbers, lambda bijector: done(bijector, points, _spread(points)))
        return images, log_dets

    def log_prob(self, parameters: tf.Tensor, statistics: tf.Tensor, points: tf.Tensor) -> tf.Tensor:
        """The log-density (n,) of the flow at points of the target, in nats."""
        return self._log_density((parameters, statistics), points, tf.constant(self._last))

    def log_density(
        self, parameters: tf.Tensor, statistics: tf.Tensor, points: tf.Tensor, stage: tf.Tensor
    ) -> tf.Tensor:
        """The log-density (n,) of the distribution of a stage at points, in nats: -inf where it is not finite."""
        block = BLOCK_BYTES // points.dtype.size
        count = tf.shape(points)[0]
        blocks = (count + block - 1) // block

        def score(i: Any, found: Any) -> tuple[Any, Any]:
            part = points[i * block : tf.minimum((i + 1) * block, count)]
            return i + 1, found.write(i, self._log_density((parameters, statistics), part, stage))

        found = tf.TensorArray(points.dtype, size=blocks, element_shape=[None], infer_shape=False)
        log_density = _while(lambda i, *_: i < blocks, score, tf.constant(0), found)[1].concat()
        return tf.where(tf.math.is_finite(log_density), log_density, -np.inf)

    def _arrays(self, points: tf.Tensor, stage: tf.Tensor) -> tuple[tf.TensorArray, tf.TensorArray]:
        """For positions and log-dets of every stage; with the points, which are at this one, and the base's 0."""
        every = {"dtype": points.dtype, "size": self._last + 1, "clear_after_read": False}
        positions = tf.TensorArray(element_shape=[None, 2], **every).write(stage, points)
        return positions, tf.TensorArray(element_shape=[None], **every).write(0, _spread(points))

    def _log_density(self, numbers: Any, points: tf.Tensor, stage: tf.Tensor) -> tf.Tensor:
        def down(k: Any, y: Any, log_det: Any) -> tuple[Any, ...]:
            return k - 1, *self._at(k, numbers, lambda bijector: undone(bijector, y, log_det))

        _, x, log_det = _while(lambda k, *_: k > 0, down, stage, points, _spread(points))
        return log_det - 0.5 * tf.reduce_sum(x**2, axis=1) - float(np.log(2 * np.pi))

    def _at(self, stage: tf.Tensor, numbers: Any, ask: Callable[[tfb.Bijector], tuple[tf.Tensor, ...]]) -> Any:
        """What `ask` finds of the bijector of a stage: points (n, 2), log-dets (n,), and perhaps more."""
        answers = [lambda kind=kind: ask(self._bijector(kind, stage, numbers)) for kind in range(len(self._examples))]
        points, log_det, *more = tf.switch_case(tf.gather(self._kinds, stage - 1), answers)
        return tf.ensure_shape(points, [None, 2]), tf.ensure_shape(log_det, [None]), *more

    def _bijector(self, kind: int, stage: tf.Tensor, numbers: Any) -> tfb.Bijector:
        offsets = tf.unstack(tf.gather(self._offsets, stage - 1))
        pieces = [
            unflatten(tf.slice(flat, [offset], [size_of(shapes)]), shapes)
            for flat, offset, shapes in zip(numbers, offsets, self._shapes[kind], strict=True)
        ]
        return self._examples[kind].bijector(*pieces)


def _there_and_back(bijector: tfb.Bijector, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Where x (n, 2) goes, its log-dets (n,), and how far the way back misses it."""
    y, log_det = done(bijector, x, _spread(x))
    back = bijector.inverse(tf.identity(y))  # a new tensor: TFP remembers where it came from
    return y, log_det, tf.reduce_max(tf.abs(x - back) / tf.maximum(tf.abs(x), 1))


def _spread(points: tf.Tensor) -> tf.Tensor:
    """A zero for each point, on which a log-det that is the same everywhere spreads."""
    return tf.zeros_like(points[:, 0])


def _while(condition: Callable[..., Any], body: Callable[..., Any], *start: Any) -> Any:
    return tf.while_loop(condition, body, start, parallel_iterations=1)
