"""Equality of projects, comparisons and their parts, which contain arrays."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from flowviz.projects import Comparison, Project, comparison_from_bytes, comparison_to_bytes, from_bytes, to_bytes
from flowviz.records import History, Trial, Weights
from tests.projects.examples import bare_project, whole_project

PARTS = ("weights", "history", "trace", "checkpoint", "timeline", "selection", "score", "edits", "environment")


@pytest.fixture(scope="module")
def project() -> Project:
    return whole_project().storable()


@pytest.fixture(scope="module")
def opened(project: Project) -> Project:
    return from_bytes(to_bytes(project))


def test_project_equals_the_one_that_was_saved_and_opened(project: Project, opened: Project) -> None:
    assert (project == opened) is True
    assert (project != opened) is False
    for part in PARTS:
        assert (getattr(project, part) == getattr(opened, part)) is True, part


def test_projects_with_other_arrays_differ(project: Project) -> None:
    name, array = next(iter(project.weights.parameters.items()))
    weights = Weights({**project.weights.parameters, name: array + 1}, project.weights.statistics)
    assert (project == replace(project, weights=weights)) is False
    trace = replace(project.trace, positions=-project.trace.positions)
    assert (project == replace(project, trace=trace)) is False
    assert (project == bare_project()) is False
    assert (project == replace(project, checkpoint=None)) is False
    other: object = "project"
    assert (project == other) is False
    assert (project.weights == Weights({}, {})) is False


def test_unknown_figures_are_equal() -> None:
    names = ("step", "seconds", "train_nll", "validation_nll")
    arrays: dict[str, Any] = {name: np.arange(3.0) for name in names}
    unknown = [replace(History(), **arrays) for _ in range(2)]
    assert np.isnan(unknown[0].entropy).all()
    assert unknown[0] == unknown[1]
    assert unknown[0] != replace(unknown[1], entropy=np.zeros(3))
    runs = [Trial("nice", 1e-3, 0, "diverged", False, {"gap": float("nan")}) for _ in range(2)]
    assert runs[0] == runs[1]
    assert runs[0] != replace(runs[1], figures={"gap": 0.5})


def test_comparisons_are_equal_or_not(project: Project) -> None:
    trial = Trial("realnvp", 2e-3, project.training.seed, "completed", True, {"gap": 0.5}, name="a")
    comparison = Comparison({"a": project}, (trial,))
    opened = comparison_from_bytes(comparison_to_bytes(comparison))
    assert (replace(opened, styles=comparison.styles) == comparison) is True
    assert (comparison == replace(comparison, trials=())) is False
    assert (comparison == Comparison({"a": replace(project, score=None)}, (trial,))) is False
