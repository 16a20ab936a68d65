"""Widgets that are created after the first picture of the window, because their libraries take long to load."""

from collections.abc import Callable
from typing import Generic, TypeVar

from PyQt6.QtGui import QPalette, QShowEvent
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.widgets.controls import lay_out

Content = TypeVar("Content", bound=QWidget)


class Late(QWidget, Generic[Content]):
    """Place of a widget that is created when it is first used, or after the first picture of the window.

    pyqtgraph takes a fifth of the time until the first picture of the window, which shows nothing of it.

    Attributes:
        load: Imports what the widget needs, and returns what creates it.
        created: The widget. None until it is created.
    """

    def __init__(
        self,
        load: Callable[[], Callable[[], Content]],
        prepare: Callable[[Content], object],
        *,
        when_shown: bool = False,
    ) -> None:
        """Reserve a place.

        Args:
            load: Imports what the widget needs, and returns what creates it. May be called in another thread.
            prepare: Brings the new widget up to date.
            when_shown: Whether to create the widget when its place is first shown.
        """
        super().__init__()
        self.load, self._prepare, self._when_shown = load, prepare, when_shown
        self.created: Content | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setBackgroundRole(QPalette.ColorRole.Base)  # as in plots
        self.setAutoFillBackground(True)
        self._column = lay_out(QVBoxLayout(self))

    def content(self) -> Content:
        """Return the widget, which is created at the first call."""
        if self.created is None:
            self.created = self.load()()
            self._column.addWidget(self.created)
            self._prepare(self.created)
            self.created.show()  # at once, not in the next turn of the event loop
        return self.created

    def showEvent(self, event: QShowEvent | None) -> None:
        if self._when_shown:
            self.content()
        super().showEvent(event)
