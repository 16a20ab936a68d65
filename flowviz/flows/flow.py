"""A normalizing flow: a base distribution and bijectors, in drawing order."""

from collections.abc import Iterator, Sequence
from functools import partial
from threading import Lock
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from flowviz.errors import SpecError
from flowviz.flows.chain import Chain
from flowviz.flows.flat import flatten, of_stage, shapes_of, unflatten
from flowviz.flows.reporting import DEFAULT_SPANS, base_report, spans_of
from flowviz.flows.stage import Stage
from flowviz.flows.stored_graphs import Graph, stored_or_traced
from flowviz.records import (
    Density,
    Rectangle,
    StageReport,
    Trace,
    Weights,
    base_particles,
    cell_centers,
    checked_points,
    checked_stage,
    grid_shape,
    slices,
)
from flowviz.records.density import DENSITY_SIDE
from flowviz.specs import FlowSpec
from flowviz.specs.recipes import BASE

FINE_ABOVE = -10.5  # nats: in float32 a log-density is off by 0.01 at the most where it is near -10

STAGE = tf.TensorSpec([], tf.int32)
AT_STAGE = {"trace_through", "forward_at", "log_density"}  # functions of the chain that take a stage

_first_of_kind: dict[tuple[FlowSpec, tuple[str, ...], tf.DType, tuple[type[Stage], ...]], "Flow"] = {}
_graphs: dict[str, Graph] = {}
_tracing = Lock()


class Flow(tf.Module):
    """p(y) = p_base(f^-1(y)) · |det J_f^-1(y)|,  f = stage_k ∘ ... ∘ stage_1, the base a 2D standard normal.

    Points are arrays (n, 2), log-densities (n,) in nats, both in flow units: the target is centered, with 1 as the
    larger standard deviation. Many points are computed in parts, so that memory does not grow with the width of the
    layers. Points of another shape raise a `SpecError`.

    The numbers of all stages live in two flat vectors, `parameters` and `statistics`: a compiled training step then
    carries two tensors instead of some sixty, which halves its time.
    """

    def __init__(self, stages: Sequence[Stage], weights: Weights, dtype: str = "float32") -> None:
        super().__init__(name="flow")
        self.stages = tuple(stages)
        self.dtype = tf.as_dtype(dtype)
        self._parameter_shapes = shapes_of(
            {f"{s.name}/{key}": a for s in stages for key, a in s.initial_parameters(np.random.default_rng(0)).items()}
        )
        self._statistic_shapes = shapes_of(
            {f"{s.name}/{key}": a for s in stages for key, a in s.initial_statistics().items()}
        )
        self.chain = Chain(stages, self._parameter_shapes, self._statistic_shapes)
        self.parameters = tf.Variable(flatten(weights.parameters, self._parameter_shapes), dtype=self.dtype)
        self.statistics = tf.Variable(
            flatten(weights.statistics, self._statistic_shapes), dtype=self.dtype, trainable=False
        )
        self._compiled: dict[tuple[str, tf.DType], Graph] = {}

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
            unflatten(self.parameters.numpy(), self._parameter_shapes),
            unflatten(self.statistics.numpy(), self._statistic_shapes),
        )

    def restore(self, weights: Weights) -> None:
        """Take these numbers, by name. Raises `FileError` where they do not fit."""
        self.parameters.assign(flatten(weights.parameters, self._parameter_shapes))
        self.statistics.assign(flatten(weights.statistics, self._statistic_shapes))

    def fit_start(self, points: NDArray[Any]) -> None:
        """Fit the stages that start where the data are, such as actnorms, to points (n, 2) of the target."""
        points = tf.convert_to_tensor(points, self.dtype)
        self.parameters.assign(self.chain.fitted(*self._numbers, points))

    def distribution(self) -> Any:
        """Return the flow as a `tfd.TransformedDistribution` of the standard normal. Loads TensorFlow Probability.

        Its bijector maps points (..., 2) of the base to the target. The parameters of the flow are its trainable
        variables. Reference: https://www.tensorflow.org/probability/api_docs/python/tfp/distributions
        """
        from flowviz.flows.tfp import distribution_of  # half a second that a training need not wait for

        return distribution_of(self)

    def sample(self, n: int, seed: int = 0) -> NDArray[Any]:
        """Draw points (n, 2) from the flow. The same seed gives the same points, and the first ones of more."""
        if not isinstance(n, int | np.integer):
            raise SpecError("The number of points must be a whole number. To move given points, use forward.")
        return self.forward(base_particles(n, seed))

    def log_prob(self, x: ArrayLike) -> NDArray[Any]:
        """Return the log-density (n,) in nats of points (n, 2) of the target."""
        return np.concatenate([found for [found] in self._in_parts("log_prob", x)])

    def forward(self, z: ArrayLike) -> NDArray[Any]:
        """Return y = f(z): where particles (n, 2) of the base end."""
        return np.concatenate([found for [found] in self._in_parts("forward", z)])

    def inverse(self, x: ArrayLike) -> NDArray[Any]:
        """Return z = f⁻¹(x): where points (n, 2) of the target come from on the base."""
        parts = self._in_parts("trace_through", x, len(self.stages))
        return np.concatenate([positions[0] for positions, _ in parts])

    def trace(self, particles: ArrayLike) -> Trace:
        """Follow particles (n, 2) of the base through every stage."""
        return Trace.joined([Trace(self.names, *found) for found in self._in_parts("trace", particles)])

    def trace_through(self, points: ArrayLike, stage: int) -> Trace:
        """Follow points (n, 2) that are given at a stage, backward to the base and forward to the target.

        From stage 0, it is the trace of particles; from the last stage, points of the target are pulled back.

        Raises:
            SpecError: If there is no such stage.
        """
        return Trace.joined([Trace(self.names, *found) for found in self._in_parts("trace_through", points, stage)])

    def encoded(self, points: ArrayLike) -> Trace:
        """Pull points (n, 2) of the target back through every stage to the base."""
        return self.trace_through(points, len(self.stages))

    def density(
        self, stage: int, rectangle: Rectangle, particles: Trace | None = None, side: int = DENSITY_SIDE
    ) -> Density:
        """The density of a stage over a rectangle, on square cells, `side` of them along its shorter side.

        As exact as `log_density`. `particles` are those of the base as this flow moves them; where they are not given,
        they are followed anew. Raises `SpecError` for a stage that does not exist.
        """
        shape = grid_shape(rectangle, side)
        values = self.log_density(stage, cell_centers(rectangle, shape)).reshape(shape)
        drawn = particles or self.trace_through(base_particles(), 0)
        return Density(stage, rectangle, values, drawn.log_density(stage))

    def log_density(self, stage: int, points: NDArray[np.float64]) -> NDArray[np.float32]:
        """The log-density (n,) of the distribution of a stage at points (n, 2), in nats.

        -inf where there is none, or where it cannot be told from none. It is computed in float32; at the last stage,
        which others score too, again in float64 where it is above -10: there it is that of `flowviz score` to 1e-5.
        Elsewhere it is mostly off by 1e-5, at the worst by some 1e-3 (where walls of letters are steep), and in the far
        tails by that share of itself.
        Raises `SpecError` for a stage that does not exist.
        """
        numbers, at = self._numbers, self._number(stage)
        found = self._log_density(tf.float32, numbers, points, at)
        if stage == len(self.stages) and (fine := found > FINE_ABOVE).any():
            found[fine] = self._log_density(tf.float64, numbers, points[fine], at)
        return found

    def report(self, stage: int, trace: Trace | None = None) -> StageReport:
        """What a stage is with its present numbers; its curves over where the particles of the trace are.

        Without a trace, they are over [-4, 4]. Raises `SpecError` for a stage that does not exist.
        """
        at = self._number(stage)
        if stage == 0:
            return base_report()
        recipe = self.stages[stage - 1]
        before = stage if recipe.curves_over_output else stage - 1
        spans = DEFAULT_SPANS if trace is None else spans_of(trace.positions[before])
        flat = [tf.cast(each, tf.float64) for each in self._numbers]
        parameters = of_stage(unflatten(flat[0].numpy(), self._parameter_shapes), recipe.name)
        statistics = of_stage(unflatten(flat[1].numpy(), self._statistic_shapes), recipe.name)

        forward_at = self._graph("forward_at", tf.float64)

        def forward(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
            images, log_dets = forward_at(*flat, tf.constant(points), at)
            return images.numpy(), log_dets.numpy()

        return recipe.report({**parameters, **statistics}, spans, forward)

    @property
    def _kin(self) -> "Flow":
        """The first flow of this kind, whose graphs serve all of them: TensorFlow frees none that was traced."""
        kind = self.spec.model_copy(update={"seed": 0}), self.names, self.dtype, tuple(map(type, self.stages))
        return _first_of_kind.setdefault(kind, self)

    def _in_parts(self, name: str, points: ArrayLike, stage: int | None = None) -> Iterator[list[NDArray[Any]]]:
        """Yield what a function of the chain finds for some points (n, 2) after the others."""
        checked, graph, numbers = checked_points(points), self._graph(name, self.dtype), self._numbers
        at = [] if stage is None else [self._number(stage)]
        for some in slices(len(checked)):
            part = tf.convert_to_tensor(checked[some], self.dtype)
            yield [np.array(each) for each in graph(*numbers, part, *at)]

    def _log_density(self, dtype: tf.DType, numbers: Any, points: NDArray[Any], at: tf.Tensor) -> NDArray[np.float32]:
        cast = (tf.cast(each, dtype) for each in (*numbers, points))
        [log_density] = self._graph("log_density", dtype)(*cast, at)
        return np.array(log_density, np.float32)

    def _number(self, stage: int) -> tf.Tensor:
        return tf.constant(checked_stage(stage, len(self.stages)), tf.int32)

    @property
    def _numbers(self) -> tuple[tf.Tensor, tf.Tensor]:
        return self.parameters.read_value(), self.statistics.read_value()

    def _graph(self, name: str, dtype: tf.DType) -> Graph:
        """Return a function of the chain, traced once for all flows of this kind; see `_kin`."""
        kin = self._kin
        if (name, dtype) not in kin._compiled:
            kin._compiled[name, dtype] = kin._traced(name, dtype)
        return kin._compiled[name, dtype]

    def _traced(self, name: str, dtype: tf.DType) -> Graph:
        """Trace a function of any numbers, points (n, 2) and, for some, a stage.

        Concrete, lest TensorFlow warn of many flows.
        """
        function = getattr(self.chain, name)
        shapes = [*(each.shape for each in self._numbers), [None, 2]]
        signature = [*(tf.TensorSpec(shape, dtype) for shape in shapes), *([STAGE] if name in AT_STAGE else [])]
        kind = self.spec.model_copy(update={"seed": 0}).model_dump_json()
        key = f"{name} {signature} {kind} {self.names}"
        with _tracing:  # a thread that asks while another one traces the graph waits for it
            if key in _graphs:
                return _graphs[key]
            trace = partial(tf.function(function, autograph=False).get_concrete_function, *signature)
            [found] = stored_or_traced(key, lambda: [trace()], signature, self.spec)
            if not self.spec.recipe.stages:  # the code of an extension can change
                _graphs[key] = found
        return found
