"""Text that breaks into lines, and text that warns."""

import re

from PyQt6.QtCore import QRect
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QLabel

from flowviz.app.style.icons import icon

SIGN_SIDE, SIGN_GAP = 16, 5  # pixels


class WrappingLabel(QLabel):
    """A label as wide as there is room, and as high as its text needs."""

    def __init__(self, object_name: str, accessible_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setAccessibleName(accessible_name)
        self.setWordWrap(True)


def breakable(name: str) -> str:
    """A name that goes on in the next line before a long part of it, where there is too little room."""
    return re.sub(r"_(?=\w{8})", "_\u200b", name)


class WarningLabel(WrappingLabel):
    """Says what is wrong: in the color of warnings, beside their sign."""

    def __init__(self, object_name: str, accessible_name: str) -> None:
        super().__init__(object_name, accessible_name)
        self._sign = icon("warning")
        self.set_warns(True)

    def set_warns(self, warns: bool) -> None:
        """Whether what it says is a warning."""
        self.setProperty("warns", warns)  # for the style sheet
        self.setContentsMargins(SIGN_SIDE + SIGN_GAP if warns else 0, 0, 0, 0)
        style = self.style()
        assert style is not None
        style.polish(self)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if self.text() and self.property("warns"):
            top = (self.height() - SIGN_SIDE) // 2
            self._sign.paint(QPainter(self), QRect(0, top, SIGN_SIDE, SIGN_SIDE))
        super().paintEvent(event)
