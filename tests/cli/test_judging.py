"""The command that judges: files of an estimator, or a project, and the exit status."""

import json
from pathlib import Path

import numpy as np
import pytest

from flowviz.projects import Project, save_project
from flowviz.specs import ShapeSpec
from flowviz.targets import build_target
from tests.test_cli import run

MOONS = "--shape", "two_moons"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with points of the moons, samples of a perfect estimator, and their log-densities."""
    monkeypatch.chdir(tmp_path)
    target = build_target(ShapeSpec(name="two_moons"))
    assert run("target", *MOONS, "-n", 2000, "-o", "p.npy") == 0
    samples = target.sample(2000, np.random.default_rng(8))
    np.save("s.npy", samples)
    for name, points in {"lp": np.load("p.npy"), "ls": samples}.items():
        found = target.log_prob(points)
        assert found is not None
        np.save(f"{name}.npy", found.astype(np.float32))
        np.savetxt(f"{name}.csv", found, header="log_prob", comments="")
        np.savetxt(
            f"{name}_beside.csv", np.stack([found, found + 9], axis=1), delimiter=",", header="log_prob,z", comments=""
        )
        np.save(f"{name}_wrong.npy", found + 0.3)
    return tmp_path


@pytest.mark.parametrize("ending", [".npy", ".csv", "_beside.csv"])
def test_files_of_a_perfect_estimator(ending: str, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores = "--log-prob", f"lp{ending}", "--samples-log-prob", f"ls{ending}"
    assert run("judge", *MOONS, "--points", "p.npy", "--samples", "s.npy", *scores, "--json", "-o", "r.svg") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["is_consistent"]
    assert [each["verdict"] for each in found["findings"]] == [
        "good fit", "not checked", "consistent", "good fit", "good fit", "not checked", "not checked",
    ]  # fmt: skip
    assert "two moons" in Path("r.svg").read_text("utf-8")


def test_inconsistency_is_status_1_and_a_poor_fit_is_0(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("judge", *MOONS, "--points", "p.npy", "--log-prob", "lp_wrong.npy") == 1
    assert "inconsistent  gap" in capsys.readouterr().out
    assert run("judge", "--shape", "rings", "--samples", "s.npy", "-n", 2000) == 0
    assert "poor fit      samples and target" in capsys.readouterr().out


def test_flow_of_a_project_is_judged(project: Project, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_project(project, Path("hi.flowviz"))
    assert run("judge", "hi.flowviz", "-n", 1000, "--json") == 0
    found = json.loads(capsys.readouterr().out)["findings"]
    assert {each["verdict"] for each in found} <= {"consistent", "good fit", "poor fit"}, found
    assert run("judge", "hi.flowviz", "--points", "p.npy") == 2
    assert "its own target" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "There is no target"),
        (["--points", "p.npy"], "There is no target"),
        ([*MOONS, "--log-prob", "lp.npy"], "Give these points, too"),
        (
            [*MOONS, "--points", "p.npy", "--log-prob", "p.npy"],
            "none of them is called log_prob",
        ),
        ([*MOONS, "--points", "lp.npy"], "lp.npy has only one column. Points need two"),
        ([*MOONS, "--points", "p.npy", "--points", "s.npy"], "more than one file of points"),
        ([*MOONS, "-o", "p.npy"], "numbers"),
        ([*MOONS, "-n", "0"], "number of points"),
        (["none.flowviz"], "none.flowviz"),
    ],
)
def test_errors_are_sentences(
    arguments: list[str], message: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("judge", *arguments) == 2
    assert message in capsys.readouterr().err
