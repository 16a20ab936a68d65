"""A flow that learned a table of points is exported in the units of the table."""

from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz import load, save, train
from flowviz.errors import TargetError
from flowviz.projects import Project
from flowviz.records import History
from flowviz.specs import ExportSpec, FlowSpec, PictureSize, Seen, TrainingSpec, ViewSpec
from flowviz.specs.view import UnitName
from flowviz.targets import points_spec, spec_units
from tests.exporting.projects import bent_project, written

MEANS, DEVIATIONS, CORRELATION = np.array([300.0, -5.0]), np.array([50.0, 0.1]), 0.6
COUNT = 20_000


@pytest.fixture(scope="module")
def data() -> NDArray[np.float64]:
    covariance = np.outer(DEVIATIONS, DEVIATIONS) * [[1, CORRELATION], [CORRELATION, 1]]
    return np.random.default_rng(0).multivariate_normal(MEANS, covariance, COUNT)


@pytest.fixture(scope="module")
def learned(data: NDArray[np.float64], tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A trained project, as its file holds it."""
    flow, training = FlowSpec(), TrainingSpec(steps=2000)
    path = tmp_path_factory.mktemp("units") / "table.flowviz"
    save(train(points_spec(data), flow, training), path)
    return load(path)


def seen_in(units: UnitName) -> Seen:
    return Seen(view=ViewSpec(units=units))


def kernel_density(data: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """The Gaussian kernel estimate (n,) of the density at points (n, 2), with Scott's bandwidth."""
    bandwidth = data.std(axis=0) * len(data) ** (-1 / 6)
    differences = (at[:, np.newaxis] - data) / bandwidth
    kernels = np.exp(-0.5 * (differences**2).sum(axis=-1)) / (2 * np.pi * bandwidth.prod())
    estimate: NDArray[np.float64] = kernels.mean(axis=1)
    return estimate


@pytest.mark.slow  # trains the default flow
def test_samples_have_the_moments_of_the_data(learned: Project, data: NDArray[np.float64], tmp_path: Path) -> None:
    with np.load(written(learned, ExportSpec(what="samples", format="npz", particles=COUNT), tmp_path / "s.npz")) as it:
        samples = it["points"]
    np.testing.assert_allclose(samples.mean(axis=0), data.mean(axis=0), atol=0.05 * DEVIATIONS.max())
    np.testing.assert_allclose(samples.mean(axis=0)[1], data.mean(axis=0)[1], atol=0.01)
    np.testing.assert_allclose(samples.std(axis=0), data.std(axis=0), rtol=0.05)
    assert np.corrcoef(samples.T)[0, 1] == pytest.approx(CORRELATION, abs=0.05)


@pytest.mark.slow  # trains the default flow
def test_the_density_integrates_to_one_and_matches_a_kernel_estimate(
    learned: Project, data: NDArray[np.float64], tmp_path: Path
) -> None:
    spec = ExportSpec(what="density", format="npz", size=PictureSize(width=256, height=256))
    with np.load(written(learned, spec, tmp_path / "density.npz")) as it:
        x, y, density = it["x"], it["y"], np.exp(it["log_prob"])
    assert density.sum() * abs((x[1] - x[0]) * (y[1] - y[0])) == pytest.approx(1, abs=0.02)
    columns, rows = np.arange(40, 220, 15), np.arange(40, 220, 15)
    places = np.stack(np.meshgrid(x[columns], y[rows]), axis=-1).reshape(-1, 2)
    estimate = kernel_density(data, places)
    errors = np.abs(density[np.ix_(rows, columns)].ravel() - estimate)
    assert errors.mean() < 0.15 * estimate.mean()


def test_flow_units_are_an_affine_map_away(data: NDArray[np.float64], tmp_path: Path) -> None:
    project = replace(bent_project(200), target=points_spec(data))
    found = {}
    for units in ("data", "flow"):
        spec = ExportSpec(what="trace", format="npz", seen=seen_in(units))
        with np.load(written(project, spec, tmp_path / f"{units}.npz")) as it:
            found[units] = it["positions"]
    np.testing.assert_array_equal(found["flow"], project.trace.positions)
    units_of_data = spec_units(project.target, "data")
    np.testing.assert_array_equal(found["data"], units_of_data.values(project.trace.positions))
    np.testing.assert_allclose(units_of_data.origin, data.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(units_of_data.scale, data.std(axis=0), rtol=1e-5)


def test_a_table_has_no_pixels(data: NDArray[np.float64], tmp_path: Path) -> None:
    project = replace(bent_project(200), target=points_spec(data))
    with pytest.raises(TargetError, match="has no pixels"):
        written(project, ExportSpec(what="samples", format="csv", seen=seen_in("pixels")), tmp_path / "s.csv")


def test_losses_are_in_the_units_of_the_data(data: NDArray[np.float64], tmp_path: Path) -> None:
    history = History(*np.array([[10.0, 20], [1, 2], [1.5, 1.25], [1.75, 1.5]]))
    project = replace(Project.untrained(points_spec(data), FlowSpec(), TrainingSpec(steps=20)), history=history)
    for units in get_args(UnitName):
        spec = ExportSpec(what="losses", format="csv", seen=seen_in(units))
        if units == "pixels":
            with pytest.raises(TargetError, match="has no pixels"):
                written(project, spec, tmp_path / "losses.csv")
            continue
        table = np.genfromtxt(written(project, spec, tmp_path / f"{units}.csv"), delimiter=",", names=True)
        log_det = spec_units(project.target, units).log_det
        np.testing.assert_allclose(table["train_nll"], np.array([1.5, 1.25]) + log_det)
        np.testing.assert_allclose(table["validation_nll"], np.array([1.75, 1.5]) + log_det)
