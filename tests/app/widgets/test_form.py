"""Controls that are made from the fields of specs and bound to a state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox, QDoubleSpinBox, QSlider, QSpinBox
from pytestqt.qtbot import QtBot

from flowviz.app.state.state import State
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.app.widgets.form import ControlSpec, bind_control, bind_fields, control_of, controls_of
from flowviz.specs import FlowSpec, ImageSpec, TextSpec, TrainingSpec
from flowviz.specs.fields import fields_of

SIZES: Mapping[str, ControlSpec] = {"layers": ControlSpec("layersBox"), "bins": ControlSpec("binsBox")}


@dataclass(frozen=True)
class Sizes:
    """Values of two fields."""

    layers: int
    bins: int | None


def test_control_has_the_words_and_limits_of_its_field(qtbot: QtBot) -> None:
    field = fields_of(FlowSpec)["layers"]
    box = control_of(field, ControlSpec("layersBox"))
    qtbot.addWidget(box)
    assert isinstance(box, QSpinBox)
    assert (box.objectName(), box.accessibleName(), box.toolTip()) == ("layersBox", field.title, field.description)
    assert (box.minimum(), box.maximum()) == field.limits


def test_kind_of_a_control_follows_from_its_field(qtbot: QtBot) -> None:
    image, text, training = fields_of(ImageSpec), fields_of(TextSpec), fields_of(TrainingSpec)
    rate = ControlSpec("rate", limits=(0.1, 1.0), decimals=3)
    for field, spec, kind in (
        (image["invert"], ControlSpec("invert"), QCheckBox),
        (image["threshold"], ControlSpec("threshold", per_unit=100), QSlider),
        (text["align"], ControlSpec("align", {"left": "Left"}), ChoiceBox),
        (training["learning_rate"], rate, QDoubleSpinBox),
    ):
        control = control_of(field, spec)
        qtbot.addWidget(control)
        assert isinstance(control, kind)


def test_typed_number_of_a_late_control_is_taken_as_a_whole(qtbot: QtBot) -> None:
    field, state = fields_of(TrainingSpec)["batch"], State(64)
    box = control_of(field, ControlSpec("batchBox", is_late=True))
    qtbot.addWidget(box)
    bind_control(state, lambda value: value, box, state.set)
    assert isinstance(box, QSpinBox)
    box.selectAll()
    qtbot.keyClicks(box, "128")
    assert state.value == 64
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert state.value == 128


def test_form_shows_and_requests_its_fields(qtbot: QtBot) -> None:
    state, changes = State(Sizes(4, None)), list[dict[str, object]]()
    controls = controls_of(fields_of(FlowSpec), SIZES)
    for control in controls.values():
        qtbot.addWidget(control)

    def request(**change: int) -> None:
        changes.append(dict(change))
        state.set(replace(state.value, **change))

    bind_fields(state, lambda value: value, controls, request)
    layers, bins = controls["layers"], controls["bins"]
    assert isinstance(layers, QSpinBox)
    assert isinstance(bins, QSpinBox)
    assert (layers.value(), bins.value(), changes) == (4, bins.minimum(), [])
    layers.setValue(6)
    assert (state.value, changes) == (Sizes(6, None), [{"layers": 6}])
    state.set(Sizes(2, 9))
    assert (layers.value(), bins.value(), len(changes)) == (2, 9, 1)


def test_slider_has_positions_between_whole_numbers(qtbot: QtBot) -> None:
    state = State(0.037)
    slider = control_of(fields_of(TextSpec)["weight"], ControlSpec("weightSlider", per_unit=200))
    qtbot.addWidget(slider)
    bind_control(state, lambda value: value, slider, state.set)
    assert isinstance(slider, QSlider)
    assert (slider.value(), state.value) == (7, 0.037)
    slider.setValue(5)
    assert state.value == 0.025


def test_control_that_cannot_show_a_value_exactly_does_not_change_it(qtbot: QtBot) -> None:
    state, slider, box = State(3.7), QSlider(), QSpinBox()
    for control in (slider, box):
        qtbot.addWidget(control)
        control.setRange(0, 10)
        bind_control(state, lambda value: value, control, state.set)
    assert (slider.value(), box.value(), state.value) == (4, 4, 3.7)
    state.set(123.4)
    assert (slider.value(), state.value) == (10, 123.4)
    slider.setValue(6)
    assert (state.value, box.value()) == (6, 6)


def test_combo_box_shows_and_requests_the_data_of_its_items(qtbot: QtBot) -> None:
    state, box, requests = State("b"), ChoiceBox("box", "Box", {name: name.upper() for name in "abc"}), list[str]()
    qtbot.addWidget(box)
    bind_control(state, lambda value: value, box, requests.append)
    assert (box.currentText(), requests) == ("B", [])
    state.set("c")
    assert (box.currentText(), requests) == ("C", [])
    box.setCurrentIndex(0)
    assert requests == ["a"]


def test_other_values_keep_the_selected_one_and_emit_nothing(qtbot: QtBot) -> None:
    box = ChoiceBox("box", "Box", {None: "None", "a": "A", "b": "B"})
    assert box.currentIndex() == 0
    box.choose("b")
    with qtbot.assertNotEmitted(box.chosen):
        box.offer({"b": "Bee", "c": "C"})
        assert (box.value, box.currentText()) == ("b", "Bee")
        box.offer({"c": "C"})
    assert box.value == "c"
