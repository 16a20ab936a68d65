"""Compiled chunks of training: many steps of Adam in one call."""

import logging
import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz import compile_cache
from flowviz.errors import FileError
from flowviz.flows import Flow, build_flow
from flowviz.flows.bumps import edit_arrays
from flowviz.flows.machine import OUT_OF_MEMORY
from flowviz.flows.network import is_later
from flowviz.flows.stored_graphs import Graph, stored_or_traced
from flowviz.machine import return_memory
from flowviz.records import Checkpoint, Settings, Validated
from flowviz.records.energy import SIDE
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.edits import Edits
from flowviz.specs.recipes import Recipe
from flowviz.specs.training import ObjectiveName

FIRST_DECAY, EPSILON = 0.9, 1e-8  # β₁ and ε of Adam: Kingma & Ba 2015, algorithm 1
AVERAGED_SHARE = 0.1  # squared gradients are averaged over at least this share of the steps since the budget began
STEP_ARGUMENTS = 12  # of a chunk without edits, of which four are the state
USUAL = 0.1  # in the keys of runners, which all flows share that leave out values
REMEMBERED = 64  # runners: TensorFlow never frees a graph, so creating one again would only add a second copy
Lattice = tuple[NDArray[np.float32], ...]  # log-densities (SIDE, SIDE) and their place (4,), or nothing
Result = TypeVar("Result")
_making = Lock()
log = logging.getLogger(__name__)


class State(NamedTuple):
    """Everything that a training step changes, as flat tensors: the numbers of the flow and the moments of Adam.

    The parameters and both moments are (P,), the statistics (S,).
    """

    parameters: tf.Tensor
    first_moment: tf.Tensor
    second_moment: tf.Tensor
    statistics: tf.Tensor

    @classmethod
    def of(cls, flow: Flow) -> "State":
        """Return the state before the first step, with the numbers of the flow and with moments of 0."""
        parameters = flow.parameters.read_value()
        zeros = tf.zeros_like(parameters)
        return cls(parameters, zeros, zeros, flow.statistics.read_value())

    @classmethod
    def of_record(cls, record: Checkpoint | Validated, flow: Flow) -> "State":
        """Return the state that a record holds.

        Raises:
            FileError: If the record belongs to a different flow.
        """
        fresh = cls.of(flow)
        arrays = [getattr(record, name) for name in cls._fields]
        if [array.shape for array in arrays] != [tuple(tensor.shape) for tensor in fresh]:
            raise FileError("The checkpoint belongs to a different flow, so training cannot continue from it.")
        return cls(*(tf.constant(array, flow.dtype) for array in arrays))

    def store(self, flow: Flow) -> None:
        """Assign the parameters and statistics to the flow."""
        flow.parameters.assign(self.parameters)
        flow.statistics.assign(self.statistics)

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return copies of the tensors, by name."""
        return {name: np.array(tensor, np.float32) for name, tensor in self._asdict().items()}

    def finite(self) -> bool:
        """Return whether all numbers are finite."""
        return all(bool(np.isfinite(tensor).all()) for tensor in self)


class StepRates(NamedTuple):
    """The learning rate and the decays of a step, as scalars.

    Attributes:
        rate: The learning rate.
        weight: Share by which the weights shrink, in addition to the step.
        second: β₂ of Adam, the share of the average of squared gradients that remains.
    """

    rate: tf.Tensor
    weight: tf.Tensor
    second: tf.Tensor


class Edited(NamedTuple):
    """The edits that a graph depends on: the disabled stages, and the largest number of bumps of a stage."""

    disabled: frozenset[int]
    bumps: int


def chunk_runner(flow: FlowSpec, spec: TrainingSpec, steps: int, edits: Edits | None = None) -> "ChunkRunner":
    """Return the runner for a flow and a batch size, with at most `steps` steps per chunk.

    Runners are shared: the seed of the flow makes no difference, nor do the numbers of its bumps, nor how many values
    it leaves out, if it does. A thread that requests a runner while another thread creates one waits. The steps of the
    integrator matter to edits only.
    """
    own = flow.at_first_value() if edits else flow.as_trained()
    own = own.model_copy(update={"seed": 0, "leave_out": USUAL if flow.leave_out else 0.0})
    edited = Edited(edits.disabled, edit_arrays(edits, len(own.stage_names()) - 1)[1].shape[1]) if edits else None
    with _making:
        code = *flow.recipe.stages, flow.recipe.objective
        return _made(own, code, spec.objective, Settings.of(spec, flow.recipe).batch, steps, edited)


@lru_cache(REMEMBERED)
def _made(
    flow: FlowSpec, _: tuple[Any, ...], objective: ObjectiveName, batch: int, steps: int, edited: Edited | None
) -> "ChunkRunner":
    """Make a runner for a flow; the classes of an extension, which may be registered anew, are part of the key."""
    return ChunkRunner(build_flow(flow, objective=objective), batch, steps, edited)


class ChunkRunner:
    """Runs chunks of training steps, as a plain TensorFlow graph or compiled by XLA. It holds no training state.

    If XLA cannot compile for this machine, the plain graph remains in use.
    """

    def __init__(self, flow: Flow, batch: int, steps: int, edited: Edited | None = None) -> None:
        """Trace the graph of a chunk, or load it from the compile cache.

        Args:
            flow: Any flow of the architecture to train; its numbers are not used.
            batch: Number of points per step.
            steps: Maximum number of steps per chunk.
            edited: What to know about the edits of the flow; None without edits.
        """
        self.flow, self._edited = flow, edited
        self.shape = (steps, batch, flow.objective.columns + (flow.spec.condition.inputs if flow.spec.condition else 0))
        key = f"steps {self.shape} {flow.spec.model_copy(update={'seed': 0}).model_dump_json()}"
        if flow.objective.learns_from_density:
            key += f" {type(flow.objective).__name__}"
        if edited:
            key += f" {sorted(edited.disabled)} {edited.bumps}"
        self._factors = _rate_factors(flow)
        self._signature = [tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in self._no_steps()]
        self._graph, self._compilable = stored_or_traced(key, self._trace, self._signature, flow.spec)
        self._compiled: Future[Graph | None] | None = None
        self._is_optimized = False
        self._lock = Lock()

    def begin_optimizing(self) -> None:
        """Start to optimize the graph in a separate thread."""
        in_thread("graph", self.optimize)

    def optimize(self) -> None:
        """Let TensorFlow optimize the graph, which it does on the first call. Concurrent callers wait."""
        with self._lock:
            if not self._is_optimized:
                self._graph(*self._no_steps())
                self._is_optimized = True

    def compile(self) -> None:
        """Start to compile the graph with XLA in a separate thread, unless that has been done.

        It is tried again after an error such as a lack of memory, but not if XLA cannot compile for this machine.
        """
        with self._lock:
            if self._compiled is None or (self._compiled.done() and self._compiled.exception()):
                self._compiled = in_thread("xla", self._compile)

    @property
    def is_ready(self) -> bool:
        """Return whether XLA has finished, with or without success."""
        return self._compiled is not None and self._compiled.done()

    def wait(self) -> bool:
        """Wait until XLA has compiled the graph, and return whether it succeeded. Call `compile` first."""
        assert self._compiled is not None
        return self._compiled.result() is not None

    def run(
        self,
        state: State,
        step: int,
        start: int,
        points: NDArray[np.float32],
        rates: NDArray[np.float32],
        spec: TrainingSpec,
        *,
        compiled: bool = True,
        edits: Edits | None = None,
        lattice: Lattice = (),
    ) -> tuple[State, NDArray[np.float32]]:
        """Take `len(rates)` training steps.

        Args:
            state: The state to start from.
            step: Number of the first step, counted from 0.
            start: Step at which the budget began: later than 0 after a change of target or edits, or after a warm-up.
            points: What to learn from (steps, batch, columns), as the objective prepares it, for a full chunk,
                whatever the number of rates.
            rates: Learning rate of each step, at most as many as a chunk has.
            spec: The training, with the peak learning rate and the clip norm.
            compiled: Whether to use the graph as compiled by XLA, and to wait for XLA if it is still compiling. If
                false, run the plain graph, whose results differ by rounding.
            edits: The edits of the flow, if it has any.
            lattice: Log-densities of the target, and their place, if the objective learns from them.

        Returns:
            The new state, and the loss of each step's batch (len(rates),).
        """
        padded = np.zeros(self.shape[0], np.float32)
        padded[: len(rates)] = rates
        found = self._compiled.result() if compiled and self._compiled else None
        if found is None:
            self.optimize()
        *tensors, losses = (found or self._graph)(
            *state,
            tf.constant(step),
            tf.constant(start),
            tf.constant(points),
            tf.constant(padded),
            *self._constants(spec),
            tf.constant(len(rates)),
            *map(tf.constant, lattice),
            *self._bumps(edits or Edits()),
        )
        return State(*tensors), losses.numpy()[: len(rates)]

    def _trace(self) -> tuple[Any, Any]:
        """Trace the plain graph, and the same graph marked for XLA, which compiles it on the first call."""
        plain = tf.function(self._take_steps, autograph=False).get_concrete_function(*self._signature)
        compilable = tf.function(lambda *arguments: plain(*arguments), jit_compile=True, autograph=False)
        return plain, compilable.get_concrete_function(*self._signature)

    def _compile(self) -> Graph | None:
        """Return the graph as compiled by XLA, or None if XLA cannot compile it."""
        try:
            try:
                self._compilable(*self._no_steps())
            except Exception as error:
                if isinstance(error, OUT_OF_MEMORY) or compile_cache.folder() is None:
                    raise
                log.exception("XLA does not compile; trying again without its stored code")
                compile_cache.clear()
                self._compilable(*self._no_steps())
        except OUT_OF_MEMORY:
            raise
        except Exception:  # the type depends on XLA, which may also be missing from this build of TensorFlow
            log.exception("XLA does not compile")
            return None
        finally:
            return_memory()  # compiling took 150 MB
        compile_cache.seal_new()
        return self._compilable

    def _no_steps(self) -> list[tf.Tensor]:
        """Return the arguments of a chunk with 0 steps."""
        points, rates = tf.zeros(self.shape), tf.zeros(self.shape[0])
        return [
            *State.of(self.flow),
            tf.constant(0),
            tf.constant(0),
            points,
            rates,
            *self._constants(TrainingSpec(steps=1)),
            tf.constant(0),
            *([tf.zeros([SIDE, SIDE]), tf.ones(4)] if self.flow.objective.learns_from_density else []),
            *self._bumps(Edits()),
        ]

    def _bumps(self, edits: Edits) -> list[tf.Tensor]:
        """Return the bumps (stages, bumps, 6) as an argument, so that changing them needs no recompilation."""
        if self._edited is None:
            return []
        found = edit_arrays(edits, len(self.flow.stages))[1]
        missing = self._edited.bumps - found.shape[1]
        return [tf.constant(np.pad(found, ((0, 0), (0, missing), (0, 0))), tf.float32)]

    def _constants(self, spec: TrainingSpec) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Return the peak learning rate, the clip norm and the rate factors, none of which a graph contains."""
        own = spec.of_family(self.flow.spec.recipe)
        return tf.constant(own.peak_rate, tf.float32), tf.constant(own.clip_norm, tf.float32), self._factors

    def _take_steps(self, *arguments: tf.Tensor) -> tuple[tf.Tensor, ...]:
        *state, step, start, points, rates, highest_rate, clip_norm, factors, count = arguments[:STEP_ARGUMENTS]
        chain, objective = self.flow.chain, self.flow.objective
        lattice = arguments[STEP_ARGUMENTS : STEP_ARGUMENTS + 2] if objective.learns_from_density else ()
        if self._edited:
            chain = chain.edited(self._edited.disabled, arguments[-1])

        def take_step(i: tf.Tensor, losses: tf.Tensor, *tensors: tf.Tensor) -> tuple[tf.Tensor, ...]:
            # Running averages slow down with the learning rate; otherwise the weights could not keep up at the end.
            pace = tf.minimum(1.0, rates[i] / highest_rate)
            new_state, loss = self._take_step(
                lambda *numbers: objective.loss(chain, *numbers, points[i], pace, *lattice),
                State(*tensors),
                step + i,
                clip_norm,
                factors,
                _step_rates(self.flow.spec.recipe, rates[i], pace, step - start + i),
            )
            return i + 1, tf.tensor_scatter_nd_update(losses, [[i]], [loss]), *new_state

        _, losses, end, *others = tf.while_loop(
            lambda i, *_: i < count, take_step, (tf.constant(0), tf.zeros(self.shape[0]), *state)
        )
        return _looked_ahead(state[0], end, self.flow.spec.recipe), *others, losses

    def _take_step(
        self,
        loss_of: Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]],
        state: State,
        step: tf.Tensor,
        clip_norm: tf.Tensor,
        factors: tf.Tensor,
        rates: StepRates,
    ) -> tuple[State, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(state.parameters)
            loss, statistics = loss_of(state.parameters, state.statistics)
        gradient = tf.clip_by_norm(tape.gradient(loss, state.parameters), clip_norm)
        number = tf.cast(step + 1, tf.float32)
        found = _adam(state, gradient, number, rates, factors, self.flow.spec.recipe.second_decay)
        return found._replace(statistics=statistics), loss


def _rate_factors(flow: Flow) -> tf.Tensor:
    """Return the factor of the learning rate of each parameter, (P,) or a scalar if it is the same for all."""
    later = flow.spec.recipe.later_rate
    if later == 1:
        return tf.constant(1.0)
    factors = [later if is_later(name) else 1.0 for name in flow.parameter_shapes]
    return tf.constant(np.repeat(factors, [math.prod(shape) for shape in flow.parameter_shapes.values()]), tf.float32)


def _looked_ahead(start: tf.Tensor, end: tf.Tensor, recipe: Recipe) -> tf.Tensor:
    """Return the parameters (P,) after a chunk: half of the way that its steps went, if the recipe looks ahead.

    The noise of the steps mostly cancels, so the learning rate can be higher, and the loss rises less.
    Reference: Zhang et al. 2019, "Lookahead optimizer: k steps forward, 1 step back", https://arxiv.org/abs/1907.08610.
    """
    return (start + end) / 2 if recipe.lookahead else end


def _step_rates(recipe: Recipe, rate: tf.Tensor, pace: tf.Tensor, step: tf.Tensor) -> StepRates:
    """Return the learning rate and the decays of a step, such that the loss does not rise again while the rate falls.

    The coefficient of the weight decay falls with the learning rate, so the weights shrink with its square; otherwise,
    the decay would outweigh the gradients. Squared gradients are averaged over more and more steps; otherwise, rare
    points with large gradients would count too little.
    References: Defazio 2025, "Why gradients rapidly increase near the end of training",
    https://arxiv.org/abs/2506.02285; Shazeer & Stern 2018, "Adafactor: Adaptive learning rates with sublinear memory
    cost", section 7, https://arxiv.org/abs/1804.04235.

    Args:
        recipe: The recipe, with the decays at the beginning.
        rate: The learning rate.
        pace: The learning rate, relative to its peak.
        step: Number of the step, counted from the beginning of the budget.
    """
    longest = 1 - 1 / (AVERAGED_SHARE * tf.cast(tf.maximum(step, 0) + 1, tf.float32))
    return StepRates(rate, rate * pace * recipe.weight_decay, tf.maximum(recipe.second_decay, longest))


def _adam(
    state: State, gradient: tf.Tensor, step: tf.Tensor, rates: StepRates, factors: tf.Tensor, second_decay: float
) -> State:
    """Take a step of Adam with decoupled weight decay (AdamW).

    `step` counts from 1, and `second_decay` is β₂ of the first steps. A Keras optimizer would keep its moments in its
    own variables. Here they are part of the state, which can be rolled back, stored and resumed exactly.
    References: Kingma & Ba 2015, "Adam: A method for stochastic optimization", https://arxiv.org/abs/1412.6980,
    algorithm 1; Loshchilov & Hutter 2019, "Decoupled weight decay regularization", https://arxiv.org/abs/1711.05101.
    """
    first = FIRST_DECAY * state.first_moment + (1 - FIRST_DECAY) * gradient
    second = rates.second * state.second_moment + (1 - rates.second) * gradient**2
    # Bias correction as scalar factors, which saves passes over all parameters.
    root = tf.sqrt(1 - tf.pow(second_decay, step))
    length = rates.rate * root / (1 - tf.pow(FIRST_DECAY, step))
    remaining = 1 - rates.weight * tf.sign(second)  # disabled layers have no gradient and do not decay
    parameters = remaining * state.parameters - factors * length * first / (tf.sqrt(second) + EPSILON * root)
    return State(parameters, first, second, state.statistics)


def in_thread(name: str, work: Callable[..., Result], *arguments: object) -> Future[Result]:
    """Start to call a function in a separate thread, which has the name and ends with the call."""
    pool = ThreadPoolExecutor(1, name)
    future = pool.submit(work, *arguments)
    pool.shutdown(wait=False)
    return future
