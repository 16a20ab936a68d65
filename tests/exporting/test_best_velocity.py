"""Pictures of the best possible velocity, and of its difference from the learned one."""

from pathlib import Path

import numpy as np
import pytest

from flowviz.errors import SpecError
from flowviz.exporting.export import Export
from flowviz.exporting.scene_fields import velocity_fields
from flowviz.flows import build_flow
from flowviz.projects import Project
from flowviz.records import FieldGrid, History, Scene, VelocityField, base_particles
from flowviz.rendering.legend import keys
from flowviz.rendering.projection import Panel
from flowviz.specs import ExportSpec, FlowSpec, Seen, TextSpec, TrainingSpec, ViewSpec
from flowviz.specs.view import Velocity
from flowviz.targets import Points, build_target, points_spec
from flowviz.targets.best_velocity import best_velocity

FLOW = FlowSpec(
    family="flow_matching", base="normal", width=8, waves=1, depth=1, integrator="euler", integrator_steps=4
)
GRIDS = (FieldGrid.across((-2.0, 2.0, -2.0, 2.0), 4.0),) * 4
TABLE: Points = build_target(points_spec(np.random.default_rng(0).normal(size=(20, 2))))


def fields(of: Velocity) -> tuple[VelocityField, ...]:
    return velocity_fields(build_flow(FLOW), GRIDS, of, TABLE)


def test_fields_are_those_of_the_times_of_their_stages() -> None:
    found, base = fields("best"), build_flow(FLOW).base
    assert len(found) == 5
    for field, time in zip(found, (0, 0.25, 0.5, 0.75, 1), strict=True):
        np.testing.assert_allclose(field.vectors, best_velocity(TABLE, field.points, time, base), rtol=1e-5)


def test_difference_is_the_learned_velocity_minus_the_best() -> None:
    learned, best, difference = fields("learned"), fields("best"), fields("difference")
    for one, other, minus in zip(learned, best, difference, strict=True):
        np.testing.assert_array_equal(minus.vectors, one.vectors - other.vectors)


def test_other_layers_and_earlier_targets_have_no_best_velocity() -> None:
    couplings = velocity_fields(build_flow(FlowSpec(layers=1)), GRIDS[:1], "best", TABLE)
    assert [field.of for field in couplings] == ["learned"]
    assert velocity_fields(build_flow(FLOW), GRIDS, "best", None) == ()


def test_legend_names_the_velocity_and_how_many_points_it_leads_to() -> None:
    trace = build_flow(FLOW).trace(base_particles(200))
    view, panel = ViewSpec(marks=frozenset({"velocity"})), Panel(600, 600)
    captions = {
        of: [key.caption for key in keys(Scene(trace, velocities=fields(of)), 2, view, panel)]
        for of in ("best", "difference")
    }
    assert captions["best"][0].startswith("best velocity")
    assert captions["best"][-1] == "leads to 16 training points"
    assert captions["difference"][0].startswith("difference")


def test_picture_of_an_unknown_velocity_is_refused(project: Project) -> None:
    view = ViewSpec(marks=frozenset({"velocity"}), velocity="best")
    with pytest.raises(SpecError, match="Only flow matching"):
        Export(project, ExportSpec(seen=Seen(view=view)))


def test_picture_shows_the_chosen_velocity(tmp_path: Path) -> None:
    flow = build_flow(FLOW)
    trace = flow.trace(base_particles(200))
    project = Project(TextSpec(text="I"), FLOW, TrainingSpec(steps=1), flow.weights(), History(), trace)
    pictures = []
    for velocity in ("learned", "best"):
        view = ViewSpec(marks=frozenset({"velocity"}), velocity=velocity, labels=False, axes=False)
        spec = ExportSpec(seen=Seen(view=view, stage=2))
        pictures.append(Export(project, spec).preview(0, spec.size.scaled(0.3)))
    assert (pictures[0] != pictures[1]).any()
