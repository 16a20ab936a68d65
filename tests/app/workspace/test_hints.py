"""Sentences on the pictures of recorded flows."""

from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from flowviz.app.state.known import Known
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.app.workspace.hints import difference_problem, missing_note
from flowviz.projects import Project
from flowviz.projects.gallery import example
from flowviz.projects.recording import recorded_project
from flowviz.specs import Seen, ViewSpec
from flowviz.specs.view import Direction, Mark
from tests.app.workspace.fakes import TARGET


def recorded(name: str) -> EntrantRun:
    walk = np.random.default_rng(0).standard_normal((2, 50, 2))
    return EntrantRun(name, recorded_project({"positions": walk}, name, TARGET), status="recorded")


@pytest.mark.parametrize(
    ("marks", "direction", "note"),
    [
        ({"points"}, "generate", ""),
        ({"points", "grid"}, "generate", "Recorded flow: the grid is not available"),
        ({"points", "grid", "velocity"}, "generate", "Recorded flow: grid and velocity are not available"),
        ({"grid", "velocity"}, "encode", "Recorded flow: grid, velocity and encoding are not available"),
    ],
)
def test_note_lists_what_a_recorded_flow_lacks(marks: set[Mark], direction: Direction, note: str) -> None:
    seen = Seen(view=ViewSpec(marks=frozenset(marks)), direction=direction)
    assert missing_note(recorded("a").known, seen) == note


def test_flow_that_cannot_be_trained_further_has_a_density() -> None:
    project = example("brad").project()
    first, second = (EntrantRun(name, replace(project, checkpoint=None)) for name in ("a", "b"))
    assert not difference_problem(first, second)
    untrained = EntrantRun("c", Project.untrained(project.target, project.flow, project.training))
    assert difference_problem(first, untrained)


def test_an_untrained_flow_says_why_it_has_no_difference() -> None:
    project = example("brad").project()
    trained = EntrantRun("a", project)
    untrained = EntrantRun("b", Project.untrained(project.target, project.flow, project.training))
    for run, reference in ((trained, untrained), (untrained, trained)):
        assert difference_problem(run, reference) == "'b' has not been trained yet"


def test_what_can_be_shown_of_a_flow_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    of = Mock(wraps=Known.of)
    monkeypatch.setattr(Known, "of", of)
    first, second = recorded("a"), recorded("b")

    for _ in range(3):
        assert difference_problem(first, second)

    assert of.call_count == 1
