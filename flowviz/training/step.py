"""The compiled chunk: many steps of Adam in one call."""

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows import Flow
from flowviz.specs import TrainingSpec

FIRST_DECAY, SECOND_DECAY, EPSILON = 0.9, 0.999, 1e-8  # of Adam: Kingma & Ba 2015, algorithm 1


class State(NamedTuple):
    """All that a training changes, as flat tensors."""

    parameters: tf.Tensor
    first_moment: tf.Tensor
    second_moment: tf.Tensor
    statistics: tf.Tensor

    @classmethod
    def of(cls, flow: Flow) -> "State":
        """The state before the first step."""
        parameters = flow.parameters.read_value()
        zeros = tf.zeros_like(parameters)
        return cls(parameters, zeros, zeros, flow.statistics.read_value())

    def store(self, flow: Flow) -> None:
        """Give the flow these numbers."""
        flow.parameters.assign(self.parameters)
        flow.statistics.assign(self.statistics)

    def finite(self) -> bool:
        """Whether no number is NaN or infinite."""
        return all(bool(np.isfinite(tensor).all()) for tensor in self)


class ChunkRunner:
    """Runs chunks of steps on a flow: XLA-compiled, or as a plain TensorFlow graph where XLA does not work."""

    def __init__(self, flow: Flow, spec: TrainingSpec, steps: int) -> None:
        """`steps` a chunk at the most."""
        self.flow, self.spec = flow, spec
        self.shape = (steps, spec.batch, 2)
        self.uses_xla = True

    def compile(self) -> None:
        """Compile, by a chunk of no steps. Falls back to a plain graph where XLA cannot compile for this machine."""
        nothing = State.of(self.flow), 0, np.zeros(self.shape, np.float32), np.zeros(0, np.float32)
        self._compiled = self._function(jit_compile=True)
        try:
            self.run(*nothing)
        except (tf.errors.OpError, ValueError) as error:
            if isinstance(error, tf.errors.ResourceExhaustedError):
                raise
            self.uses_xla = False
            self._compiled = self._function(jit_compile=False)
            self.run(*nothing)

    def run(
        self, state: State, step: int, points: NDArray[np.float32], rates: NDArray[np.float32]
    ) -> tuple[State, NDArray[np.float32]]:
        """Take len(rates) steps from `state`, the first of them number `step`; the new state and each step's NLL."""
        padded = np.zeros(self.shape[0], np.float32)
        padded[: len(rates)] = rates
        *tensors, losses = self._compiled(
            *state, tf.constant(step), tf.constant(points), padded, tf.constant(len(rates))
        )
        return State(*tensors), losses.numpy()[: len(rates)]

    def _function(self, jit_compile: bool) -> Any:
        return tf.function(self._take_steps, jit_compile=jit_compile, autograph=False)

    def _take_steps(self, *arguments: tf.Tensor) -> tuple[tf.Tensor, ...]:
        *state, step, points, rates, count = arguments

        def take_step(i: tf.Tensor, losses: tf.Tensor, *tensors: tf.Tensor) -> tuple[tf.Tensor, ...]:
            new_state, loss = self._take_step(State(*tensors), step + i, points[i], rates[i])
            return i + 1, tf.tensor_scatter_nd_update(losses, [[i]], [loss]), *new_state

        _, losses, *state = tf.while_loop(
            lambda i, *_: i < count, take_step, (tf.constant(0), tf.zeros(self.shape[0]), *state)
        )
        return *state, losses

    def _take_step(self, state: State, step: tf.Tensor, batch: tf.Tensor, rate: tf.Tensor) -> tuple[State, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(state.parameters)
            # The averages slow down with the learning rate: at its end the weights could not follow them any more.
            pace = tf.minimum(1.0, rate / self.spec.learning_rate)
            bijectors = self.flow.bijectors(state.parameters, state.statistics)
            bijectors, statistics = self.flow.adapted(bijectors, batch, pace)
            nll = -tf.reduce_mean(self.flow.distribution(bijectors).log_prob(batch))
        gradient = tf.clip_by_norm(tape.gradient(nll, state.parameters), self.spec.clip_norm)
        return _adam(state, gradient, tf.cast(step + 1, tf.float32), rate)._replace(statistics=statistics), nll


def _adam(state: State, gradient: tf.Tensor, step: tf.Tensor, rate: tf.Tensor) -> State:
    """Kingma & Ba 2015, algorithm 1; `step` counts from 1."""
    first = FIRST_DECAY * state.first_moment + (1 - FIRST_DECAY) * gradient
    second = SECOND_DECAY * state.second_moment + (1 - SECOND_DECAY) * gradient**2
    first_unbiased = first / (1 - tf.pow(FIRST_DECAY, step))
    second_unbiased = second / (1 - tf.pow(SECOND_DECAY, step))
    parameters = state.parameters - rate * first_unbiased / (tf.sqrt(second_unbiased) + EPSILON)
    return State(parameters, first, second, state.statistics)
