"""Particles and densities in Matplotlib axes."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

import flowviz
from flowviz.errors import SpecError, TargetError
from flowviz.projects import Project
from flowviz.specs import FlowSpec, ShapeSpec, TextSpec, TrainingSpec
from flowviz.specs.view import UnitName
from flowviz.targets.points import points_spec
from tests.exporting.projects import bent_project


@pytest.fixture(scope="module")
def bent() -> Project:
    return bent_project(400)


@pytest.mark.parametrize("units", ["data", "pixels", "flow"])
def test_particles_are_inside_the_limits_in_the_units_of_the_axes(units: UnitName, bent: Project) -> None:
    project = replace(bent, target=TextSpec(text="I"))
    ax = Figure().add_subplot()
    drawn = flowviz.draw(project, ax, units=units)
    assert isinstance(drawn, PathCollection)
    expected = flowviz.units(project, units).values(project.trace.positions[-1])
    np.testing.assert_allclose(np.asarray(drawn.get_offsets()), expected, atol=1e-6)
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    inside = (expected[:, 0] > x0) & (expected[:, 0] < x1)
    inside &= (expected[:, 1] > min(y0, y1)) & (expected[:, 1] < max(y0, y1))
    assert inside.mean() > 0.97
    assert (y0 > y1) == (units == "pixels"), "pixels are counted downward"
    assert ax.get_aspect() == 1
    assert len(np.unique(drawn.get_facecolor(), axis=0)) == 4


def test_a_stage_and_a_style_can_be_chosen(bent: Project) -> None:
    ax = Figure().add_subplot()
    drawn = flowviz.draw(bent, ax, stage=0, s=9, alpha=0.5)
    assert isinstance(drawn, PathCollection)
    np.testing.assert_allclose(np.asarray(drawn.get_offsets()), bent.trace.positions[0], atol=1e-6)
    assert drawn.get_sizes().tolist() == [9]


def test_a_color_and_a_norm_replace_the_usual_ones(bent: Project) -> None:
    ax = Figure().add_subplot()
    drawn = flowviz.draw(bent, ax, color="red")
    assert isinstance(drawn, PathCollection)
    np.testing.assert_array_equal(drawn.get_facecolor(), [(1, 0, 0, 1)])
    norm = Normalize(-9, 0)
    image = flowviz.draw(Project.untrained(bent.target, FlowSpec(layers=1), bent.training), ax, "density", norm=norm)
    assert isinstance(image, AxesImage)
    assert image.norm is norm


def test_density_is_in_the_units_of_the_axes() -> None:
    spread = points_spec(np.array([(x, 3 * x + y) for x in range(30) for y in range(30)], np.float64))
    project = Project.untrained(spread, FlowSpec(layers=1), TrainingSpec(steps=10))
    ax = Figure().add_subplot()
    image = flowviz.draw(project, ax, "density", stage=0)
    assert isinstance(image, AxesImage)
    left, right, bottom, top = image.get_extent()
    values = np.asarray(image.get_array(), np.float64)
    cell = (right - left) / values.shape[1] * (top - bottom) / values.shape[0]
    assert np.exp(values).sum() * cell == pytest.approx(1, abs=0.05), "in data units"
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    assert left <= x0 < x1 <= right
    assert bottom <= y0 < y1 <= top
    flowviz.draw(project, ax, stage=0)
    assert (ax.get_xlim(), ax.get_ylim()) == ((x0, x1), (y0, y1)), "the particles are on the density"


def test_what_cannot_be_drawn_is_refused(bent: Project) -> None:
    ax = Figure().add_subplot()
    with pytest.raises(SpecError, match="as what, not 'lines'"):
        flowviz.draw(bent, ax, "lines")  # type: ignore[arg-type]
    with pytest.raises(SpecError):
        flowviz.draw(bent, ax, stage=99)
    with pytest.raises(TargetError):
        flowviz.draw(replace(bent, target=ShapeSpec(name="two_moons")), ax, units="pixels")
