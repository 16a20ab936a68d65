"""Files of older formats open, and what they lack has its default."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowviz.errors import FileError
from flowviz.projects import from_bytes, gallery, load_project, to_bytes
from flowviz.records import Measured
from flowviz.specs import FlowSpec
from flowviz.specs.edits import Edits
from tests.projects.examples import assert_same, changed, whole_project

FILES = Path(__file__).parent / "files"


def test_history_of_an_older_file_has_no_changes_of_settings() -> None:
    project = from_bytes(changed(to_bytes(whole_project()), lambda t, _: t.pop("adjustments")))
    assert project.history.adjustments == ()


def test_moments_of_an_older_file_have_an_unknown_legibility() -> None:
    def make_older(text: dict[str, Any], _: object) -> None:
        for moment in text["timeline"]["moments"]:
            del moment["legibility"]

    project = whole_project()
    older = from_bytes(changed(to_bytes(project), make_older))
    assert [moment.legibility for moment in older.timeline.moments] == [None] * len(project.timeline.moments)
    assert [moment.on_target for moment in older.timeline.moments] == [
        moment.on_target for moment in project.timeline.moments
    ]


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


@pytest.mark.parametrize("version", [8, 9])
def test_an_old_file_is_the_same_once_it_is_saved_again(version: int) -> None:
    old = load_project(FILES / f"format_{version}.flowviz")
    assert_same(from_bytes(to_bytes(old)), old)


@pytest.mark.parametrize("version", [1, 7])
def test_a_file_from_before_the_first_release_is_refused(version: int) -> None:
    def age(text: dict[str, Any], _: object) -> None:
        text["format_version"] = version

    with pytest.raises(FileError, match=rf"in format {version}, which is no longer supported\. Train the flow again"):
        from_bytes(changed(to_bytes(whole_project()), age))


def test_a_file_of_format_10_opens_with_its_score() -> None:
    old = load_project(FILES / "format_10.flowviz")
    assert old.score is not None
    assert old.score.validation == Measured("validation", 0, -0.5)
    assert old.score.test == Measured("test", 0, -0.25, 0.125)
    assert (old.score.step, old.score.gap, old.test_uses) == (400, 1.25, 1), "it was tested once, at least"
    assert_same(from_bytes(to_bytes(old)), old)


def test_an_example_with_a_test_score_has_used_the_test_points() -> None:
    """Otherwise, another integrator would be scored on the same test points as if they had never been used."""
    for name in ("brad", "drift", "two_moons"):
        example = gallery.example(name).project()
        assert example.score is not None
        assert example.score.test is not None
        assert example.test_uses == 1


def test_a_score_that_repeats_the_uses_of_the_test_points_opens() -> None:
    def make_older(text: dict[str, Any], _: object) -> None:
        text["test_uses"] = text["score"]["test_uses"] = 3

    assert "test_uses" not in vars(whole_project().score)
    old = from_bytes(changed(to_bytes(whole_project()), make_older))
    assert (old.score, old.test_uses) == (whole_project().score, 3)
