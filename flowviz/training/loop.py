"""The training loop, a plain generator of events."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from flowviz.flows import Flow
from flowviz.records import (
    Adjusted,
    Advanced,
    Checkpoint,
    Event,
    Finished,
    InitialReport,
    Kept,
    Measured,
    Moment,
    Progress,
    Recovered,
    Retargeted,
    Score,
    Settings,
    Snapshot,
    Uncompiled,
    WarmUp,
    Weights,
)
from flowviz.records.events import Ending, is_unsteady
from flowviz.specs import TrainingSpec
from flowviz.targets import Target
from flowviz.training.batch_change import BatchChange
from flowviz.training.batches import draw_batches
from flowviz.training.clocks import Interval, Stopwatch
from flowviz.training.density import check_density, start_points
from flowviz.training.guard import MAX_RISE, Fault, Guard, advice, cautions
from flowviz.training.requests import NewTarget, Requests
from flowviz.training.schedule import Budget, chunk_steps
from flowviz.training.scoring import generators, nlls_of, score_of, tested
from flowviz.training.shown_flow import ShownFlow
from flowviz.training.step import State, chunk_runner, in_thread
from flowviz.training.validation import Validation, Validity

PLAIN_STEPS = 50  # in the first chunk of a repeatable training, which is not compiled
WATCHED_STEPS = 20  # per chunk while XLA compiles: 50 ms for the default flow, so that the picture keeps moving
LATEST_POINTS = 1000  # of training, whose NLL is measured if it is not the loss
MAX_SNAPSHOT_SHARE = 0.25  # of the training time
UNSETTLED_SHARE = 0.1  # of the budget, in which rises of the validation loss do not count


class Training:
    """A run of training, which starts from scratch or from a checkpoint. Its target and settings may change."""

    def __init__(
        self,
        flow: Flow,
        target: Target,
        spec: TrainingSpec,
        snapshot_seconds: float | None = None,
        requests: Requests | None = None,
        *,
        resume: Checkpoint | None = None,
        moment_seconds: float | None = None,
        checkpoint_seconds: float | None = None,
        clock: Callable[[], float] | None = None,
        reports_chunks: bool = False,
    ) -> None:
        self._shown = ShownFlow(flow)
        self._flow = self._shown.trained
        self._target, self._spec = target, spec.of_family(flow.spec.recipe)
        self._requests, self._reports_chunks = requests or Requests(), reports_chunks
        self._train_rng = generators(spec)[0]
        self._clock = Stopwatch(clock or perf_counter)
        self._validation = Validation(self._flow, target, spec, self._clock)
        self._latest_points = self._validation.points
        self._chunk_steps = chunk_steps(flow.spec, spec)
        self._losses: deque[float] = deque(maxlen=self._chunk_steps)
        self._start = 0, 0.0  # step and seconds at which the schedule began
        self._is_repeatable = spec.steps is not None  # the result does not depend on the clock
        self._warms_up = snapshot_seconds is not None and not self._is_repeatable  # until XLA is ready
        self._runner = chunk_runner(flow.spec, spec, self._chunk_steps, flow.edits)
        self._batch_change = BatchChange(flow.spec, flow.edits)
        is_new = resume is None or resume.chunks == resume.recoveries == 0
        self._begins_plainly = is_new and (self._is_repeatable or self._warms_up)
        if self._begins_plainly:
            self._runner.begin_optimizing()
        if resume is None:
            self._flow.fit_start(start_points(self._flow.objective, target, self._train_rng))
            self._guard = Guard(State.of(self._flow), explosion=self._flow.objective.explosion)
        else:
            self._restore(resume)
        self._plain_start = self._guard.step, self._clock.seconds  # of steps while XLA compiles
        self._snapshot_due, self._moment_due = Interval(snapshot_seconds), Interval(moment_seconds)
        self._checkpoint_due = Interval(checkpoint_seconds, first=self._clock.seconds + (checkpoint_seconds or 0))

    def events(self, prepare_started: float) -> Iterator[Event]:
        """Train until the budget or the patience is used up, a stop is requested, or the training diverges.

        Args:
            prepare_started: The time at which the preparation began, as returned by `perf_counter`.

        Yields:
            The events of the training, the last of which is `Finished`.
        """
        yield self._snapshot()
        yield self._checkpoint()
        measurement = self._measure_start(self._flow.weights(), self._guard.step)
        if self._reports_chunks:
            yield from measurement  # before all steps, because a stop ends with the checkpoint of a chunk
        if self._begins_plainly:
            self._runner.optimize()  # while the clock is paused
            # Use the plain graph even if XLA is ready, because the same seed must give the same result.
            yield from self._advance(self._budget.steps_ahead(self._plain_steps), compiled=False)
        if self._requests.stop():
            yield self._checkpoint()  # at once, because the measurement takes seconds
        else:
            self._runner.compile()  # not during the first steps, which would slow both down
        yield from measurement  # unless it is done; also after a stop, so that a resumed history is the same
        if not self._requests.stop() and not self._warms_up and not self._runner.wait():
            yield Uncompiled()
        prepare_seconds = perf_counter() - prepare_started
        ending = yield from self._train()
        if self._reports_chunks:
            yield self._checkpoint()  # at once, because the score of a continuous flow takes seconds
        yield from self._end(ending, prepare_seconds)

    def _measure_start(self, start: Weights, step: int) -> Iterator[InitialReport]:
        """Measure the flow with the weights with which it started, and report that if it was a step 0."""
        now = self._flow.weights()
        self._flow.restore(start)
        found = self._validation.measured()
        self._flow.restore(now)
        if step == 0 and np.isfinite(found.known_nll):
            nll = found.measured.mean  # also of the points of the training, because nothing is trained on yet
            yield InitialReport(replace(self._progress(found), step=0, seconds=0, fraction=0, train_nll=nll, loss=None))

    def _train(self) -> Generator[Event, None, Ending]:
        """Run chunks of steps until the training ends, and return how it ended.

        If a user is watching and the result depends on the clock anyway, run the plain graph until XLA is ready.
        """
        if self._warms_up and not self._runner.is_ready:
            yield WarmUp(has_ended=False)
        while True:
            if self._warms_up and self._runner.is_ready:
                yield from self._end_warm_up()
            if not self._requests.stop():
                yield from self._changes()
            count = self._budget.steps_ahead(self._plain_steps if self._warms_up else self._chunk_steps)
            if self._guard.gives_up:
                return "diverged"
            if count == 0:
                return "completed"
            if not self._spec.has_patience(self._guard.unimproved):
                return "patience"
            if stop := self._requests.stop():
                return "interrupted" if stop == "interrupted" else "stopped"
            yield from self._advance(count, compiled=not self._warms_up)

    def _end_warm_up(self) -> Iterator[Event]:
        """Run the steps as compiled by XLA from now on. Those before do not use up the budget."""
        free, self._warms_up = self._budget.free_since(*self._plain_start), False
        self._start = free.start_step, free.start_seconds
        yield WarmUp(has_ended=True)
        if self._runner.wait():
            in_thread("xla", self._shown.compile_trace)  # not before, because it would delay the compiled steps
        else:
            yield Uncompiled()

    def _changes(self) -> Iterator[Event]:
        """Apply the changes that are requested, and yield their events."""
        if (new := self._requests.retarget()) is not None:
            yield self._take_target(new)
        if (requested := self._requests.adjust()) is not None and self._budget.fraction < 1:
            yield from self._take_settings(requested)

    def _take_settings(self, requested: TrainingSpec) -> Iterator[Adjusted]:
        """Continue with other settings and the same optimizer state; with another batch as soon as it is compiled."""
        before, after = (Settings.of(spec, self._flow.spec.recipe) for spec in (self._spec, requested))
        if after.batch != before.batch and not self._take_batch(requested):
            after = replace(after, batch=before.batch)
        if after.learning_rate != before.learning_rate:
            self._guard.restore_rate()
        if after != before:
            event = Adjusted(self._guard.step, before, after)
            self._spec = event.applied(self._spec)
            yield event

    def _take_batch(self, requested: TrainingSpec) -> bool:
        """Switch to the step for another batch, and return whether it is ready."""
        runner = self._batch_change.runner(self._spec.model_copy(update={"batch": requested.batch}))
        if runner is None:
            return False
        self._runner, self._chunk_steps = runner, runner.shape[0]
        self._losses = deque(self._losses, maxlen=self._chunk_steps)
        return True

    def _take_target(self, new: NewTarget) -> Retargeted:
        """Switch to a new target with a full budget. The weights are kept; the best state so far is discarded."""
        if self._spec.learns_from_density:
            check_density(self._flow.spec, new.target)
        self._target = new.target
        self._validation.begin(new.target)
        self._latest_points = self._validation.points
        self._losses.clear()
        self._guard.begin_anew()
        self._start = self._plain_start = self._guard.step, self._clock.seconds
        return Retargeted(self._guard.step, new.title)

    @property
    def _plain_steps(self) -> int:
        return min(WATCHED_STEPS if self._warms_up else PLAIN_STEPS, self._chunk_steps)

    def _advance(self, count: int, *, compiled: bool) -> list[Event]:
        """Take `count` steps while the clock runs, and return the events to report."""
        self._clock.resume()
        shape, rng = self._runner.shape, self._train_rng
        batches = draw_batches(self._flow, self._target, self._reported_budget, shape, rng, self._spec.seed)
        self._latest_points = batches.latest(count, LATEST_POINTS)
        rates = self._budget.rates(count, self._flow.spec.recipe.constant_steps) * np.float32(self._guard.rate_factor)
        points, lattice, edits = batches.points, batches.lattice, self._flow.edits
        guard, start = self._guard, self._start[0]
        state, losses = self._runner.run(
            guard.state, guard.step, start, points, rates, self._spec, compiled=compiled, edits=edits, lattice=lattice
        )
        fault = self._guard.take_chunk(state, self._guard.step + count, losses)
        if fault is not None:
            reports: list[Event] = [self._recovered(fault)]
        else:
            state.store(self._flow)
            if not batches.are_blurred:  # otherwise, they are not NLLs of the target
                self._losses.extend(losses.tolist())
            reports = self._reports()
        self._clock.pause()
        budget = self._reported_budget
        advanced = [Advanced(budget.step, budget.seconds, budget.fraction)] if self._reports_chunks else []
        return [*reports, *self._past(), *advanced]

    def _past(self) -> list[Event]:
        """Return the current moment and a checkpoint, if they are due. They do not count as training time."""
        wants_moment = self._moment_due.passed(self._clock.seconds)
        wants_checkpoint = self._checkpoint_due.passed(self._clock.seconds)
        if not (wants_moment or wants_checkpoint) or not (now := self._snapshot()).finite():
            return []
        return [now, self._checkpoint()] if wants_checkpoint else [Moment(now.step, now.weights, **now.hits)]

    def _reports(self) -> list[Event]:
        """Return the events to report after a chunk."""
        reports: list[Event] = []
        if self._validation.is_due(self._guard.chunks):
            reports.append(report := self._validate())
            if isinstance(report, Progress):
                reports += self._validation.overfitting(report)
        return [*reports, *self._due_snapshot()]

    def _due_snapshot(self) -> list[Event]:
        """Return a snapshot and its checkpoint if they are due and finite. The next validation handles others.

        In a comparison, they do not count as training time: flows whose particles take long would get fewer steps than
        without pictures.
        """
        if not self._snapshot_due.passed(self._clock.seconds):
            return []
        started = self._clock.now
        if self._reports_chunks:
            self._clock.pause()
        snapshot = self._snapshot()
        if self._reports_chunks:
            self._clock.resume()
        # While XLA compiles, the steps are not the ones that count, and there is time for pictures.
        if self._flow.objective.validation_share < 1 and self._runner.is_ready:  # densities take long
            taken = self._clock.now - started
            self._snapshot_due.postpone(self._clock.seconds + taken / MAX_SNAPSHOT_SHARE)
        return [snapshot, self._checkpoint()] if snapshot.finite() else []

    def _validate(self, max_rise: float = MAX_RISE) -> Progress | Recovered:
        """Validate the current state. Keep it if it is the best so far; recover if it is not finite or has become bad.

        Rises of the validation NLL do not count at first, when it falls fast but not steadily.
        """
        found, trace = self._validation.measured_and_traced()
        is_finite = bool(np.isfinite(found.known_nll)) and trace.finite()
        fault = self._guard.take_validation(
            found.kept(self._flow, self._guard.step),
            is_finite=is_finite,
            rise_counts=self._validation.rise_is_fault and self._reported_budget.fraction >= UNSETTLED_SHARE,
            max_rise=max_rise,
            keeps_latest=self._flow.objective.learns_from_density,
        )
        if fault is not None:
            return self._recovered(fault)
        return self._progress(found, self._target.given(self._flow.spec.given).on_target(trace.positions[-1]))

    def _recovered(self, fault: Fault) -> Recovered:
        self._guard.state.store(self._flow)
        self._start = min(self._start[0], self._guard.step), self._start[1]  # the best state may be from the warm-up
        self._losses.clear()
        rate = self._spec.peak_rate * self._guard.rate_factor
        cause, failed_step, rise = fault
        return Recovered(cause, self._guard.step, rate, self._guard.recoveries, failed_step, self._clock.seconds, rise)

    def _end(self, ending: Ending, prepare_seconds: float) -> Iterator[Event]:
        """Validate for the last time, and yield the recovery from a failure and the result."""
        checkpoint = self._checkpoint()  # without the following validation, which an uninterrupted training would skip
        report = self._validate(max_rise=np.inf)  # the best state is kept anyway
        if ending == "completed" or isinstance(report, Recovered):
            checkpoint = self._checkpoint()
        if isinstance(report, Recovered):
            yield report
            found = self._validation.measured()
            self._guard.kept = self._guard.kept or found.kept(self._flow, self._guard.step)
            report = self._progress(found)
        kept = self._guard.kept
        assert kept is not None
        self._flow.restore(kept.weights)
        self._shown.show_as_trained(self._requests.vary())
        score, test_nlls = self._score(kept)
        yield Finished(
            ending=ending,
            progress=report,
            snapshot=self._shown.snapshot(kept.step, self._target),
            kept=kept,
            score=score,
            test_nlls=test_nlls,
            recoveries=self._guard.recoveries,
            prepare_seconds=prepare_seconds,
            checkpoint=checkpoint,
            largest_rise=self._guard.largest_rise,
            advice=" ".join(self._advice(ending, score, report)),
        )

    def _checkpoint(self) -> Checkpoint:
        budget = self._reported_budget
        return Checkpoint(
            **self._guard.record(),
            losses=np.array(self._losses, np.float32),
            seconds=budget.seconds,
            random_state=self._train_rng.bit_generator.state,
            start_step=budget.start_step,
            start_seconds=budget.start_seconds,
            edits=self._flow.edits,
        )

    def _restore(self, checkpoint: Checkpoint) -> None:
        self._guard = Guard.restored(self._flow, checkpoint)
        self._guard.kept = checkpoint.kept and self._validation.repeated(checkpoint.kept)
        self._guard.state.store(self._flow)
        self._losses.extend(checkpoint.losses.tolist())
        self._clock.counted = checkpoint.seconds
        self._train_rng.bit_generator.state = dict(checkpoint.random_state)
        self._start = checkpoint.start_step, checkpoint.start_seconds

    def _score(self, kept: Kept) -> tuple[Score, NDArray[np.float32] | None]:
        """Return the score of the kept state, whose weights the flow must have, and the NLL of each test point."""
        flow = self._shown.in_sync()
        return tested(flow, self._target, score_of(flow, self._target, self._spec, kept.step))

    def _advice(self, ending: Ending, score: Score, report: Progress) -> Iterator[str]:
        if is_unsteady(self._guard.recoveries, self._guard.largest_rise):
            yield advice(self._flow.spec, self._spec, ending)
        yield from cautions(self._flow.spec, score, report.step)

    def _progress(self, found: Validity, on_target: float | None = None) -> Progress:
        budget, is_nll = self._reported_budget, self._flow.objective.is_nll
        loss = float(np.mean(self._losses)) if self._losses else None
        return Progress(
            step=budget.step,
            seconds=budget.seconds,
            fraction=budget.fraction,
            train_nll=loss if is_nll and loss is not None else self._train_nll(),
            validation_nll=found.measured.mean,
            entropy=self._target.entropy,
            steps_per_second=budget.steps_per_second,
            seconds_left=budget.seconds_left,
            kept_step=self._guard.kept.step if self._guard.kept else None,
            loss=None if is_nll else loss,
            on_target=on_target,
            without_density=found.measured.without_density,
        )

    def _train_nll(self) -> float | None:
        """Return the mean NLL of the latest training points, if the loss is another one. None if unknown."""
        return Measured.of(nlls_of(self._flow, self._latest_points), "training", can_fold=self._flow.can_fold).mean

    @property
    def _budget(self) -> Budget:
        return Budget(self._spec, self._guard.step, self._clock.seconds, *self._start)

    @property
    def _reported_budget(self) -> Budget:
        """Return the budget as it is after the warm-up, or spent before, so that its share never decreases."""
        budget = self._budget
        return budget.free_since(*self._plain_start) if self._warms_up and budget.fraction < 1 else budget

    def _snapshot(self) -> Snapshot:
        self._shown.show(self._requests.vary())
        return self._shown.snapshot(self._guard.step, self._target)
