"""Extensions whose stages break a law of flows are refused, and `flowviz check` measures all laws."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PyQt6.QtCore import Qt

import flowviz
from flowviz import FlowSpec, ShapeSpec, TrainingSpec, extensions
from flowviz.app.notices.notice import Notice
from flowviz.app.training.worker import TrainingWorker
from flowviz.errors import SpecError
from flowviz.extensions import Recipe, register_family
from flowviz.projects import Comparison, Project
from flowviz.targets import build_target
from tests.registrations import FAMILY, example_files, unregistered
from tests.test_cli import run

__all__ = ["example_files", "unregistered"]

Files = tuple[Path, Path]


def sines_with(**methods: Any) -> FlowSpec:
    """Register the README's family with other methods of its stage, and return a flow of it."""
    code: dict[str, Any] = {"__name__": "sines"}
    exec(FAMILY, code)
    register_family(
        "sines",
        Recipe("Sine shear", "Layers shift points by sums of sines.", "sine_shear"),
        type("Broken", (code["SineShear"],), methods),
    )
    return FlowSpec(family="sines", layers=2)


def moved(self: Any, numbers: Any, x: Any, factor: float) -> tuple[Any, Any]:
    """Shift points by a multiple of the sums of sines. The log-det is 0."""
    zero = tf.zeros_like(x[:, 0])
    return tf.stack([x[:, 0], x[:, 1] + factor * self.shift(numbers, x)], axis=1), zero


BROKEN_STAGES: Mapping[str, tuple[dict[str, Any], str]] = {
    "inverse": (
        {"inverse_and_log_det": lambda self, numbers, y: moved(self, numbers, y, -0.9)},
        r"inverse_and_log_det does not undo forward_and_log_det, and points come back off by up to [\d.]+ \(in",
    ),
    "log-det": (
        {"forward_and_log_det": lambda self, numbers, x: (moved(self, numbers, x, 1)[0], 0 * x[:, 0] + np.log(2))},
        r"the log-det of forward_and_log_det differs from that of its Jacobian by up to 0\.693 \(in",
    ),
    "log-det of the inverse": (
        {"inverse_and_log_det": lambda self, numbers, y: (moved(self, numbers, y, -1)[0], 0 * y[:, 0] + 0.1)},
        r"the log-det of inverse_and_log_det differs from that of its Jacobian by up to 0\.1 \(in",
    ),
    "shape of the log-det": (
        {"forward_and_log_det": lambda self, numbers, x: (moved(self, numbers, x, 1)[0], tf.zeros(()))},
        r"its code fails: SpecError: it returns points \(64, 2\) and log-dets \(\) for points \(64, 2\)",
    ),
    "start": (
        {"initial_parameters": lambda self, rng: {"amplitude": np.ones(8), "phase": np.zeros(8)}},
        r"the initial numbers give a map that differs from the identity by up to",
    ),
    "start of the second layer alone": (
        {"initial_parameters": lambda self, rng: {"amplitude": np.full(8, self.name[:2] != "01"), "phase": np.ones(8)}},
        r"04_sine_shear, the initial numbers give a map that differs from the identity",
    ),
    "neighbors": (
        {"shift": lambda self, numbers, x: numbers["amplitude"][0] * tf.reduce_mean(x[:, 0]) + 0 * x[:, 0]},
        r"the code mixes the points that are evaluated together, .* which changes results by up to [\d.]+ \(in",
    ),
    "name": (
        {
            "forward_and_log_det": lambda self, numbers, x: moved(self, numbers, x, int(self.name[:2])),
            "inverse_and_log_det": lambda self, numbers, y: moved(self, numbers, y, -int(self.name[:2])),
        },
        r"the code depends on the stage's name or the flow's seed, although all stages of a class share a graph",
    ),
    "seed": (
        {
            "forward_and_log_det": lambda self, numbers, x: moved(self, numbers, x, 1 + self.spec.seed),
            "inverse_and_log_det": lambda self, numbers, y: moved(self, numbers, y, -1 - self.spec.seed),
        },
        r"the code depends on the stage's name or the flow's seed",
    ),
    "precision": (
        {"shift": lambda self, numbers, x: x[:, 0] * tf.constant(2.0, tf.float32)},
        r"its code fails: InvalidArgumentError: .* \(in float64\)",
    ),
    "domain": (
        {
            "initial_parameters": lambda self, rng: {"amplitude": np.zeros(8), "phase": np.ones(8)},
            "shift": lambda self, numbers, x: tf.math.log(numbers["amplitude"][0] + x[:, 0]) * numbers["amplitude"][1],
        },
        r"points come back off by up to inf",
    ),
}


@pytest.mark.parametrize(("methods", "sentence"), BROKEN_STAGES.values(), ids=BROKEN_STAGES.keys())
def test_stage_that_breaks_a_law_is_refused(methods: dict[str, Any], sentence: str, unregistered: None) -> None:
    flow = sines_with(**methods)
    for _ in range(2):  # a failure is not remembered as a success
        with pytest.raises(SpecError, match=f"^The flow sines is not valid: at stage .*{sentence}"):
            flowviz.build_flow(flow)
    sines_with()
    flowviz.build_flow(flow)  # corrected


@pytest.mark.parametrize("sizes", [{"width": 1024, "log_scale_bound": None}, {"conditioner": "table"}, {"hats": 256}])
def test_correct_stage_of_any_size_is_accepted(sizes: dict[str, Any], unregistered: None) -> None:
    from flowviz.flows.real_nvp import AffineCoupling

    own = type("Own", (AffineCoupling,), {"kind": "own"})
    register_family("own", Recipe("Own", "Couplings.", "own", bent=("shift", "log-scale")), own)
    flow = flowviz.build_flow(FlowSpec(family="own", layers=2, **sizes))
    assert np.isfinite(flow.log_prob(np.zeros((1, 2)))).all()


def test_flow_that_breaks_a_law_is_one_sentence_everywhere(
    unregistered: None, qapp: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flow, sentence = sines_with(**BROKEN_STAGES["log-det"][0]), BROKEN_STAGES["log-det"][1]
    with pytest.raises(SpecError, match=sentence):
        flowviz.train(ShapeSpec(name="heart"), flow, TrainingSpec(steps=10))
    assert run("train", "--shape", "heart", "--flow", "sines", "--steps", 10, "-o", tmp_path / "x.flowviz") == 2
    said = capsys.readouterr().err
    assert re.search(f"^The flow sines is not valid: .*{sentence}", said, re.MULTILINE)
    assert "Traceback" not in said
    assert not (tmp_path / "x.flowviz").exists()
    notices = list[Notice]()
    target = ShapeSpec(name="heart")
    comparison = Comparison({"a": Project.untrained(target, flow, TrainingSpec(steps=10))})
    worker = TrainingWorker(1, "training", comparison, {target: build_target(target)}, None)
    failed: Any = worker.failed
    failed.connect(lambda _, notice: notices.append(notice), Qt.ConnectionType.DirectConnection)
    worker.start()
    assert worker.wait(20_000)
    [notice] = notices
    assert re.search(sentence, notice.text)


def test_command_checks_all_laws(
    example_files: Files, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("check") == 2
    assert capsys.readouterr().err.startswith("There is no flow to check.")
    assert run("--with", example_files[1], "check", "--layers", 2) == 0
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading == "sines"
    assert {re.sub(r": largest .*", "", line) for line in lines} >= {
        "  holds  log-dets match the Jacobian (float32)",
        "  holds  the density integrates to 1 (float32)",
        "  holds  samples fit the density (float32)",
    }
    assert "bent" not in " ".join(lines), "no curve can be"
    assert all(re.fullmatch(r"  holds  .* \(float(32|64)\): largest error \S+, \S+ allowed", line) for line in lines)


def test_command_reports_the_laws_that_are_broken(unregistered: None, capsys: pytest.CaptureFixture[str]) -> None:
    sines_with(**BROKEN_STAGES["log-det"][0])
    assert run("check", "--flow", "sines", "--layers", 2, "--json") == 1
    found = {(each["law"], each["precision"]): each for each in json.loads(capsys.readouterr().out)}
    broken = {law for (law, _), each in found.items() if not each["holds"]}
    assert broken == {
        "log-dets match the Jacobian",
        "the flow starts as the identity",
        "densities agree with the log-dets of the stages",
    }
    assert found["log-dets match the Jacobian", "float64"]["error"] == pytest.approx(np.log(2), abs=1e-6)
    sines_with(**BROKEN_STAGES["log-det of the inverse"][0])  # which densities are computed with
    assert run("check", "--layers", 2) == 1
    assert "FAILS  the density integrates to 1 (float32): the integral of the density differs from 1 by 0.2" in (
        capsys.readouterr().out
    )


def test_stages_are_checked_once_for_each_kind_of_flow(example_files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    from flowviz.flows import build

    checked = list[int]()
    monkeypatch.setattr(build, "check_stages", lambda stages, family: checked.append(len(stages)))
    extensions.load(example_files, installed=False)
    for layers, seed in ((2, 0), (2, 1), (3, 0), (2, 2)):
        flowviz.build_flow(FlowSpec(family="sines", layers=layers, seed=seed))
    flowviz.build_flow(FlowSpec(layers=1))
    assert checked == [2, 3]
