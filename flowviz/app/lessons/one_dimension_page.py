"""The page of the one-dimensional view, in place of the cloud."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QStackedWidget

from flowviz.lessons.one_dimension import MonotoneCurve

if TYPE_CHECKING:
    from flowviz.app.lessons.one_dimension import OneDimension


class OneDimensionPage(QObject):
    """Shows the one-dimensional view while a lesson needs it, and observes it. It is created when it is first shown."""

    changed = pyqtSignal()

    def __init__(self, stack: QStackedWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._stack = stack
        self._view: OneDimension | None = None

    def set_shown(self, shown: bool) -> None:
        """Show the view, or the cloud again if the view is shown."""
        if shown:
            view = self._view = self._view or self._create()
            self._stack.setCurrentWidget(view)
        elif self._is_shown:
            self._stack.setCurrentIndex(0)
        self.changed.emit()

    def observations(self) -> Mapping[str, float | None]:
        """Observe the view; nothing is known of it while it is not shown."""
        return self._view.observations() if self._view is not None and self._is_shown else {}

    def press(self, event: QKeyEvent) -> bool:
        """Pass the press of a key on to the view if it is shown, and return whether the view has used it."""
        if self._view is None or not self._is_shown:
            return False
        self._view.keyPressEvent(event)
        return event.isAccepted()

    def set_curve(self, curve: MonotoneCurve) -> None:
        """Show a curve, with the slice in the middle."""
        if self._view is not None:
            self._view.begin_with(curve)

    @property
    def _is_shown(self) -> bool:
        return self._view is not None and self._stack.currentWidget() is self._view

    def _create(self) -> "OneDimension":
        from flowviz.app.lessons.one_dimension import OneDimension

        view = OneDimension(self.changed.emit)
        self._stack.addWidget(view)
        return view
