"""Bind controls to the state: a control shows a part of it, and requests a change when the user operates it."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from PyQt6.QtCore import pyqtBoundSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QDoubleSpinBox, QSpinBox

from flowviz.app.state.state import State

Value = TypeVar("Value")
Part = TypeVar("Part")


class Binding(Generic[Value, Part]):
    """A part of a state, shown by a control.

    While the control is being updated from the state, its signals request nothing. A control that cannot show a part
    exactly (a slider has whole numbers only) therefore never changes it by itself.
    """

    def __init__(
        self,
        state: State[Value],
        part: Callable[[Value], Part],
        show: Callable[[Part], object],
        request: Callable[[Part], object],
    ) -> None:
        """`part` reads a part of the state, `show` shows it, and `request` asks for another one."""
        self._part, self._show, self._request = part, show, request
        self._is_showing = False
        state.changed.connect(self._update)
        self._render(part(state.value))

    def request(self, part: Part) -> None:
        """Ask for another part, unless the control is being updated."""
        if not self._is_showing:
            self._request(part)

    def _update(self, old: Value, new: Value) -> None:
        if self._part(old) != self._part(new):
            self._render(self._part(new))

    def _render(self, part: Part) -> None:
        self._is_showing = True
        try:
            self._show(part)
        finally:
            self._is_showing = False


def bind(
    state: State[Value],
    part: Callable[[Value], Part],
    show: Callable[[Part], object],
    signal: pyqtBoundSignal,
    read: Callable[[], Part],
    request: Callable[[Part], object],
) -> None:
    """Bind any control: `signal` says that it was operated, `read` returns what it shows then."""
    binding = Binding(state, part, show, request)
    signal.connect(lambda *_: binding.request(read()))


def bind_number(
    state: State[Value],
    part: Callable[[Value], float],
    control: QSpinBox | QDoubleSpinBox | QAbstractSlider,
    request: Callable[[Any], object],
) -> None:
    """Bind a spin box or a slider to a number; one with whole numbers shows the nearest."""
    is_exact = isinstance(control, QDoubleSpinBox)
    show: Callable[[Any], object] = control.setValue
    bind(
        state,
        lambda value: part(value) if is_exact else round(part(value)),
        show,
        control.valueChanged,
        control.value,
        request,
    )


def bind_checked(
    state: State[Value],
    part: Callable[[Value], bool],
    control: QAbstractButton | QAction,
    request: Callable[[bool], object],
) -> None:
    """Bind a check box, a checkable button or a checkable action."""
    bind(state, part, control.setChecked, control.toggled, control.isChecked, request)


def bind_choice(
    state: State[Value], part: Callable[[Value], Any], box: QComboBox, request: Callable[[Any], object]
) -> None:
    """Bind a combo box, whose items hold the possible values as data."""
    bind(
        state,
        part,
        lambda choice: box.setCurrentIndex(box.findData(choice)),
        box.currentIndexChanged,
        box.currentData,
        request,
    )
