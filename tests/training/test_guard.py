"""The guard of a training: what counts as a failure, and the state to which the training returns."""

from collections.abc import Callable
from itertools import chain, repeat
from typing import Any

import numpy as np
import pytest

from flowviz.flows import build_flow
from flowviz.records import FLOW_UNITS, Checkpoint, Finished, History, Kept, Recovered, Weights
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.targets import Ink, Points, Target
from flowviz.training import train
from flowviz.training.guard import MAX_IN_A_ROW, Fault, Guard, advice
from flowviz.training.step import State

pytestmark = pytest.mark.usefixtures("short_chunks", "few_points")
SMALL = FlowSpec(layers=2, width=8, depth=1)
CALM = np.full(20, 2, np.float32)


def state(number: float) -> State:
    return State(*(np.full(3, number, np.float32) for _ in State._fields))


def guard_after(*nlls: float) -> Guard:
    """Return a guard whose states at the steps 10, 20, ... had these validation NLLs."""
    guard = Guard(state(0))
    for number, nll in enumerate(nlls, 1):
        advance(guard, 10 * number)
        assert validate(guard, nll) is None
    return guard


def advance(guard: Guard, step: int) -> None:
    assert guard.take_chunk(state(step), step, CALM) is None


def validate(guard: Guard, nll: float, *, counts: bool = True) -> Fault | None:
    kept = Kept(Weights({}, {}), nll, guard.step)
    return guard.take_validation(kept, is_finite=bool(np.isfinite(nll)), rise_counts=counts)


def test_every_recovery_returns_to_the_best_validated_state() -> None:
    def broken_chunk(guard: Guard) -> Fault | None:
        return guard.take_chunk(state(40), 40, CALM * np.float32("nan"))

    def lost(guard: Guard) -> Fault | None:
        return validate(guard, np.inf)

    def risen(guard: Guard) -> Fault | None:
        return validate(guard, 1.2)

    for failure, cause in ((broken_chunk, "loss not finite"), (lost, "particles not finite"), (risen, None)):
        guard = guard_after(1.0, 0.8, 0.9)
        fault = failure(guard)
        assert fault is not None
        assert fault.cause == (cause or "loss rose")
        assert (guard.step, guard.state.parameters[0], guard.state.second_moment[0]) == (20, 20, 20)
        assert guard.kept is not None
        assert (guard.kept.step, guard.rate_factor, guard.recoveries) == (20, 0.5, 1)


def test_before_the_first_validation_it_returns_to_the_start() -> None:
    guard = Guard(state(0))
    advance(guard, 20)
    assert guard.take_chunk(state(40), 40, CALM + 1000) == ("loss exploded", 40, None)
    assert (guard.step, guard.recoveries) == (0, 1)
    assert guard.take_chunk(state(20), 20, CALM + 100) is None, "the losses are those of the beginning again"


@pytest.mark.parametrize(("family", "rise", "explodes"), [("realnvp", 15, False), ("flow_matching", 15, True)])
def test_losses_explode_in_their_own_units(family: str, rise: float, explodes: bool) -> None:
    """A rise of 15 nats is unusual; 15 is several times the squared error of a field that is 0 everywhere."""
    flow = build_flow(FlowSpec.model_validate({"family": family, "width": 8, "depth": 1}))
    guard = Guard(State.of(flow), explosion=flow.objective.explosion)
    record = {"losses": CALM, "seconds": 1.0, "random_state": {}, **guard.record()}
    restored = Guard.restored(flow, Checkpoint(**{**record, "median_loss": 2.0}))
    for each in (guard, restored):
        assert each.take_chunk(each.state, 20, CALM) is None
        fault = each.take_chunk(each.state, 40, CALM + np.float32(rise))
        assert (fault is not None and fault.cause == "loss exploded") == explodes


def test_rise_is_a_failure_from_three_tenths_of_a_nat_above_the_best_loss() -> None:
    assert validate(guard_after(1.0, 0.8), 1.05) is None
    fault = validate(guard_after(1.0, 0.8), 1.2)
    assert fault is not None
    assert fault[:2] == ("loss rose", 20)
    assert fault.rise == pytest.approx(0.4)
    slowly = guard_after(0.8, 0.9, 1.0, 1.05)
    assert validate(slowly, 1.15) is not None, "slow rises add up"
    assert slowly.step == 10


def test_rise_that_does_not_count_is_no_failure() -> None:
    guard = guard_after(1.0)
    assert validate(guard, 3.0, counts=False) is None
    assert guard.largest_rise == 0
    assert guard.kept is not None
    assert guard.kept.validation_nll == 1.0


def test_largest_rise_includes_rejected_states_but_no_infinite_ones() -> None:
    guard = guard_after(1.0, 0.8, 0.9, 0.7)
    assert guard.largest_rise == pytest.approx(0.1)
    validate(guard, np.nan)
    validate(guard, np.inf)
    assert guard.largest_rise == pytest.approx(0.1)
    validate(guard, 1.7)
    assert guard.largest_rise == pytest.approx(1.0)
    assert Guard(state(0)).largest_rise is None


def test_it_gives_up_only_if_no_validation_succeeds_between_the_recoveries() -> None:
    guard = guard_after(1.0)
    for failures in range(1, 2 * MAX_IN_A_ROW):
        validate(guard, 2.0)
        assert not guard.gives_up, failures
        validate(guard, 1.1)
    for failures in range(1, MAX_IN_A_ROW + 1):
        advance(guard, 20)
        guard.take_chunk(state(40), 40, CALM * np.float32("nan"))
        assert guard.gives_up == (failures == MAX_IN_A_ROW)


def test_new_target_has_a_best_loss_of_its_own_and_a_new_rate_has_not() -> None:
    guard = guard_after(1.0)
    guard.begin_anew()
    assert validate(guard, 5.0) is None
    guard.restore_rate()
    assert validate(guard, 6.0) is not None


def test_restored_guard_returns_to_the_same_state() -> None:
    flow = build_flow(SMALL)
    guard = Guard(State.of(build_flow(SMALL)))
    validate(guard, 1.0)
    best = guard.state
    guard.take_chunk(State(*(tensor + 1 for tensor in best)), 20, CALM)
    validate(guard, 1.2)
    others: dict[str, Any] = {"losses": CALM, "seconds": 1.0, "random_state": {}}
    restored = Guard.restored(flow, Checkpoint(**guard.record(), **others))
    assert (restored.largest_rise, restored.validated_step) == (guard.largest_rise, 20)
    fault = validate(restored, 1.4)
    assert fault is not None
    assert restored.step == 0
    for found, expected in zip(restored.state, best, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_state_with_fewer_points_without_a_density_is_better_whatever_its_nll() -> None:
    guard = Guard(State.of(build_flow(SMALL)))
    for step, (share, nll) in enumerate([(0.5, 1.0), (0.1, 3.0), (0.2, 0.5), (0.1, 2.0)], 1):
        guard.step = step
        assert guard.take_validation(Kept(Weights({}, {}), nll, step, share), is_finite=True) is None
    assert guard.kept is not None
    assert guard.kept.rank == (0.1, 2.0)
    assert guard.kept.step == 4


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that sets the validation NLLs at the steps 20, 40, ...; the last one is repeated."""
    monkeypatch.setattr("flowviz.training.validation.VALIDATION_CHUNKS", 1)
    monkeypatch.setattr("flowviz.training.loop.PLAIN_STEPS", 20)

    def script(*nlls: float) -> None:
        values = chain(nlls[:1], nlls, repeat(nlls[-1]))  # the first one is computed while the clock is paused
        monkeypatch.setattr("flowviz.training.validation.nlls_of", lambda *_: np.full(4, next(values)))

    return script


def trained(target: Target, spec: TrainingSpec, flow: FlowSpec = SMALL) -> tuple[list[Recovered], Finished]:
    events = list(train(target, flow, spec))
    assert isinstance(events[-1], Finished)
    return [event for event in events if isinstance(event, Recovered)], events[-1]


def test_training_whose_loss_rises_recovers_and_says_what_to_change(target: Ink, scripted: Callable[..., None]) -> None:
    scripted(1.0, 0.9, 0.8, 1.25, 0.7)
    (recovery,), end = trained(target, TrainingSpec(steps=200))
    assert (recovery.cause, recovery.failed_step, recovery.step) == ("loss rose", 80, 60)
    assert "The validation loss rose by 0.4 nats at step 80" in recovery.sentence()
    assert end.figures()["largest_rise"] == pytest.approx(0.45)
    assert end.figures()["unsteady"] == 1
    assert end.checkpoint.largest_rise == pytest.approx(0.45)
    assert end.in_units(FLOW_UNITS).sentence().endswith("To train more steadily, lower the learning rate to 0.001.")
    assert end.ending == "completed"


def test_small_rise_makes_a_training_unsteady_without_a_recovery(target: Ink, scripted: Callable[..., None]) -> None:
    scripted(1.0, 0.8, 0.95, 0.7)
    recoveries, end = trained(target, TrainingSpec(steps=100))
    assert not recoveries
    assert end.figures()["unsteady"] == 1
    assert "The loss did not fall steadily" in end.advice


def test_steady_training_has_no_advice(target: Ink, scripted: Callable[..., None]) -> None:
    scripted(1.0, 0.8, 0.85, 0.7)
    recoveries, end = trained(target, TrainingSpec(steps=100))
    assert (recoveries, end.advice, end.figures()["unsteady"]) == ([], "", 0)


def test_losses_may_jump_in_the_first_tenth_of_the_budget(target: Ink, scripted: Callable[..., None]) -> None:
    scripted(1.0, 4.0, 0.9)
    recoveries, end = trained(target, TrainingSpec(steps=410))
    assert (recoveries, end.largest_rise) == ([], 0)


def test_rise_at_the_end_is_not_undone_but_counts(
    target: Ink, scripted: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowviz.training.validation.VALIDATION_CHUNKS", 2)
    scripted(1.0, 2.0)
    recoveries, end = trained(target, TrainingSpec(steps=50))
    assert not recoveries
    assert (end.kept.step, end.checkpoint.step, end.largest_rise) == (40, 50, 1.0)


def test_rises_on_a_finite_set_of_points_may_be_overfitting(scripted: Callable[..., None]) -> None:
    scripted(1.0, 0.9, 3.0)
    cloud = Points(np.random.default_rng(0).normal(size=(100, 2)))
    recoveries, end = trained(cloud, TrainingSpec(steps=100))
    assert (recoveries, end.largest_rise) == ([], None)


def test_rises_of_flows_that_fold_do_not_count(target: Ink, scripted: Callable[..., None]) -> None:
    scripted(1.0, 0.9, 3.0)
    flow = FlowSpec(family="flow_matching", integrator_steps=2, width=8, depth=1)
    recoveries, end = trained(target, TrainingSpec(steps=100), flow)
    assert (recoveries, end.largest_rise) == ([], None)


def test_the_advice_names_what_is_unusual() -> None:
    wild = FlowSpec(log_scale_bound=None, normalization="minibatch")
    told = advice(wild, TrainingSpec(steps=1, learning_rate=0.1), "completed")
    for change in ("bound the log-scale", "running normalization", "lower the learning rate to 0.004"):
        assert change in told
    assert "gave up" not in told


def test_points_without_a_density_are_no_fault_but_make_a_state_worse(
    monkeypatch: pytest.MonkeyPatch, scripted: Callable[..., None]
) -> None:
    scripted(1.0)  # validates after every chunk
    values = iter([[9.0, 9.0], [9.0, 9.0], [1.0, np.nan], [8.0, 8.0], [np.nan, np.nan], [2.0, np.nan]])
    monkeypatch.setattr("flowviz.training.validation.nlls_of", lambda *_: np.array(next(values)))
    flow = FlowSpec(family="flow_matching", width=8, depth=1, waves=2, integrator_steps=2)
    history = History()
    for event in train(Points(np.random.default_rng(0).normal(size=(200, 2))), flow, TrainingSpec(steps=450)):
        history = history.with_event(event)
    end = event
    assert isinstance(end, Finished)
    assert (end.recoveries, end.ending, end.kept.step, end.kept.rank) == (0, "completed", 300, (0.0, 8.0))
    assert np.isnan(history.validation_nll).tolist() == [False, False, True, False, True, True]
    assert end.progress.without_density == 0.5
    assert (last := history.last_progress(None)) is not None
    assert last.validation_nll is None
