"""Comparisons and their files: everything is read as it was written, and a file can do no harm."""

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load, save

from flowviz import units
from flowviz.errors import FileError, SpecError
from flowviz.exporting.recognition import work_in
from flowviz.projects import (
    Comparison,
    Project,
    comparison_from_bytes,
    comparison_to_bytes,
    from_bytes,
    is_comparison,
    is_project,
    load_comparison,
    load_project,
    save_comparison,
    save_project,
    to_bytes,
)
from flowviz.records import History, Retargeted, Selection, Trial, to_csv, untrained_trace
from flowviz.records.comparison_table import COLUMNS, FIGURES
from flowviz.specs import FlowSpec, Seen, ShapeSpec, TargetSpec, TextSpec, TrainingSpec, ViewSpec
from flowviz.specs.edits import Edits, LayerEdit
from tests.projects.examples import assert_same, whole_project
from tests.projects.mutants import JUNK, mutant

KEY = "flowviz-comparison"


def trial(name: str, seed: int = 0, gap: float | None = 0.5, ending: Any = "completed") -> Trial:
    figures = {"gap": gap, "on_target": 0.9, "parameters": 12, "recoveries": 0, "entropy": None}
    return Trial("realnvp", 2e-3, seed, ending, ending != "failed", figures, name=name)


def example() -> Comparison:
    projects = {"μ, “spline”": whole_project(), "b\\n": whole_project(flow=FlowSpec(layers=3, width=8), seed=1)}
    trials = (trial("b\\n", 1), trial("b\\n", 0), trial("μ, “spline”", gap=None))
    return Comparison(projects, trials, seeds=3)


def test_file_holds_the_whole_comparison(tmp_path: Path) -> None:
    path, comparison = tmp_path / "c.flowviz", example()
    save_comparison(comparison, path)
    found = load_comparison(path)
    assert found.names == comparison.names
    assert found.seeds == 3
    assert list(found.trials) == comparison.ordered_trials()
    for name, project in comparison.projects.items():
        assert_same(found[name], project.storable())
    assert comparison_to_bytes(found) == path.read_bytes()


def test_entrants_keep_their_colors(tmp_path: Path) -> None:
    path, comparison = tmp_path / "c.flowviz", example()
    first, second = comparison.names
    left = replace(comparison, styles={first: 0, second: 1}).without(first)
    save_comparison(left, path)
    assert load_comparison(path).style(second) == 1
    assert comparison.style(second) == 1


def short(target: TargetSpec) -> Project:
    return Project.untrained(target, FlowSpec(layers=1), TrainingSpec(steps=1))


def test_unknown_legibility_is_computed_in_place() -> None:
    measured = replace(trial("b"), figures={"legibility": 0.5})
    comparison = Comparison({name: short(TextSpec(text="I")) for name in "ab"}, (trial("a"), measured))
    first, second = comparison.with_legibility().trials
    assert first.name == "a"
    assert first.figures["legibility"] is not None
    assert second == measured


@pytest.mark.parametrize(
    ("target", "run"),
    [
        (TextSpec(text="I"), Trial.failed("a", FlowSpec(), TrainingSpec(steps=1), "killed")),
        (ShapeSpec(name="heart"), trial("a")),
        (TextSpec(text="I", font="no such font"), trial("a")),
    ],
    ids=["failed", "without strokes", "unknown font"],
)
def test_run_without_a_legibility_stays_as_it_is(target: TargetSpec, run: Trial) -> None:
    assert Comparison({"a": short(target)}, (run,)).with_legibility().trials == (run,)


def test_only_errors_of_the_target_leave_the_legibility_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Project) -> None:
        raise SpecError("unexpected")

    monkeypatch.setattr(Project, "build_target", fail)
    with pytest.raises(SpecError, match="unexpected"):
        Comparison({"a": short(TextSpec(text="I"))}, (trial("a"),)).with_legibility()


def test_limits_by_counting_are_kept(tmp_path: Path) -> None:
    path, target = tmp_path / "c.flowviz", whole_project().target
    limit = Trial("histogram", 0.0, 1, "completed", True, {"gap": 0.007, "parameters": 30_000})
    for limits in (None, {}, {target: limit}):
        save_comparison(replace(example(), limits=limits), path)
        found = load_comparison(path)
        assert (found.limits is None) == (limits is None) == (not found.spec.baseline)
        assert [each.figures for each in found.limit_trials()] == ([limit.figures] if limits else [])
        assert list(found.trials) == example().ordered_trials(), "a limit is no run"
        assert comparison_to_bytes(found) == path.read_bytes()


def test_files_without_limits_are_what_they_were_before() -> None:
    arrays = load(example_content())
    assert "limits" not in arrays
    assert replace(example(), limits={}).limit_trials() == []
    limited = load(comparison_to_bytes(replace(example(), limits={})))
    assert limited.keys() - arrays.keys() == {"limits"}, "older versions of flowviz ignore other arrays"


def viewed() -> Comparison:
    """Return the example with its second entrant selected, and some particles."""
    second, chosen = example().names[1], np.arange(100) % 3 == 0
    return example().seen_as(second, Seen(stage=2, view=ViewSpec(color_by="angle")), Selection(chosen))


def test_file_holds_how_a_comparison_is_viewed(tmp_path: Path) -> None:
    path, comparison = tmp_path / "c.flowviz", viewed()
    save_comparison(comparison, path)
    found = load_comparison(path)
    assert (found.selected, found.selection) == (comparison.selected, comparison.selection)
    assert found[found.selected].seen == Seen(stage=2, view=ViewSpec(color_by="angle"))
    assert [project.selection for project in found.projects.values()] == [
        project.selection for project in example().projects.values()
    ], "which figures draw"
    assert comparison_to_bytes(found) == path.read_bytes()


def test_files_that_no_window_has_shown_are_what_they_were_before() -> None:
    arrays = load(example_content())
    assert not arrays.keys() & {"selected", "selection"}
    found = comparison_from_bytes(example_content())
    assert (found.selected, found.selection) == ("", None)
    assert load(comparison_to_bytes(viewed())).keys() - arrays.keys() == {"selected", "selection"}


def test_a_selection_of_another_number_of_particles_is_not_kept() -> None:
    name = example().names[0]
    assert example().seen_as(name, Seen(), Selection(np.ones(99, np.bool_))).selection is None


def test_a_selection_is_not_kept_when_the_selected_flow_gets_another_number_of_particles(tmp_path: Path) -> None:
    """The file of such a comparison could not be opened, and so it could not be saved."""
    comparison, path = viewed(), tmp_path / "c.flowviz"
    project = comparison[comparison.selected]
    fewer = replace(project, trace=untrained_trace(project.flow, project.trace.positions[0, :50]))
    changed = comparison.with_project(comparison.selected, fewer)
    assert (changed.selected, changed.selection) == (comparison.selected, None)
    save_comparison(changed, path)
    assert load_comparison(path).selection is None


def test_a_selected_entrant_that_has_left_is_not_saved() -> None:
    left = viewed().without(viewed().selected)
    assert (left.selected, left.selection) == ("", None), "a window would look for it"
    assert comparison_from_bytes(comparison_to_bytes(left)).selected == ""


@pytest.mark.parametrize(
    ("name", "content"),
    [("selected", b"\2"), ("selected", b""), ("selected", b"\0\0"), ("selection", b"\0")],
    ids=["no entrant", "none", "two", "too few particles"],
)
def test_view_of_no_entrant_or_of_other_particles_is_refused(name: str, content: bytes) -> None:
    arrays = {**load(comparison_to_bytes(viewed())), name: bits(content)}
    text = json.dumps({"format_version": 1, "names": list(example().names), "seeds": 3})
    with pytest.raises(FileError, match="damaged"):
        comparison_from_bytes(save(arrays, {KEY: text}))


def test_limit_of_no_entrant_is_refused() -> None:
    table = to_csv([trial("nobody")]).encode()
    with pytest.raises(FileError, match="damaged"):
        comparison_from_bytes(other_array("limits", table))


def test_a_comparison_and_a_project_are_told_apart(tmp_path: Path) -> None:
    one, several = tmp_path / "project.flowviz", tmp_path / "comparison.flowviz"
    save_project(whole_project(), one)
    save_comparison(example(), several)
    assert [is_project(path) for path in (one, several)] == [True, False]
    assert [is_comparison(path) for path in (one, several)] == [False, True]
    assert [work_in(path) for path in (one, several)] == ["a project", "a comparison"]
    with pytest.raises(FileError, match=r"comparison\.flowviz.*It is a comparison of several flows, not a single"):
        load_project(several)
    with pytest.raises(FileError, match=r"project\.flowviz.*It is a single project, not a comparison"):
        load_comparison(one)


# Files take longer to make than to damage.
@cache
def example_content() -> bytes:
    return comparison_to_bytes(example())


@cache
def bare_content() -> bytes:
    return comparison_to_bytes(bare())


@cache
def project_content() -> bytes:
    return to_bytes(whole_project())


def other_text(**values: Any) -> bytes:
    """Return the example's file with other values in its metadata."""
    text = {"format_version": 1, "names": ["a", "b"], "seeds": 1, **values}
    projects = {f"project/{number}": bits(project_content()) for number in range(2)}
    return save({**projects, "trials": load(bare_content())["trials"]}, {KEY: json.dumps(text)})


def bare() -> Comparison:
    return Comparison({"a": whole_project(), "b": whole_project()})


def bits(content: bytes) -> np.ndarray[Any, Any]:
    return np.frombuffer(content, np.uint8)


def other_array(name: str, content: bytes) -> bytes:
    return save({**load(bare_content()), name: bits(content)}, {KEY: HEADER})


HEADER = '{"format_version":1,"names":["a","b"],"seeds":1}'
TABLE = "name,family,learning_rate,seed,ending,finite,gap,failure,settings\n"
ROW = "{},{},0.1,0,completed,True,0.5,{},\n"

HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "newer": (lambda: other_text(format_version=2), "Install a newer version"),
    "version is no number": (lambda: other_text(format_version="x"), "damaged"),
    "one name twice": (lambda: other_text(names=["a", "a"]), "damaged"),
    "no names": (lambda: other_text(names=[]), "damaged"),
    "too many names": (lambda: other_text(names=list("abcdefg")), "damaged"),
    "missing project": (lambda: other_text(names=["a", "b", "c"]), "damaged"),
    "name with escape sequence": (lambda: other_text(names=["a", "b\x1b[2J"]), "damaged"),
    "no seeds": (lambda: other_text(seeds=0), "damaged"),
    "one style twice": (lambda: other_text(styles=[1, 1]), "damaged"),
    "style of a stranger": (lambda: other_text(styles=[0, 1, 2]), "damaged"),
    "unknown field": (lambda: other_text(more=1), "damaged"),
    "damaged project": (lambda: other_array("project/1", to_bytes(whole_project())[:-9]), "damaged"),
    "nested comparison": (lambda: other_array("project/1", comparison_to_bytes(bare())), "not a single project"),
    "no table": (lambda: other_array("trials", b"abc"), "damaged"),
    "table is no text": (lambda: other_array("trials", b"\xff\xfe"), "damaged"),
    "run of a stranger": (lambda: other_array("trials", (TABLE + ROW.format("c", "x", "")).encode()), "damaged"),
    "run twice": (lambda: other_array("trials", (TABLE + 2 * ROW.format("a", "x", "")).encode()), "damaged"),
    "escape sequence": (lambda: other_array("trials", (TABLE + ROW.format("a", "x", "\x1b[2J")).encode()), "damaged"),
    "other budgets": (lambda: other_array("project/1", to_bytes(with_steps(whole_project(), 7))), "damaged"),
    "nothing": (lambda: b"", "not a comparison"),
}


def with_steps(project: Project, steps: int) -> Project:
    return replace(project, training=TrainingSpec(steps=steps))


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_file_is_one_sentence(case: str) -> None:
    make, said = HOSTILE[case]
    assert comparison_from_bytes(other_text()).names == ("a", "b")
    with pytest.raises(FileError, match=said):
        comparison_from_bytes(make())


def damaged(dice: random.Random) -> bytes:
    """Return the example's file with a damaged header, project or table, or with other values in its metadata."""
    content = bytearray(example_content())
    match dice.randrange(4):
        case 0:
            content[dice.randrange(2000)] ^= 1 << dice.randrange(8)
            return bytes(content)
        case 1:
            return bytes(content[: dice.randrange(len(content))])
        case 2:
            return other_array("project/1", mutant(project_content(), dice))
    return other_text(**{dice.choice(["format_version", "names", "seeds"]): dice.choice(JUNK)()})


def test_no_mutant_does_harm() -> None:
    dice, outcomes = random.Random(0), Counter[str]()
    for _ in range(200):
        try:
            found = comparison_from_bytes(damaged(dice))
        except FileError as error:
            outcomes[str(error)] += 1
        else:
            outcomes["opened"] += 1
            assert comparison_from_bytes(comparison_to_bytes(found)).names == found.names
    assert all(outcome == "opened" or outcome.endswith(".") for outcome in outcomes)
    assert outcomes["opened"] > 5
    assert outcomes["It is damaged or was not written by flowviz."] > 50


def test_file_keeps_the_nll_of_each_test_point(tmp_path: Path) -> None:
    nlls = np.linspace(0, 1, 7, dtype=np.float32)
    tested = replace(trial("b\\n", 0), test_nlls=nlls)
    comparison = replace(example(), trials=(trial("b\\n", 1), tested))
    save_comparison(comparison, tmp_path / "c.flowviz")
    first, second = load_comparison(tmp_path / "c.flowviz").trials
    assert (first.seed, second.seed, second.test_nlls) == (0, 1, None)
    np.testing.assert_array_equal(first.test_nlls, nlls)


@pytest.mark.parametrize("nlls", [np.zeros((2, 2)), np.zeros(0), np.array([np.nan]), np.array([np.inf])])
def test_nlls_that_cannot_be_used_are_refused(nlls: NDArray[np.float64], tmp_path: Path) -> None:
    comparison = replace(example(), trials=(replace(trial("b\\n"), test_nlls=nlls.astype(np.float32)),))
    with pytest.raises(FileError, match=r"could not be opened again"):
        save_comparison(comparison, tmp_path / "c.flowviz")
    with pytest.raises(FileError, match="damaged"):
        comparison_from_bytes(comparison_to_bytes(comparison))


def test_file_of_a_project_is_still_that_of_a_project() -> None:
    assert from_bytes(to_bytes(whole_project())).plan == whole_project().plan


def as_trained(project: Project) -> Project:
    """Return a project whose layers were not edited after its training."""
    return replace(project, edits=project.trained_edits)


def test_table_has_a_row_for_each_run_in_the_order_of_the_entrants() -> None:
    projects = {name: as_trained(project) for name, project in example().projects.items()}
    table = replace(example(), projects=projects).table()
    assert list(table.columns) == ["name", "seed", "ending", *FIGURES]
    assert list(zip(table["name"], table["seed"], strict=True)) == [("μ, “spline”", 0), ("b\\n", 0), ("b\\n", 1)]
    assert table["gap"].isna().tolist() == [True, False, False]
    assert table["on_target"].tolist() == [0.9, 0.9, 0.9]


def test_summary_is_mean_and_deviation_over_seeds() -> None:
    trials = (*(trial("b", seed, gap) for seed, gap in enumerate((0.1, 0.3))), trial("a"), trial("b", 2, 9.0, "failed"))
    project = as_trained(whole_project())
    first, second = Comparison({"a": project, "b": project}, trials, seeds=3).summaries()
    gap = COLUMNS[0]
    assert (first.runs, first.text(gap)) == (1, "0.500")
    assert (second.runs, second.finite, second.text(gap)) == (3, 2, "0.200 ± 0.141")
    assert second.text(COLUMNS[1]) == "–"


def test_results_are_not_those_of_flows_that_were_edited_since() -> None:
    """A figure showed the edited flow beside the test gap of the flow without the edits."""
    project = whole_project(flow=FlowSpec(layers=3, width=8), seed=1)
    assert project.checkpoint is not None
    training, heart = TrainingSpec(steps=9), ShapeSpec(name="heart")
    same = replace(project, edits=project.checkpoint.edits, target=heart, training=training)
    edited = replace(same, edits=Edits(layers={1: LayerEdit(disabled=True)}))
    trials = trial("same"), trial("edited"), trial("unknown")
    compared = Comparison({"same": same, "edited": edited, "unknown": replace(edited, score=None)}, trials)
    found = [(each.means["gap"], each.means["validation_gap"]) for each in compared.summaries()]
    assert edited.score is not None
    assert found == [(0.5, None), (None, edited.score.in_units(units(edited)).validation_gap), (None, None)]
    assert [row["gap"] for row in compared.rows()] == [0.5, None, None]
    assert comparison_from_bytes(comparison_to_bytes(compared)).trials == trials, "an edit can be undone"


def test_results_with_later_seeds_are_not_those_of_a_flow_that_was_edited_since() -> None:
    """A figure showed the mean of the later seeds beside the edited flow."""
    project = whole_project(flow=FlowSpec(layers=3, width=8), seed=1)
    same = replace(as_trained(project), training=TrainingSpec(steps=9), target=ShapeSpec(name="heart"), score=None)
    edited = same.having_edits(Edits(layers={1: LayerEdit(disabled=True)}))
    trials = tuple(trial(name, seed, gap) for name in ("same", "edited") for seed, gap in enumerate((0.1, 0.3)))
    compared = Comparison({"same": same, "edited": edited}, trials, seeds=2)
    assert [(each.runs, each.means["gap"]) for each in compared.summaries()] == [(2, 0.2), (1, None)]
    assert [(row["name"], row["gap"]) for row in compared.rows()] == [("same", 0.1), ("same", 0.3), ("edited", None)]
    assert compared.missing(1) == (), "an edit can be undone"


def trained_for(step: int, taken: float = 0.0, **budget: Any) -> Project:
    """Return the project of a training that has taken some steps and seconds."""
    project = as_trained(whole_project(flow=FlowSpec(layers=3, width=8), seed=1))
    assert project.checkpoint is not None
    last = replace(project.checkpoint, step=step, seconds=taken, start_step=0, start_seconds=0.0)
    training = TrainingSpec(**budget)
    return replace(project, training=training, checkpoint=last, history=History())


@pytest.mark.parametrize(
    ("projects", "words"),
    [
        ([trained_for(0, steps=2000)] * 2, "2,000 steps"),
        ([trained_for(2000, steps=2000)] * 2, "2,000 steps"),
        ([trained_for(2000, steps=3000)] * 2, "2,000 steps"),
        ([trained_for(2000, steps=500), trained_for(0, steps=500)], "2,000 steps"),
        ([trained_for(700, steps=2000), trained_for(800, steps=2000)], "up to 800 steps"),
        ([trained_for(9000, 20.03, seconds=20), trained_for(5000, 20.4, seconds=20)], "20 s of training"),
        ([trained_for(9000, 2.53, seconds=2.5)], "2.5 s of training"),
        ([trained_for(9000, 20.03, seconds=60)], "20 s of training"),
        ([trained_for(9000, 20.03, seconds=60), trained_for(9000, 31.7, seconds=60)], "up to 31 s of training"),
        ([replace(trained_for(0, steps=500), checkpoint=None)], "500 steps"),
    ],
    ids=["untrained", "completed", "larger", "smaller", "stopped", "seconds", "fraction", "more", "differ", "nothing"],
)
def test_words_about_trainings_are_not_those_of_the_budget_of_the_next(projects: list[Project], words: str) -> None:
    """A figure of flows that were trained with 2,000 steps named the number that was typed afterward."""
    comparison = Comparison({str(number): project for number, project in enumerate(projects)})
    assert comparison.trained_with == f"{words[0].upper()}{words[1:]} each."
    assert comparison_from_bytes(comparison_to_bytes(comparison)).trained_with == comparison.trained_with


def test_steps_for_another_target_do_not_count() -> None:
    switched = replace(trained_for(2500, steps=9), history=History(changes=(Retargeted(500, "I"),)))
    assert Comparison({"a": switched}).trained_with == "2,000 steps each."
    reports = whole_project().history
    kept = replace(trained_for(0, steps=9), checkpoint=None, history=replace(reports, changes=()))
    assert Comparison({"a": kept}).trained_with == f"{reports.step[-1]:,.0f} steps each.", "without a checkpoint"


def test_a_result_is_not_that_of_a_flow_whose_trained_edits_were_removed() -> None:
    """A flow that was trained with a disabled layer kept its gap without the edit if it had no checkpoint."""
    project = whole_project(flow=FlowSpec(layers=3, width=8), seed=1)
    edits = Edits(layers={1: LayerEdit(disabled=True)})
    learned = replace(project, edits=edits, training=TrainingSpec(steps=9), target=ShapeSpec(name="heart"))
    learned = replace(learned, checkpoint=None)
    plain = replace(learned.having_edits(Edits()), score=None)
    saved = from_bytes(to_bytes(plain))
    assert [each.trained_edits for each in (learned, plain, saved)] == [edits] * 3
    assert replace(saved.having_edits(edits), score=None).trained_edits == edits
    trained_on = replace(saved, checkpoint=project.checkpoint)
    assert from_bytes(to_bytes(trained_on)).trained_as == Edits(), "older versions open it"
    compared = Comparison({"as trained": learned, "plain": saved}, (trial("as trained"), trial("plain")))
    assert [each.means["gap"] for each in compared.summaries()] == [0.5, None]


def test_changes_of_a_comparison() -> None:
    comparison = Comparison({"a": whole_project(), "b": whole_project()}, (trial("a"), trial("b")))
    assert comparison.without("a").trials == (trial("b"),)
    assert comparison.with_trial(trial("a", gap=0.1)).trials == (trial("b"), trial("a", gap=0.1))
    with pytest.raises(SpecError, match="at least one flow"):
        comparison.without("a").without("b")
    with pytest.raises(SpecError, match=r"There is no flow 'c'\. Choose one of a, b"):
        comparison["c"]
    with pytest.raises(SpecError, match='Flow "c": its budget is 7 steps'):
        comparison.with_project("c", with_steps(whole_project(), 7))


def test_missing_runs_are_those_that_have_not_ended() -> None:
    target, flow, steps = TextSpec(text="I"), FlowSpec(), TrainingSpec(steps=3, seed=4)
    projects = {name: Project.untrained(target, flow, steps) for name in ("a", "b", "c")}
    trials = (trial("a", 4), trial("b", 4, ending="stopped"), trial("c", 4, ending="failed"), trial("c", 5))
    comparison = Comparison(projects, trials, seeds=2)
    assert [entrant.name for entrant in comparison.missing()] == ["b", "c"]
    assert [(entrant.name, entrant.seed) for entrant in comparison.missing(1)] == [("a", 5), ("b", 5)]


def test_row_of_a_run_in_progress_is_that_of_its_validation_points() -> None:
    whole = whole_project()
    assert whole.checkpoint is not None
    project = replace(whole, edits=whole.checkpoint.edits)  # no layer was edited after the training
    comparison = Comparison({"a": project, "b": Project.untrained(project.target, project.flow, project.training)})
    current = comparison.with_current()
    (row,) = current.rows()
    last = project.history.last_progress(None)
    assert last is not None
    assert (row["name"], row["seed"], row["ending"]) == ("a", project.training.seed, "training")
    assert (row["test_nll"], row["gap"]) == (None, None), "it has not been tested"
    assert row["on_target"] == project.timeline.moments[-1].on_target
    ended = comparison.with_trial(trial("a", project.training.seed, 0.25))
    assert (comparison.in_progress, ended.in_progress) == (("a",), ())
    assert ended.with_current().rows()[0]["gap"] == 0.25
    learning = project.after(Retargeted(int(project.history.step[-1]), "I"))
    switched = comparison.with_project("a", learning).with_current()
    assert (switched.rows()[0]["on_target"], switched.trials[0].figures["validation_nll"]) == (None, None)
    (summary, nothing) = current.summaries()
    assert (summary.runs, summary.running, nothing.runs) == (1, 1, 0)
    assert summary.text(COLUMNS[1]) == f"{last.validation_nll:.3f} (validation)"
