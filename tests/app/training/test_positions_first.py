"""Particles in other steps are shown before their densities are known."""

import pytest

from flowviz.app.pane.subject import Subject
from flowviz.projects.variant import Variant
from flowviz.records import FLOW_UNITS
from tests.app.training.fakes import SessionHarness, snapshot
from tests.app.training.integrating import (
    COARSE,
    TRAINED,
    locate,
    replace_steps,
    request,
    stages,
    trained_flow_matching,
)


@pytest.fixture
def trained(qapp: object) -> SessionHarness:
    return trained_flow_matching()


def test_positions_are_shown_before_anything_else_is_known(trained: SessionHarness) -> None:
    before = trained.session.project()
    assert before.score is not None
    assert before.score.in_units(FLOW_UNITS).sentence() in trained.controls.sentence
    request(trained, COARSE)
    locate(trained, COARSE, 0.5)
    assert stages(trained) == 10
    assert (trained.metrics.hits[0], trained.displays.score.score) == (0.5, "50% end on the letters")
    assert trained.metrics.flow == COARSE, "which the losses are not measured with"
    assert (trained.metrics.score, trained.displays.inspector.share) == (None, "unknown")
    assert "gap" not in trained.controls.sentence
    project = trained.session.project()
    assert (project.trace, project.flow, project.score) == (before.trace, TRAINED, before.score), "what is saved"
    assert project.next is not None
    assert project.next.flow == COARSE
    trained.queries.answer("integrated", snapshot(200, 0.5, COARSE))
    assert trained.session.project().flow == COARSE
    assert trained.displays.inspector.share == "known"


def test_other_steps_are_shown_although_densities_of_the_last_ones_are_not_known(trained: SessionHarness) -> None:
    for flow in (COARSE, replace_steps(5)):
        request(trained, flow)
        locate(trained, flow)
    assert stages(trained) == 5
    assert trained.queries.asked["integrated"][0] == Variant(replace_steps(5))


def test_integrator_that_returns_before_its_densities_are_known_is_shown_as_before(trained: SessionHarness) -> None:
    known = trained.session.project().score
    assert known is not None
    request(trained, COARSE)
    locate(trained, COARSE)
    request(trained, TRAINED)
    assert (stages(trained), trained.metrics.flow) == (20, TRAINED)
    assert trained.metrics.score == known.in_units(FLOW_UNITS)
    assert known.in_units(FLOW_UNITS).sentence() in trained.controls.sentence
    assert trained.viewer.scenes.scene.trace.has_densities


def test_nothing_of_another_method_stays_in_the_picture(trained: SessionHarness) -> None:
    rk4 = TRAINED.with_integrator("rk4")
    trained.view.update_view(marks=frozenset({"points", "density", "grid"}))
    trained.queries.answer("density", "the density of midpoint steps")
    trained.queries.answer("grid", trained.viewer.scenes.generated)
    request(trained, rk4)
    locate(trained, rk4)
    scene = trained.viewer.scenes.scene
    assert (scene.density, scene.grid) == (None, None)
    assert "density" not in trained.queries.asked, "it takes the densities of the particles"
    trained.queries.answer("grid", trained.viewer.scenes.generated)
    trained.queries.answer("integrated", snapshot(200, 0.5, rk4))
    assert trained.queries.asked["density"][0] == Subject(rk4, trained.session.project().weights)
    assert "grid" not in trained.queries.asked, "it is known already"
    assert trained.viewer.scenes.scene.grid is not None


def test_earlier_moment_is_located_first_as_well(trained: SessionHarness) -> None:
    trained.view.update(moment=100)
    request(trained, COARSE)
    assert trained.queries.asked["positions"][2].step == 100
    locate(trained, COARSE, step=100)
    assert (stages(trained), trained.view.seen.moment) == (10, 100)
    trained.queries.answer("integrated", snapshot(200, 0.5, COARSE))
    assert trained.queries.asked["followed"][0] == Variant(COARSE)
    assert stages(trained) == 10
