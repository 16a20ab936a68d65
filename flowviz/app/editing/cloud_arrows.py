"""The keyboard access to the arrows of a step of flow matching."""

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QWidget

from flowviz.app.editing.bend_keys import press_key
from flowviz.app.editing.bending import Point
from flowviz.app.editing.cloud_bending import CloudBending
from flowviz.app.widgets.controls import named

NAME = "Arrows in the cloud"
DESCRIPTION = (
    "1 adds an arrow in the middle. The arrow keys move the tip of the selected arrow, and with Shift the whole arrow. "
    "Plus and minus change its width, Page Up and Page Down select another one, Delete removes it."
)


class CloudArrows(QWidget):
    """Transparent widget above the cloud that takes keys for its arrows; visible while there may be arrows.

    The mouse reaches the cloud below it.
    """

    def __init__(self, bending: CloudBending, visible_part: Callable[[], tuple[Point, float]]) -> None:
        """Create the widget; `visible_part` returns the center and the half extent of the visible plane."""
        super().__init__()
        self._bending, self._visible_part = bending, visible_part
        named(self, "cloudArrows", NAME, description=DESCRIPTION)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        bending.arrows_changed.connect(self._update)
        self._update()

    def _update(self) -> None:
        has_arrows = self._bending.is_shown and self._bending.has_arrows
        self.setVisible(has_arrows)
        if has_arrows:
            self.setAccessibleName(f"{NAME}: {self._bending.description()}")

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None or not self._take_key(event):
            super().keyPressEvent(event)

    def _take_key(self, event: QKeyEvent) -> bool:
        """Return whether a key has done something."""
        center, half_extent = self._visible_part()
        whole = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        nudge = partial(self._bending.nudge, extent=2 * half_extent, whole=whole)
        return press_key(event, self._bending, lambda number: number == 0 and self._bending.add(center), nudge)
