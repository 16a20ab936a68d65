"""Bindings between controls and the state: a control shows a part of it and requests changes."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from PyQt6.QtCore import pyqtBoundSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QDoubleSpinBox, QSpinBox

from flowviz.app.state.state import State

Value = TypeVar("Value")
Part = TypeVar("Part")


class Binding(Generic[Value, Part]):
    """Part of a state that a control shows.

    Signals that the control emits while it is updated from the state are ignored. A control that cannot show a value
    exactly, such as a slider with whole numbers, therefore never changes it.
    """

    def __init__(
        self,
        state: State[Value],
        part: Callable[[Value], Part],
        show: Callable[[Part], object],
        request: Callable[[Part], object],
    ) -> None:
        """Bind a control.

        Args:
            state: The state.
            part: Returns the part of the state's value that the control shows.
            show: Shows the part in the control.
            request: Requests another value of the part.
        """
        self._part, self._show, self._request = part, show, request
        self._is_showing = False
        self._state = state
        state.changed.connect(self._on_changed)
        self.refresh()

    def request(self, part: Part) -> None:
        """Request another value, unless the control is being updated."""
        if not self._is_showing:
            self._request(part)

    def refresh(self) -> None:
        """Update the control from the state."""
        self._update(self._part(self._state.value))

    def _on_changed(self, old: Value, new: Value) -> None:
        part = self._part(new)
        if part != self._part(old):
            self._update(part)

    def _update(self, part: Part) -> None:
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
    """Bind any control that emits `signal` when the user operates it; `read` returns the value that it shows."""
    binding = Binding(state, part, show, request)
    signal.connect(lambda *_: binding.request(read()))


def bind_number(
    state: State[Value],
    part: Callable[[Value], float],
    control: QSpinBox | QDoubleSpinBox | QAbstractSlider,
    request: Callable[[Any], object],
) -> None:
    """Bind a spin box or a slider to a number; a control with whole numbers shows the nearest one."""
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
    """Bind a combo box whose items hold the possible values as their data."""
    bind(
        state,
        part,
        lambda choice: box.setCurrentIndex(box.findData(choice)),
        box.currentIndexChanged,
        box.currentData,
        request,
    )
