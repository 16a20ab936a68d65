"""Forms: controls that are made from the fields of specs, and controls that are bound to a state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import Qt, pyqtBoundSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QSlider,
    QSpinBox,
    QWidget,
)

from flowviz.app.state.binding import bind
from flowviz.app.state.state import State, Value
from flowviz.app.style.tokens import GAP
from flowviz.app.widgets.controls import ChoiceBox, describe
from flowviz.app.widgets.entry_committer import EntryCommitter
from flowviz.specs.fields import SpecField

Control = ChoiceBox | QSpinBox | QDoubleSpinBox | QAbstractSlider | QAbstractButton


@dataclass(frozen=True)
class ControlSpec:
    """Describes the control of a field, whose title, description and limits it has.

    Attributes:
        object_name: Object name of the control.
        choices: Values of a combo box and their texts.
        limits: Limits of a number box, if they differ from those of the field.
        decimals: Number of decimals of a number box.
        per_unit: Number of slider positions per unit; 0 for a number box.
        is_late: Whether a typed number takes effect only when it is complete.
    """

    object_name: str
    choices: Mapping[Any, str] | None = None
    limits: tuple[Any, Any] | None = None
    decimals: int = 0
    per_unit: int = 0
    is_late: bool = False


class NumberSlider(QSlider):
    """Horizontal slider over numbers, with a number of positions per unit."""

    def __init__(self, least: float, most: float, per_unit: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._per_unit = per_unit
        self.setRange(round(least * per_unit), round(most * per_unit))

    def number(self) -> float:
        """Return the number at the position of the handle."""
        return self.value() / self._per_unit

    def show_number(self, number: float) -> None:
        """Move the handle to the position that is nearest to a number."""
        self.setValue(round(number * self._per_unit))


def control_of(field: SpecField, spec: ControlSpec) -> Control:
    """Return the control of a field: a combo box, a check box, a slider or a number box."""
    limits = spec.limits or field.limits
    control: Control
    if spec.choices is not None:
        control = ChoiceBox(spec.object_name, field.title, spec.choices)
    elif field.kind is bool:
        control = QCheckBox(field.title)
    elif spec.per_unit:
        control = NumberSlider(*limits, spec.per_unit)
    else:
        control = _number_box(*limits, spec)
    return describe(control, spec.object_name, field)


def controls_of(fields: Mapping[str, SpecField], specs: Mapping[str, ControlSpec]) -> dict[str, Control]:
    """Return the controls of a form by the names of their fields."""
    return {name: control_of(fields[name], spec) for name, spec in specs.items()}


def bind_fields(
    state: State[Value],
    part: Callable[[Value], object],
    controls: Mapping[str, Control],
    request: Callable[..., object],
) -> None:
    """Bind all controls of a form.

    Args:
        state: The state.
        part: Returns the part of the state's value that has the fields as attributes.
        controls: The controls by the names of their fields.
        request: Requests another value of a field, which is passed by name.
    """

    def bind_field(name: str, control: Control) -> None:
        bind_control(state, lambda value: getattr(part(value), name), control, lambda value: request(**{name: value}))

    for name, control in controls.items():
        bind_field(name, control)


def bind_control(
    state: State[Value], part: Callable[[Value], Any], control: Control | QAction, request: Callable[[Any], object]
) -> None:
    """Bind a control to a part of a state.

    A combo box holds the possible values as its data. A control with whole numbers shows the nearest one, and its
    smallest one for None.
    """
    signal, read, show = interface_of(control)
    bind(state, part, show, signal, read, request)


def interface_of(control: Control | QAction) -> tuple[pyqtBoundSignal, Callable[[], Any], Callable[[Any], object]]:
    """Return the signal of a control that the user has changed, and functions that read and show its value."""
    match control:
        case ChoiceBox():
            return control.chosen, control.currentData, control.choose
        case NumberSlider():
            return control.valueChanged, control.number, control.show_number
        case QDoubleSpinBox():
            return control.valueChanged, control.value, control.setValue
        case QSpinBox() | QAbstractSlider():
            return control.valueChanged, control.value, lambda number: control.setValue(round(number or 0))
        case QAbstractButton() | QAction():
            return control.toggled, control.isChecked, control.setChecked


def form_of(panel: QWidget) -> QFormLayout:
    """Return the layout of a form: a column of labels, and a column of controls that are equally wide."""
    form = QFormLayout(panel)
    form.setContentsMargins(0, 0, 0, 0)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    form.setSpacing(GAP)
    return form


def add_control(form: QFormLayout, control: QWidget) -> None:
    """Add a control to a form, beside its accessible name; a check box shows its own title."""
    form.addRow("" if isinstance(control, QCheckBox) else control.accessibleName(), control)


def _number_box(least: Any, most: Any, spec: ControlSpec) -> QSpinBox | QDoubleSpinBox:
    box = QDoubleSpinBox() if spec.decimals else QSpinBox()
    if isinstance(box, QDoubleSpinBox):
        box.setDecimals(spec.decimals)
        box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    box.setRange(least, most)
    if spec.is_late:
        EntryCommitter(box)
    return box
