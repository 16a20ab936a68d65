"""Bindings between controls and a state: a control shows a part of it and requests changes."""

from collections.abc import Callable
from typing import Generic

from PyQt6.QtCore import pyqtBoundSignal

from flowviz.app.state.state import Part, State, Value


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
        state.watch(part, self._update)

    def request(self, part: Part) -> None:
        """Request another value, unless the control is being updated."""
        if not self._is_showing:
            self._request(part)

    def refresh(self) -> None:
        """Update the control from the state."""
        self._update(self._part(self._state.value))

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
