"""Format 8: whatever is storable comes back to the last bit; what does not fit together is refused."""

import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from flowviz.errors import FileError
from flowviz.projects import Project, from_bytes, save_project, to_bytes
from flowviz.projects.columns import SHARING, columns_of
from flowviz.projects.moments import MIN_MOMENTS
from flowviz.records import (
    Adjusted,
    Environment,
    Moment,
    Retargeted,
    Selection,
    Settings,
    Snapshot,
    Timeline,
    base_particles,
    untrained_trace,
)
from flowviz.records.timeline import MAX_MOMENTS
from flowviz.specs import FlowSpec, MixSpec, Part, PointsSpec, Seen, TextSpec, TrainingSpec
from flowviz.targets import points_spec
from tests.flows.families import SPECS
from tests.projects.examples import (
    Change,
    assert_same,
    bare_project,
    changed,
    moved,
    replace_moment,
    weights,
    whole_project,
)


@pytest.mark.parametrize("particles", [1, 7, 8, 100])
def test_all_of_a_project_comes_back_to_the_last_bit(particles: int) -> None:
    project = whole_project(particles)
    again = from_bytes(to_bytes(project))
    assert_same(again, project.storable())
    assert_same(again.storable(), again)
    assert to_bytes(again) == to_bytes(project)
    assert_same(replace(again, timeline=Timeline()), replace(project, timeline=Timeline()))


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
def test_an_untrained_project_of_any_family_comes_back(spec: FlowSpec) -> None:
    assert_same(from_bytes(to_bytes(bare_project(spec))), bare_project(spec))


BY_PET = points_spec(np.random.default_rng(0).normal(size=(60, 2)), "pets.csv", given=["cat", "dog"] * 30)


def test_a_table_with_a_condition_comes_back() -> None:
    project = Project.untrained(BY_PET, FlowSpec(), TrainingSpec(steps=1)).given("dog")
    assert_same(from_bytes(to_bytes(project)), project)


@pytest.mark.parametrize(
    "change",
    [
        lambda _, a: a["target/1"].view(np.float64).fill(2),
        lambda _, a: a["target/1"].view(np.float64).fill(np.nan),
        lambda _, a: a.update({"target/1": a["target/1"][:-8].copy()}),
        lambda t, _: t["target"]["column"]["condition"].update(classes=["cat"]),
        lambda t, _: t["target"].update(column=None),
    ],
)
def test_a_column_that_does_not_fit_its_table_is_damaged(change: Change) -> None:
    content = to_bytes(Project.untrained(BY_PET, FlowSpec(), TrainingSpec(steps=1)))
    from_bytes(changed(content, lambda *_: None))
    with pytest.raises(FileError, match="damaged"):
        from_bytes(changed(content, change))


def test_a_moment_that_is_not_the_present_comes_back_without_its_particles() -> None:
    project = whole_project(moments=3)
    snapshots = tuple(Snapshot(**vars(m), trace=project.trace) for m in project.timeline.moments[:-1])
    project = replace(project, timeline=Timeline((*snapshots, project.timeline.moments[-1]), 1))
    found = from_bytes(to_bytes(project)).timeline.moments
    assert [type(moment) for moment in found] == [Moment, Moment, Snapshot]
    assert isinstance(found[-1], Snapshot)
    assert_same(found[-1].trace, project.trace)


def test_a_last_moment_of_another_state_than_the_present_has_no_particles() -> None:
    project = whole_project()
    project = replace(project, weights=weights(project.flow, 4, np.random.default_rng(9)))
    again = from_bytes(to_bytes(project))
    assert type(again.timeline.moments[-1]) is Moment
    assert_same(again, project.storable())


@pytest.mark.parametrize("named", [None, 0, 1700, 3100, 6300])
def test_moments_are_thinned_evenly_and_the_one_that_is_looked_at_stays(named: int | None) -> None:
    project = whole_project(particles=10, moments=64, width=60)
    project = replace(project, seen=replace_moment(project.seen, named))
    steps = [moment.step for moment in project.storable().timeline.moments]
    assert (steps[0], steps[-1]) == (0, 6300)
    assert MIN_MOMENTS < len(steps) < 30
    gaps = np.diff(steps)
    assert gaps.max() <= 2 * gaps.mean() + 100
    assert named is None or named in steps
    assert project.storable().seen.moment == named
    assert_same(project.storable().storable(), project.storable())


def test_a_large_flow_keeps_a_few_moments() -> None:
    project = whole_project(particles=10, moments=20, width=400)
    assert len(project.storable().timeline.moments) == MIN_MOMENTS + 1


def test_no_more_moments_are_stored_than_a_window_has() -> None:
    project = whole_project(particles=10, moments=100, width=1)
    assert len(project.storable().timeline.moments) == MAX_MOMENTS
    assert_same(from_bytes(to_bytes(project)), project.storable())


def test_what_there_is_not_is_neither_seen_nor_selected() -> None:
    project = whole_project(moments=5)
    seen = Seen(stage=50, moment=77, probe=(50, (0, 0)), overview=True)
    project = replace(project, seen=seen, selection=Selection.none(3))
    assert project.storable().seen == Seen(overview=True)
    assert from_bytes(to_bytes(project)).selection is None


def test_of_many_changes_the_latest_are_kept() -> None:
    project = whole_project()
    for title, fewest in (("BRAD", 300), ("✨" * 200, 5)):
        changes = tuple(Retargeted(step, title) for step in range(3000))
        project = replace(project, history=replace(project.history, changes=changes))
        kept = from_bytes(to_bytes(project)).history.changes
        assert fewest <= len(kept) < 500
        assert kept == changes[-len(kept) :]


def test_of_many_changes_of_settings_the_latest_are_kept() -> None:
    one, other, project = Settings(2e-3, 1.0, 256), Settings(1e-4, 1.0, 256), whole_project()
    adjustments = tuple(Adjusted(step, one, other) for step in range(3000))
    project = replace(project, history=replace(project.history, adjustments=adjustments))
    kept = from_bytes(to_bytes(project)).history.adjustments
    assert 50 <= len(kept) < 500
    assert kept == adjustments[-len(kept) :]


def test_the_same_content_is_stored_once(tmp_path: Path) -> None:
    points = PointsSpec(data=np.arange(200_000, dtype="<f4").tobytes())
    project = replace(bare_project(), target=points)
    mix = MixSpec(parts=(Part(source=points), Part(source=TextSpec(text="Hi")), Part(source=points, weight=2)))
    both = replace(project, next=replace(project.plan, target=mix))
    assert len(to_bytes(both)) < len(to_bytes(project)) + 2000
    assert from_bytes(to_bytes(both)).next == both.next


def test_the_same_project_is_the_same_bytes_in_every_process() -> None:
    code = (
        "import hashlib; from flowviz.projects import to_bytes; from tests.projects.examples import whole_project;"
        "print(hashlib.sha256(to_bytes(whole_project())).hexdigest())"
    )
    found = subprocess.check_output([sys.executable, "-c", code], env={"PYTHONHASHSEED": "1"}, text=True)
    assert found.strip() == sha256(to_bytes(whole_project())).hexdigest()


def test_environment_is_that_of_the_file_or_unknown() -> None:
    project = whole_project()
    assert from_bytes(to_bytes(project)).environment == project.environment
    older = from_bytes(changed(to_bytes(project), lambda text, _: text.pop("environment")))
    assert older.environment is None
    made = Project.untrained(project.target, project.flow, project.training)
    assert made.environment == Environment.current()
    assert from_bytes(to_bytes(made)).environment == Environment.current()


@pytest.mark.parametrize("bad", ["\x1b[2J", "ä", "x" * 201, 7, None])
def test_environment_that_could_confuse_a_terminal_is_refused(bad: object) -> None:
    content = changed(to_bytes(whole_project()), lambda text, _: text["environment"].update(platform=bad))
    with pytest.raises(FileError, match="damaged"):
        from_bytes(content)


def test_opening_loads_neither_tensorflow_nor_qt(tmp_path: Path) -> None:
    path = tmp_path / "x.flowviz"
    path.write_bytes(to_bytes(whole_project()))
    code = (
        "import sys; from pathlib import Path; from flowviz.projects import load_project;"
        f"load_project(Path({str(path)!r}));"
        "assert not {'tensorflow', 'PyQt6', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
def test_columns_are_shared_but_not_by_too_many(spec: FlowSpec) -> None:
    rng = np.random.default_rng(0)
    for trace in (untrained_trace(spec, base_particles(50)), moved(spec, 50, rng)):
        columns, index = columns_of(trace)
        assert index.size / SHARING <= len(columns)
        if spec.recipe.has_network and not spec.recipe.is_continuous:  # so that layers keep a coordinate
            assert len(columns) < 0.75 * index.size
        np.testing.assert_array_equal(columns[index[:, 0]], trace.positions[:, :, 0])
        np.testing.assert_array_equal(columns[index[:, 1]], trace.positions[:, :, 1])
        np.testing.assert_array_equal(columns[index[:, 2]], trace.log_det)


def test_a_zero_below_is_not_the_zero_above() -> None:
    trace = untrained_trace(FlowSpec(), base_particles(50))
    trace.log_det[3] = -0.0
    trace.positions[5, :, 0] = 0.0
    project = replace(bare_project(), trace=trace)
    assert_same(from_bytes(to_bytes(project)).trace, trace)


INCONSISTENT: dict[str, Change] = {
    "histories of two lengths": lambda _, a: a.update({"history/seconds": a["history/seconds"][:-1].copy()}),
    "a history in two directions": lambda _, a: a.update({k: a[k][None] for k in a if k.startswith("history/")}),
    "a history of another type": lambda _, a: a.update({"history/step": a["history/step"].astype(np.float32)}),
    "a shorter selection": lambda _, a: a.update({"selection/chosen": a["selection/chosen"][:-1].copy()}),
    "a selection of floats": lambda _, a: a.update({"selection/chosen": a["selection/chosen"].astype(np.float32)}),
    "steps that descend": lambda t, _: t["timeline"]["moments"].reverse(),
    "a step twice": lambda t, _: t["timeline"]["moments"].append(t["timeline"]["moments"][-1]),
    "a negative step": lambda t, _: t["timeline"]["moments"][0].update(step=-1),
    "a step beyond all": lambda t, _: t["timeline"]["moments"][-1].update(step=10**300),
    "a state that is missing": lambda t, _: t["timeline"]["moments"][0].update(state=60),
    "a negative state": lambda t, _: t.update(present=-1),
    "a stage beyond the last": lambda t, _: t["seen"].update(stage=10),
    "a probe beyond the last": lambda t, _: t["seen"].update(probe=[10, [0, 0]]),
    "a probe at infinity": lambda t, _: t["seen"].update(probe=[1, [0, float("inf")]]),
    "a moment that is missing": lambda t, _: t["seen"].update(moment=201),
    "edits beyond the last stage": lambda t, _: t["edits"]["layers"].update({"10": {"disabled": True}}),
    "edits of the base": lambda t, _: t["edits"]["layers"].update({"0": {"disabled": True}}),
    "edits of no stage": lambda t, _: t["edits"]["layers"].update({"x": {"disabled": True}}),
    "edits that are no object": lambda t, _: t.update(edits=[]),
    "a bump of a normalization": lambda t, _: t["edits"]["layers"].update({"2": t["edits"]["layers"]["1"]}),
    "a bump without a center": lambda t, _: t["edits"]["layers"]["1"]["bumps"][0].update(center=[]),
    "a bump at infinity": lambda t, _: t["edits"]["layers"]["1"]["bumps"][0].update(center=[float("inf")]),
    "a bump that is too high": lambda t, _: t["edits"]["layers"]["1"]["bumps"][0].update(height=[1e300]),
    "a bump of nothing": lambda t, _: t["edits"]["layers"]["1"]["bumps"][0].update(curve="x"),
    "more bumps than allowed": lambda t, _: t["edits"]["layers"]["1"]["bumps"].extend(
        17 * t["edits"]["layers"]["1"]["bumps"][:1]
    ),
    "a training with edits beyond the last stage": lambda t, _: t.update(
        trained_as={"layers": {"99": {"disabled": True}}}
    ),
    "edits of another checkpoint": lambda t, _: t["checkpoint"]["edits"]["layers"].update({"99": {"disabled": True}}),
    "a flow with more stages": lambda t, _: t["flow"].update(layers=5),
    "numbers of another stage": lambda t, _: t["layout"]["parameters"].update({"99_real_nvp/bias": [0]}),
    "a layout of more numbers": lambda t, _: t["layout"]["statistics"].update({"01_real_nvp/bias": [3]}),
    "a layout of absurd shape": lambda t, _: t["layout"]["statistics"].update({"01_real_nvp/bias": [0, 10**15, 9**15]}),
    "a layout of negative shape": lambda t, _: t["layout"]["statistics"].update({"01_real_nvp/bias": [-1, 0]}),
    "a checkpoint of another flow": lambda _, a: a.update({"checkpoint/parameters": np.zeros(3, np.float32)}),
    "a moment of Adam of another": lambda _, a: a.update({"checkpoint/first_moment": np.zeros(3, np.float32)}),
    "a checkpoint's random state": lambda t, _: t["checkpoint"]["random_state"]["state"].update(state="x"),
    "a random state of no bits": lambda t, _: t["checkpoint"]["random_state"]["state"].update(state=2**200),
    "a random state of another kind": lambda t, _: t["checkpoint"].update(random_state={"bit_generator": "MT19937"}),
    "a learning rate of zero": lambda t, _: t["checkpoint"].update(rate_factor=0),
    "a NaN among the figures": lambda t, _: t["checkpoint"]["kept"].update(validation_nll=float("nan")),
    "a NaN among the scores": lambda t, _: t["score"].update(test_nll=float("nan")),
    "a test without an error": lambda t, _: t["score"].update(standard_error=None),
    "a kept step that is missing": lambda t, _: t.update(kept_step=401),
    "a validated state that is missing": lambda _, a: a.pop("validated/parameters"),
    "a validated state of another flow": lambda _, a: a.update({"validated/statistics": np.zeros(3, np.float32)}),
    "a NaN among the weights": lambda _, a: a["states/parameters"].fill(np.nan),
    "a NaN among the columns": lambda _, a: a["trace/columns"].fill(np.inf),
    "an infinite entropy": lambda _, a: a["history/entropy"].fill(np.inf),
    "entropies of other reports": lambda _, a: a.update({"history/entropy": np.zeros(3)}),
    "weights of bytes": lambda _, a: a.update({"states/parameters": a["states/parameters"].view(np.uint8)}),
    "columns of halves": lambda _, a: a.update({"trace/columns": a["trace/columns"].astype(np.float16)}),
    "an index beyond the columns": lambda _, a: a["trace/index"].fill(50_000),
    "an index of fewer stages": lambda _, a: a.update({"trace/index": a["trace/index"][:-1].copy()}),
    "an index of floats": lambda _, a: a.update({"trace/index": a["trace/index"].astype(np.float32)}),
    "columns of no particle": lambda _, a: a.update({"trace/columns": a["trace/columns"][:, :0].copy()}),
    "one column for all": lambda _, a: a.update(
        {"trace/columns": a["trace/columns"][:1].copy(), "trace/index": a["trace/index"] * 0}
    ),
    "errors of other stages": lambda _, a: a.update({"trace/round_trip_error": np.zeros(3, np.float32)}),
    "no columns": lambda _, a: a.pop("trace/columns"),
    "no content": lambda _, a: a.pop("target/0"),
    "content of floats": lambda _, a: a.update({"target/0": np.zeros(3, np.float32)}),
    "an unknown key": lambda t, _: t.update(code="print()"),
    "a text too long": lambda t, _: t["target"].update(kind="text", text="x" * 10_000),
    "next of no kind": lambda t, _: t.update(next={"target": 1}),
    "settings that make no sense": lambda t, _: t["adjustments"][0]["after"].update(learning_rate=-1),
    "settings that are missing": lambda t, _: t["adjustments"][0]["before"].pop("batch"),
    "changes of settings that descend": lambda t, _: t["adjustments"].reverse(),
    "changes of other things": lambda t, _: t.update(changes=[[1, "a"]]),
}


@pytest.mark.parametrize("change", INCONSISTENT.values(), ids=INCONSISTENT.keys())
def test_what_does_not_fit_together_is_damaged(change: Change) -> None:
    content = to_bytes(whole_project())
    from_bytes(changed(content, lambda *_: None))
    with pytest.raises(FileError, match="damaged"):
        from_bytes(changed(content, change))


def test_a_default_project_with_a_full_timeline_is_small(project: Project) -> None:
    rng = np.random.default_rng(0)
    names = project.weights.parameters.items()
    moments = tuple(
        Moment(
            step,
            replace(project.weights, parameters={n: rng.normal(size=a.shape).astype(np.float32) for n, a in names}),
            0.5,
            0.5,
        )
        for step in range(63)
    )
    last = Snapshot(100, project.weights, 0.5, 0.5, project.trace)
    full = replace(project, timeline=Timeline((*moments, last)), selection=Selection(rng.random(8000) < 0.5))
    assert len(full.storable().timeline.moments) > 10
    assert len(to_bytes(full)) <= 2_000_000
    assert_same(from_bytes(to_bytes(full)), full.storable())


def test_what_could_not_be_opened_is_not_saved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("flowviz.projects.storage.MAX_FILE_BYTES", 10_000)
    with pytest.raises(FileError, match="too large to be saved"):
        save_project(whole_project(particles=1000), tmp_path / "x.flowviz")
    assert not list(tmp_path.iterdir())
