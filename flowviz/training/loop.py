"""Training as a plain generator of events."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from time import perf_counter

import numpy as np

from flowviz.flows import Flow
from flowviz.records import Event, Finished, Progress, Recovered, Snapshot, Trace, base_particles
from flowviz.records.events import Ending
from flowviz.specs import TrainingSpec
from flowviz.targets import Target
from flowviz.training.guard import Guard
from flowviz.training.schedule import Budget
from flowviz.training.step import ChunkRunner, State

CHUNK_STEPS = 200
HELDOUT_POINTS = 10_000
PROGRESS_SECONDS = 0.5


class Training:
    """One run: a flow learns a target."""

    def __init__(
        self,
        flow: Flow,
        target: Target,
        spec: TrainingSpec,
        snapshot_seconds: float | None,
        stop_requested: Callable[[], bool],
    ) -> None:
        self._flow, self._target, self._spec = flow, target, spec
        self._stop_requested = stop_requested
        self._train_rng, heldout_rng = np.random.default_rng(spec.seed).spawn(2)
        self._heldout = target.sample(HELDOUT_POINTS, heldout_rng)
        self._particles = base_particles()
        self._runner = ChunkRunner(flow, spec, CHUNK_STEPS)
        self._guard = Guard(State.of(flow))
        self._losses: deque[float] = deque(maxlen=CHUNK_STEPS)
        self._clock = Stopwatch()
        self._progress_due = Interval(PROGRESS_SECONDS)
        self._snapshot_due = Interval(snapshot_seconds)

    def events(self, prepare_started: float) -> Iterator[Event]:
        """Prepare, train until the budget is spent or a stop is requested, and finish.

        `prepare_started`, of `perf_counter`, is when the preparation began.
        """
        self._runner.compile()
        yield Snapshot(0, self._trace())
        self._heldout_nll()  # traces its graph before the clock starts
        prepare_seconds = perf_counter() - prepare_started
        ending = yield from self._train()
        yield self._finished(ending, prepare_seconds)

    def _train(self) -> Generator[Event, None, Ending]:
        while True:
            self._clock.resume()
            count = self._budget.steps_ahead(CHUNK_STEPS)
            if count == 0:
                return "completed"
            if self._stop_requested():
                return "stopped"
            events = self._advance(count)
            self._clock.pause()
            yield from events
            if self._guard.gives_up:
                return "diverged"

    def _advance(self, count: int) -> list[Event]:
        steps, batch, _ = self._runner.shape
        points = self._target.sample(steps * batch, self._train_rng).reshape(steps, batch, 2)
        rates = self._budget.rates(count) * np.float32(self._guard.rate_factor)
        state, losses = self._runner.run(self._guard.state, self._guard.step, points, rates)
        if not self._guard.take_chunk(state, self._guard.step + count, losses):
            return [self._recovered()]
        state.store(self._flow)
        self._losses.extend(losses.tolist())
        return self._reports()

    def _reports(self) -> list[Event]:
        if self._guard.wants_check and not self._check():
            return [self._recovered()]
        reports: list[Progress | Snapshot] = []
        if self._progress_due.passed(self._clock.seconds):
            reports.append(self._progress())
        if self._snapshot_due.passed(self._clock.seconds):
            reports.append(Snapshot(self._guard.step, self._trace()))
        return [report for report in reports if report.finite()]  # what is not finite, the next check mends

    def _check(self) -> bool:
        """Whether the present state is sound; if not, the flow has gone back to the last one that was."""
        sound = bool(np.isfinite(self._heldout_nll())) and self._trace().finite()
        if not self._guard.take_check(sound=sound):
            self._guard.state.store(self._flow)
        return sound

    def _recovered(self) -> Recovered:
        self._losses.clear()
        return Recovered(self._guard.step, self._spec.learning_rate * self._guard.rate_factor, self._guard.recoveries)

    def _finished(self, ending: Ending, prepare_seconds: float) -> Finished:
        if not self._check():
            self._losses.clear()
        trace = self._trace()
        return Finished(
            ending=ending,
            progress=self._progress(),
            on_target=float(self._target.contains(trace.positions[-1]).mean()),
            recoveries=self._guard.recoveries,
            prepare_seconds=prepare_seconds,
            weights=self._flow.weights(),
            trace=trace,
        )

    def _progress(self) -> Progress:
        heldout_nll = self._heldout_nll()
        budget = self._budget
        return Progress(
            step=budget.step,
            seconds=budget.seconds,
            fraction=budget.fraction,
            train_nll=float(np.mean(self._losses)) if self._losses else heldout_nll,
            heldout_nll=heldout_nll,
            entropy=self._target.entropy,
            steps_per_second=budget.steps_per_second,
            seconds_left=budget.seconds_left,
        )

    @property
    def _budget(self) -> Budget:
        return Budget(self._spec, self._guard.step, self._clock.seconds)

    def _heldout_nll(self) -> float:
        return -float(self._flow.log_prob(self._heldout).mean())

    def _trace(self) -> Trace:
        return self._flow.trace(self._particles)


class Stopwatch:
    """Counts seconds while it runs."""

    def __init__(self) -> None:
        self._counted = 0.0
        self._resumed: float | None = None

    @property
    def seconds(self) -> float:
        """The time that it ran, up to now."""
        running = 0.0 if self._resumed is None else perf_counter() - self._resumed
        return self._counted + running

    def resume(self) -> None:
        """Run on."""
        self._resumed = perf_counter()

    def pause(self) -> None:
        """Stand still."""
        self._counted, self._resumed = self.seconds, None


class Interval:
    """Says when another `period` of seconds has passed; never, where it is None."""

    def __init__(self, period: float | None) -> None:
        self._period, self._due = period, 0.0

    def passed(self, seconds: float) -> bool:
        """Whether it has, by the clock that now shows `seconds`."""
        if self._period is None or seconds < self._due:
            return False
        self._due = seconds + self._period
        return True
