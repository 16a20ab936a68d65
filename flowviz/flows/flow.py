"""A normalizing flow: a base distribution and bijectors, in drawing order."""

from collections.abc import Sequence
from dataclasses import replace
from secrets import randbits
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from flowviz.errors import SpecError
from flowviz.flows.bumps import edit_arrays
from flowviz.flows.chain import Chain
from flowviz.flows.evaluator import Evaluator
from flowviz.flows.flat import named
from flowviz.flows.guidance import Tilted
from flowviz.flows.objective import MaximumLikelihood, Objective
from flowviz.flows.reporting import base_report
from flowviz.flows.stage import Stage
from flowviz.flows.stage_reports import StageReports
from flowviz.records import (
    FLOW_UNITS,
    Base,
    Density,
    Rectangle,
    StageReport,
    Trace,
    Units,
    Weights,
    base_of,
    base_particles,
    cell_centers,
    checked_points,
    checked_stage,
    grid_shape,
)
from flowviz.records.bases import initial_parameters
from flowviz.records.density import DENSITY_SIDE
from flowviz.records.recorded_flow import RecordedFlow
from flowviz.records.trace import PARTICLES
from flowviz.records.weights import flatten, shapes_of, unflatten
from flowviz.specs import FlowSpec
from flowviz.specs.edits import Edits
from flowviz.specs.training import SEED_BITS

FEW = 500  # particles that give the levels of a coarse density
FINE_ABOVE = -10.5  # nats; near -10, float32 errors are at most 0.01, so all log-densities above -10 are recomputed


class Flow(tf.Module):
    """p(y) = p_base(f⁻¹(y)) · |det J_f⁻¹(y)|,  f = stage_k ∘ … ∘ stage_1.

    Points are arrays (n, 2) and log-densities arrays (n,) in nats, both in flow units, in which the mean of the target
    is 0 and its larger standard deviation is 1. Large arrays are processed in chunks to limit memory. Methods that take
    points raise a `SpecError` if their shape is not (n, 2).

    The numbers of all stages are stored in two flat vectors, `parameters` and `statistics`. A compiled training step
    then passes two tensors instead of about sixty, which halves its time.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        weights: Weights,
        dtype: str = "float32",
        objective: type[Objective] = MaximumLikelihood,
    ) -> None:
        super().__init__(name="flow")
        self.dtype = tf.as_dtype(dtype)
        rng = np.random.default_rng(0)
        parameters = named(stages, lambda stage: stage.initial_parameters(rng)) | initial_parameters(stages[0].spec)
        self.parameter_shapes = shapes_of(parameters)
        self._statistic_shapes = shapes_of(named(stages, lambda stage: stage.initial_statistics()))
        self.parameters = tf.Variable(flatten(weights.parameters, self.parameter_shapes), dtype=self.dtype)
        self.statistics = tf.Variable(
            flatten(weights.statistics, self._statistic_shapes), dtype=self.dtype, trainable=False
        )
        self._set_stages(stages, objective)

    def _set_stages(self, stages: Sequence[Stage], objective: type[Objective]) -> None:
        self.stages = tuple(stages)
        self.objective = objective(self.spec)
        self._plain_chain = self.chain = Chain(stages, self.parameter_shapes, self._statistic_shapes)
        self._evaluator = Evaluator(self.chain, self.parameters, self.statistics)
        self._reports = StageReports(self._evaluator, self.parameter_shapes, self._statistic_shapes)

    @property
    def spec(self) -> FlowSpec:
        """Return the spec of the flow."""
        return self.stages[0].spec

    @property
    def can_fold(self) -> bool:
        """Return whether the map may not be one-to-one everywhere, so that some log-densities may be NaN."""
        return any(stage.can_fold for stage in self.stages)

    @property
    def base(self) -> Base:
        """Return the base distribution, with its present numbers if they are learned."""
        return base_of(self.spec, self.weights().parameters if self.spec.arrangement == "learned" else None)

    @property
    def edits(self) -> Edits:
        """Return the edits of the flow, with which it computes everything."""
        return self._evaluator.edits

    def show_as(self, spec: FlowSpec) -> None:
        """Compute everything as another spec of the same weights says. Building another flow takes much longer."""
        edits = self.edits
        self._set_stages([replace(stage, spec=spec) for stage in self.stages], type(self.objective))
        self.edit(edits)

    def edit(self, edits: Edits) -> None:
        """Disable layers and bend their curves, in place of earlier edits; those of `Edits()` reset the flow.

        The first edit of a flow traces its graphs once more. Edits that follow change only their arguments.

        Raises:
            SpecError: If the flow has no such layer, or the layer no such curve.
        """
        self._evaluator.edits = edits.checked(self.spec)
        self.chain = self._plain_chain
        if edits:
            bumps = edit_arrays(edits, len(self.stages))[1]
            self.chain = self.chain.edited(edits.disabled, tf.constant(bumps, self.dtype))

    def shown_as(self, spec: FlowSpec) -> "Flow":
        """Return a flow with the same numbers and edits that is shown as another spec of the same weights says."""
        found = Flow(self.stages, self.weights(), self.dtype.name, type(self.objective))
        found.edit(self.edits)
        found.show_as(spec)
        return found

    def weights(self) -> Weights:
        """Return a copy of the parameters and statistics, by name."""
        return Weights(
            unflatten(self.parameters.numpy().copy(), self.parameter_shapes),
            unflatten(self.statistics.numpy().copy(), self._statistic_shapes),
        )

    def restore(self, weights: Weights) -> None:
        """Set the parameters and statistics.

        Raises:
            FileError: If their names or shapes do not match this flow.
        """
        self.parameters.assign(flatten(weights.parameters, self.parameter_shapes))
        self.statistics.assign(flatten(weights.statistics, self._statistic_shapes))

    def fit_start(self, points: NDArray[Any]) -> None:
        """Initialize the stages that depend on the data, such as actnorms, from points (n, 2) of the target."""
        points = tf.convert_to_tensor(points, self.dtype)
        self.parameters.assign(self.chain.fitted(self.parameters.read_value(), self.statistics.read_value(), points))

    def distribution(self, units: Units = FLOW_UNITS) -> Any:
        """Return the flow as a `tfd.TransformedDistribution` of its base. Loads TensorFlow Probability.

        Its bijector maps points (..., 2) of the base to the target. Its trainable variables are the parameters of the
        flow. Reference: https://www.tensorflow.org/probability/api_docs/python/tfp/distributions

        Args:
            units: The units of the points; the density is per area in these units.
        """
        from flowviz.flows.tfp import distribution_of  # imported here because it takes half a second

        return distribution_of(lambda: self.chain, self.parameters, self.statistics, self.base, units)

    def sample(self, n: int, seed: int | None = None) -> NDArray[Any]:
        """Draw points (n, 2) from the flow.

        The same seed always gives the same points, and a smaller `n` gives the first of them. Without a seed, each call
        draws different points.
        """
        if not isinstance(n, int | np.integer):
            raise SpecError("The number of points must be an integer. To map given points, call forward.")
        return self.forward(self.particles(n, randbits(SEED_BITS) if seed is None else seed))

    def particles(self, n: int = PARTICLES, seed: int = 0) -> NDArray[np.float32]:
        """Draw particles (n, 2) from the base. More particles of the same seed begin with the same ones."""
        return base_particles(n, seed, self.base)

    def log_prob(self, x: ArrayLike, values: ArrayLike | None = None) -> NDArray[Any]:
        """Return the log-density (n,) in nats of points (n, 2) of the target.

        Args:
            x: The points.
            values: The value of the condition at each point (n,), where nothing is guided. By default, that at which
                the flow is shown.
        """
        condition = self.spec.condition
        if values is None or condition is None:
            return self._evaluator.joined("log_prob", x)
        if self.spec.guides_particles:
            return self.shown_as(self.spec.at_first_value()).log_prob(x, values)
        return self._evaluator.log_prob_given(np.hstack([checked_points(x), condition.features(values)]))

    def forward(self, z: ArrayLike) -> NDArray[Any]:
        """Return y = f(z), the points (n, 2) of the target to which particles (n, 2) of the base are mapped."""
        return self._evaluator.joined("forward", z)

    def inverse(self, x: ArrayLike) -> NDArray[Any]:
        """Return z = f⁻¹(x), the points (n, 2) of the base that are mapped to points (n, 2) of the target."""
        return self._evaluator.joined("inverse", x)

    def trace(self, particles: ArrayLike) -> Trace:
        """Follow particles (n, 2) of the base through every stage."""
        return self._evaluator.traced("trace", particles, self.base)

    def compile_trace(self) -> None:
        """Compile `trace` for the usual number of particles with XLA, which makes it two to four times as fast.

        This takes a second or two, and may happen in another thread. If XLA cannot compile this kind of flow, `trace`
        stays as it is.
        """
        self._evaluator.compile_trace(self.particles())

    def trace_positions(self, particles: ArrayLike) -> Trace:
        """Follow particles (n, 2) of the base nearly as `trace` does, but leave their log-determinants unknown (NaN).

        This takes a quarter of the time if the flow follows a velocity field. The networks of couplings and
        autoregressive layers are interpolated for thousands of particles, which saves a third of the time.
        """
        start = checked_points(particles).astype(self.dtype.as_numpy_dtype)
        positions = np.concatenate([start[np.newaxis], self._evaluator.moved(start, 1, len(self.stages))])
        unknown = np.full(positions.shape[:2], np.nan, np.float32)
        return Trace(self.spec.stage_names(), positions, unknown, base=self.base)

    def move(self, trace: Trace, first: int, last: int) -> Trace:
        """Move the particles of a trace through the stages from `first` to `last`, which edits have changed.

        They keep their positions at other stages, even if `last` is not the last one of the flow. Their
        log-determinants are unknown (NaN). The positions of thousands are approximate, as in `trace_positions`.

        Raises:
            SpecError: If there is no such stage, or if it is the base.
        """
        for stage in (first - 1, last):
            checked_stage(stage, len(self.stages))
        return trace.moved(first, self._evaluator.moved(trace.positions[first - 1], first, last))

    def trace_through(self, points: ArrayLike, stage: int) -> Trace:
        """Follow points (n, 2) of a stage backward to the base and forward to the target.

        Stage 0 traces particles of the base, and the last stage pulls points of the target back.

        Raises:
            SpecError: If there is no such stage.
        """
        return self._evaluator.traced("trace_through", points, self.base, stage)

    def encoded(self, points: ArrayLike) -> Trace:
        """Pull points (n, 2) of the target back through every stage to the base."""
        trace = self.trace_through(points, len(self.stages))
        folded = self.folds_at(trace.positions[-1], trace.log_det[-1])
        return replace(trace, folded=folded) if folded.any() else trace

    def folds_at(self, points: NDArray[Any], log_density: NDArray[Any]) -> NDArray[np.bool_]:
        """Return at which points (n, 2) of the target the log-densities (n,) are inexact, because a stage folds over.

        They are NaN where no particle is found that the flow moves there. Where several are, only one of them counts;
        whether there are others is estimated from the particle that ends nearest.
        """
        if not self.can_fold:
            return np.zeros(len(points), np.bool_)
        if self.spec.condition:  # other points may have other conditions
            return np.asarray(np.isnan(log_density))
        return np.asarray(np.isnan(log_density) | self.trace(self.particles()).folds_near(points))

    def velocity(self, stage: int, points: ArrayLike, *, at_end: bool = False) -> NDArray[Any]:
        """Return how a stage moves points (n, 2): their displacement, or a velocity field (n, 2) if it follows one.

        Args:
            stage: Number of the stage, 1 or more.
            points: Points before the stage, in flow units; after it if `at_end`.
            at_end: Whether to return the field at the time at which the stage ends, rather than begins. This makes no
                difference to a displacement.

        Raises:
            SpecError: If there is no such stage, or if it is the base, which moves nothing.
        """
        if stage == 0:
            raise SpecError(f"The base moves no points: velocities belong to the stages 1 to {len(self.stages)}.")
        name = "final_velocity" if at_end else "velocity"
        return self._evaluator.joined(name, points, stage)

    def density(
        self, stage: int, rectangle: Rectangle, particles: Trace | None = None, side: int = DENSITY_SIDE
    ) -> Density:
        """Return the density at a stage on a grid of square cells; with guidance, the tilted density at the last one.

        Args:
            stage: Number of the stage, 0 for the base.
            rectangle: The part of the plane to cover.
            particles: Trace of particles of the base through this flow. By default, it is computed.
            side: Number of cells along the shorter side of the rectangle.

        Returns:
            The density, as accurate as `log_density`. If the log-determinants of the particles are unknown, it is
            computed in float32 alone, and its levels are those of the first few particles.

        Raises:
            SpecError: If there is no such stage.
        """
        shape = grid_shape(rectangle, side)
        drawn = particles or self.trace_through(self.particles(), 0)
        if self.spec.is_tilted and stage == len(self.stages):
            return self.tilted.density(rectangle, shape, drawn)
        is_fine = drawn.has_log_dets
        values = self.log_density(stage, cell_centers(rectangle, shape), is_fine=is_fine).reshape(shape)
        if is_fine:
            return Density(stage, rectangle, values, drawn.log_density(stage))
        return Density(stage, rectangle, values, self.log_density(stage, drawn.positions[stage][:FEW], is_fine=False))

    @property
    def tilted(self) -> Tilted:
        """Return the tilted density that the guidance of the flow asks for."""
        return Tilted(self)

    def log_density(self, stage: int, points: NDArray[np.float64], *, is_fine: bool = True) -> NDArray[np.float32]:
        """Return the log-density (n,) in nats of the distribution at a stage, at points (n, 2).

        It is -inf where the density is 0 or underflows. Values are computed in float32, with errors of typically 1e-5
        and at most about 1e-3 (at the steep edges of letters); far out in the tails, these are relative errors.
        Values above -10 at the last stage are recomputed in float64, so that they match `flowviz score` to 1e-5, unless
        they need not be that fine.

        Raises:
            SpecError: If there is no such stage.
        """
        checked_stage(stage, len(self.stages))

        def computed(dtype: tf.DType, some: NDArray[np.float64]) -> NDArray[np.float32]:
            [found] = self._evaluator.at_once("log_density", some, stage, dtype)
            return found.astype(np.float32)

        found = computed(tf.float32, points)
        if is_fine and stage == len(self.stages) and (fine := found > FINE_ABOVE).any():
            found[fine] = computed(tf.float64, points[fine])
        return found

    def report(self, stage: int, trace: Trace | None = None) -> StageReport:
        """Describe a stage with its current numbers.

        Args:
            stage: Number of the stage, 0 for the base.
            trace: Trace of particles, over whose range the curves extend. By default, they extend over [-4, 4].

        Raises:
            SpecError: If there is no such stage.
        """
        if checked_stage(stage, len(self.stages)) == 0:
            return base_report(self.base)
        return self._reports.of(self.stages[stage - 1], stage, trace)


ShownFlow = Flow | RecordedFlow
