"""The walk through the layers of a flow, and projects of flows of one's own code."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import flowviz
from flowviz.adapters import chain, flowjax, zuko
from flowviz.adapters.walk import Layer, Walk
from flowviz.errors import ArgumentError, FlowvizError, SpecError
from flowviz.projects import load_project, save_project
from flowviz.specs import ShapeSpec
from tests.adapters.agreement import check_walk

SCALE = np.array([2.0, 0.5])


def bend(points: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    x, y = points.T
    return np.stack([x, y + np.sin(x)], axis=1), np.zeros(len(x))


def straighten(points: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    x, y = points.T
    return np.stack([x, y - np.sin(x)], axis=1), np.zeros(len(x))


def stretch(points: NDArray[Any]) -> tuple[NDArray[Any], float]:
    """Return one log-determinant for all points, as some libraries do."""
    return points * [2.0, 1.0], float(np.log(2))


def shrink(points: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return log-determinants of each coordinate, as some libraries do."""
    return points / [2.0, 1.0], np.broadcast_to([-np.log(2), 0.0], points.shape)


def no_inverse(points: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    raise NotImplementedError


def normal(points: NDArray[Any]) -> Any:
    return -(points**2).sum(axis=1) / 2 - np.log(2 * np.pi)


def draws(count: int, seed: int) -> NDArray[Any]:
    return np.random.default_rng(seed).normal(size=(count, 2))


def log_prob(points: NDArray[Any]) -> Any:
    return normal(straighten(shrink(points)[0])[0]) - np.log(2)


LAYERS: list[Layer] = [("bend", bend, straighten), ("stretch", stretch, shrink)]


def test_walk_agrees_with_the_flow() -> None:
    found = check_walk(Walk(LAYERS, normal, draws), log_prob, tolerance=1e-6)
    assert found["names"].tolist() == ["base", "bend", "stretch"]
    assert (found["log_det"][0] == 0).all()


def test_grid_is_the_image_of_squares_on_the_base() -> None:
    found = Walk(LAYERS, normal, draws).recorded(2000, 0)
    grid = found["grid"]
    assert np.abs(grid[0]).max() == pytest.approx(3, abs=0.2)
    np.testing.assert_allclose(grid[1], bend(grid[0])[0])
    np.testing.assert_allclose(grid[2], stretch(grid[1])[0])
    np.testing.assert_allclose(found["grid_log_det"][2], np.log(2))


def test_grid_stays_inside_of_a_base_with_an_edge() -> None:
    uniform = Walk(
        LAYERS, lambda points: np.zeros(len(points)), lambda n, seed: np.random.default_rng(seed).random((n, 2))
    )
    grid = uniform.recorded(2000, 0)["grid"]
    assert grid[0].min() > -0.02
    assert grid[0].max() < 1.02


def test_a_layer_without_inverse_has_no_density_but_log_densities_of_particles() -> None:
    found = Walk([LAYERS[0], ("stretch", stretch, no_inverse)], normal, draws).recorded(500, 0, np.zeros((100, 2)))
    assert not {"density", "density_box", "points", "points_log_prob"} & set(found)
    np.testing.assert_allclose(found["log_prob"], log_prob(found["positions"][-1]))


def test_log_densities_of_test_points() -> None:
    points = draws(300, 9)
    found = Walk(LAYERS, normal, draws).recorded(500, 0, points)
    np.testing.assert_array_equal(found["points"], points)
    np.testing.assert_allclose(found["points_log_prob"], log_prob(points))


def test_a_flow_without_a_density_at_some_test_points_is_not_scored() -> None:
    def edge(points: NDArray[Any]) -> NDArray[Any]:
        return np.where(np.abs(points).max(axis=1) < 3, normal(points), -np.inf)

    points = np.concatenate([draws(300, 9) / 2, [[0, 100.0], [50.0, 0]]])
    with pytest.warns(UserWarning, match="2 of 302 test points have no density under the flow"):
        found = Walk(LAYERS, edge, draws).recorded(500, 0, points)
    assert "points_log_prob" not in found
    assert np.isfinite(found["density"]).all()


def test_diverging_particles_are_left_out_with_a_warning() -> None:
    def diverge(points: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        return np.where(points[:, :1] > 2, np.inf, points), np.zeros(len(points))

    with pytest.warns(UserWarning, match=r"of 2,000 particles are left out.*infinity"):
        found = Walk([("diverge", diverge, diverge)], normal, draws).recorded(2000, 0)
    assert 1900 < found["positions"].shape[1] < 2000
    assert "grid" not in found


def test_project_of_own_code_is_saved_and_scored(tmp_path: Path) -> None:
    project = chain(LAYERS, normal, draws, particles=500, target=ShapeSpec(name="two_moons"))
    assert project.trace.names == ("00_base", "01_bend", "02_stretch")
    assert project.target == ShapeSpec(name="two_moons")
    save_project(project, tmp_path / "own.flowviz")
    again = load_project(tmp_path / "own.flowviz")
    np.testing.assert_array_equal(again.trace.positions, project.trace.positions)


def test_points_keep_the_units_of_the_flow() -> None:
    data = 50 + 3 * draws(400, 1)
    shifted = [("shift", lambda z: (3 * z + 50, 2 * np.log(3)), lambda x: ((x - 50) / 3, -2 * np.log(3)))]
    project = chain(shifted, normal, draws, particles=500, target=data, title="readings")
    assert project.target.title == "readings"
    ends = flowviz.units(project).values(project.trace.positions[-1])
    assert ends.mean() == pytest.approx(50, abs=1)
    tests = flowviz.units(project).values(project.weights.parameters["recorded/points"])
    np.testing.assert_allclose(tests, data[(np.abs(data - tests[:, None]).sum(axis=2)).argmin(axis=1)], rtol=1e-5)
    nats = flowviz.units(project).log_density(project.weights.parameters["recorded/points_log_prob"])
    np.testing.assert_allclose(nats, normal((tests - 50) / 3) - 2 * np.log(3), atol=1e-3)


def test_the_same_seed_gives_the_same_particles() -> None:
    same, again, other = (Walk(LAYERS, normal, draws).recorded(50, seed)["positions"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(same, again)
    assert (same != other).all()


@pytest.mark.parametrize(
    ("layers", "sample", "message"),
    [
        (LAYERS, lambda n, seed: np.zeros((n, 3)), r"its points have shape \(500, 3\), not \(n, 2\)"),
        ([("cut", lambda z: (z[:, :1], 0.0), straighten)], draws, r"its points have shape \(500, 1\)"),
        ([("fail", lambda z: 1 / 0, straighten)], draws, "division by zero"),
        ([("short", bend)], draws, "cannot be followed"),
    ],
)
def test_what_cannot_be_followed_is_said(layers: Any, sample: Any, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        chain(layers, normal, sample, particles=500)


def test_there_must_be_particles() -> None:
    with pytest.raises(SpecError, match="number of particles is 0"):
        chain(LAYERS, normal, draws, particles=0)


def test_there_must_be_layers() -> None:
    with pytest.raises(FlowvizError, match="stage"):
        chain([], normal, draws)


def test_another_object_is_refused_without_its_library() -> None:
    with pytest.raises(
        ArgumentError, match=r"flowviz\.adapters\.zuko takes zuko's Flow or zuko's NormalizingFlow, not in"
    ):
        zuko(3)
    with pytest.raises(ArgumentError, match="takes flowjax's AbstractTransformed, not str"):
        flowjax("flow.eqx")


def test_adapters_import_no_library() -> None:
    code = (
        "import sys; from flowviz import adapters; adapters.zuko, adapters.tfp\n"
        "print({'torch', 'jax', 'zuko', 'flowjax', 'normflows', 'tensorflow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("wrong", [lambda x: (x / 3, -2 * np.log(2)), lambda x: (x / 2, 2 * np.log(2))])
def test_wrong_inverses_are_refused(wrong: Any) -> None:
    with pytest.raises(SpecError, match="does not fit the map"):
        chain([LAYERS[0], ("stretch", stretch, wrong)], normal, draws, particles=500)
