"""Widgets whose sizes depend on the font."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget as Base
else:  # PyQt allows only one of its classes among the bases of a widget
    Base = object


class FontFollower(Base):
    """Base of a widget, named before its Qt class, that fits its sizes to each change of the font."""

    def fit_font(self) -> None:
        """Fit what depends on the size of letters."""
        raise NotImplementedError

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self.fit_font()
