"""A normalizing flow: a base distribution and bijectors, in drawing order."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow_probability import bijectors as tfb
from tensorflow_probability import distributions as tfd

from flowviz.errors import FileError
from flowviz.flows.normalization import RunningBatchNormalization
from flowviz.flows.stage import Stage
from flowviz.records import Trace, Weights
from flowviz.specs.flow import BASE


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
        # Compiled for each flow by itself: a decorated method would share one cache, and warn about the third flow.
        self._compiled_log_prob = _graph(self._log_prob)
        self._compiled_forward = _graph(self._forward)
        self._compiled_trace = _graph(self._trace)

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

    def bijectors(self, parameters: tf.Tensor, statistics: tf.Tensor) -> list[tfb.Bijector]:
        """The bijectors with these flat numbers, in drawing order."""
        by_name = _unflatten(parameters, self._parameter_shapes), _unflatten(statistics, self._statistic_shapes)
        return [stage.bijector(*(_of_stage(numbers, stage.name) for numbers in by_name)) for stage in self.stages]

    def adapted(
        self, bijectors: Sequence[tfb.Bijector], batch: tf.Tensor, pace: Any = 1.0
    ) -> tuple[list[tfb.Bijector], tf.Tensor]:
        """The bijectors after their running averages took in a batch of data (n, 2), and the new flat statistics.

        `pace`, 0 to 1, slows the averages down.
        """
        adapted, statistics, y = [], [], batch
        for stage, bijector in zip(reversed(self.stages), reversed(bijectors), strict=True):
            if isinstance(bijector, RunningBatchNormalization):
                bijector = bijector.adapted(y, pace)
            adapted.append(bijector)
            statistics.append(list(stage.statistics_of(bijector).values()))
            y = bijector.inverse(y)
        flat = [tf.reshape(number, [-1]) for numbers in reversed(statistics) for number in numbers]
        return adapted[::-1], tf.concat(flat, 0) if flat else tf.zeros(0, self.dtype)

    def distribution(self, bijectors: Sequence[tfb.Bijector]) -> tfd.TransformedDistribution:
        """The base pushed through the bijectors. `tfb.Chain` applies its list backwards: reversed here, only here."""
        base = tfd.MultivariateNormalDiag(loc=tf.zeros(2, self.dtype), scale_diag=tf.ones(2, self.dtype))
        return tfd.TransformedDistribution(base, tfb.Chain(list(reversed(bijectors))))

    def log_prob(self, points: NDArray[Any]) -> NDArray[Any]:
        """Log-density (n,) in nats of points (n, 2) in target units."""
        return np.asarray(self._compiled_log_prob(tf.convert_to_tensor(points, self.dtype)))

    def sample(self, particles: NDArray[Any]) -> NDArray[Any]:
        """Where particles (n, 2) of the base end in target units (n, 2)."""
        return np.asarray(self._compiled_forward(tf.convert_to_tensor(particles, self.dtype)))

    def trace(self, particles: NDArray[Any]) -> Trace:
        """Particles (n, 2) of the base, followed through every stage."""
        positions, log_det = self._compiled_trace(tf.convert_to_tensor(particles, self.dtype))
        return Trace(self.names, np.array(positions), np.array(log_det))

    def _log_prob(self, points: tf.Tensor) -> tf.Tensor:
        return self.distribution(self._current_bijectors()).log_prob(points)

    def _forward(self, particles: tf.Tensor) -> tf.Tensor:
        return self.distribution(self._current_bijectors()).bijector.forward(particles)

    def _trace(self, particles: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        positions, log_dets = [particles], [tf.zeros_like(particles[:, 0])]
        for bijector in self._current_bijectors():
            log_det = bijector.forward_log_det_jacobian(positions[-1], event_ndims=1)
            log_dets.append(log_dets[-1] + log_det)  # a constant Jacobian has a scalar log-det: it spreads over n
            positions.append(bijector.forward(positions[-1]))
        return tf.stack(positions), tf.stack(log_dets)

    def _current_bijectors(self) -> list[tfb.Bijector]:
        return self.bijectors(self.parameters.read_value(), self.statistics.read_value())


def _graph(function: Callable[..., Any]) -> Any:
    return tf.function(function, autograph=False, reduce_retracing=True)


Shapes = dict[str, tuple[int, ...]]


def _shapes(arrays: Mapping[str, NDArray[Any]]) -> Shapes:
    return {name: array.shape for name, array in arrays.items()}


def _flatten(arrays: Mapping[str, NDArray[Any]], shapes: Shapes) -> NDArray[np.float64]:
    if _shapes(arrays) != shapes:
        odd = sorted(set(_shapes(arrays).items()) ^ set(shapes.items()))
        raise FileError(f"The weights do not fit the flow: {odd[0][0]} is missing, is not known or has another shape.")
    return np.concatenate([np.zeros(0), *(np.ravel(arrays[name]) for name in shapes)])


def _unflatten(flat: Any, shapes: Shapes) -> dict[str, Any]:
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    if isinstance(flat, np.ndarray):
        pieces: Any = np.split(flat, np.cumsum(sizes)[:-1])
        return {name: piece.reshape(shape).copy() for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}
    pieces = tf.split(flat, sizes)  # one op, whose gradient is one concat; slices would each be padded and added
    return {name: tf.reshape(piece, shape) for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}


def _of_stage(numbers: Mapping[str, Any], stage: str) -> dict[str, Any]:
    prefix = f"{stage}/"
    return {name.removeprefix(prefix): number for name, number in numbers.items() if name.startswith(prefix)}
