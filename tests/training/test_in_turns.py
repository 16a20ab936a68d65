"""Several flows that train in turns: the same results as apart, in any order, with equal budgets."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.errors import MachineError, TargetError
from flowviz.flows import Flow
from flowviz.projects import Comparison, Project, comparison_from_bytes, comparison_to_bytes
from flowviz.projects.results import kept_result
from flowviz.projects.variant import Variant
from flowviz.records import Advanced, Finished, Preparing, Retargeted, Snapshot, Trial
from flowviz.records.comparison_table import COLUMNS
from flowviz.specs import ComparisonSpec, Entrant, FlowSpec, ShapeSpec, TextSpec, TrainingSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.targets import Target, build_target
from flowviz.training import (
    Add,
    Adjust,
    Change,
    Remove,
    Retarget,
    Turn,
    Vary,
    compared,
    prepare,
    score_stopped,
    train,
    train_in_turns,
)
from flowviz.training.batches import Batches, draw_batches
from flowviz.training.loop import Training
from flowviz.training.scoring import nlls_of
from flowviz.training.step import ChunkRunner, State
from tests.training.clock import Clock
from tests.training.events import finished

pytestmark = pytest.mark.usefixtures("short_chunks", "few_points")
TARGET, STEPS = TextSpec(text="I"), TrainingSpec(steps=110)  # six chunks
FLOWS = {
    "affine": FlowSpec(layers=2, width=8, depth=1),
    "radial": FlowSpec(family="radial", layers=1),
    "nice": FlowSpec(family="nice", layers=2, width=8, depth=1),
}


def entrant(name: str, training: TrainingSpec = STEPS, target: Any = TARGET) -> Entrant:
    return Entrant(name=name, target=target, flow=FLOWS.get(name, FLOWS["affine"]), training=training)


def comparison(*names: str, **values: Any) -> Comparison:
    entrants = tuple(entrant(name, **values) for name in names or FLOWS)
    return Comparison.untrained(ComparisonSpec(entrants=entrants))


def gaps(found: Comparison) -> dict[str, float | None]:
    return {trial.name: trial.figures["gap"] for trial in found.trials}


def project(name: str, training: TrainingSpec = STEPS) -> Project:
    return Project.untrained(TARGET, FLOWS[name], training)


class Stopper:
    """Requests a stop once an entrant has advanced, and remembers the turns."""

    def __init__(self, after: int) -> None:
        self.turns, self._after = list[Turn](), after

    def requested(self) -> bool:
        return sum(isinstance(turn.event, Advanced) for turn in self.turns) >= self._after

    def take(self, turns: Iterator[Turn]) -> Comparison:
        for turn in turns:
            self.turns.append(turn)
        return self.turns[-1].comparison


@pytest.fixture(scope="module")
def whole(short_chunks: None, few_points: None) -> Comparison:
    return compared(comparison())


@pytest.fixture
def spoiled_radial(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every chunk of the radial flow lose its loss."""
    run = ChunkRunner.run

    def spoiled(self: ChunkRunner, *values: Any, **how: Any) -> tuple[State, NDArray[Any]]:
        state, losses = run(self, *values, **how)
        return state, losses * np.float32("nan" if self.flow.spec.family == "radial" else 1)

    monkeypatch.setattr(ChunkRunner, "run", spoiled)


def test_results_are_those_of_separate_trainings(whole: Comparison) -> None:
    assert whole.names == tuple(FLOWS)
    for name, flow in FLOWS.items():
        end = finished(train(build_target(TARGET), flow, STEPS))
        found = whole[name]
        assert gaps(whole)[name] == end.score.gap is not None
        assert found.checkpoint is not None
        np.testing.assert_array_equal(found.checkpoint.parameters, end.checkpoint.parameters)
        np.testing.assert_array_equal(found.trace.positions, end.trace.positions)


def test_order_of_entrants_does_not_matter(whole: Comparison) -> None:
    other = compared(comparison(*reversed(FLOWS)))
    assert gaps(other) == gaps(whole)
    assert other.names == tuple(reversed(FLOWS))


def test_entrants_take_turns_of_one_chunk() -> None:
    spent = dict.fromkeys(FLOWS, 0.0)
    for turn in train_in_turns(comparison()):
        if isinstance(turn.event, Advanced):
            assert spent[turn.name] == min(spent.values())
            spent[turn.name] = turn.event.fraction
    assert set(spent.values()) == {1.0}


def test_all_learn_from_the_same_target_points(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = dict[str, list[bytes]]()

    def watched(flow: Flow, *arguments: Any) -> Batches:
        batches = draw_batches(flow, *arguments)
        drawn.setdefault(flow.spec.family, []).append(batches.drawn.points.tobytes())
        return batches

    monkeypatch.setattr("flowviz.training.loop.draw_batches", watched)
    matching = FlowSpec(family="flow_matching", width=8, depth=1, integrator_steps=2)
    flows = {"realnvp": FLOWS["affine"], "radial": FLOWS["radial"], "flow_matching": matching}
    spec = STEPS.model_copy(update={"batch": 64})
    entrants = [Entrant(name=name, target=TARGET, flow=flow, training=spec) for name, flow in flows.items()]
    stopper = Stopper(after=9)  # chunks; the score of flow matching would take long
    turns = train_in_turns(Comparison.untrained(ComparisonSpec(entrants=entrants)))
    for turn in turns:
        stopper.turns.append(turn)
        if stopper.requested():
            break
    assert len(drawn["realnvp"]) == 3
    assert drawn["realnvp"] == drawn["radial"] == drawn["flow_matching"]


def test_own_clock_of_each_entrant_counts_its_own_steps() -> None:
    ends = {
        turn.name: turn.event.progress.seconds
        for turn in train_in_turns(comparison("affine", "nice", training=TrainingSpec(seconds=0.2)))
        if isinstance(turn.event, Finished)
    }
    assert ends.keys() == {"affine", "nice"}
    assert all(seconds >= 0.2 for seconds in ends.values())


def test_pictures_of_a_flow_do_not_count_as_its_training(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, snapshot = Clock(monkeypatch), Training._snapshot

    def slow(self: Training) -> Snapshot:
        clock.advance(1000)
        return snapshot(self)

    monkeypatch.setattr(Training, "_snapshot", slow)
    training = TrainingSpec(seconds=0.1)
    turns = list(train_in_turns(comparison("affine", training=training), snapshot_seconds=0.01))
    assert sum(isinstance(turn.event, Snapshot) for turn in turns) > 3
    (end,) = (turn.event for turn in turns if isinstance(turn.event, Finished))
    assert 0.1 <= end.progress.seconds < 1


def test_everything_is_compiled_before_the_first_step() -> None:
    events = [turn.event for turn in train_in_turns(comparison())]
    activities = [event.activity for event in events[: len(FLOWS)] if isinstance(event, Preparing)]
    assert activities == len(FLOWS) * ["Compiling the training step"]


def test_ended_trainings_without_checkpoints_keep_their_results(whole: Comparison) -> None:
    projects = {name: replace(project, checkpoint=None) for name, project in whole.projects.items()}
    assert not list(train_in_turns(replace(whole, projects=projects))), "nothing is trained again from the start"


@pytest.mark.parametrize("name", FLOWS)
def test_a_project_without_its_checkpoint_has_kept_the_result(whole: Comparison, name: str) -> None:
    project, trial = whole[name], whole.trial(name)
    found = kept_result(replace(project, checkpoint=None), build_target(TARGET))
    assert trial is not None
    assert found is not None
    assert found.ending == "completed"
    known = {each: figure for each, figure in found.figures.items() if figure is not None}
    assert known.items() - trial.figures.items() == {("validation_gap", known["validation_gap"])}
    assert {column.name for column in COLUMNS if trial.figures.get(column.name)} <= known.keys()
    assert kept_result(project, None) is None, "it can be trained further"


def test_divergence_of_one_does_not_stop_the_others(whole: Comparison, spoiled_radial: None) -> None:
    found = compared(comparison())
    endings = {trial.name: trial.ending for trial in found.trials}
    assert endings == {"affine": "completed", "radial": "diverged", "nice": "completed"}
    others = {name: gap for name, gap in gaps(whole).items() if name != "radial"}
    assert {name: gap for name, gap in gaps(found).items() if name != "radial"} == others
    assert not list(train_in_turns(found)), "it has ended for good"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MachineError("There is not enough memory."), "There is not enough memory"),
        (RuntimeError("a very\nlong story"), "an unexpected error: a very"),
    ],
)
def test_failure_of_one_is_reported_and_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def broken(flow: FlowSpec, *values: Any, **how: Any) -> None:
        if flow.family == "nice":
            raise error
        prepare(flow, *values, **how)

    monkeypatch.setattr("flowviz.training.in_turns.prepare", broken)
    found = compared(comparison("nice", "affine"))
    assert {trial.name: (trial.ending, trial.failure) for trial in found.trials} == {
        "nice": ("failed", said),
        "affine": ("completed", ""),
    }
    monkeypatch.undo()
    again = compared(found)
    assert [trial.ending for trial in again.ordered_trials()] == ["completed", "completed"], "it is tried again"


def stopped(after: int, **values: Any) -> Comparison:
    stopper = Stopper(after)
    return stopper.take(train_in_turns(comparison(**values), stop_requested=stopper.requested))


def copied(found: Comparison) -> Comparison:
    return comparison_from_bytes(comparison_to_bytes(found))


@pytest.mark.parametrize("is_scored", [True, False])
@pytest.mark.parametrize("chunks", [1, 3, 7])
def test_stopped_comparison_resumes_exactly(whole: Comparison, chunks: int, is_scored: bool) -> None:
    found = stopped(chunks)
    assert 0 < max(each.checkpoint.step for each in found.projects.values() if each.checkpoint) < 110
    for turn in score_stopped(found) if is_scored else ():
        found = turn.comparison
    assert [trial.ending for trial in found.trials] == (min(chunks, 3) if is_scored else 0) * ["stopped"]
    resumed = compared(copied(found))
    assert gaps(resumed) == gaps(whole)
    assert {trial.ending for trial in resumed.trials} == {"completed"}
    for name in FLOWS:
        np.testing.assert_array_equal(resumed[name].history.step, whole[name].history.step)
        np.testing.assert_array_equal(resumed[name].trace.positions, whole[name].trace.positions)


def test_stop_after_the_first_chunk_does_not_wait_for_a_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    stopper = Stopper(after=1)

    def validated(*values: Any) -> NDArray[Any]:
        assert not stopper.requested(), "the flow was validated"
        return nlls_of(*values)

    monkeypatch.setattr("flowviz.training.validation.nlls_of", validated)
    found = stopper.take(train_in_turns(comparison("affine"), stop_requested=stopper.requested))
    assert found.trials == ()
    assert found["affine"].checkpoint is not None
    assert found["affine"].history.step.tolist() == [0]


def test_abandoned_comparison_resumes_exactly_from_its_last_turn(whole: Comparison) -> None:
    turns = train_in_turns(comparison(), snapshot_seconds=0.0)
    for turn in turns:
        if isinstance(turn.event, Advanced) and turn.event.fraction > 0.5:
            break
    turns.close()  # type: ignore[attr-defined]  # it is a generator
    assert gaps(compared(turn.comparison)) == gaps(whole)


def test_stop_before_the_first_step_leaves_nothing_behind() -> None:
    found = compared(comparison(), should_stop=lambda: True)
    assert found.trials == ()
    assert all(each.checkpoint is None for each in found.projects.values())


class Requests:
    """Changes that are requested once a number of chunks have been taken."""

    def __init__(self, after: int, *changes: Change) -> None:
        self.chunks, self._after, self._changes = 0, after, changes

    def take(self) -> Sequence[Change]:
        if self.chunks < self._after:
            return ()
        found, self._changes = self._changes, ()
        return found


def changed(start: Comparison, after: int, *changes: Change, **options: Any) -> list[Turn]:
    requests, turns = Requests(after, *changes), list[Turn]()
    for turn in train_in_turns(start, changes=requests.take, **options):
        requests.chunks += isinstance(turn.event, Advanced)
        turns.append(turn)
    return turns


def test_entrant_that_joins_or_leaves_does_not_change_the_others(whole: Comparison) -> None:
    turns = changed(comparison("affine", "radial"), 3, Add("nice", project("nice")), Remove("radial"))
    found = turns[-1].comparison
    assert found.names == ("affine", "nice")
    assert gaps(found) == {name: gaps(whole)[name] for name in ("affine", "nice")}
    assert [turn.event for turn in turns if turn.name == "radial"][-1] is None


def test_entrant_that_cannot_be_trained_further_joins_as_it_is(whole: Comparison) -> None:
    joined = replace(whole["nice"], checkpoint=None)
    found = changed(comparison("affine"), 1, Add("nice", joined))[-1].comparison
    assert found.names == ("affine", "nice")
    assert found["nice"].weights is joined.weights
    assert gaps(found)["affine"] == gaps(whole)["affine"]


def test_weights_without_a_checkpoint_or_a_result_are_trained_further(whole: Comparison) -> None:
    """They were replaced by random ones."""
    kept = replace(whole["nice"], checkpoint=None, score=None)
    turns = train_in_turns(Comparison({"nice": kept}), snapshot_seconds=0.0)
    first = next(turn.event for turn in turns if isinstance(turn.event, Snapshot))
    np.testing.assert_allclose(first.trace.positions[-1], kept.trace.positions[-1], atol=0.5)


def test_only_entrant_is_replaced_by_one_that_starts_over(whole: Comparison) -> None:
    replaced = Project.untrained(TARGET, FLOWS["nice"], STEPS)
    turns = changed(comparison("affine"), 1, Remove("affine"), Add("affine", replaced))
    found = turns[-1].comparison
    assert found.names == ("affine",)
    assert gaps(found)["affine"] == gaps(whole)["nice"]


def test_entrant_with_another_budget_cannot_join() -> None:
    turns = changed(comparison("affine"), 1, Add("nice", project("nice", TrainingSpec(steps=7))))
    (refused,) = (turn for turn in turns if turn.name == "nice")
    assert isinstance(refused.event, Trial)
    assert 'Flow "nice": its budget is 7 steps, but that of "affine" is 110 steps' in refused.event.failure
    assert turns[-1].comparison.names == ("affine",)


def test_another_target_is_learned_by_all_with_a_new_budget() -> None:
    other = ShapeSpec(name="heart")
    turns = changed(comparison("affine", "nice"), 4, Retarget(other, build_target(other)))
    found = turns[-1].comparison
    assert {each.target for each in found.projects.values()} == {other}
    at = {turn.name: turn.event.step for turn in turns if isinstance(turn.event, Retargeted)}
    for name, step in at.items():
        checkpoint = found[name].checkpoint
        assert checkpoint is not None
        assert checkpoint.step == step + 110
        assert found[name].history.changes[-1].title == "heart"
    assert at.keys() == {"affine", "nice"}


def test_another_target_is_learned_as_well_by_those_that_have_ended() -> None:
    start = compared(comparison("affine"))
    other = ShapeSpec(name="heart")
    turns = changed(start.with_project("nice", project("nice")), 1, Retarget(other, build_target(other)))
    found = turns[-1].comparison
    assert {each.target for each in found.projects.values()} == {other}
    steps = {name: each.checkpoint.step for name, each in found.projects.items() if each.checkpoint}
    assert steps["affine"] == 220
    assert [trial.name for trial in found.ordered_trials()] == ["affine", "nice"]


def test_settings_variant_and_target_of_one_entrant_leave_the_others_as_they_are(whole: Comparison) -> None:
    heart, variant = ShapeSpec(name="heart"), Variant(FLOWS["radial"], Edits(layers={1: LayerEdit(disabled=True)}))
    slower = STEPS.model_copy(update={"learning_rate": 1e-4})
    changes = Adjust(slower, "affine"), Vary(variant, "radial"), Retarget(heart, build_target(heart), "affine")
    turns = changed(comparison(), 4, *changes, snapshot_seconds=0.0)
    found = turns[-1].comparison
    assert found["affine"].target == heart
    assert found["affine"].training == slower
    for name in ("radial", "nice"):
        assert found[name].target == TARGET
        assert gaps(found)[name] == gaps(whole)[name]
    edits = {name: [turn.project.edits for turn in turns_of(turns, name, Snapshot)] for name in FLOWS}
    assert variant.edits in edits["radial"]
    assert set(map(bool, edits["affine"] + edits["nice"])) == {False}
    assert not found["radial"].edits, "they are not part of the training"


def turns_of(turns: Sequence[Turn], name: str, kind: type) -> list[Turn]:
    return [turn for turn in turns if turn.name == name and isinstance(turn.event, kind)]


def test_entrants_that_learn_a_target_already_go_on_with_it(whole: Comparison) -> None:
    turns = changed(comparison("affine", "nice"), 3, Retarget(TARGET, build_target(TARGET)))
    assert gaps(turns[-1].comparison) == {name: gaps(whole)[name] for name in ("affine", "nice")}
    assert not any(isinstance(turn.event, Retargeted) for turn in turns)


def test_entrants_with_one_target_share_it(monkeypatch: pytest.MonkeyPatch) -> None:
    built = list[object]()

    def counted(spec: TextSpec) -> Target:
        built.append(spec)
        return build_target(spec)

    monkeypatch.setattr("flowviz.targets.build_target", counted)
    next(train_in_turns(comparison()))
    assert built == [TARGET]


def test_target_without_ink_is_refused_before_anything_is_trained() -> None:
    with pytest.raises(TargetError):
        compared(comparison("affine", target=TextSpec(text=" ")))


def test_later_seeds_are_those_of_separate_trainings() -> None:
    found = compared(replace(comparison("affine", "nice"), seeds=2))
    assert [(trial.name, trial.seed) for trial in found.ordered_trials()] == [
        ("affine", 0),
        ("affine", 1),
        ("nice", 0),
        ("nice", 1),
    ]
    later = entrant("nice").with_later_seeds(1)
    end = finished(train(build_target(TARGET), later.flow, later.training))
    trial = found.trial("nice", 1)
    assert trial is not None
    assert trial.figures["gap"] == end.score.gap
    assert compared(found).trials == found.trials, "nothing is left to do"


def test_budget_that_has_grown_continues() -> None:
    short = compared(comparison("affine", training=TrainingSpec(steps=40)))
    longer = short.with_project("affine", replace(short["affine"], training=STEPS))
    steps = [turn.event.step for turn in train_in_turns(longer) if isinstance(turn.event, Advanced)]
    assert all(one < other for one, other in pairwise(steps))
    assert (steps[0] > 40, steps[-1]) == (True, 110)
