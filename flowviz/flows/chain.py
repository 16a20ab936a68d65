"""Chains of stages: the compositions that training, densities, samples and traces evaluate."""

from collections.abc import Callable, Collection, Iterable, Sequence
from copy import copy
from functools import cached_property, partial
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows.bumps import BUMPS
from flowviz.flows.disabled import Disabled
from flowviz.flows.flat import of_stage, size_of, unflatten
from flowviz.flows.network import GIVEN
from flowviz.flows.stage import Stage, Tensors
from flowviz.records import Base, base_of
from flowviz.records.bases import STAGE_NAME
from flowviz.records.mixture import Mixture
from flowviz.records.weights import Shapes

# Parameters, statistics and constants of all stages; of an edited flow also which are disabled, and their bumps.
Numbers = tuple[tf.Tensor, ...]
SHAPES = [None, 2], [None]  # of the points and of the log-determinants that a stage returns
ROUND_TRIPS = 500  # particles whose round trip is measured first if the inverse takes long
SHARED_IMAGE = 1e-2  # distance from x at which the inverse has found another point with the same image
BLOCK_BYTES = 16_384  # of one coordinate of the points that are scored together: they stay in the CPU's cache


class Chain:
    """f = stage_k ∘ … ∘ stage_1 and log p(y) = log p_base(f⁻¹(y)) + log|det ∂f⁻¹/∂y|, as functions of the numbers.

    `parameters` and `statistics` are the flat vectors of all stages. Points are (n, 2), log-determinants and
    log-densities (n,) in nats. A `stage` is a scalar tensor (int32), 0 for the base. The methods that take one, or the
    `constants` of all stages (stages, c), are loops whose graph contains each class of stages once, and looks up the
    numbers of the stage. It is traced five times as fast as a graph that contains every stage, and serves all of them.
    If the stages differ in nothing but constants, it serves any number of them.
    """

    def __init__(self, stages: Sequence[Stage], parameter_shapes: Shapes, statistic_shapes: Shapes) -> None:
        """Chain stages in drawing order, from the base to the data, whose numbers have the given shapes."""
        self.stages = tuple(stages)
        self.spec = stages[0].spec
        self._shapes = parameter_shapes, statistic_shapes
        examples = {type(stage): stage for stage in stages}
        self._examples = list(examples.values())
        self._classes = np.array([list(examples).index(type(stage)) for stage in stages], np.int32)
        self._example_shapes = [[of_stage(group, e.numbers_name) for group in self._shapes] for e in self._examples]
        sizes = {s.numbers_name: [size_of(of_stage(group, s.numbers_name)) for group in self._shapes] for s in stages}
        starts = np.cumsum(list(sizes.values()), axis=0) - list(sizes.values())
        offsets = dict(zip(sizes, starts, strict=True))
        self._offsets = np.array([offsets[stage.numbers_name] for stage in stages], np.int32)
        self.bumps: tf.Tensor | None = None  # of all stages, if they are edited
        self._disabled = frozenset[int]()
        self.is_uniform = len(examples) == len(sizes) == 1 < len(stages[0].constants)

    @cached_property
    def constants(self) -> NDArray[np.float64]:
        """Return the constants of each stage (stages, c), in order, followed by zeros for stages that have fewer."""
        values = [list(stage.constants.values()) for stage in self.stages]
        most = max(map(len, values))
        return np.array([each + [0.0] * (most - len(each)) for each in values]).reshape(len(self.stages), most)

    def edited(self, disabled: Collection[int], bumps: tf.Tensor) -> "Chain":
        """Return the same chain with edits, for the methods that take parameters and statistics.

        Args:
            disabled: Numbers of the stages that are left out, 1 for the first.
            bumps: Bumps of all stages (stages, bumps, 6); see `edit_arrays`.
        """
        found = copy(self)
        found._disabled, found.bumps = frozenset(disabled), bumps
        return found

    def base(self, parameters: tf.Tensor) -> Base:
        """Return the base distribution. Its numbers are tensors if they are learned."""
        start = base_of(self.spec)
        if self.spec.arrangement != "learned":
            return start
        assert isinstance(start, Mixture)
        return start.learned(of_stage(unflatten(parameters, self._shapes[0]), STAGE_NAME), tf.math, tf.identity)

    def numbers(self, parameters: tf.Tensor, statistics: tf.Tensor) -> list[Tensors]:
        """Return the numbers of each stage, by name."""
        flat = zip((parameters, statistics), self._shapes, strict=True)
        by_name = {name: number for numbers, shapes in flat for name, number in unflatten(numbers, shapes).items()}
        numbers: list[Tensors] = [{**of_stage(by_name, stage.numbers_name), **stage.constants} for stage in self.stages]
        if self.bumps is None:
            return numbers
        return [{**each, BUMPS: bumps} for each, bumps in zip(numbers, tf.unstack(self.bumps), strict=True)]

    def forward_and_log_det(
        self, parameters: tf.Tensor, statistics: tf.Tensor, x: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return y = f(x) and log|det ∂f/∂x|."""
        stages = self._from_base(parameters, statistics)
        return _through((partial(stage.forward_and_log_det, numbers) for stage, numbers in stages), x)

    def inverse_and_log_det(
        self, parameters: tf.Tensor, statistics: tf.Tensor, y: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return x = f⁻¹(y) and log|det ∂f⁻¹/∂y|."""
        stages = self._from_data(parameters, statistics)
        return _through((partial(stage.inverse_and_log_det, numbers) for stage, numbers in stages), y)

    def training_log_prob(
        self, parameters: tf.Tensor, statistics: tf.Tensor, batch: tf.Tensor, pace: Any = 1.0
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the log-density of a batch as a training step computes it, and the statistics after the step.

        A row of the batch is a point, followed by the inputs that tell networks its condition, if any. `pace`, from 0
        to 1, slows running averages down.
        """
        y, log_det = batch[:, :2], tf.zeros_like(batch[:, 0])
        found = unflatten(statistics, self._shapes[1]) if self._disabled else {}
        for stage, numbers in self._from_data(parameters, statistics):
            used, measured = stage.adapt(given_to(numbers, batch), y, pace)
            found.update({f"{stage.numbers_name}/{name}": number for name, number in measured.items()})
            y, change = stage.inverse_and_log_det(used, y)
            log_det += change
        flat = [tf.reshape(found[name], [-1]) for name in self._shapes[1]]
        log_prob = self.base(parameters).log_prob(y, tf.math) + log_det
        return log_prob, tf.concat(flat, 0) if flat else statistics

    def fitted(self, parameters: tf.Tensor, statistics: tf.Tensor, points: tf.Tensor) -> tf.Tensor:
        """Return the parameters, with those that start where the data are fitted to points of the target."""
        fitting = [i for i, stage in enumerate(self.stages) if type(stage).fit is not Stage.fit]
        if not fitting:  # evaluating all stages would take 0.2 s
            return parameters
        found, y = unflatten(parameters, self._shapes[0]), points
        for stage, numbers in self._from_data(parameters, statistics)[: len(self.stages) - fitting[0]]:
            fitted = stage.fit(y)
            found.update({f"{stage.numbers_name}/{name}": number for name, number in fitted.items()})
            y = stage.inverse({**numbers, **fitted}, y)
        return tf.concat([tf.reshape(number, [-1]) for number in found.values()], 0)

    def forward(self, numbers: Numbers, particles: tf.Tensor) -> tf.Tensor:
        """Return the images of particles of the base in the target space."""

        def up(k: Any, x: Any) -> tuple[Any, ...]:
            return k + 1, *self._at(k + 1, numbers, lambda stage, own: (stage.forward(own, x),))

        return _while(lambda k, _: k < _last(numbers), up, tf.constant(0), particles)[1]

    def inverse(self, numbers: Numbers, points: tf.Tensor) -> tf.Tensor:
        """Return the points (n, 2) of the base that the stages move to the given points (n, 2) of the target."""

        def down(k: Any, y: Any) -> tuple[Any, ...]:
            [x] = self._at(k, numbers, lambda stage, own: (stage.inverse(own, y),))
            return k - 1, x

        return _while(lambda k, _: k > 0, down, _last(numbers), points)[1]

    def trace(self, numbers: Numbers, particles: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        """Follow particles of the base through all stages.

        Returns:
            Their positions (stages, n, 2), the log-determinants from the base (stages, n), the round-trip error of each
            stage (stages,), and which particles a stage folds over (n,).
        """
        last = _last(numbers)
        positions, log_dets = _arrays(particles, tf.constant(0), last)
        errors = tf.TensorArray(particles.dtype, size=last + 1, element_shape=[]).write(0, 0)

        def up(k: Any, x: Any, folded: Any, positions: Any, log_dets: Any, errors: Any) -> tuple[Any, ...]:
            y, log_det, fold, error = self._at(k + 1, numbers, lambda stage, own: _there_and_back(stage, own, x))
            arrays = positions.write(k + 1, y), log_dets.write(k + 1, log_det), errors.write(k + 1, error)
            return k + 1, y, folded | fold, *arrays

        start = tf.constant(0), particles, tf.zeros_like(particles[:, 0], tf.bool), positions, log_dets, errors
        *_, folded, positions, log_dets, errors = _while(lambda k, *_: k < last, up, *start)
        return positions.stack(), tf.cumsum(log_dets.stack()), errors.stack(), folded

    compiled_trace = trace  # XLA compiles it under this name

    def positions(self, numbers: Numbers, points: tf.Tensor, stages: tf.Tensor) -> tf.Tensor:
        """Return the positions (k, n, 2) of points at k stages, from the first to the last of two `stages` (2,).

        The points are those before the first stage. A step of a velocity field is several times as fast without its
        Jacobian.
        """
        return self._positions(numbers, points, stages, lambda stage, own, x: stage.forward(own, x))

    def near_positions(self, numbers: Numbers, points: tf.Tensor, stages: tf.Tensor) -> tf.Tensor:
        """Approximate `positions` with tabulated networks, which saves a third of the time for thousands of points."""
        return self._positions(numbers, points, stages, lambda stage, own, x: stage.forward(stage.tabulated(own, x), x))

    def all_near_positions(self, numbers: Numbers, points: tf.Tensor) -> tf.Tensor:
        """Return `near_positions` at all stages after the base. XLA can compile this, because their number is known."""
        return self.near_positions(numbers, points, tf.constant([1, len(self.stages)]))

    def trace_through(self, numbers: Numbers, points: tf.Tensor, stage: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Follow points of a stage to all stages: positions (stages, n, 2) and log-determinants (stages, n)."""
        last = _last(numbers)
        positions, log_dets = _arrays(points, stage, last)

        def down(k: Any, y: Any, positions: Any, log_dets: Any) -> tuple[Any, ...]:
            x, log_det = self._at(k, numbers, lambda stage, own: stage.inverse_and_log_det(own, y))
            return k - 1, x, positions.write(k - 1, x), log_dets.write(k, -log_det)

        def up(k: Any, x: Any, positions: Any, log_dets: Any) -> tuple[Any, ...]:
            y, log_det = self._at(k + 1, numbers, lambda stage, own: stage.forward_and_log_det(own, x))
            return k + 1, y, positions.write(k + 1, y), log_dets.write(k + 1, log_det)

        *_, positions, log_dets = _while(lambda k, *_: k > 0, down, stage, points, positions, log_dets)
        *_, positions, log_dets = _while(lambda k, *_: k < last, up, stage, points, positions, log_dets)
        return positions.stack(), tf.cumsum(log_dets.stack())

    def forward_at(self, numbers: Numbers, points: tf.Tensor, stage: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the images of points under one stage, 1 or more, and its log|det J| there."""
        images, log_dets = self._at(stage, numbers, lambda stage, own: stage.forward_and_log_det(own, points))
        return images, log_dets

    def velocity(self, numbers: Numbers, points: tf.Tensor, stage: tf.Tensor) -> tf.Tensor:
        """Return the velocity (n, 2) of one stage, 1 or more, at points."""
        return self._at(stage, numbers, lambda stage, own: (stage.velocity(own, points),))[0]

    def final_velocity(self, numbers: Numbers, points: tf.Tensor, stage: tf.Tensor) -> tf.Tensor:
        """Return the velocity (n, 2) at points at the time at which one stage, 1 or more, ends."""
        return self._at(stage, numbers, lambda stage, own: (stage.velocity(own, points, at_end=True),))[0]

    def log_prob(self, numbers: Numbers, rows: tf.Tensor) -> tf.Tensor:
        """Return the log-density at points of the target, which may be rows (n, 2 + k) with inputs for conditions."""
        return self._log_density(numbers, rows, _last(numbers))

    def log_density(self, numbers: Numbers, points: tf.Tensor, stage: tf.Tensor) -> tf.Tensor:
        """Return the log-density of the distribution at a stage at points; -inf where it is not finite."""
        block = BLOCK_BYTES // points.dtype.size
        count = tf.shape(points)[0]
        blocks = (count + block - 1) // block

        def score(i: Any, found: Any) -> tuple[Any, Any]:
            part = points[i * block : tf.minimum((i + 1) * block, count)]
            return i + 1, found.write(i, self._log_density(numbers, part, stage))

        found = tf.TensorArray(points.dtype, size=blocks, element_shape=[None], infer_shape=False)
        log_density = _while(lambda i, *_: i < blocks, score, tf.constant(0), found)[1].concat()
        return tf.where(tf.math.is_finite(log_density), log_density, -np.inf)

    def _from_base(self, parameters: tf.Tensor, statistics: tf.Tensor) -> list[tuple[Stage, Tensors]]:
        """Return the stages that are not disabled, with their numbers, in drawing order."""
        pairs = zip(self.stages, self.numbers(parameters, statistics), strict=True)
        return [pair for number, pair in enumerate(pairs, start=1) if number not in self._disabled]

    def _from_data(self, parameters: tf.Tensor, statistics: tf.Tensor) -> list[tuple[Stage, Tensors]]:
        """Return the same in the order in which the inverse applies them."""
        return self._from_base(parameters, statistics)[::-1]

    def _log_density(self, numbers: Numbers, rows: tf.Tensor, stage: tf.Tensor) -> tf.Tensor:
        def down(k: Any, y: Any, log_det: Any) -> tuple[Any, ...]:
            x, change = self._at(k, numbers, lambda stage, own: stage.inverse_and_log_det(given_to(own, rows), y))
            return k - 1, x, log_det + change

        _, x, log_det = _while(lambda k, *_: k > 0, down, stage, rows[:, :2], tf.zeros_like(rows[:, 0]))
        return self.base(numbers[0]).log_prob(x, tf.math) + log_det

    def _positions(
        self, numbers: Numbers, points: tf.Tensor, stages: tf.Tensor, move: Callable[[Stage, Tensors, Any], tf.Tensor]
    ) -> tf.Tensor:
        before, last = stages[0] - 1, stages[1]
        found = tf.TensorArray(points.dtype, size=last - before, element_shape=[None, 2])

        def up(k: Any, x: Any, found: Any) -> tuple[Any, ...]:
            [y] = self._at(k + 1, numbers, lambda stage, own: (move(stage, own, x),))
            return k + 1, y, found.write(k - before, y)

        *_, found = _while(lambda k, *_: k < last, up, before, points, found)
        return found.stack()

    def _at(
        self, stage: tf.Tensor, numbers: Numbers, evaluate: Callable[[Stage, Tensors], tuple[tf.Tensor, ...]]
    ) -> Any:
        """Evaluate one stage: points (n, 2), and log-determinants (n,) and whatever else is returned."""
        branches = [
            partial(lambda each: evaluate(self._examples[each], self._numbers_at(each, stage, numbers)), each)
            for each in range(len(self._examples))
        ]
        kind = tf.constant(0) if self.is_uniform else tf.gather(self._classes, stage - 1)
        if edits := numbers[3:]:
            branches.append(partial(evaluate, Disabled("disabled", self.spec), {}))
            kind = tf.where(edits[0][stage - 1] > 0, len(self._examples), kind)
        found = branches[0]() if len(branches) == 1 else _cases(kind, branches)
        shaped = [tf.ensure_shape(each, shape) for each, shape in zip(found, SHAPES, strict=False)]
        return *shaped, *found[len(shaped) :]

    def _numbers_at(self, kind: int, stage: tf.Tensor, numbers: Numbers) -> Tensors:
        """Return the numbers of a stage that has the class number `kind`."""
        *flat, constants = numbers[:3]
        offsets = self._offsets[0] if self.is_uniform else tf.unstack(tf.gather(self._offsets, stage - 1))
        names = self._examples[kind].constants
        found: dict[str, tf.Tensor] = {name: constants[stage - 1, i] for i, name in enumerate(names)}
        if edits := numbers[3:]:
            found[BUMPS] = edits[1][stage - 1]
        for each, offset, shapes in zip(flat, offsets, self._example_shapes[kind], strict=True):
            found.update(unflatten(tf.slice(each, [offset], [size_of(shapes)]), shapes))
        return found


def given_to(numbers: Tensors, rows: tf.Tensor) -> Tensors:
    """Return the numbers of a stage with the inputs for the condition of each row, which follow its point, if any."""
    return {**numbers, GIVEN: tf.transpose(rows[:, 2:])} if rows.shape[1] > 2 else numbers


def _through(
    moves: Iterable[Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]], points: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return where successive moves take points (n, 2), and the sum of their log-determinants (n,)."""
    log_det = tf.zeros_like(points[:, 0])
    for move in moves:
        points, change = move(points)
        log_det += change
    return points, log_det


def _last(numbers: Numbers) -> Any:
    """Return the number of the last stage."""
    return tf.shape(numbers[2])[0]


def _arrays(points: tf.Tensor, stage: tf.Tensor, last: tf.Tensor) -> tuple[tf.TensorArray, tf.TensorArray]:
    """Return arrays for the positions and log-determinants of all stages, with the points at a stage."""
    every = {"dtype": points.dtype, "size": last + 1, "clear_after_read": False}
    positions = tf.TensorArray(element_shape=[None, 2], **every).write(stage, points)
    return positions, tf.TensorArray(element_shape=[None], **every).write(0, tf.zeros_like(points[:, 0]))


def _cases(number: tf.Tensor, branches: Sequence[Callable[[], Any]]) -> Sequence[tf.Tensor]:
    """Return the result of the branch with a number as a list, even if it is one tensor."""
    return tf.nest.flatten(tf.switch_case(number, branches))  # type: ignore[no-any-return]


def _there_and_back(stage: Stage, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """Return the images (n, 2) of x, log|det J| and folds (n,), and how far the inverse of the images is from x."""
    if stage.can_fold:
        zero = tf.zeros_like(x[:, 0])
        still = x, zero, tf.zeros_like(zero, tf.bool), tf.reduce_sum(zero)
        found = tf.cond(stage.is_identity(numbers), lambda: still, lambda: _there_and_partly_back(stage, numbers, x))
        return tuple(found)
    y, log_det, folds = stage.forward_log_det_and_fold(numbers, x)
    return y, log_det, folds, tf.reduce_max(_round_trip_errors(stage, numbers, x, y))


def _there_and_partly_back(stage: Stage, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """Return the same as `_there_and_back` for a stage that may fold the plane over, and whose inverse takes long.

    The inverse is computed at some points, and at all of them if the plane is folded over at any. Where it is, several
    points have one image, and the inverse may find another one than x.
    """
    y, log_det, folds = stage.forward_log_det_and_fold(numbers, x)
    count = tf.shape(x)[0]

    def measure(start: Any, end: Any, errors: Any) -> tuple[Any, ...]:
        some = slice(start, end)
        errors = tf.concat([errors, _round_trip_errors(stage, numbers, x[some], y[some])], 0)
        is_folded = tf.reduce_any(folds) | tf.reduce_any(errors > SHARED_IMAGE)
        return end, tf.where(is_folded, count, end), errors

    start = tf.constant(0), tf.minimum(count, ROUND_TRIPS), tf.zeros([0], x.dtype)
    shapes = tuple(tf.TensorShape(shape) for shape in ([], [], [None]))
    *_, errors = tf.while_loop(lambda start, end, _: start < end, measure, start, shapes, parallel_iterations=1)
    errors = tf.pad(errors, [[0, count - tf.size(errors)]])
    folds |= errors > SHARED_IMAGE
    return y, log_det, folds, tf.reduce_max(tf.where(folds, tf.zeros_like(errors), errors))


def _round_trip_errors(stage: Stage, numbers: Tensors, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Return how far the inverse of the images y of x is from x (n,), relative to |x| where it is larger than 1."""
    return tf.reduce_max(tf.abs(x - stage.inverse(numbers, y)) / tf.maximum(tf.abs(x), 1), axis=1)


def _while(condition: Callable[..., Any], body: Callable[..., Any], *start: Any) -> Any:
    return tf.while_loop(condition, body, start, parallel_iterations=1)
