"""The flow panel and the budget as views of the request, without a window."""

import threading
from dataclasses import replace
from typing import TypeVar

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QSpinBox, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from flowviz import targets
from flowviz.app.state.request import Request, RequestState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.flow_panel import ONE_NETWORK, FlowPanel
from flowviz.projects import Plan
from flowviz.specs import PRESETS, RECIPES, FlowSpec, ShapeSpec, TextSpec, TrainingSpec
from flowviz.targets import Target, base_warning
from tests.app.training.fakes import idle_commands

Kind = TypeVar("Kind", bound=QWidget)


class Requested:
    """The panels of the flow and the training, and the request that they show."""

    def __init__(self, qtbot: QtBot) -> None:
        self.request, self.window = RequestState(Request()), QWidget()
        qtbot.addWidget(self.window)
        layout = QVBoxLayout(self.window)
        self.panel = FlowPanel(self.request, lambda: None)
        layout.addWidget(self.panel)
        layout.addWidget(TrainingControls(self.request, idle_commands()))
        self.window.show()

    def find(self, kind: type[Kind], name: str) -> Kind:
        (widget,) = self.window.findChildren(kind, name)
        return widget

    def choose(self, name: str, value: str) -> None:
        box = self.find(QComboBox, name)
        box.setCurrentIndex(box.findData(value))

    @property
    def flow(self) -> FlowSpec:
        return self.request.plan.flow


@pytest.fixture
def requested(qtbot: QtBot) -> Requested:
    return Requested(qtbot)


@pytest.mark.parametrize("family", RECIPES)
def test_chosen_family_has_the_sizes_of_its_recipe(requested: Requested, family: str) -> None:
    requested.choose("flowFamily", family)
    assert requested.flow == FlowSpec.model_validate({"family": family})
    assert requested.find(QLabel, "flowSentence").text().endswith(RECIPES[requested.flow.family].sentence)
    assert requested.find(QSpinBox, "flowBins").isEnabled() == (family == "spline")


def test_preset_box_follows_the_request_and_changes_it(requested: Requested) -> None:
    box = requested.find(QComboBox, "flowPreset")
    assert box.currentText() == "As in the post"
    requested.request.set_seed(7)
    assert box.currentData() == "post"
    requested.choose("flowPreset", "sharp")
    assert requested.flow == FlowSpec(family="spline", seed=7)
    requested.find(QSpinBox, "flowLayers").setValue(5)
    assert box.currentText() == "Sharpest letters, changed"
    requested.find(QSpinBox, "flowLayers").setValue(4)
    assert box.currentText() == "Sharpest letters"
    requested.choose("flowFamily", "glow")
    assert box.currentText() == "Glow"
    assert requested.find(QLabel, "flowSentence").text().startswith("Glow. ")


def test_custom_cannot_be_chosen_with_the_keyboard(requested: Requested, qtbot: QtBot) -> None:
    box = requested.find(QComboBox, "flowPreset")
    for _ in range(box.count()):
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentData() == list(PRESETS)[-1]


def test_options_are_hidden_until_their_button_is_pressed(requested: Requested, qtbot: QtBot) -> None:
    layers = requested.find(QSpinBox, "flowLayers")
    assert not layers.isVisible()
    qtbot.mouseClick(requested.find(QToolButton, "flowOptionsButton"), Qt.MouseButton.LeftButton)
    assert layers.isVisible()


def test_options_change_the_flow_and_the_training(requested: Requested) -> None:
    requested.find(QSpinBox, "flowLayers").setValue(3)
    requested.find(QSpinBox, "flowWidth").setValue(5)
    requested.find(QSpinBox, "flowDepth").setValue(1)
    requested.find(QSpinBox, "trainingSeed").setValue(9)
    requested.find(QSpinBox, "trainingBatch").setValue(64)
    requested.find(QSpinBox, "trainingPatience").setValue(20)
    requested.find(QDoubleSpinBox, "trainingRate").setValue(0.01)
    requested.find(QCheckBox, "flowBounded").setChecked(False)
    assert requested.flow == FlowSpec(layers=3, width=5, depth=1, seed=9, log_scale_bound=None)
    training = requested.request.plan.training
    assert (training.learning_rate, training.batch, training.seed, training.patience) == (0.01, 64, 9, 20)
    requested.find(QSpinBox, "trainingPatience").setValue(0)
    assert requested.request.plan.training.patience is None


@pytest.mark.parametrize(
    "flow",
    [FlowSpec(family="spline", layers=3, bins=12, seed=7), FlowSpec(layers=2, log_scale_bound=None, hats=5, waves=2)],
)
def test_requested_flow_is_shown_unchanged(requested: Requested, flow: FlowSpec) -> None:
    requested.request.show_plan(replace(requested.request.plan, flow=flow))
    assert requested.flow == flow
    assert requested.find(QSpinBox, "flowLayers").value() == flow.layers
    assert requested.find(QCheckBox, "flowBounded").isChecked() == (flow.log_scale_bound is not None)


def test_table_has_no_width_and_no_depth(requested: Requested) -> None:
    conditioner, width = requested.find(QComboBox, "flowConditioner"), requested.find(QSpinBox, "flowWidth")
    assert conditioner.currentText() == "network"
    width.setValue(64)
    conditioner.setCurrentIndex(conditioner.findData("table"))
    assert requested.flow == FlowSpec(conditioner="table")
    assert not width.isEnabled()
    assert not requested.find(QSpinBox, "flowDepth").isEnabled()
    requested.request.set_family("spline")
    assert (conditioner.currentText(), width.isEnabled()) == ("network", True)


@pytest.mark.parametrize("family", ["planar", "radial"])
def test_flow_without_networks_has_no_controls_of_them(requested: Requested, family: str) -> None:
    requested.choose("flowFamily", family)
    for kind, name in ((QSpinBox, "Width"), (QSpinBox, "Depth"), (QComboBox, "Conditioner"), (QCheckBox, "Bounded")):
        assert not requested.find(kind, f"flow{name}").isEnabled()
    requested.find(QSpinBox, "flowLayers").setValue(5)
    requested.choose("flowNormalization", "actnorm")
    assert requested.flow == FlowSpec(family=family, layers=5, normalization="actnorm")


def test_flow_matching_has_a_pairing_instead_of_layers(requested: Requested, qtbot: QtBot) -> None:
    qtbot.mouseClick(requested.find(QToolButton, "flowOptionsButton"), Qt.MouseButton.LeftButton)
    pairing, conditioner = (requested.find(QComboBox, name) for name in ("flowPairing", "flowConditioner"))
    layers, normalization = requested.find(QSpinBox, "flowLayers"), requested.find(QComboBox, "flowNormalization")
    assert normalization.isVisible()
    assert (pairing.isVisible(), conditioner.isVisible()) == (False, True)
    requested.choose("flowPreset", "straight")
    assert (pairing.isVisible(), conditioner.isVisible()) == (True, False)
    assert not layers.isEnabled()
    assert layers.toolTip() == ONE_NETWORK
    assert not normalization.isVisible()
    requested.choose("flowPairing", "independent")
    assert requested.flow == FlowSpec(family="flow_matching", pairing="independent")
    assert requested.find(QComboBox, "flowPreset").currentText() == "Flow matching"
    requested.choose("flowPreset", "post")
    assert (layers.isEnabled(), layers.toolTip() == ONE_NETWORK, pairing.isVisible()) == (True, False, False)


def test_values_that_the_controls_cannot_show_are_kept_until_they_are_changed(requested: Requested) -> None:
    training = TrainingSpec(seconds=2.5, seed=9, learning_rate=3e-7, warmup_steps=7, clip_norm=1.0)
    flow = FlowSpec(batch_normalization_momentum=0.5, seed=2**40)
    plan = Plan(TextSpec(text="Hi", weight=0.0333), flow, training)
    requested.request.show_plan(plan)
    assert requested.request.plan == plan
    requested.find(QSpinBox, "budgetAmount").setValue(77)
    assert requested.request.plan == replace(plan, training=training.model_copy(update={"seconds": 77}))


def test_each_unit_of_the_budget_has_a_default(requested: Requested) -> None:
    unit, amount = requested.find(QComboBox, "budgetUnit"), requested.find(QSpinBox, "budgetAmount")
    amount.setValue(5)
    unit.setCurrentText("steps")
    assert (amount.value(), requested.request.plan.training.steps) == (100_000, 100_000)
    unit.setCurrentText("seconds")
    assert (amount.value(), requested.request.plan.training.seconds) == (60, 60)


def test_base_that_does_not_suit_the_target_is_warned_about(
    requested: Requested, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def noted(flow: FlowSpec, target: Target) -> str:
        threads.append(threading.current_thread())
        return base_warning(flow, target)

    threads = list[threading.Thread]()
    monkeypatch.setattr(targets, "base_warning", noted)
    warning = requested.find(QLabel, "flowWarning")
    show = requested.panel.show_base_warning
    builder = TargetBuilder(requested.request, requested.window, show_base_warning=show)
    requested.choose("flowBase", "mixture")
    requested.request.show_text("BRAD")
    assert not warning.isVisible(), "the target is not known yet"
    qtbot.waitUntil(lambda: "8 separate Gaussians" in warning.text())
    requested.request.show_target(ShapeSpec(name="eight_gaussians"))
    qtbot.waitUntil(lambda: builder.built is not None and not warning.isVisible())
    requested.request.show_text("BRAD")
    qtbot.waitUntil(warning.isVisible)
    requested.choose("flowBase", "normal")
    qtbot.waitUntil(lambda: not warning.isVisible())
    assert threading.main_thread() not in threads, "counting the parts of a target would block the window"
    builder.close()


def test_base_is_judged_only_if_it_is_a_mixture_and_has_changed(
    requested: Requested, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(flow: FlowSpec, target: Target) -> str:
        bases.append(flow.base)
        may_end.wait(5)
        return base_warning(flow, target)

    bases, judged, may_end, worker = list[str](), list[str](), threading.Event(), LatestWorker()
    monkeypatch.setattr(targets, "base_warning", slow)
    builder = TargetBuilder(requested.request, requested.window, worker, show_base_warning=judged.append)
    requested.request.show_text("BRAD")
    requested.choose("flowNormalization", "minibatch")
    requested.choose("flowBase", "mixture")
    qtbot.waitUntil(lambda: bool(bases))
    requested.choose("flowBase", "normal")
    may_end.set()
    with qtbot.waitCallback() as answered:
        worker.ask("last", lambda: None, answered)
    assert bases == ["mixture"]
    assert not any(judged), "the base that is warned about is no longer requested"
    requested.choose("flowBase", "mixture")
    qtbot.waitUntil(lambda: "8 separate Gaussians" in judged[-1])
    count = len(bases)
    requested.choose("flowNormalization", "none")
    with qtbot.waitCallback() as answered:
        worker.ask("last", lambda: None, answered)
    assert len(bases) == count, "the normalization is not that of the base"
    builder.close()


def test_minibatch_normalization_is_warned_about(requested: Requested) -> None:
    warning = requested.find(QLabel, "flowWarning")
    assert not warning.isVisible()
    requested.choose("flowNormalization", "minibatch")
    assert warning.isVisible()
    assert "picture and loss disagree" in warning.text()


def test_mixture_base_has_components_and_an_arrangement(requested: Requested, qtbot: QtBot) -> None:
    components, arrangement = requested.find(QSpinBox, "flowComponents"), requested.find(QComboBox, "flowArrangement")
    qtbot.mouseClick(requested.find(QToolButton, "flowOptionsButton"), Qt.MouseButton.LeftButton)
    assert not components.isVisible()
    requested.choose("flowBase", "mixture")
    assert (components.isVisible(), components.value(), arrangement.currentData()) == (True, 8, "ring")
    assert (components.minimum(), components.maximum()) == (2, 9)
    components.setValue(4)
    requested.choose("flowArrangement", "grid")
    assert requested.flow == FlowSpec(base="mixture", components=4, arrangement="grid")
    requested.choose("flowFamily", "spline")
    assert requested.flow == FlowSpec(family="spline", base="mixture", components=4, arrangement="grid")
    requested.choose("flowBase", "uniform")
    assert requested.flow == FlowSpec(family="spline", base="uniform")
    assert not components.isVisible()


def test_flow_matching_does_not_learn_its_base(requested: Requested) -> None:
    requested.choose("flowBase", "mixture")
    arrangement = requested.find(QComboBox, "flowArrangement")
    model = arrangement.model()
    assert model is not None
    learned = model.index(arrangement.findData("learned"), 0)
    requested.choose("flowArrangement", "learned")
    assert learned.flags() & Qt.ItemFlag.ItemIsEnabled
    requested.choose("flowFamily", "flow_matching")
    assert requested.flow == FlowSpec(family="flow_matching", base="mixture")
    assert arrangement.currentData() == "ring"
    assert not learned.flags() & Qt.ItemFlag.ItemIsEnabled
    assert "given base" in learned.data(Qt.ItemDataRole.ToolTipRole)


def test_flow_that_cannot_learn_from_a_density_learns_from_samples(requested: Requested) -> None:
    objective = requested.find(QComboBox, "trainingObjective")
    requested.choose("trainingObjective", "weighted_density")
    requested.choose("flowFamily", "spline")
    assert requested.request.plan.training == TrainingSpec(seconds=60, objective="weighted_density")
    requested.choose("flowFamily", "maf")
    assert requested.request.plan.training == TrainingSpec(seconds=60)
    assert objective.currentData() == "samples"
    model = objective.model()
    assert model is not None
    density = model.index(objective.findData("density"), 0)
    assert not density.flags() & Qt.ItemFlag.ItemIsEnabled
    assert "one coordinate after the other" in density.data(Qt.ItemDataRole.ToolTipRole)
