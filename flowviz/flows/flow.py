"""A normalizing flow: a base distribution and bijectors, in drawing order."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow_probability import bijectors as tfb
from tensorflow_probability import distributions as tfd

from flowviz.errors import FileError
from flowviz.flows.stage import Stage, Tensors
from flowviz.records import Trace, Weights
from flowviz.specs import FlowSpec
from flowviz.specs.recipes import BASE


class Flow(tf.Module):
    """p(y) = p_base(f^-1(y)) · |det J_f^-1(y)|,  f = stage_k ∘ ... ∘ stage_1, the base a 2D standard normal.

    The numbers of all stages live in two flat vectors, `parameters` and `statistics`: a compiled training step then
    carries two tensors instead of some sixty, which halves its time. Points are (n, 2), log-densities (n,) in nats.
    """

    def __init__(self, stages: Sequence[Stage], weights: Weights, dtype: str = "float32") -> None:
        super().__init__(name="flow")
        self.stages = tuple(stages)
        self.dtype = tf.as_dtype(dtype)
        self._parameter_shapes = _shapes(
            {f"{s.name}/{key}": a for s in stages for key, a in s.initial_parameters(np.random.default_rng(0)).items()}
        )
        self._statistic_shapes = _shapes(
            {f"{s.name}/{key}": a for s in stages for key, a in s.initial_statistics().items()}
        )
        self.parameters = tf.Variable(_flatten(weights.parameters, self._parameter_shapes), dtype=self.dtype)
        self.statistics = tf.Variable(
            _flatten(weights.statistics, self._statistic_shapes), dtype=self.dtype, trainable=False
        )

    @property
    def spec(self) -> FlowSpec:
        """What this flow was built from."""
        return self.stages[0].spec

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each stage of a trace: the base, then the bijectors."""
        return (f"00_{BASE}", *(stage.name for stage in self.stages))

    def weights(self) -> Weights:
        """A copy of the numbers, by name."""
        return Weights(
            _unflatten(self.parameters.numpy(), self._parameter_shapes),
            _unflatten(self.statistics.numpy(), self._statistic_shapes),
        )

    def restore(self, weights: Weights) -> None:
        """Take these numbers, by name. Raises `FileError` where they do not fit."""
        self.parameters.assign(_flatten(weights.parameters, self._parameter_shapes))
        self.statistics.assign(_flatten(weights.statistics, self._statistic_shapes))

    def bijectors(self, parameters: tf.Tensor, statistics: tf.Tensor) -> list[tfb.Bijector]:
        """The bijectors with these flat numbers, in drawing order."""
        return [stage.bijector(*numbers) for stage, *numbers in self._by_stage(parameters, statistics)]

    def adapted_log_prob(
        self, parameters: tf.Tensor, statistics: tf.Tensor, batch: tf.Tensor, pace: Any = 1.0
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Log-density (n,) of a batch of data (n, 2), as a training step sees it, and the flat statistics from then on.

        `pace`, 0 to 1, slows running averages down.
        """
        found, y, log_det = [], batch, tf.zeros_like(batch[:, 0])
        for stage, learned, averages in reversed(self._by_stage(parameters, statistics)):
            bijector, measured = stage.adapted(learned, averages, y, pace)
            found.append([tf.reshape(measured[name], [-1]) for name in stage.initial_statistics()])
            y, log_det = _undone(bijector, y, log_det)
        flat = [number for numbers in reversed(found) for number in numbers]
        return self._base().log_prob(y) + log_det, tf.concat(flat, 0) if flat else statistics

    def fit_start(self, points: NDArray[Any]) -> None:
        """Set what shall start where the data are: points (n, 2) of the target."""
        y = tf.convert_to_tensor(points, self.dtype)
        start = {}
        for stage, parameters, statistics in reversed(self._by_stage(self.parameters, self.statistics)):
            fitted = stage.fitted(parameters, y)
            start.update({f"{stage.name}/{name}": number for name, number in fitted.items()})
            y = stage.bijector(fitted, statistics).inverse(y)
        self.parameters.assign(tf.concat([tf.reshape(start[name], [-1]) for name in self._parameter_shapes], 0))

    def log_prob(self, points: NDArray[Any]) -> NDArray[Any]:
        """Log-density (n,) in nats of points (n, 2) in target units."""
        return np.asarray(self._log_prob_graph(tf.convert_to_tensor(points, self.dtype)))

    def sample(self, particles: NDArray[Any]) -> NDArray[Any]:
        """Where particles (n, 2) of the base end in target units (n, 2)."""
        return np.asarray(self._forward_graph(tf.convert_to_tensor(particles, self.dtype)))

    def trace(self, particles: NDArray[Any]) -> Trace:
        """Particles (n, 2) of the base, followed through every stage."""
        found = self._trace_graph(tf.convert_to_tensor(particles, self.dtype))
        return Trace(self.names, *(np.array(array) for array in found))

    @cached_property
    def _log_prob_graph(self) -> Any:
        return self._graph(self._log_prob)

    @cached_property
    def _forward_graph(self) -> Any:
        return self._graph(self._forward)

    @cached_property
    def _trace_graph(self) -> Any:
        return self._graph(self._trace)

    def _graph(self, function: Callable[[tf.Tensor], Any]) -> Any:
        """A function of points (n, 2), traced once for any n. Concrete, lest TensorFlow warn of many flows."""
        return tf.function(function, autograph=False).get_concrete_function(tf.TensorSpec([None, 2], self.dtype))

    def _by_stage(self, parameters: tf.Tensor, statistics: tf.Tensor) -> list[tuple[Stage, Tensors, Tensors]]:
        learned = _unflatten(parameters, self._parameter_shapes)
        measured = _unflatten(statistics, self._statistic_shapes)
        return [(s, _of_stage(learned, s.name), _of_stage(measured, s.name)) for s in self.stages]

    def _log_prob(self, points: tf.Tensor) -> tf.Tensor:
        y, log_det = points, tf.zeros_like(points[:, 0])
        for bijector in reversed(self._current_bijectors()):
            y, log_det = _undone(bijector, y, log_det)
        return self._base().log_prob(y) + log_det

    def _forward(self, particles: tf.Tensor) -> tf.Tensor:
        for bijector in self._current_bijectors():
            particles = bijector.forward(particles)
        return particles

    def _trace(self, particles: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        positions, log_dets = [particles], [tf.zeros_like(particles[:, 0])]
        errors = [tf.zeros([], self.dtype)]
        for bijector in self._current_bijectors():
            x = positions[-1]
            log_det = bijector.forward_log_det_jacobian(x, event_ndims=1)
            log_dets.append(log_dets[-1] + log_det)  # a constant Jacobian has a scalar log-det: it spreads over n
            positions.append(bijector.forward(x))
            back = bijector.inverse(tf.identity(positions[-1]))  # a new tensor: TFP remembers where it came from
            errors.append(tf.reduce_max(tf.abs(x - back) / tf.maximum(tf.abs(x), 1)))
        return tf.stack(positions), tf.stack(log_dets), tf.stack(errors)

    def _current_bijectors(self) -> list[tfb.Bijector]:
        return self.bijectors(self.parameters.read_value(), self.statistics.read_value())

    def _base(self) -> tfd.Distribution:
        return tfd.MultivariateNormalDiag(loc=tf.zeros(2, self.dtype), scale_diag=tf.ones(2, self.dtype))


def _undone(bijector: tfb.Bijector, y: tf.Tensor, log_det: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """One step from the data to the base: where y (n, 2) comes from, and the log|det J| (n,) of the way so far.

    Asked about the same tensor, image and log-det of a bijector share their work; `tfd.TransformedDistribution` asks
    for the log-dets on a way back, and a network is then evaluated, and its gradient taken, twice.
    """
    return bijector.inverse(y), log_det + bijector.inverse_log_det_jacobian(y, event_ndims=1)


Shapes = dict[str, tuple[int, ...]]


def _shapes(arrays: Mapping[str, NDArray[Any]]) -> Shapes:
    return {name: array.shape for name, array in arrays.items()}


def _flatten(arrays: Mapping[str, NDArray[Any]], shapes: Shapes) -> NDArray[np.float64]:
    if _shapes(arrays) != shapes:
        odd = sorted(set(_shapes(arrays).items()) ^ set(shapes.items()))
        raise FileError(f"The weights do not fit the flow: {odd[0][0]} is missing, is not known or has another shape.")
    return np.concatenate([np.zeros(0), *(np.ravel(arrays[name]) for name in shapes)])


def _unflatten(flat: Any, shapes: Shapes) -> dict[str, Any]:
    if not shapes:
        return {}
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    if isinstance(flat, np.ndarray):
        pieces: Any = np.split(flat, np.cumsum(sizes)[:-1])
        return {name: piece.reshape(shape).copy() for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}
    pieces = tf.split(flat, sizes)  # one op, whose gradient is one concat; slices would each be padded and added
    return {name: tf.reshape(piece, shape) for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}


def _of_stage(numbers: Mapping[str, Any], stage: str) -> dict[str, Any]:
    prefix = f"{stage}/"
    return {name.removeprefix(prefix): number for name, number in numbers.items() if name.startswith(prefix)}
