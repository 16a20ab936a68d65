"""Families of extensions with their own options, objective and curves that can be bent."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PyQt6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QSpinBox
from pytestqt.qtbot import QtBot

import flowviz
import flowviz.cli.comparison
from flowviz import Bump, ConditionalSpec, Edits, FlowSpec, LayerEdit, ShapeSpec, TrainingSpec
from flowviz.app.state.request import Request, RequestState
from flowviz.app.training.flow_panel import FlowOptions
from flowviz.errors import SpecError
from flowviz.exporting.commands import train_command, train_python
from flowviz.extensions import Recipe, option, register_family
from flowviz.flows import build
from flowviz.flows.bumps import BUMPS, added
from flowviz.flows.nice import AdditiveCoupling
from flowviz.flows.objective import MaximumLikelihood
from flowviz.flows.reporting import at, curve, evenly
from flowviz.flows.stage import Stage
from flowviz.projects import Comparison, Plan
from flowviz.specs import Condition
from tests.registrations import unregistered
from tests.test_cli import run

__all__ = ["unregistered"]

HEART = ShapeSpec(name="heart")
STEPS = TrainingSpec(steps=20)
OPTIONS = {
    "tail": option(2.0, "Tail", "How heavy the tails are", least=1.0, most=20.0),
    "waves_of_shift": option(3, "Waves of the shift", "Number of sines", least=1, most=9),
    "wave": option("sin", "Wave", "Form of the waves", choices=("sin", "cos")),
    "even": option(False, "Even", "Whether both axes are alike"),
}


class Wave(Stage):
    """y_1 = x_1,  y_2 = x_2 + Σ a_k wave(k x_1 / tail)."""

    kind = "wave"

    def initial_parameters(self, rng: np.random.Generator) -> Any:
        return {"amplitude": np.zeros(self.spec.options["waves_of_shift"])}

    def shift(self, numbers: Any, x: Any) -> Any:
        wave = tf.sin if self.spec.options["wave"] == "sin" else tf.cos
        k = 1.0 + np.arange(self.spec.options["waves_of_shift"])
        shift = tf.reduce_sum(wave(x[:, :1] * k / self.spec.options["tail"]) * numbers["amplitude"], axis=1)
        return shift + added(numbers[BUMPS], x[:, 0])[0] if BUMPS in numbers else shift

    def forward_and_log_det(self, numbers: Any, x: Any) -> Any:
        return tf.stack([x[:, 0], x[:, 1] + self.shift(numbers, x)], axis=1), tf.zeros_like(x[:, 0])

    def inverse_and_log_det(self, numbers: Any, y: Any) -> Any:
        return tf.stack([y[:, 0], y[:, 1] - self.shift(numbers, y)], axis=1), tf.zeros_like(y[:, 0])

    def report(self, numbers: Any, spans: Any, forward: Any) -> Any:
        x = evenly(spans[0])
        return self.reported(("y → y + t(x)",), {}, (curve("shift", x, forward(at(x))[0][:, 1], "shift"),), across="x")


class Unbending(Wave):
    """Declares a curve that it does not bend."""

    def shift(self, numbers: Any, x: Any) -> Any:
        return super().shift({name: number for name, number in numbers.items() if name != BUMPS}, x)


class Heavy(MaximumLikelihood):
    """A loss that is twice the NLL, and so not an NLL."""

    is_nll = False

    def loss(self, *arguments: Any) -> Any:
        nll, statistics = super().loss(*arguments)
        return 2 * nll, statistics


def register(stage: type[Stage] = Wave, **settings: Any) -> None:
    register_family("waves", Recipe("Waves", "Layers shift by waves.", "wave", options=OPTIONS, **settings), stage)


@pytest.fixture(autouse=True)
def registered(unregistered: None) -> None:
    register(bent=("shift",))


def flow_of(**options: Any) -> FlowSpec:
    return FlowSpec(family="waves", layers=2, options=options)


def test_options_have_defaults_types_and_limits() -> None:
    usual = {"tail": 2.0, "waves_of_shift": 3, "wave": "sin", "even": False}
    assert FlowSpec(family="waves").options == usual
    assert flow_of(tail="3").options == {**usual, "tail": 3.0}
    assert hash(flow_of(tail=3)) == hash(flow_of(tail=3.0)) != hash(flow_of())
    assert FlowSpec.model_validate_json(flow_of(tail=3).model_dump_json()) == flow_of(tail=3)
    assert "options" not in FlowSpec().model_dump()
    for wrong, sentence in {
        "tail": "The tail cannot be 50: the value must be at most 20.",
        "wave": "The wave cannot be 50: the value must be 'sin' or 'cos'.",
        "tall": "The flow Waves has no field tall. Its fields are tail, waves_of_shift, wave, even.",
    }.items():
        with pytest.raises(SpecError) as caught:
            flow_of(**{wrong: 50})
        assert str(caught.value) == sentence
    with pytest.raises(SpecError, match=r"The realnvp flow has no options of its own. Leave out tail."):
        FlowSpec(options={"tail": 1})


def test_options_without_limits_are_refused() -> None:
    with pytest.raises(SpecError, match=r"The option 'Tail' needs least and most, with its default 2.0 between them"):
        option(2.0, "Tail", "How heavy the tails are", least=3.0, most=5.0)
    with pytest.raises(SpecError, match="The option 'Wave' needs choices, with its default 'sin' among them"):
        option("sin", "Wave", "Form of the waves")
    wrong = Recipe("Waves", "Waves.", "wave", options={"layers": OPTIONS["tail"]})
    with pytest.raises(SpecError, match="The name layers is already used by flowviz"):
        register_family("waves", wrong, Wave)
    with pytest.raises(SpecError, match=r"The curve 'slope' cannot be bent. Choose from shift, log-scale, "):
        register(bent=("slope",))


def test_flow_computes_with_its_options() -> None:
    weights = flowviz.build_flow(flow_of()).weights()
    weights.parameters["01_wave/amplitude"][:] = 1.0
    points = np.ones((1, 2))
    usual, heavy = (flowviz.build_flow(flow_of(tail=tail), weights).forward(points) for tail in (2.0, 9.0))
    assert np.abs(usual - heavy).max() > 0.1
    shape = flowviz.build_flow(flow_of(waves_of_shift=7)).weights().parameters["01_wave/amplitude"].shape
    assert shape == (7,)


def test_commands_have_the_options_and_files_keep_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("train", "--help") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert re.search(r"--tail <?float>? How heavy the tails are\.", said, re.IGNORECASE)
    path, words = tmp_path / "a.flowviz", ("--layers", 2, "--steps", 20, "--tail", 5, "--wave", "cos", "--even")
    assert run("train", "--shape", "heart", "--flow", "waves", *words, "-o", path) == 0
    project = flowviz.load(path)
    assert project.flow == flow_of(tail=5.0, wave="cos", even=True)
    capsys.readouterr()
    assert run("info", path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["tail"] == 5.0
    assert run("train", "--shape", "heart", "--flow", "waves", "--tail", 50, "--steps", 9, "-o", tmp_path / "b") == 2
    assert "The tail cannot be 50.0: the value must be at most 20." in capsys.readouterr().err
    assert run("train", "--shape", "heart", "--tail", 5, "--steps", 9, "-o", tmp_path / "b.flowviz") == 2
    assert "The realnvp flow has no options of its own. Leave out tail." in capsys.readouterr().err
    assert run("gallery", "--tail", 5) == 2  # of another command
    spec = tmp_path / "spec.json"
    spec.write_text(flow_of(tail=7.0, wave="cos").model_dump_json(), encoding="utf-8")
    again = ("--spec", spec, "--tail", 6, "--steps", 20, "-o", tmp_path / "c.flowviz")
    assert run("train", "--shape", "heart", *again) == 0
    assert flowviz.load(tmp_path / "c.flowviz").flow.options == flow_of(tail=6.0, wave="cos").options


def test_comparison_has_the_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[FlowSpec]()

    def stop_at_once(begun: Comparison, *_: object) -> tuple[Comparison, int]:
        asked.extend(entrant.flow for entrant in begun.spec.entrants)
        return begun, 1

    monkeypatch.setattr(flowviz.cli.comparison, "_trained", stop_at_once)
    monkeypatch.setattr(flowviz.cli.comparison, "_keep_interrupted", lambda *_: None)
    words = ("--flow", "waves", "--layers", 1, "--tail", 5, "--steps", 9)
    assert run("compare", "--shape", "heart", *words, "-o", tmp_path / "out") == 1
    assert asked == [FlowSpec(family="waves", layers=1, options={"tail": 5.0})]


def test_option_of_a_command_is_not_that_of_a_flow(capsys: pytest.CaptureFixture[str]) -> None:
    options = {"output": OPTIONS["tail"]}
    register_family("waves", Recipe("Waves", "Layers shift by waves.", "wave", options=options), Wave)
    assert run("train", "--shape", "heart", "-o", "x.flowviz") == 2
    assert "The command train already has --output. Rename the option of the extension." in capsys.readouterr().err


def test_copied_commands_have_the_options() -> None:
    plan = Plan(HEART, flow_of(tail=5.0, even=True), TrainingSpec(seconds=60))
    command = train_command(plan, Path("a.flowviz"), None)
    assert command.endswith("--flow waves --layers 2 --tail 5.0 --even")
    assert "options={'tail': 5.0, " in train_python(plan, Path("a.flowviz"), None)
    assert "tail" not in train_command(Plan(HEART, flow_of(), STEPS), Path("a.flowviz"), None)


def test_window_shows_the_options_of_the_family(qtbot: QtBot) -> None:
    request = RequestState(Request())
    form = FlowOptions(request)
    qtbot.addWidget(form)
    tail = form.findChild(QDoubleSpinBox, "flow_tail")
    waves, wave = form.findChild(QSpinBox, "flow_waves_of_shift"), form.findChild(QComboBox, "flow_wave")
    even = form.findChild(QCheckBox, "flow_even")
    assert tail.isHidden()
    request.set_family("waves")
    assert not tail.isHidden()
    assert (tail.minimum(), tail.value(), tail.maximum(), tail.toolTip()) == (1, 2, 20, "How heavy the tails are")
    tail.setValue(7.5)
    waves.setValue(9)
    wave.setCurrentIndex(1)
    wave.activated.emit(1)
    even.setChecked(True)
    expected = {"tail": 7.5, "waves_of_shift": 9, "wave": "cos", "even": True}
    assert request.plan.flow == FlowSpec(family="waves", options=expected)
    request.update_flow(layers=3)
    assert request.plan.flow.options == expected
    request.set_family("nice")
    assert tail.isHidden()
    assert request.plan.flow == FlowSpec(family="nice")
    request.show_flow(flow_of(tail=3.0))
    assert tail.value() == 3


def test_objective_of_an_extension_is_trained() -> None:
    register(objective=Heavy)
    flow = flowviz.build_flow(flow_of())
    assert isinstance(flow.objective, Heavy)
    project = flowviz.train(HEART, flow_of(), STEPS)
    validated = project.history.loss[np.isfinite(project.history.loss)]
    assert len(validated) > 0
    assert all(each.holds for each in flowviz.check_flow(flow_of()))
    register(objective="tests.test_extension_options:Nonesuch")
    with pytest.raises(SpecError, match="The objective of the flow waves cannot be imported"):
        flowviz.build_flow(flow_of())


def test_curves_of_an_extension_are_bent() -> None:
    bump = Bump(curve="shift", center=(0.0,), height=(0.5,))
    flow = flowviz.build_flow(flow_of(), edits=Edits(layers={1: LayerEdit(bumps=(bump,))}))
    image = flow.forward(np.zeros((1, 2)))
    assert np.abs(image).max() == pytest.approx(0.5)
    np.testing.assert_allclose(flow.inverse(image), 0, atol=1e-6)
    [reported] = flow.report(1).curves
    assert reported.bends == "shift"
    assert reported.y.max() == pytest.approx(0.5, abs=0.01)
    register()
    with pytest.raises(SpecError, match="bend the shift of stage 01_wave, which has none"):
        flowviz.build_flow(flow_of(), edits=Edits(layers={1: LayerEdit(bumps=(bump,))}))
    register(Unbending, bent=("shift",))
    with pytest.raises(SpecError, match="too little effect, because the stage does not use the bumps"):
        flowviz.build_flow(flow_of())


class MyShear(AdditiveCoupling):
    kind = "my_shear"


def shears(*, takes_condition: bool) -> FlowSpec:
    recipe = Recipe("Shears", "Layers shift points.", "my_shear", has_log_scale=False, takes_condition=takes_condition)
    register_family("my_shears", recipe, MyShear)
    return FlowSpec(family="my_shears", layers=2, width=8, depth=1)


def test_family_that_takes_a_condition_learns_a_density_for_each_value(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ConditionalSpec(sources=(HEART, ShapeSpec(name="two_moons")))
    project = flowviz.train(words, shears(takes_condition=True), STEPS)
    checks = list[str]()
    monkeypatch.setattr(build, "check_stages", lambda stages, family: checks.append(family))
    at_heart, at_moons = (project.given(name).trace.positions for name in ("heart", "two moons"))
    assert (at_heart[0] == at_moons[0]).all()
    assert (at_heart[-1] != at_moons[-1]).any()
    assert not checks, "the stages are the same at all values, and were checked before"


def test_family_that_takes_no_condition_says_so() -> None:
    flow = shears(takes_condition=False)
    with pytest.raises(SpecError, match="A my_shears flow does not take a condition, so it cannot be conditional"):
        flow.conditioned_on(Condition(name="word", classes=("A", "B")))
