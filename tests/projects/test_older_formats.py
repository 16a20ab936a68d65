"""Files of older formats open, and what they lack has its default."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowviz.projects import Plan, from_bytes, load_project, to_bytes
from flowviz.records import Measured, Retargeted, Timeline
from flowviz.specs import FlowSpec, MixSpec, PointsSpec, Seen, TextSpec, TrainingSpec
from flowviz.specs.edits import Edits
from tests.projects.examples import assert_same, bare_project, changed, whole_project

FILES = Path(__file__).parent / "files"


def test_history_of_an_older_file_has_no_changes_of_settings() -> None:
    project = from_bytes(changed(to_bytes(whole_project()), lambda t, _: t.pop("adjustments")))
    assert project.history.adjustments == ()


def test_older_file_has_no_recoveries_and_returns_to_its_latest_validated_state() -> None:
    def make_older(text: dict[str, Any], _: object) -> None:
        del text["recoveries"], text["checkpoint"]["latest_validation"], text["checkpoint"]["largest_rise"]

    project = from_bytes(changed(to_bytes(whole_project()), make_older))
    assert project.history.recoveries == ()
    assert project.checkpoint is not None
    assert project.checkpoint.validated is not None
    assert project.checkpoint.validated_step == project.checkpoint.validated.step == 480
    assert project.checkpoint.largest_rise is None


def test_history_without_entropies_opens_with_unknown_ones() -> None:
    project = from_bytes(changed(to_bytes(whole_project()), lambda _, a: a.pop("history/entropy")))
    assert np.isnan(project.history.entropy).all()
    assert project.history.entropy.shape == project.history.step.shape


def test_a_file_of_format_5_opens_with_its_checkpoint_and_its_points() -> None:
    old = load_project(FILES / "format_5.flowviz")
    assert old.flow == FlowSpec(layers=4, width=8, hats=0, waves=6)
    assert old.target.title == "Hi + dots.csv"
    assert old.history.changes == (Retargeted(500, "Hi + dots.csv"),)
    assert old.history.validation_nll.tolist() == [1.75, 1.5]
    assert old.checkpoint is not None
    assert old.checkpoint.kept is None, "test points of the table in the mix selected it"
    assert (old.checkpoint.step, old.trace.positions.shape) == (2100, (10, 100, 2))
    assert (old.timeline, old.seen, old.selection, old.next) == (Timeline(), Seen(), None, None)
    from flowviz.flows import build_flow

    np.testing.assert_allclose(
        build_flow(old.flow, old.weights).trace(old.trace.positions[0]).positions, old.trace.positions, atol=1e-4
    )


def test_a_file_of_format_7_opens_with_its_split_and_without_a_score() -> None:
    old = load_project(FILES / "format_7.flowviz")
    assert isinstance(old.target, PointsSpec)
    assert old.target.training_share == 0.8
    assert old.next is not None
    assert isinstance(old.next.target, MixSpec)
    assert isinstance(old.next.target.parts[0].source, PointsSpec)
    assert old.next.target.parts[0].source.training_share == 0.8
    assert (old.score, old.gap, old.history.kept_step) == (None, None, None)
    assert old.checkpoint is not None
    assert (old.checkpoint.step, old.checkpoint.kept) == (2450, None), "test points selected the kept state"
    assert old.checkpoint.validated_step == old.checkpoint.step


def test_a_file_of_format_8_opens_with_a_normal_base() -> None:
    old = load_project(FILES / "format_8.flowviz")
    assert old.flow == FlowSpec(layers=4, width=8, hats=0, waves=6)
    assert (old.flow.base, old.flow.components, old.flow.arrangement) == ("normal", None, None)
    assert old.next is not None
    assert old.next.flow == FlowSpec(family="spline", base="normal", normalization="none")
    assert old.score is not None
    assert old.score.step == 450
    assert old.checkpoint is not None
    assert old.selection is not None
    assert (old.checkpoint.step, len(old.timeline.moments), old.selection.chosen.sum()) == (450, 2, 20)
    from flowviz.flows import build_flow

    np.testing.assert_allclose(
        build_flow(old.flow, old.weights).trace(old.trace.positions[0]).positions, old.trace.positions, atol=1e-4
    )


def test_a_file_of_format_9_opens_without_edits() -> None:
    old = load_project(FILES / "format_9.flowviz")
    assert old.checkpoint is not None
    assert (old.edits, old.checkpoint.edits) == (Edits(), Edits())
    assert (old.flow, old.checkpoint.step) == (FlowSpec(layers=4, width=8, hats=0, waves=6), 500)
    assert old.score is not None


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5, 6, 7, 8, 9])
def test_an_old_file_is_the_same_once_it_is_saved_again(version: int) -> None:
    old = load_project(FILES / f"format_{version}.flowviz")
    assert_same(from_bytes(to_bytes(old)), old)


def test_kept_state_of_a_density_in_format_7_comes_back() -> None:
    project = replace(whole_project(), next=None, score=None)

    def age(text: dict[str, Any], arrays: dict[str, Any]) -> None:
        text["format_version"] = 7
        arrays["history/heldout_nll"] = arrays.pop("history/validation_nll")
        kept = text["checkpoint"]["kept"]
        kept["heldout_nll"] = kept.pop("validation_nll")

    found = from_bytes(changed(to_bytes(project), age)).checkpoint
    assert found is not None
    assert found.kept is not None
    assert project.checkpoint is not None
    assert project.checkpoint.kept is not None
    assert found.kept.validation_nll == project.checkpoint.kept.validation_nll
    weights = found.kept.weights.parameters
    for name, array in project.checkpoint.kept.weights.parameters.items():
        np.testing.assert_array_equal(weights[name], array)


def test_sizes_of_networks_in_early_flows_with_tables_are_ignored() -> None:
    flow = FlowSpec(conditioner="table", layers=3)
    project = replace(bare_project(flow), next=Plan(TextSpec(text="next"), flow, TrainingSpec(steps=1)))

    def widen(text: dict[str, Any], arrays: dict[str, Any]) -> None:
        text["format_version"] = 7
        arrays["history/heldout_nll"] = arrays.pop("history/validation_nll")
        for plan in (text, text["next"]):
            plan["flow"] |= {"width": 64, "depth": 1, "waves": 3}

    assert_same(from_bytes(changed(to_bytes(project), widen)), project)


def test_a_file_of_format_10_opens_with_its_score() -> None:
    old = load_project(FILES / "format_10.flowviz")
    assert old.score is not None
    assert old.score.validation == Measured("validation", 0, -0.5)
    assert old.score.test == Measured("test", 0, -0.25, 0.125)
    assert (old.score.step, old.score.gap, old.test_uses) == (400, 1.25, 0)
    assert_same(from_bytes(to_bytes(old)), old)
