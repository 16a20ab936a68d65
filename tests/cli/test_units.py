"""NLLs name their units, and agree with the log-densities that `score` writes."""

import json
from pathlib import Path

import numpy as np
import pytest

from flowviz.specs import Entrant, PointsSpec, TrainingSpec
from flowviz.targets import build_target, read_points
from flowviz.training.runs import Run, run_here
from tests.test_cli import SMALL, SMALL_FLOW, run

NLL = "The NLL of 90 validation points is "


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table with a standard deviation of about 1,000."""
    path = tmp_path_factory.mktemp("units")
    np.savetxt(path / "table.csv", np.random.default_rng(0).normal(7000, 1000, (600, 2)), "%.17g", delimiter=",")
    return path


def test_nlls_of_a_table_can_be_compared_with_its_log_densities(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trained = folder / "table.flowviz"
    assert run("train", "--points", folder / "table.csv", "--steps", 200, *SMALL, "-o", trained, "--json") == 0
    stdout, stderr = capsys.readouterr()
    found = json.loads(stdout)
    assert found["nll_units"] == "data"
    assert found["log_det_of_units"] == pytest.approx(2 * np.log(1000), abs=0.2)
    assert "NLLs are per area in the units of the data." in stderr
    assert f"test NLL {found['test_nll']:.3f} ±" in stderr

    spec = read_points(folder / "table.csv")
    assert isinstance(spec, PointsSpec)
    target = build_target(spec)
    test = target.test(1000, np.random.default_rng(0))
    assert test is not None
    np.save(folder / "test.npy", target.units.values(test))
    assert run("score", trained, folder / "test.npy", "-o", folder / "scores.npy") == 0
    score = -np.load(folder / "scores.npy").mean()
    assert found["test_nll"] == pytest.approx(score, abs=1e-4)
    trial, _ = run_here(Run(Entrant(name="a", target=spec, flow=SMALL_FLOW, training=TrainingSpec(steps=200))))
    assert trial.figures["test_nll"] == pytest.approx(found["test_nll"], abs=1e-4)

    capsys.readouterr()
    for units, offset in (("flow", -found["log_det_of_units"]), ("data", 0)):
        trace = ("trace", trained, "-n", 500, "--direction", "encode", "--units", units, "-o", folder / "t.npz")
        assert run(*trace) == 0
        told = capsys.readouterr().err.split(NLL)[1]
        assert float(told.split()[0]) == pytest.approx(found["test_nll"] + offset, abs=0.3)
        assert ("per area in the units of the data" in told) == (units == "data")


def test_points_that_train_a_flow_are_not_encoded(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trained, output = folder / "encoded.flowviz", folder / "encoded.npz"
    assert run("train", "--points", folder / "table.csv", "--steps", 20, *SMALL, "-o", trained) == 0
    assert run("trace", trained, "--direction", "encode", "-n", 8000, "-o", output) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "The target has only 90 validation points. Its other points train or test flows, and are left out." in said
    assert "Wrote 90 particles" in said
    with np.load(output) as found:
        assert found["positions"].shape[1] == 90
