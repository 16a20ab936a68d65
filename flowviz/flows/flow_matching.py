"""Flow matching: a learned velocity field, which an integrator follows in steps."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows.bumps import BUMPS, added, added_with_derivatives
from flowviz.flows.family import Family
from flowviz.flows.matching import FlowMatching
from flowviz.flows.network import GIVEN, given_constants
from flowviz.flows.reporting import Forward, Numbers, Spans
from flowviz.flows.stage import Arrays, Stage, Tensors
from flowviz.flows.velocity_field import VelocityField
from flowviz.records import StageReport
from flowviz.records.weights import OF_GIVEN
from flowviz.specs import recipes
from flowviz.specs.flow import Integrator

GUIDANCE = "guidance"  # weight of the told velocity, beside the numbers of a step
MAX_ITERATIONS = 12  # of Newton's method
TOLERANCE = {tf.float32: 1e-5, tf.float64: 1e-11}  # of the last correction of Newton's method, which is quadratic
MAX_CORRECTION = 0.5
REPORT_SIDE = 40  # points along each side of the grid over which a step without particles is described


class Slope(NamedTuple):
    """An evaluation of the velocity within a step: `place` is the share of the step and of the previous velocity."""

    place: float
    weight: float


# Explicit Runge-Kutta methods: Hairer, Nørsett & Wanner 1993, "Solving ordinary differential equations I", table 1.2.
METHODS: Mapping[Integrator, tuple[Slope, ...]] = {
    "euler": (Slope(0, 1),),
    "midpoint": (Slope(0, 0), Slope(1 / 2, 1)),
    "rk4": (Slope(0, 1 / 6), Slope(1 / 2, 1 / 3), Slope(1 / 2, 1 / 3), Slope(1, 1 / 6)),
}
FORMULAS: Mapping[Integrator, tuple[str, ...]] = {
    "euler": ("x → x + h · v(x, t)",),
    "midpoint": ("m = x + h/2 · v(x, t)", "x → x + h · v(m, t + h/2)"),
    "rk4": (
        "x → x + h/6 · (k₁ + 2k₂ + 2k₃ + k₄)",
        "k₁ = v(x, t), k₂ = v(x + h/2·k₁, t + h/2)",
        "k₃ = v(x + h/2·k₂, t + h/2), k₄ = v(x + h·k₃, t + h)",
    ),
}


class FlowStep(Stage):
    """y = x + h · Σ_i b_i · k_i,  k_i = v(x + c_i · h · k_(i-1), t + c_i · h): log|det J| from the 2 × 2 Jacobian.

    A step of duration h from time t along a velocity field v, by an explicit Runge-Kutta method. All steps share the
    field. The Jacobian is that of the step, not of the exact solution, so densities are exact for the map that the
    steps compose. The inverse is found by Newton's method. It exists for steps that are short compared to the changes
    of v; where a step folds the plane, its inverse has no log-determinant (NaN).

    With guidance, v(x, t) is w·v(x, t | c) + (1 - w)·v(x, t) for the weight w, with the velocities that the field has
    with the value c of the condition, and without it.
    References: Lipman et al. 2023, "Flow matching for generative modeling", https://arxiv.org/abs/2210.02747; Ho &
    Salimans 2022, "Classifier-free diffusion guidance", https://arxiv.org/abs/2207.12598.
    """

    kind = recipes.FLOW_STEP
    numbers_name = recipes.VELOCITY_FIELD
    can_fold = True

    @property
    def constants(self) -> Mapping[str, float]:
        steps = self.spec.integrator_steps
        assert steps is not None
        start = (int(self.name.partition("_")[0]) - 1) / steps
        guidance = {GUIDANCE: self.spec.guidance} if self.spec.guides_particles else {}
        return {"time": start, "duration": 1 / steps, **guidance, **given_constants(self.spec)}

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return self._field.initial_weights(rng)

    def velocity(self, numbers: Tensors, x: tf.Tensor, *, at_end: bool = False) -> tf.Tensor:
        """Return v(x, t) (n, 2) at the time t at which the step begins or ends."""
        time = numbers["time"] + numbers["duration"] if at_end else numbers["time"]
        return tf.transpose(self._velocity(numbers, tf.transpose(x), time))

    def is_identity(self, numbers: Tensors) -> tf.Tensor:
        is_zero = self._field.is_zero(numbers)
        return is_zero & tf.reduce_all(numbers[BUMPS] == 0) if BUMPS in numbers else is_zero

    def forward(self, numbers: Tensors, x: tf.Tensor) -> tf.Tensor:
        return tf.transpose(self._step(numbers, tf.transpose(x), numbers["time"], numbers["duration"]))

    def forward_log_det_and_fold(self, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        y, jacobian = self._step_with_jacobian(numbers, tf.transpose(x))
        determinant = _determinant(jacobian)
        return tf.transpose(y), tf.math.log(tf.abs(determinant)), determinant <= 0

    def forward_and_log_det(self, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        y, log_det, _ = self.forward_log_det_and_fold(numbers, x)
        return y, log_det

    def inverse_and_log_det(self, numbers: Tensors, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return x = f⁻¹(y) and log|det ∂f⁻¹/∂y|, which is NaN where the step cannot be undone."""
        names = list(numbers)

        @tf.custom_gradient
        def solved(y: tf.Tensor, *values: tf.Tensor) -> Any:
            own = dict(zip(names, values, strict=True))
            x, log_det = self._solve(own, y)
            return (x, log_det), lambda *upstream: self._gradient_of_inverse(own, x, *upstream)

        found: tuple[tf.Tensor, tf.Tensor] = solved(
            y, *(tf.convert_to_tensor(each, y.dtype) for each in numbers.values())
        )
        return found

    def report(self, numbers: Numbers, spans: Spans, forward: Forward) -> StageReport:
        x, y = (np.linspace(low, high, REPORT_SIDE) for low, high in spans)
        return self.report_at(numbers, np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2), forward)

    def report_at(self, numbers: Numbers, points: NDArray[np.float64], forward: Forward) -> StageReport:
        """Describe the velocity at points (n, 2), where the particles are when the step begins."""
        time, duration = (self.constants[name] for name in ("time", "duration"))
        tensors = {name: tf.constant(array) for name, array in {**numbers, **self.constants}.items()}
        at = tf.constant(points.T, tf.float64)
        velocity, jacobian = self._with_derivatives(tensors, at, _unit_vectors(at), time)
        speed = np.linalg.norm(velocity, axis=0)
        divergence = np.trace(jacobian)
        assert self.spec.integrator is not None
        found = {
            "duration h": duration,
            "maximum speed": float(speed.max()),
            "mean speed": float(speed.mean()),
            "minimum divergence": float(divergence.min()),
            "mean divergence": float(divergence.mean()),
            "maximum divergence": float(divergence.max()),
        }
        lines = f"from t = {time:.2f} to {time + duration:.2f}", *FORMULAS[self.spec.integrator]
        return self.reported((*lines, "log|det J| ≈ h · div v(x, t)"), found)

    @property
    def _field(self) -> VelocityField:
        return VelocityField(self.spec)

    @property
    def _slopes(self) -> tuple[Slope, ...]:
        assert self.spec.integrator is not None
        return METHODS[self.spec.integrator]

    def _velocity(self, numbers: Tensors, x: tf.Tensor, time: Any) -> tf.Tensor:
        """Return the velocity (2, n) at x (2, n), which edits of this step bend."""
        velocity = _guided(numbers, lambda own: self._field(own, x, _times(time, x)))
        return velocity + added(numbers[BUMPS], *tf.unstack(x)) if BUMPS in numbers else velocity

    def _with_derivatives(
        self, numbers: Tensors, x: tf.Tensor, directions: tf.Tensor, time: Any
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the velocity (2, n) at x (2, n), and its derivatives along directions (directions, 2, n)."""
        times = _times(time, x)
        velocity, along = _guided(numbers, lambda own: self._field.with_derivatives(own, x, directions, times))
        if BUMPS not in numbers:
            return velocity, along
        higher, steeper = added_with_derivatives(numbers[BUMPS], x, directions)
        return velocity + higher, along + steeper

    def _step(self, numbers: Tensors, x: tf.Tensor, time: Any, duration: Any) -> tf.Tensor:
        """Return the images (2, n) of x (2, n)."""
        total = velocity = tf.zeros_like(x)
        for place, weight in self._slopes:
            velocity = self._velocity(numbers, x + place * duration * velocity, time + place * duration)
            total += weight * velocity
        return x + duration * total

    def _step_with_jacobian(self, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the images y of x (2, n), and their derivatives ∂y/∂x_k (2, 2, n), one k after the other."""
        time, duration = numbers["time"], numbers["duration"]
        start = x, _unit_vectors(x)
        slope = total = 0.0, 0.0
        for place, weight in self._slopes:
            at, directions = _plus(start, place * duration, slope)
            slope = self._with_derivatives(numbers, at, directions, time + place * duration)
            total = _plus(total, weight, slope)
        return _plus(start, duration, total)

    def _solve(self, numbers: Tensors, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Invert the step by Newton's method, which begins with a step back and goes on where it has not converged."""
        start = self._step(numbers, tf.transpose(y), numbers["time"] + numbers["duration"], -numbers["duration"])

        def improve(i: Any, unsolved: Any, x: Any, log_det: Any) -> tuple[Any, ...]:
            here = tf.gather(x, unsolved)
            own = {**numbers, GIVEN: tf.gather(numbers[GIVEN], unsolved, axis=1)} if GIVEN in numbers else numbers
            image, jacobian = self._step_with_jacobian(own, tf.transpose(here))
            change = _bounded(_solution(jacobian, tf.transpose(tf.gather(y, unsolved)) - image))
            there = here + tf.transpose(change)
            is_solved = tf.reduce_all(
                tf.abs(change) <= TOLERANCE[y.dtype] * tf.maximum(tf.abs(tf.transpose(there)), 1), axis=0
            )
            found = -tf.math.log(_determinant(jacobian))  # NaN where the plane is folded over
            rows = unsolved[:, tf.newaxis]
            x = tf.tensor_scatter_nd_update(x, rows, there)
            log_det = tf.tensor_scatter_nd_update(log_det, rows, tf.where(is_solved, found, np.nan))
            return i + 1, tf.gather(unsolved, tf.where(~is_solved)[:, 0]), x, log_det

        def is_unfinished(i: Any, unsolved: Any, *_: Any) -> Any:
            return (i < MAX_ITERATIONS) & (tf.size(unsolved) > 0)

        everything = tf.constant(0), tf.range(tf.shape(y)[0]), tf.transpose(start), tf.zeros_like(y[:, 0])
        shapes = tuple(tf.TensorShape(shape) for shape in ([], [None], [None, 2], [None]))
        *_, x, log_det = tf.while_loop(is_unfinished, improve, everything, shapes, parallel_iterations=1)
        return x, log_det

    def _gradient_of_inverse(
        self, numbers: Tensors, x: tf.Tensor, by_x: tf.Tensor, by_log_det: tf.Tensor
    ) -> tuple[tf.Tensor, ...]:
        """Return the gradients by y and by the numbers, from those by x = f⁻¹(y) and its log-determinant.

        They follow from differentiating f(x) = y implicitly.
        """
        values = list(numbers.values())
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([x, *values])
            image, jacobian = self._step_with_jacobian(numbers, tf.transpose(x))
            log_det = tf.math.log(_determinant(jacobian))
        by_image = by_x - tape.gradient(log_det, x, by_log_det)
        by_y = _solution(tf.transpose(jacobian, [1, 0, 2]), tf.transpose(by_image))
        by_values = tape.gradient([image, log_det], values, [by_y, by_log_det], tf.UnconnectedGradients.ZERO)
        return tf.transpose(by_y), *(-each for each in by_values)


def _guided(numbers: Tensors, evaluate: Callable[[Tensors], Any]) -> Any:
    """Evaluate the velocity field with and without the condition, and combine both with the guidance weight."""
    told = evaluate(numbers)
    if GUIDANCE not in numbers:
        return told
    untold = evaluate({name: number for name, number in numbers.items() if name != OF_GIVEN})
    return tf.nest.map_structure(lambda u, v: u + tf.cast(numbers[GUIDANCE], u.dtype) * (v - u), untold, told)


def _times(time: Any, x: tf.Tensor) -> tf.Tensor:
    """Return one time for all points, (1,)."""
    return tf.reshape(tf.convert_to_tensor(time, x.dtype), [1])


def _plus(terms: tuple[Any, ...], factor: Any, others: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(term + factor * other for term, other in zip(terms, others, strict=True))


def _unit_vectors(x: tf.Tensor) -> tf.Tensor:
    """Return the directions of the coordinates (2, 2, 1), which are the same at all points."""
    return tf.constant(np.eye(2)[..., np.newaxis], x.dtype)


def _determinant(columns: tf.Tensor) -> tf.Tensor:
    """Return the determinants (n,) of the matrices with two columns, (2, 2, n)."""
    a, c, b, d = tf.unstack(tf.reshape(columns, [4, -1]))
    return a * d - b * c


def _solution(columns: tf.Tensor, known: tf.Tensor) -> tf.Tensor:
    """Return the solutions (2, n) of the equations whose matrices have two columns, (2, 2, n), by Cramer's rule."""
    left, right = tf.unstack(columns)
    numerators = [_determinant(tf.stack(each)) for each in ((known, right), (left, known))]
    return tf.stack(numerators) / _determinant(columns)


def _bounded(change: tf.Tensor) -> tf.Tensor:
    """Shorten corrections (2, n) of Newton's method, which are long where the plane is almost folded."""
    finite = tf.where(tf.math.is_finite(change), change, 0)
    return finite / tf.maximum(tf.norm(finite, axis=0) / MAX_CORRECTION, 1)


FLOW_MATCHING = Family("flow_matching", FlowStep, objective=FlowMatching)
