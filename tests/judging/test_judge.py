"""Judgments of estimators that are right, and of some that are wrong in one way each."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowviz import PointsSpec, Project, ShapeSpec, TextSpec, TrainingSpec, build_target, judge, render_judgment
from flowviz.errors import ArgumentError, FileError, SpecError
from flowviz.flows.flow_laws import random_flow as random_flowviz
from flowviz.records.judgment import Judgment
from flowviz.specs import FlowSpec, ShapeName
from tests.flows.families import specs
from tests.judging.analytic import AnalyticFlow, Array, Mapped, random_flow

MOONS = ShapeSpec(name="two_moons")
FEW = 5000
SHAPES: tuple[ShapeName, ...] = ("two_moons", "gaussian", "smiley", "banana", "rings")
SHIFT = 0.3


def verdicts(judgment: Judgment) -> dict[str, str]:
    return {each.check: each.verdict for each in judgment.findings}


def wrong_in(judgment: Judgment) -> set[str]:
    return {name for name, verdict in verdicts(judgment).items() if verdict == "inconsistent"}


def judged(flow: AnalyticFlow, seed: int = 0, n: int = FEW, **others: Any) -> Judgment:
    """Judge a flow, of which some functions are replaced, against a shape."""
    functions = {"log_prob": flow.log_prob, "sample": flow.sample, "forward": flow.forward, "inverse": flow.inverse}
    return judge(ShapeSpec(name=SHAPES[seed % len(SHAPES)]), **{**functions, **others}, n=n, seed=seed)


def files_of(name: ShapeName, n: int = FEW, seed: int = 0) -> dict[str, Any]:
    """Return arrays of a perfect estimator of a shape."""
    target = build_target(ShapeSpec(name=name))
    points, samples = np.split(target.sample(2 * n, np.random.default_rng(seed)).astype(np.float64), 2)
    return {
        "points": points,
        "log_prob": positive(target.log_prob(points)),
        "sample": samples,
        "samples_log_prob": target.log_prob(samples),
    }


def positive(log_density: Array | None) -> Array:
    """Return a density with a floor: float32 rounds a few points of ink to the other side of an edge."""
    assert log_density is not None
    return np.maximum(log_density, -30)


def doubled_log_dets(flow: AnalyticFlow) -> dict[str, Any]:
    """Return functions of a flow that counts its log-dets twice."""

    def twice(mapped: Mapped) -> Mapped:
        return mapped[0], 2 * mapped[1]

    def log_prob(points: Array) -> Array:
        latents, log_det = flow.inverse(points)
        return flow.base_log_prob(latents) + 2 * log_det

    return {
        "log_prob": log_prob,
        "forward": lambda latents: twice(flow.forward(latents)),
        "inverse": lambda points: twice(flow.inverse(points)),
    }


@pytest.mark.parametrize("name", ["two_moons", "pinwheel", "checkerboard", "eight_gaussians"])
def test_truth_is_a_good_fit(name: ShapeName) -> None:
    target = build_target(ShapeSpec(name=name))
    rng = np.random.default_rng(4)
    functions = lambda x: positive(target.log_prob(x)), lambda n: target.sample(n, rng)
    found = verdicts(judge(ShapeSpec(name=name), *functions, n=FEW))
    assert found == {
        "gap": "good fit",
        "mass": "consistent",
        "samples and density": "consistent",
        "samples and target": "good fit",
        "coverage": "good fit",
        "log-det": "not checked",
        "inverse": "not checked",
    }


@pytest.mark.parametrize("seed", range(6))
def test_analytic_flow_is_consistent(seed: int) -> None:
    found = judged(random_flow(seed), seed)
    assert found.is_consistent, found.text()
    assert {*verdicts(found).values()} == {"consistent", "poor fit"}


@pytest.mark.parametrize("seed", range(3))
def test_doubled_log_dets_are_found(seed: int) -> None:
    flow = random_flow(seed)
    found = judged(flow, seed, **doubled_log_dets(flow))
    assert {"mass", "log-det"} <= wrong_in(found)
    assert "inverse" not in wrong_in(found)


def test_doubled_log_dets_are_found_without_maps() -> None:
    wrong = doubled_log_dets(random_flow(1))["log_prob"]
    assert wrong_in(judged(random_flow(1), log_prob=wrong, forward=None, inverse=None)) == {
        "mass",
        "samples and density",
    }


@pytest.mark.parametrize("seed", range(3))
def test_wrong_inverse_is_found(seed: int) -> None:
    flow = random_flow(seed)
    found = judged(flow, seed, inverse=lambda points: 0.97 * flow.inverse(points)[0])
    assert wrong_in(found) == {"inverse"}


@pytest.mark.parametrize("seed", range(3))
def test_samples_of_another_density_are_found(seed: int) -> None:
    flow = random_flow(seed)
    found = judged(flow, seed, sample=lambda n: 1.15 * flow.sample(n))
    assert wrong_in(found) == {"samples and density"}


@pytest.mark.parametrize("shift", [SHIFT, -SHIFT])
def test_shifted_likelihoods_are_found(shift: float) -> None:
    target, rng = build_target(MOONS), np.random.default_rng(1)
    found = judge(MOONS, lambda x: positive(target.log_prob(x)) + shift, lambda n: target.sample(n, rng), n=FEW)
    assert wrong_in(found) == ({"gap", "mass"} if shift > 0 else {"mass"})
    assert found["mass"].numbers["mass"] == pytest.approx(np.exp(shift), abs=0.01)


@pytest.mark.parametrize("name", ["two_moons", "heart"])
def test_files_of_the_truth_are_a_good_fit(name: ShapeName) -> None:
    found = judge(ShapeSpec(name=name), **files_of(name))
    assert {*verdicts(found).values()} == {"good fit", "consistent", "not checked"}, found.text()
    assert verdicts(found)["mass"] == verdicts(found)["log-det"] == verdicts(found)["inverse"] == "not checked"


@pytest.mark.parametrize("shift", [SHIFT, -SHIFT])
def test_shifted_likelihoods_are_found_in_files(shift: float) -> None:
    files = files_of("two_moons")
    shifted = {name: files[name] + shift for name in ("log_prob", "samples_log_prob")}
    found = judge(MOONS, **{**files, **shifted})
    assert wrong_in(found) == ({"gap", "samples and density"} if shift > 0 else {"samples and density"})


def test_samples_of_another_density_are_found_in_files() -> None:
    files, target = files_of("two_moons"), build_target(MOONS)
    samples = 1.1 * files["sample"]
    found = judge(MOONS, **{**files, "sample": samples, "samples_log_prob": target.log_prob(samples)})
    assert wrong_in(found) == {"samples and density"}


def test_points_and_log_densities_allow_the_gap_only() -> None:
    files = files_of("two_moons")
    found = verdicts(judge(MOONS, files["log_prob"], points=files["points"]))
    assert found.pop("gap") == "good fit"
    assert {*found.values()} == {"not checked"}


def test_poor_fit_is_consistent() -> None:
    flow = AnalyticFlow(*random_flow(0).__dict__.values())
    found = judge(TextSpec(text="A"), flow.log_prob, flow.sample, n=FEW)
    assert found.is_consistent
    assert [found[name].verdict for name in ("gap", "samples and target", "coverage")] == 3 * ["poor fit"]


def test_heavy_tails_are_consistent_with_and_without_samples() -> None:
    """With tails like 1 / r, some of the probability lies far outside any box."""

    def log_prob(points: Array) -> Array:
        return np.asarray(-1.5 * np.log1p((points**2).sum(axis=1)) - np.log(2 * np.pi))

    def sample(n: int) -> Array:
        rng = np.random.default_rng(2)
        return np.asarray(rng.normal(size=(n, 2)) / np.sqrt(rng.chisquare(1, (n, 1))))

    for samples in (sample, None):
        found = judge(ShapeSpec(name="gaussian"), log_prob, samples, n=FEW)
        assert found["mass"].verdict == "consistent"
        assert found["mass"].numbers["outside"] > 0


def test_tables_of_points_have_no_truth_to_compare_with() -> None:
    data = np.random.default_rng(0).normal(size=(3000, 2))
    table = PointsSpec(data=data.astype("<f4").tobytes(), center=(5, 5), unit=2, standardize=False)
    found = judge(table, lambda x: -((x - 5) ** 2).sum(axis=1) / 8 - np.log(8 * np.pi), lambda n: 5 + 2 * data[:n])
    assert found["gap"].sentence == "It needs a target whose entropy is known."
    assert found["mass"].verdict == "consistent"
    assert found["samples and target"].verdict == "good fit"
    assert found.points.mean() == pytest.approx(5, abs=0.5), "in units of the data"


def test_undefined_log_densities_are_a_finding() -> None:
    target = build_target(MOONS)

    def log_prob(points: Array) -> Array:
        return np.where(points[:, 0] > 0, positive(target.log_prob(points)), np.nan)

    found = judge(MOONS, log_prob, n=FEW)
    assert found["gap"].verdict == "poor fit"
    assert found["gap"].numbers["nan"] == pytest.approx(0.5, abs=0.05)
    assert found.is_consistent, "where the density is unknown, mass may be"


@pytest.mark.parametrize("n", [0, 1, 199])
def test_few_points_are_not_enough_for_any_check(n: int) -> None:
    found = judge(MOONS, random_flow(0).log_prob, random_flow(0).sample, n=n)
    assert {*verdicts(found).values()} == {"not checked"}
    assert found["mass"].sentence == "It needs at least 200 points of the target."


def test_infinite_density_is_above_the_truth() -> None:
    found = judge(MOONS, lambda x: np.where(x[:, 0] > 1, np.inf, -1.0), n=FEW)
    assert found["gap"].verdict == "inconsistent"


class Tensor:
    """Behaves like a tensor of PyTorch that requires a gradient."""

    def __init__(self, array: Any, *, detached: bool = False) -> None:
        self.array, self.detached = array, detached

    def detach(self) -> "Tensor":
        return Tensor(self.array, detached=True)

    def cpu(self) -> "Tensor":
        return self

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if not self.detached:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        return np.asarray(self.array, dtype)


def test_tensors_of_other_libraries_are_taken() -> None:
    target, rng = build_target(MOONS), np.random.default_rng(0)
    found = judge(MOONS, lambda x: Tensor(positive(target.log_prob(x))), lambda n: Tensor(target.sample(n, rng)), n=FEW)
    assert found.is_consistent


def fails(points: Array) -> Array:
    raise ValueError("no such device")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"log_prob": fails}, r"^log_prob failed: ValueError: no such device\.$"),
        ({"log_prob": lambda x: x}, r"^log_prob is an array of shape \(\d+, 2\)\. The shape must be \(\d+\)\.$"),
        ({"log_prob": lambda x: "text"}, "^log_prob must be an array of numbers, not str"),
        (
            {"sample": lambda n: np.zeros((n, 3))},
            r"^samples is an array of shape \(5000, 3\)\. The shape must be \(n, 2\)",
        ),
        ({"sample": np.full((9, 2), np.nan)}, "^Some of the samples are NaN or infinite"),
        ({"sample": 3.0}, r"^samples is an array of shape \(\)\. The shape must be \(n, 2\)"),
        ({"log_prob": np.zeros(9)}, "Give these points, too"),
        ({"log_prob": np.zeros(9), "points": np.zeros((8, 2))}, r"shape \(9,\)\. The shape must be \(8\)"),
        ({"forward": lambda z: (z, z)}, r"^the log-det of forward is an array of shape \(\d+, 2\)\. The"),
        ({"forward": lambda z: (z, z, z)}, "^forward must return points, or a pair of points and log-dets"),
    ],
)
def test_errors_of_users_are_sentences(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        judge(MOONS, n=FEW, **arguments)


def test_report_as_text_json_and_figure(tmp_path: Path) -> None:
    found = judge(MOONS, **files_of("two_moons", 500))
    lines = found.text().splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0].startswith("good fit      gap")
    assert found.as_json()["findings"][0]["check"] == "gap"
    for form, start in {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}.items():
        render_judgment(found, path := tmp_path / f"report.{form}")
        assert path.read_bytes().startswith(start)
    with pytest.raises(SpecError, match=r"\.gif"):
        render_judgment(found, tmp_path / "report.gif")
    with pytest.raises(FileError):
        render_judgment(found, tmp_path / "none" / "report.png")
    render_judgment(judge(MOONS, n=300), tmp_path / "nothing.png")


@pytest.mark.parametrize("spec", specs("realnvp"))
def test_own_families_are_consistent(spec: FlowSpec) -> None:
    weights = random_flowviz(spec).weights()
    project = Project.untrained(MOONS, spec, TrainingSpec(steps=1)).with_weights(weights)
    found = judge(project, n=2000)
    assert found.is_consistent, found.text()
    assert found["inverse"].verdict == found["mass"].verdict == "consistent"


@pytest.mark.slow
def test_few_reports_of_200_analytic_flows_are_false_alarms() -> None:
    alarms = [seed for seed in range(200) if not judged(random_flow(seed), seed).is_consistent]
    assert len(alarms) <= 4, alarms


@pytest.mark.slow
def test_few_reports_of_200_perfect_estimators_are_false_alarms() -> None:
    def is_alarm(seed: int) -> bool:
        name = SHAPES[seed % len(SHAPES)]
        target, rng = build_target(ShapeSpec(name=name)), np.random.default_rng(1000 + seed)
        functions: dict[str, Any] = {
            "log_prob": lambda x: positive(target.log_prob(x)),
            "sample": lambda n: target.sample(n, rng),
        }
        arguments = files_of(name, seed=1000 + seed) if seed % 2 else functions
        found = judge(ShapeSpec(name=name), **arguments, n=FEW, seed=seed)
        return bool({*verdicts(found).values()} & {"poor fit", "inconsistent"})

    alarms = [seed for seed in range(200) if is_alarm(seed)]
    assert len(alarms) <= 6, alarms


@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_a_density_that_is_nowhere_positive_is_reported(value: float) -> None:
    found = judge(MOONS, lambda x: np.full(len(x), value), random_flow(0).sample, n=FEW)
    assert "samples and density" in wrong_in(found)


def test_samples_far_away_are_reported() -> None:
    flow = random_flow(0)
    found = judge(MOONS, flow.log_prob, flow.sample(200) + 1e6, n=FEW)
    assert verdicts(found)["samples and density"] in {"not checked", "inconsistent"}


def test_one_point_without_density_does_not_hide_impossible_likelihoods() -> None:
    given = files_of("two_moons", 20_000)
    given["log_prob"][0] = np.nan
    assert verdicts(judge(MOONS, **given))["gap"] == "poor fit"
    given["log_prob"] = given["log_prob"] + SHIFT
    assert verdicts(judge(MOONS, **given))["gap"] == "inconsistent"


def test_a_log_det_can_be_one_number() -> None:
    def stretched(latents: Array) -> tuple[Array, float]:
        return 2 * latents, 2 * np.log(2)

    found = judge(MOONS, forward=stretched, inverse=lambda x: [x / 2, np.full(len(x), -2 * np.log(2))], n=FEW)
    assert (verdicts(found)["log-det"], verdicts(found)["inverse"]) == ("consistent", "consistent")
